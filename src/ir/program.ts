import { assert, type JsonValue } from "../base/index.ts";
import { type AnyInput, type Expr, expression, get, type Input, toNode } from "./expression.ts";
import type { Node } from "./node.ts";
import { perProgram } from "./per-program.ts";

/** A deployable definition: parameters, named values, resources and outputs of one resource group. */
export interface Program {
  readonly parameters: readonly Parameter[];
  readonly variables: readonly Variable[];
  readonly resources: readonly Resource[];
  readonly existing: readonly ExistingResource[];
  readonly outputs: readonly Output[];
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

export interface ExistingDeclaration {
  /** `Microsoft.Network/virtualNetworks@2025-07-01` */
  readonly type: `${string}@${string}`;
  readonly name: Input<string>;
  readonly parent?: ResourceHandle;
  readonly scope?: ResourceHandle;
  readonly condition?: Input<boolean>;
}

export interface ResourceDeclaration extends ExistingDeclaration {
  readonly concern: string;
  readonly body: AnyInput;
  readonly dependsOn?: readonly ResourceHandle[];
  readonly onlyIfNotExists?: boolean;
  readonly comment?: string;
  /** Deploys to the subscription, through a nested deployment; takes rights there that a resource group's owner may lack. */
  readonly at?: "subscription";
}

/** A declared resource, as other declarations refer to it; referring to it makes the order. */
export interface ResourceHandle {
  readonly symbol: string;
  readonly id: Expr<string>;
  readonly name: Expr<string>;
  /** A value that is known once it is deployed: cluster.get("properties", "oidcIssuerProfile", "issuerURL"). */
  get<T = string>(...path: readonly [string, ...string[]]): Expr<T>;
  /** The same for a value that is no string: `vault.read<number>("int", "properties", "softDeleteRetentionInDays")`. */
  read<T>(type: "int" | "bool" | "array" | "object", ...path: readonly [string, ...string[]]): Expr<T>;
}

export interface ParameterDeclaration<T> extends Omit<Parameter, "name" | "type" | "default" | "allowed"> {
  readonly default?: Input<T>;
  readonly allowed?: readonly T[];
}

/** Collects declarations; `build()` freezes them. Names and symbols are unique, or it is the declarer's bug. */
export interface ProgramBuilder {
  string(name: string, declaration: ParameterDeclaration<string>): Expr<string>;
  int(name: string, declaration: ParameterDeclaration<number>): Expr<number>;
  bool(name: string, declaration: ParameterDeclaration<boolean>): Expr<boolean>;
  array<T extends JsonValue>(name: string, declaration: ParameterDeclaration<T[]>): Expr<T[]>;
  object<T extends object>(name: string, declaration: ParameterDeclaration<T>): Expr<T>;
  variable<T>(name: string, value: Input<T>, description?: string): Expr<T>;
  resource(symbol: string, declaration: ResourceDeclaration): ResourceHandle;
  /** Names a resource that the program does not deploy; what refers to it waits for what it lies in. */
  existing(symbol: string, declaration: ExistingDeclaration): ResourceHandle;
  output(name: string, type: ParameterType, description: string, value: AnyInput): void;
  build(): Program;
}

/** Starts with nothing, or with what another program declares. */
export function createProgram(from?: Program): ProgramBuilder {
  const parameters: Parameter[] = [...(from?.parameters ?? [])];
  const variables: Variable[] = [...(from?.variables ?? [])];
  const resources: Resource[] = [...(from?.resources ?? [])];
  const existing: ExistingResource[] = [...(from?.existing ?? [])];
  const outputs: Output[] = [...(from?.outputs ?? [])];
  const names = [...parameters, ...variables]
    .map(({ name }) => name)
    .concat([...resources, ...existing].map(({ symbol }) => symbol));
  const taken = new Set(names.map((name) => name.toLowerCase()));

  const claim = (name: string) => {
    const key = name.toLowerCase(); // ARM compares names of parameters, variables and symbols without regard to case
    assert(!taken.has(key), `${name} is declared twice`);
    taken.add(key);
  };

  const parameter = <T>(name: string, type: ParameterType, declaration: ParameterDeclaration<T>): Expr<T> => {
    claim(name);
    const { default: initial, allowed, ...rest } = declaration;
    parameters.push({
      ...rest,
      name,
      type,
      ...(initial === undefined ? {} : { default: toNode(initial) }),
      ...(allowed === undefined ? {} : { allowed: allowed as readonly JsonValue[] }),
    });
    return expression<T>({ kind: "parameter", name });
  };

  return {
    string: (name, declaration) => parameter(name, "string", declaration),
    int: (name, declaration) => parameter(name, "int", declaration),
    bool: (name, declaration) => parameter(name, "bool", declaration),
    array: (name, declaration) => parameter(name, "array", declaration),
    object: (name, declaration) => parameter(name, "object", declaration),

    variable: <T>(name: string, value: Input<T>, description?: string) => {
      claim(name);
      variables.push({ name, value: toNode(value), ...(description === undefined ? {} : { description }) });
      return expression<T>({ kind: "variable", name });
    },

    resource: (symbol, declaration) => {
      claim(symbol);
      resources.push({
        ...identity(symbol, declaration),
        concern: declaration.concern,
        body: toNode(declaration.body),
        dependsOn: (declaration.dependsOn ?? []).map((handle) => handle.symbol),
        onlyIfNotExists: declaration.onlyIfNotExists ?? false,
        ...(declaration.comment === undefined ? {} : { comment: declaration.comment }),
        ...(declaration.at === undefined ? {} : { at: declaration.at }),
      });
      return resourceHandle(symbol);
    },

    existing: (symbol, declaration) => {
      claim(symbol);
      existing.push(identity(symbol, declaration));
      return resourceHandle(symbol);
    },

    output: (name, type, description, value) => {
      outputs.push({ name, type, description, value: toNode(value) });
    },

    build: () => Object.freeze({ parameters, variables, resources, existing, outputs }),
  };
}

function identity(symbol: string, { type: typed, name, parent, scope, condition }: ExistingDeclaration): ExistingResource {
  const [type = "", apiVersion = ""] = typed.split("@");
  return {
    symbol,
    type,
    apiVersion,
    name: toNode(name),
    ...(parent === undefined ? {} : { parent: parent.symbol }),
    ...(scope === undefined ? {} : { scope: scope.symbol }),
    ...(condition === undefined ? {} : { condition: toNode(condition) }),
  };
}

/** What other declarations refer to a resource by, when only its symbol is at hand. */
export function resourceHandle(symbol: string): ResourceHandle {
  const self = expression<object>({ kind: "resource", symbol });
  return {
    symbol,
    id: get<string>(self, "id"),
    name: get<string>(self, "name"),
    get: <T>(...path: readonly [string, ...string[]]) => get<T>(self, ...path),
    read: <T>(type: "int" | "bool" | "array" | "object", ...path: readonly [string, ...string[]]) => {
      const { node } = get<T>(self, ...path);
      return expression<T>(node.kind === "access" ? { ...node, type } : node);
    },
  };
}

/** Everything that a symbol may mean, deployed or not. */
export const referents = perProgram(
  (program): ReadonlyMap<string, ExistingResource> =>
    new Map([...program.existing, ...program.resources].map((referent) => [referent.symbol, referent])),
);
