import { idKey } from "../../azure/index.ts";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import type { CloudHost, Principal, Store } from "../contract.ts";
import type { DeploymentTarget } from "../template/index.ts";
import { isoDuration } from "./iso-duration.ts";

export type DeploymentState = "Accepted" | "Running" | "Succeeded" | "Failed" | "Canceled";
export type Mode = "Incremental" | "Complete";

/** A deployment as it is kept. It never holds a secure value. */
export interface DeploymentRecord {
  readonly id: string;
  readonly name: string;
  readonly target: DeploymentTarget;
  readonly location?: string;
  readonly tags?: JsonObject;
  readonly state: DeploymentState;
  readonly mode: Mode;
  readonly apiVersion: string;
  readonly correlationId: string;
  /** Names this run of the deployment: another PUT of the same name is another run. */
  readonly runId: string;
  /** Milliseconds since the epoch, virtual. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly caller: Principal;
  /** The deployment around it. */
  readonly parent?: string;
  readonly template: JsonObject;
  readonly templateHash: string;
  /** `{ name: { value } }` as given, without secure values. */
  readonly given: JsonObject;
  /** Secure values were given, so the run cannot be taken up again after a restart. */
  readonly hadSecrets: boolean;
  /** `{ name: { type, value? } }` */
  readonly parameters: JsonObject;
  readonly providers: JsonValue[];
  readonly dependencies: JsonValue[];
  readonly validatedResources: JsonValue[];
  readonly outputResources?: JsonValue[];
  /** `{ name: { type, value? } }` */
  readonly outputs?: JsonObject;
  readonly error?: JsonObject;
}

export const isActive = ({ state }: DeploymentRecord) => state === "Accepted" || state === "Running";

export interface Records {
  get(id: string): DeploymentRecord | undefined;
  save(record: DeploymentRecord): void;
  remove(id: string): void;
  /** The deployments of one scope, newest first. */
  at(target: DeploymentTarget): DeploymentRecord[];
  all(): DeploymentRecord[];
}

const COLLECTION = "deployments";

export function deploymentId(target: DeploymentTarget, name: string): string {
  const group = target.resourceGroup === undefined ? "" : `/resourceGroups/${target.resourceGroup}`;
  return `/subscriptions/${target.subscriptionId}${group}/providers/Microsoft.Resources/deployments/${name}`;
}

export function createRecords(host: Pick<CloudHost, "store" | "resources">): Records {
  const { store } = host;
  const isCurrent = (record: DeploymentRecord) => !outlivedItsGroup(host, record);
  return {
    get: (id) => {
      const record = store.get<DeploymentRecord>(COLLECTION, idKey(id));
      return record !== undefined && isCurrent(record) ? record : undefined;
    },
    save: (record) => store.put(COLLECTION, idKey(record.id), record),
    remove: (id) => removeRecord(store, id),
    at: (target) =>
      store
        .list<DeploymentRecord>(COLLECTION, idKey(deploymentId(target, "x")).slice(0, -1))
        .map(({ value }) => value)
        .filter(isCurrent)
        .sort((a, b) => b.startedAt - a.startedAt),
    all: () => store.list<DeploymentRecord>(COLLECTION).map(({ value }) => value),
  };
}

function removeRecord(store: Store, id: string): void {
  store.delete(COLLECTION, idKey(id));
}

/** Deployments go with their resource group; a later group of the same name starts without any. */
function outlivedItsGroup({ resources }: Pick<CloudHost, "resources">, { target, startedAt }: DeploymentRecord): boolean {
  if (target.resourceGroup === undefined) return false;
  const group = resources.get(`/subscriptions/${target.subscriptionId}/resourceGroups/${target.resourceGroup}`);
  if (group === undefined) return true;
  const createdAt = group.systemData?.createdAt;
  return typeof createdAt === "string" && Date.parse(createdAt) > startedAt;
}

/** What GET answers. */
export function presentDeployment(record: DeploymentRecord, now: number): JsonObject {
  const { endedAt, error, location, outputResources, outputs, startedAt, tags } = record;
  return {
    id: record.id,
    name: record.name,
    type: "Microsoft.Resources/deployments",
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    properties: {
      templateHash: record.templateHash,
      parameters: record.parameters,
      mode: record.mode,
      provisioningState: record.state,
      timestamp: new Date(endedAt ?? startedAt).toISOString(),
      duration: isoDuration((endedAt ?? now) - startedAt),
      correlationId: record.correlationId,
      providers: record.providers,
      dependencies: record.dependencies,
      ...(outputs === undefined ? {} : { outputs }),
      ...(outputResources === undefined ? {} : { outputResources }),
      validatedResources: record.validatedResources,
      ...(error === undefined ? {} : { error }),
    },
  };
}
