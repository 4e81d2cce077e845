import type { JsonValue } from "../base/index.ts";
import type { Loop, Table } from "./loop.ts";
import type { Node } from "./node.ts";
import { perProgram } from "./per-program.ts";

/** A deployable definition: parameters, named values, resources and outputs of one resource group. */
export interface Program {
  readonly parameters: readonly Parameter[];
  readonly variables: readonly Variable[];
  readonly resources: readonly Resource[];
  readonly existing: readonly ExistingResource[];
  readonly outputs: readonly Output[];
  /** What some of the resources are rows of, for targets that have loops; they stand among the resources all the same. */
  readonly tables: readonly Table[];
  readonly loops: readonly Loop[];
}

export type ParameterType = "string" | "int" | "bool" | "array" | "object";

/** Declared once; prints as Bicep decorators, Terraform validation, environment variables, flags, a JSON schema and a table. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  /** A value or an expression (`resourceGroup().location`); absent means that the caller must give it. */
  readonly default?: Node;
  readonly allowed?: readonly JsonValue[];
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Checked by us and by Terraform; Bicep has no pattern decorator. */
  readonly pattern?: string;
  /** The keys that an object may have; absent: any. Checked where patterns are. */
  readonly keys?: readonly string[];
  /** Only `quayside` holds other values against it; targets leave it out unless something refers to it all the same. */
  readonly onlyChecked?: boolean;
  /** Each allowed value has a parameters file, as environments do; one parameter at most. */
  readonly filePerValue?: boolean;
  /** The name in an environment, when people already know one, e.g. `AKS_NODE_COUNT`. */
  readonly environment?: string;
  /** The name in Terraform when it is not the snake case of `name`. */
  readonly terraform?: string;
}

export interface Variable {
  readonly name: string;
  readonly value: Node;
  readonly description?: string;
}

/**
 * A resource that something else makes, such as a subnet that stands in the body of its network. Others lie in it, hang off
 * it or read it; nothing is deployed for it.
 */
export interface ExistingResource {
  readonly symbol: string;
  /** `Microsoft.Network/virtualNetworks`, as Microsoft spells it. */
  readonly type: string;
  readonly apiVersion: string;
  /** The last segment of the name; a parent gives the rest. */
  readonly name: Node;
  readonly parent?: string;
  /** The resource that an extension resource hangs off (role assignments, diagnostic settings, cluster extensions). */
  readonly scope?: string;
  /** False: it is not there. */
  readonly condition?: Node;
  /** What it is deployed to, when it is not the resource group: nobody reads it back then. */
  readonly at?: "subscription";
}

export interface Resource extends ExistingResource {
  /** The part of the platform it belongs to: a Bicep module, a Terraform file, a heading in the plan. */
  readonly concern: string;
  /** Everything that is PUT except id, name and type: `location`, `tags`, `sku`, `identity`, `properties`, in ARM's shape. */
  readonly body: Node;
  /** Order that no reference shows, e.g. a role assignment before the cluster that needs it. */
  readonly dependsOn: readonly string[];
  /** Created once and never updated in place (Kubernetes computes refuse a second PUT). */
  readonly onlyIfNotExists: boolean;
  /** Why it is there or why it is odd; printed as a comment. */
  readonly comment?: string;
}

export interface Output {
  readonly name: string;
  readonly type: ParameterType;
  readonly description: string;
  readonly value: Node;
}

/** Everything that a symbol may mean, deployed or not. */
export const referents = perProgram(
  (program): ReadonlyMap<string, ExistingResource> =>
    new Map([...program.existing, ...program.resources].map((referent) => [referent.symbol, referent])),
);
