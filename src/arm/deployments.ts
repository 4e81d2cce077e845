import { asString, isObject, type JsonObject, type JsonValue } from "../base/index.ts";
import type { Progress } from "../report/index.ts";
import { type ArmClient, WAIT_HINT } from "./client.ts";
import { errorFromBody } from "./error.ts";
import { waitWithin } from "./time-limit.ts";

const API_VERSION = "2025-04-01";

export interface DeploymentRequest {
  readonly resourceGroup: string;
  readonly name: string;
  readonly template: JsonObject;
  /** `{ name: { value } }` */
  readonly parameters: JsonObject;
}

/** One resource of a deployment, as its operation shows it. */
export interface DeploymentOperation {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly state: Progress;
  /** ISO 8601 duration. */
  readonly duration?: string;
}

export interface DeploymentResult {
  readonly outputs: Readonly<Record<string, JsonValue>>;
  readonly operations: readonly DeploymentOperation[];
  /** How long Azure says that it took: in a rehearsal the time that Azure would have needed. */
  readonly durationMs: number;
}

export interface FollowOptions {
  readonly pollMs: number;
  readonly onOperation: (operation: DeploymentOperation) => void;
  readonly signal?: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Submits a template to a resource group and follows its operations to the end. Throws what made it fail, innermost cause included. */
export async function deploy(client: ArmClient, request: DeploymentRequest, options: FollowOptions): Promise<DeploymentResult> {
  const path = deploymentPath(client, request.resourceGroup, request.name);
  const body = { properties: { mode: "Incremental", template: request.template, parameters: request.parameters } };
  await client.start(path, API_VERSION, body, options.signal);
  return waitWithin({ what: `deployment ${request.name}`, ms: client.longestWaitMs, hint: WAIT_HINT }, options.signal, (signal) =>
    follow(client, request.name, path, { ...options, signal }),
  );
}

async function follow(client: ArmClient, name: string, path: string, options: FollowOptions): Promise<DeploymentResult> {
  const seen = new Map<string, Progress>();
  const report = (operations: readonly DeploymentOperation[]) => {
    for (const operation of operations) {
      if (seen.get(operation.id) === operation.state) continue;
      seen.set(operation.id, operation.state);
      options.onOperation(operation);
    }
  };
  for (;;) {
    await options.sleep(options.pollMs, options.signal);
    // The deployment is read before its operations, so that the last reading of the operations is complete.
    const deployment = await client.get(path, API_VERSION, options.signal);
    const operations = await listOperations(client, path, options.signal);
    report(operations);
    const properties = isObject(deployment.properties) ? deployment.properties : {};
    if (properties.provisioningState === "Succeeded")
      return { outputs: outputs(properties.outputs), operations, durationMs: isoMilliseconds(asString(properties.duration)) };
    if (properties.provisioningState === "Failed" || properties.provisioningState === "Canceled") {
      throw errorFromBody(
        200,
        isObject(properties.error)
          ? { error: properties.error }
          : {
              error: {
                code: `Deployment${properties.provisioningState}`,
                message: `deployment ${name} ended ${properties.provisioningState}`,
              },
            },
      );
    }
  }
}

/** Whether a deployment of this name is still at work: one that a cut-short run left goes on without it. */
export async function isDeploymentActive(
  client: ArmClient,
  resourceGroup: string,
  name: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const found = await client.find(deploymentPath(client, resourceGroup, name), API_VERSION, signal);
  const properties = isObject(found?.properties) ? found.properties : {};
  return found !== undefined && !ENDED.has(asString(properties.provisioningState));
}

const ENDED: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Canceled"]);

/** Preflight: what Azure would refuse before making anything. Throws it. */
export async function validateDeployment(client: ArmClient, request: DeploymentRequest, signal?: AbortSignal): Promise<void> {
  const path = `${deploymentPath(client, request.resourceGroup, request.name)}/validate`;
  const body = { properties: { mode: "Incremental", template: request.template, parameters: request.parameters } };
  const result = await client.post(path, API_VERSION, body, signal);
  if (isObject(result.error)) throw errorFromBody(400, result);
}

async function listOperations(client: ArmClient, path: string, signal: AbortSignal | undefined): Promise<DeploymentOperation[]> {
  const rows = await client.list(path.replace("/providers/Microsoft.Resources", "") + "/operations", API_VERSION, signal);
  return rows.flatMap((row) => {
    const properties = isObject(row.properties) ? row.properties : {};
    const target = isObject(properties.targetResource) ? properties.targetResource : undefined;
    if (target === undefined || typeof target.id !== "string") return [];
    return [
      {
        id: target.id,
        type: asString(target.resourceType ?? ""),
        name: displayName(target),
        state: progress(properties.provisioningState),
        ...(typeof properties.duration === "string" ? { duration: properties.duration } : {}),
      },
    ];
  });
}

/** Role assignments and the like are named by GUIDs; the template's own name for them says more. */
function displayName(target: JsonObject): string {
  const name = asString(target.resourceName);
  const symbol = asString(target.symbolicName);
  return GUID.test(name) && symbol !== "" ? symbol : name;
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `PT1H14M32.5S` in milliseconds; 0 for what is not such a duration. */
function isoMilliseconds(text: string): number {
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text) ?? [];
  return 1000 * (Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0));
}

function progress(state: JsonValue | undefined): Progress {
  if (state === "Succeeded") return "succeeded";
  if (state === "Failed" || state === "Canceled") return "failed";
  return state === "Waiting" || state === "NotStarted" ? "waiting" : "running";
}

function outputs(value: JsonValue | undefined): Record<string, JsonValue> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, output]) => [name, isObject(output) ? (output.value ?? null) : null]),
  );
}

function deploymentPath(client: ArmClient, resourceGroup: string, name: string): string {
  return `/subscriptions/${client.connection.subscriptionId}/resourcegroups/${resourceGroup}/providers/Microsoft.Resources/deployments/${name}`;
}
