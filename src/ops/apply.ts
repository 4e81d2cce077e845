import {
  type ArmClient,
  type DeploymentResult,
  deploy,
  isDeploymentActive,
  validateDeployment,
  WAIT_HINT,
  waitWithin,
} from "../arm/index.ts";
import type { JsonObject } from "../base/index.ts";
import type { OperationContext } from "./context.ts";
import { ensureResourceGroup } from "./resource-group.ts";

export interface ApplyRequest {
  readonly resourceGroup: string;
  readonly location: string;
  /** The deployment's name; one name is one line of history that is written again. */
  readonly deployment: string;
  readonly template: JsonObject;
  readonly parameters: JsonObject;
}

/** Resource group, end of what an earlier run left at work, preflight, deployment: the resource group exists afterwards even when the rest was refused. */
export async function apply(client: ArmClient, request: ApplyRequest, context: OperationContext): Promise<DeploymentResult> {
  await ensureResourceGroup(client, request.resourceGroup, request.location, context.signal);
  const deployment = {
    resourceGroup: request.resourceGroup,
    name: request.deployment,
    template: request.template,
    parameters: request.parameters,
  };
  await earlierEnded(client, request, context);
  await validateDeployment(client, deployment, context.signal);
  return deploy(client, deployment, {
    pollMs: context.pollMs,
    sleep: (ms, signal) => context.clock.sleep(ms, signal),
    signal: context.signal,
    onOperation: ({ id, type, name, state }) => context.reporter.emit("resource.changed", { id, type, name, state }),
  });
}

/** Azure refuses a second deployment of the same name beside an active one. */
async function earlierEnded(
  client: ArmClient,
  { resourceGroup, deployment }: ApplyRequest,
  context: OperationContext,
): Promise<void> {
  const isActive = () => isDeploymentActive(client, resourceGroup, deployment, context.signal);
  if (!(await isActive())) return;
  context.reporter.emit("note", { message: `deployment ${deployment} of an earlier run is still active; waiting for its end` });
  await waitWithin(
    { what: `deployment ${deployment} of an earlier run`, ms: client.longestWaitMs, hint: WAIT_HINT },
    context.signal,
    async (signal) => {
      do await context.clock.sleep(context.pollMs, signal);
      while (await isActive());
    },
  );
}
