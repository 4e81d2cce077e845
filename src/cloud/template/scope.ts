import type { JsonObject, JsonValue } from "../../base/index.ts";

/** What `resourceGroup()` tells. */
export interface ResourceGroupFacts {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly managedBy?: string;
}

/** Where a template is evaluated: the answers of `subscription()`, `resourceGroup()`, `tenant()`, `deployment()`, `environment()`, `deployer()`. */
export interface Surroundings {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Absent in a deployment to a subscription. */
  readonly resourceGroup?: ResourceGroupFacts;
  readonly deployment: JsonObject;
  readonly environment: JsonObject;
  readonly deployer: JsonObject;
}

/** What only a running deployment knows. Each may throw `Pending`. A target is a symbol, a resource id or a bare resource name. */
export interface RuntimeFunctions {
  reference(target: string, apiVersion: string | undefined, full: boolean): JsonValue;
  references(loop: string, full: boolean): JsonValue;
  list(action: string, target: string, apiVersion: string, body: JsonValue | undefined): JsonValue;
}

/** `utcNow` and `newGuid`: the same moment for a whole deployment. */
export interface Moment {
  readonly now: number;
  newGuid(): string;
}

export interface Loop {
  readonly name: string;
  readonly index: number;
  /** The loop of a resource, output or module, which `copyIndex()` without a name means. */
  readonly outer: boolean;
}

export interface UserFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly output: JsonValue;
}

/** Everything that an expression can see. */
export interface Scope {
  readonly parameter: (name: string) => JsonValue;
  readonly variable: (name: string) => JsonValue;
  /** By lower-case `namespace.name`. */
  readonly functions: ReadonlyMap<string, UserFunction>;
  readonly loops: readonly Loop[];
  /** By lower-case name. */
  readonly lambdas: ReadonlyMap<string, JsonValue>;
  readonly surroundings: Surroundings;
  /** Absent where ARM does not allow `reference` and `list*`. */
  readonly runtime?: RuntimeFunctions;
  /** Present only where ARM allows `utcNow` and `newGuid`: in the defaults of parameters. */
  readonly moment?: Moment;
}

export function withLoop(scope: Scope, loop: Loop): Scope {
  return { ...scope, loops: [...scope.loops, loop] };
}
