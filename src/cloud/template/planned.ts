import type { JsonObject, JsonValue } from "../../base/index.ts";
import type { Scope } from "./scope.ts";
import type { Template } from "./template.ts";

/** Where a deployment puts its resources. */
export interface DeploymentTarget {
  readonly subscriptionId: string;
  readonly resourceGroup?: string;
}

export function targetId(target: DeploymentTarget): string {
  const subscription = `/subscriptions/${target.subscriptionId}`;
  return target.resourceGroup === undefined ? subscription : `${subscription}/resourceGroups/${target.resourceGroup}`;
}

/** One resource of a template: loops unrolled, name and condition known, body still to be evaluated. */
export interface PlannedResource {
  /** Unique in its plan: `symbol`, `symbol[2]`, or the resource id in lower case. */
  readonly key: string;
  readonly symbol?: string;
  readonly loop?: string;
  readonly loopIndex?: number;
  readonly id: string;
  /** `Microsoft.Network/virtualNetworks/subnets` */
  readonly type: string;
  /** As the template has it: `vnet/snet`. */
  readonly name: string;
  readonly apiVersion: string;
  /** A resource whose condition is false is neither deployed nor waited for. */
  readonly condition: boolean;
  readonly existing: boolean;
  readonly onlyIfNotExists: boolean;
  /** As declared, without what only steers the deployment. */
  readonly body: JsonObject;
  readonly scope: Scope;
  /** Present for nested deployments. */
  readonly nested?: NestedDeployment;
  /** Keys of the resources of the same plan that come first. */
  readonly dependsOn: readonly string[];
}

export interface NestedDeployment {
  readonly target: DeploymentTarget;
  readonly template: JsonObject;
  /** Declared parameters, not evaluated. */
  readonly parameters: JsonObject;
  /** Inner: the nested template sees its own parameters and variables; outer: those of the template around it. */
  readonly inner: boolean;
  readonly location?: string;
}

/** A template ready to be deployed. */
export interface Plan {
  readonly template: Template;
  readonly target: DeploymentTarget;
  readonly resources: readonly PlannedResource[];
  /** What expressions outside resources see; it has no `runtime`. */
  readonly scope: Scope;
  /** Resources that a symbol, a loop, an indexed symbol, an id or a name means. */
  readonly find: (text: string) => readonly PlannedResource[];
  readonly parameter: (name: string) => JsonValue;
}
