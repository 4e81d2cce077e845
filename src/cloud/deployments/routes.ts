import type { DeploymentTarget } from "../template/index.ts";

/** What a path below deployments asks for. */
export interface DeploymentPath {
  readonly target: DeploymentTarget;
  /** Absent for the list. */
  readonly name?: string;
  /** `validate`, `operations`, ...: lower case. */
  readonly action?: string;
  /** An operation's or a result's name below the action. */
  readonly item?: string;
}

const SCOPE = "^/subscriptions/([^/]+)(?:/resourcegroups/([^/]+))?";
/** Operations are also found without `/providers/Microsoft.Resources`: that is where the Azure CLI looks for those of a resource group. */
const DEPLOYMENTS = new RegExp(
  `${SCOPE}/providers/microsoft\\.resources/deployments(?:/([^/]+)(?:/([^/]+)(?:/([^/]+))?)?)?$`,
  "i",
);
const SHORT_OPERATIONS = new RegExp(`${SCOPE}/deployments/([^/]+)/(operations)(?:/([^/]+))?$`, "i");

export function parseDeploymentPath(path: string): DeploymentPath | undefined {
  const found = DEPLOYMENTS.exec(path) ?? SHORT_OPERATIONS.exec(path);
  if (found === null) return undefined;
  const [, subscriptionId = "", resourceGroup, name, action, item] = found;
  return {
    target: { subscriptionId, ...(resourceGroup === undefined ? {} : { resourceGroup }) },
    ...(name === undefined ? {} : { name }),
    ...(action === undefined ? {} : { action: action.toLowerCase() }),
    ...(item === undefined ? {} : { item }),
  };
}

export const isStackPath = (path: string) => /\/providers\/microsoft\.resources\/deploymentstacks(\/|$)/i.test(path);

export const isTemplateHashPath = (path: string) => /^\/providers\/microsoft\.resources\/calculatetemplatehash$/i.test(path);

/** Scopes that deployments exist at on Azure and not here. */
export const isOtherScope = (path: string) =>
  /^(\/providers\/microsoft\.management\/managementgroups\/[^/]+)?\/providers\/microsoft\.resources\/deployments(\/|$)/i.test(
    path,
  );

/** Whether any of the above may answer; asked of every request, before the rest of the engine is loaded. */
export const isDeploymentPath = (path: string) =>
  parseDeploymentPath(path) !== undefined || isStackPath(path) || isOtherScope(path) || isTemplateHashPath(path);
