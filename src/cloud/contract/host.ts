/** What the cloud offers its providers: state, time, other resources, identities and processes. */
import type { Clock, JsonObject, JsonValue } from "../../base/index.ts";
import type { Principal, Resource } from "./resource.ts";

/** Durable documents in collections; a write is on disk when the call returns. Keys sort as text. */
export interface Store {
  get<T>(collection: string, key: string): T | undefined;
  put(collection: string, key: string, value: unknown): void;
  delete(collection: string, key: string): boolean;
  list<T>(collection: string, prefix?: string): { readonly key: string; readonly value: T }[];
  /** All or nothing, also when the process is killed in the middle. */
  transaction<T>(work: () => T): T;
  /** Does what others hear of once the open transaction is on disk, at once when none is open, and never when it is undone. */
  afterCommit(work: () => void): void;
}

/** Virtual time: it stands at the wall clock plus what was skipped. */
export interface CloudClock extends Clock {
  /** Lets `ms` of virtual time pass at once. */
  advance(ms: number): void;
}

/** Addresses that go into bodies. None has a trailing slash. */
export interface Endpoints {
  /** `https://localhost:8443`: ARM, Entra, Graph and Azure ML's data plane. */
  readonly arm: string;
  /** `core.rehearsal.test`; blobs are at `{account}.blob.{suffix}`. */
  readonly storageSuffix: string;
  readonly vaultSuffix: string;
  readonly registrySuffix: string;
}

/** How to start the real processes behind jobs and deployments; the composition root knows, providers do not. */
export interface Runtime {
  /** argv of the model server: `[node, ".../serve.ts"]`; the provider adds the model folder and options. */
  readonly modelServer: readonly string[];
  /** argv of the traffic router. */
  readonly router: readonly string[];
  /** A folder whose `node_modules` jobs see: what a training image would hold. */
  readonly environmentRoot: string;
  /** PEM of the local certificate authority, for children's `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  /** `http://127.0.0.1:port`: the CONNECT proxy that knows the rehearsal's hosts. */
  readonly proxy: string;
  /** Private folder for the providers' files; survives restarts. */
  readonly stateDir: string;
}

/** The registry of managed identities and other principals. */
export interface Principals {
  /** The same identity for the same resource id, for as long as the resource exists. */
  managedIdentity(
    resourceId: string,
    displayName: string,
  ): { readonly principalId: string; readonly clientId: string; readonly tenantId: string };
  remove(resourceId: string): void;
  byObjectId(objectId: string): Principal | undefined;
  /** The service principal of an application and its secret; `undefined` when they do not belong together. */
  bySecret(clientId: string, clientSecret: string): Principal | undefined;
}

/** Reads and writes resources as a client would, without the wire. */
export interface Resources {
  /** As stored. */
  get(id: string): Resource | undefined;
  /** As GET shows it. */
  view(id: string): Resource | undefined;
  /** Tells of each resource that was saved or deleted, once that is on disk. */
  onChange(listener: (resource: Pick<Resource, "id" | "type">) => void): void;
  /** Direct children and deeper ones below `id` (a resource, a resource group or a subscription), optionally of one type. */
  below(id: string, type?: string): Resource[];
  /** All resources of a type, anywhere. */
  ofType(type: string): Resource[];
  /** Replaces what is stored, keeping id, name and type; for state that providers own (an attached compute's state, a job's status). */
  save(resource: Resource): void;
  /** A PUT as `caller`, through the same checks as one from the wire; resolves when its operation has ended. */
  put(id: string, apiVersion: string, body: JsonObject, caller: Principal): Promise<Resource>;
  /** The checks of a PUT without the PUT: what preflight (`validate`) runs. Throws the fault that the PUT would get. */
  check(id: string, apiVersion: string, body: JsonObject, caller: Principal): Promise<void>;
  /** A POST action (`listKeys`) as `caller`. */
  action(
    id: string,
    name: string,
    apiVersion: string,
    body: JsonValue | undefined,
    caller: Principal,
  ): Promise<JsonValue | undefined>;
  delete(id: string, caller: Principal): Promise<void>;
  /** What `softDelete` kept and nobody purged; those whose days are over are gone. */
  softDeleted(type: string): SoftDeleted[];
  /** Lets go of a soft-deleted resource for good (calls `removed`). False when there is none of this id. */
  purge(id: string): Promise<boolean>;
}

