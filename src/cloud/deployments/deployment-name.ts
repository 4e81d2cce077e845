import { ArmFault } from "../contract.ts";

/** Modules are deployments too: a long module name passes every other check and fails on Azure. */
export function checkDeploymentName(name: string): void {
  if (/^[\w.()-]{1,64}$/.test(name) && !name.endsWith(".")) return;
  throw new ArmFault(
    400,
    "InvalidDeploymentName",
    `the deployment name '${name}' is invalid: it must be 1 to 64 letters, digits, '-', '_', '.', '(' and ')', not ending in '.'`,
  );
}
