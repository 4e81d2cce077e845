import type { JsonObject } from "../../base/index.ts";
import { ArmFault, type CloudHost, type Resource } from "../contract.ts";

/** The error of a deployment of which a step failed, as ARM words it: one detail for each step. */
export function deploymentFailed(deploymentId: string, details: readonly JsonObject[]): ArmFault {
  return new ArmFault(
    409,
    "DeploymentFailed",
    "at least one resource deployment operation failed; list the deployment's operations for details",
    {
      target: deploymentId,
      details,
    },
  );
}

/** One failed step: the provider's refusal, or the state that its operation ended in. */
export function stepError(fault: ArmFault, resourceId: string, resource: Resource | undefined): JsonObject {
  const inner = fault.toError();
  if (resource?.properties.provisioningState !== "Failed") return { ...inner, target: fault.target ?? resourceId };
  return {
    code: "ResourceDeploymentFailure",
    target: resourceId,
    message: "the resource write operation failed to complete: the resource reached the terminal provisioning state 'Failed'",
    details: [inner],
  };
}

/** Anything but an `ArmFault` is our own bug; its text may name internals, so it goes to the log only. */
export function toFault(error: unknown, host: Pick<CloudHost, "log">): ArmFault {
  if (error instanceof ArmFault) return error;
  host.log("deployment.internal-error", { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return new ArmFault(
    500,
    "InternalServerError",
    "the deployments engine met an error that it did not expect; the cloud's log has the details",
  );
}