export interface SoftDeleted {
  readonly resource: Resource;
  /** Milliseconds since the epoch, virtual. */
  readonly deletedAt: number;
  readonly purgeAt: number;
  readonly purgeable: boolean;
}

/** What conditions of role assignments may look at, by lower-case name: `microsoft.authorization/roleassignments:principaltype`. */
export type AttributeValues = Readonly<Record<string, string>>;

export interface AccessOptions {
  readonly data?: boolean;
  /** Of what the request asks for, and of what stands there. */
  readonly request?: AttributeValues;
  readonly resource?: AttributeValues;
}

export interface Authorizer {
  /** True when role assignments, with their conditions, let the principal do `action` (or data action) at `scope`. */
  allows(principal: Principal, action: string, scope: string, options?: AccessOptions): boolean;
  /** True when nothing but the conditions of role assignments stands in the way. */
  isStoppedByCondition(principal: Principal, action: string, scope: string, options?: AccessOptions): boolean;
  /** Checks a bearer token of a data plane: signature, expiry, one of the audiences. Throws 401 `ArmFault`s. */
  authenticate(authorization: string | undefined, audiences: readonly string[]): Promise<Principal>;
  /** A token for a managed identity or for `system`, for processes that the cloud starts. */
  issueToken(principal: Principal, audience: string, lifetimeMs?: number): Promise<string>;
}

/** A process of this machine that stands for a pod. */
export interface PodProcess {
  /** Tells it from the workload's others, for as long as somebody keeps it running. */
  readonly id: string;
  /** Absent while it is down. */
  readonly pid?: number;
  readonly ready: boolean;
  /** Wall time, milliseconds: its present start, or its last one. */
  readonly startedAt: number;
  /** Starts after the first. */
  readonly restarts: number;
  /** How it ended last: `exit code 3`, `signal SIGKILL`. */
  readonly lastEnd?: string;
}

/** Processes that a cluster's Kubernetes API shows as pods. */
export interface Workload {
  /** Resource id of the AKS cluster. */
  readonly cluster: string;
  readonly namespace: string;
  /** Of its Deployment, or of the pod where it has none. */
  readonly name: string;
  readonly controller: "Deployment" | "none";
  /** Who keeps it: the field manager of its objects. */
  readonly manager: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: { readonly name: string; readonly image: string; readonly resources?: JsonObject };
  readonly processes: readonly PodProcess[];
  /** The last lines that a process wrote, oldest first. */
  logs(id: string, lines: number): readonly string[];
  /** Ends a process; whoever keeps it starts it again. Absent where deleting the pod is refused. */
  end?(id: string): void;
}

/** More pods of one container, before anything of them is started. */
export interface PodRequest {
  /** Resource id of the AKS cluster. */
  readonly cluster: string;
  readonly namespace: string;
  readonly resources: JsonObject;
  readonly count: number;
}

export interface Workloads {
  /** Why the cluster's namespace takes no more such pods; `undefined` when it does. */
  refusal(request: PodRequest): Promise<string | undefined>;
  /** Who answers that. */
  judge(judge: (request: PodRequest) => Promise<string | undefined>): void;
  provide(source: () => readonly Workload[]): void;
  of(clusterId: string): Workload[];
  /** Says that a process of the cluster started, became ready or ended. */
  changed(clusterId: string): void;
  onChange(listener: (clusterId: string) => void): void;
}

export interface CloudHost {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly endpoints: Endpoints;
  readonly clock: CloudClock;
  readonly store: Store;
  readonly resources: Resources;
  readonly principals: Principals;
  readonly authorizer: Authorizer;
  readonly runtime: Runtime;
  readonly workloads: Workloads;
  /** The platform itself, for what Azure does on its own behalf. */
  readonly system: Principal;
  newGuid(): string;
  /** A secret that is the same for the same purpose for the life of the state folder: 32 bytes, base64. Account keys are derived, so none is stored. */
  deriveSecret(purpose: string): string;
  /** One structured line for the cloud's own log; never secrets. */
  log(event: string, fields?: JsonObject): void;
}
