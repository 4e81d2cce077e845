import type { JsonObject } from "../../base/index.ts";
import { evaluateBody, type PlannedResource } from "../template/index.ts";
import { notFound, requirePermission, typeOfId } from "./engine.ts";
import type { Execution } from "./execute.ts";
import { isUnsettled, withRetries } from "./retry.ts";
import { evaluateDeployed } from "./runtime.ts";

/** Between looks at a resource that an operation still holds, in virtual time. */
const LOOK_MS = 5000;

/** An `existing` resource must be there and readable. */
export function readExisting({ context, engine }: Execution, { id }: PlannedResource): void {
  requirePermission(engine, context.caller, `${typeOfId(id)}/read`, id);
  if (engine.host.resources.view(id) === undefined) throw notFound(id);
}

/** PUTs the resource as the caller and waits until its operation has ended. */
export async function deployResource(execution: Execution, resource: PlannedResource, takenUp: boolean): Promise<void> {
  const { context, engine } = execution;
  if (takenUp && (await finishedMeanwhile(execution, resource))) return;
  const body: JsonObject = await evaluateDeployed(context, (runtime) => evaluateBody(resource, runtime));
  const { resources } = engine.host;
  await withRetries(engine.host, resource.id, engine.stopping, () =>
    resources.put(resource.id, resource.apiVersion, body, context.caller),
  );
  await settled(execution, resource);
}

/** The state that the resource's last operation left; a cloud that stops lets go of its operations in the middle. */
async function settled({ engine: { host, stopping } }: Execution, { id }: PlannedResource): Promise<unknown> {
  const state = () => host.resources.get(id)?.properties.provisioningState;
  while (isUnsettled(state())) await host.clock.sleep(LOOK_MS, stopping);
  return state();
}

/** After a restart the provider may have finished what the former run had asked for; a second PUT could be refused then. */
async function finishedMeanwhile(execution: Execution, resource: PlannedResource): Promise<boolean> {
  return (await settled(execution, resource)) === "Succeeded";
}
