import type { JsonObject, JsonValue } from "../base/index.ts";
import { bool, EvaluationError, IMPLEMENTATIONS, idPath, joined, STRUCTURAL, type Surroundings } from "./evaluate-functions.ts";
import { fold } from "./fold.ts";
import type { Node, NodeOf } from "./node.ts";
import { type ExistingResource, type Program, referents } from "./program.ts";
import { firstUnknown, isRecord, Unknown, type Value } from "./value.ts";
import { accessChain } from "./walk.ts";

export interface EvaluationOptions {
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroup: { readonly name: string; readonly location: string; readonly tags?: JsonObject };
  /** What `environment()` answers; the public cloud unless told. */
  readonly environment?: JsonObject;
  /** Reads a deployed resource: its properties, or with `full` the whole resource. Without it such values stay unknown. */
  readonly runtime?: (id: string, apiVersion: string, full: boolean) => JsonValue;
}

const PUBLIC_CLOUD: JsonObject = {
  name: "AzureCloud",
  resourceManager: "https://management.azure.com/",
  authentication: {
    loginEndpoint: "https://login.microsoftonline.com/",
    audiences: ["https://management.core.windows.net/", "https://management.azure.com/"],
  },
  suffixes: {
    acrLoginServer: ".azurecr.io",
    keyvaultDns: ".vault.azure.net",
    sqlServerHostname: ".database.windows.net",
    storage: "core.windows.net",
  },
};

/** Computes single values of a program; each parameter, variable and id at most once. */
export interface Evaluator {
  value(node: Node): Value;
  parameter(name: string): Value;
  id(symbol: string): string;
  /** Of the ancestors and the resource, outermost first. */
  names(symbol: string): string[];
  isDeployed(symbol: string): boolean;
}

export function createEvaluator(program: Program, options: EvaluationOptions): Evaluator {
  const resources = referents(program);
  const defaults = new Map(program.parameters.map((parameter) => [parameter.name, parameter.default]));
  const variables = new Map(program.variables.map((variable) => [variable.name, variable.value]));
  const surroundings = surroundingsOf(options);
  const groupId = `/subscriptions/${options.subscriptionId}/resourceGroups/${options.resourceGroup.name}`;

  const parameter = memoize(
    (name): Value =>
      (Object.hasOwn(options.parameters, name) ? options.parameters[name] : undefined) ?? value(defaults.get(name)),
  );
  const variable = memoize((name) => value(variables.get(name)));
  const resource = (symbol: string): ExistingResource => resources.get(symbol) ?? fail(`there is no resource ${symbol}`);
  const isDeployed = memoize((symbol) => {
    const { condition } = resource(symbol);
    return condition === undefined || bool(value(condition));
  });
  const names = memoize((symbol): string[] => {
    const { name, parent } = resource(symbol);
    const own = value(name);
    if (typeof own !== "string") return fail(`the name of ${symbol} is ${JSON.stringify(own)}, which is not a string`);
    return [...(parent === undefined ? [] : names(parent)), own];
  });
  const id = memoize((symbol): string => {
    const { type, at } = resource(symbol);
    const scope = scopeOf(resource, symbol);
    const root = at === "subscription" ? `/subscriptions/${options.subscriptionId}` : groupId;
    return `${scope === undefined ? root : id(scope)}/providers/${idPath(type, names(symbol))}`;
  });

  const member = (symbol: string, keys: readonly Node[]): Value => {
    const { type, apiVersion } = resource(symbol);
    const [first, ...rest] = keys.map((key) => value(key));
    if (first === "id") return id(symbol);
    if (first === "name") return names(symbol).at(-1) ?? "";
    if (first === "type") return type;
    if (first === "apiVersion") return apiVersion;
    if (!isDeployed(symbol)) return null;
    if (!options.runtime) return new Unknown([symbol, first, ...rest].map(String).join("."));
    const inProperties = first === "properties";
    const known = options.runtime(id(symbol), apiVersion, !inProperties);
    return (inProperties ? rest : [first ?? null, ...rest]).reduce<Value>(property, known);
  };

  const call = (node: NodeOf<"call">): Value => {
    const { name } = node;
    if (name === "and" || name === "or") {
      for (const arg of node.args) {
        const truth = value(arg);
        if (truth instanceof Unknown) return truth;
        if (bool(truth) === (name === "or")) return name === "or";
      }
      return name === "and";
    }
    if (name === "coalesce") {
      for (const arg of node.args) {
        const candidate = value(arg);
        if (candidate !== null) return candidate;
      }
      return null;
    }
    const args = node.args.map(value);
    const unknown = STRUCTURAL.has(name)
      ? args.find((arg) => arg instanceof Unknown)
      : args.map(firstUnknown).find((part) => part);
    return unknown instanceof Unknown ? new Unknown(`${name}(${unknown.of})`) : IMPLEMENTATIONS[name](args, surroundings);
  };

  const evaluate = fold<Value>({
    literal: (node) => node.value,
    array: (node, go) => node.items.map(go),
    object: (node, go) => Object.fromEntries(node.entries.map(([key, item]) => [keyText(go(key)), go(item)])),
    concat: (node, go) => {
      const parts = node.parts.map(go);
      const unknown = parts.find((part) => part instanceof Unknown);
      return unknown ? new Unknown(unknown.of) : parts.map(joined).join("");
    },
    parameter: (node) => parameter(node.name),
    variable: (node) => variable(node.name),
    resource: (node) => fail(`resource ${node.symbol} is used as a value`),
    access: (node, go) => {
      const { root, keys } = accessChain(node);
      return root.kind === "resource" ? member(root.symbol, keys) : property(go(node.of), go(node.key));
    },
    call,
    condition: (node, go) => {
      const test = go(node.test);
      if (test instanceof Unknown) return test;
      return go(bool(test) ? node.consequent : node.alternate);
    },
    item: (node) => fail(`${node.name} is used outside of its loop`),
    member: (node) => fail(`${node.loop} is used outside of a loop`),
    map: (node) => fail(`the list of ${node.item} is made outside of a loop`),
  });
  const value = (node: Node | undefined): Value => (node === undefined ? fail("a value is missing") : evaluate(node));

  return { value, parameter, id, names, isDeployed };
}

/** The scope of the outermost ancestor: a child of an extension resource hangs where its parent does. */
function scopeOf(resource: (symbol: string) => ExistingResource, symbol: string): string | undefined {
  const { parent, scope } = resource(symbol);
  return parent === undefined ? scope : scopeOf(resource, parent);
}

function property(of: Value, key: Value): Value {
  if (of instanceof Unknown) return new Unknown(`${of.of}.${keyText(key)}`);
  if (key instanceof Unknown) return key;
  if (Array.isArray(of) && typeof key === "number") return of[key] ?? fail(`there is no item ${key} in an array of ${of.length}`);
  if (isRecord(of) && typeof key === "string") {
    if (Object.hasOwn(of, key)) return of[key] ?? null;
    const alike = Object.keys(of).find((name) => name.toLowerCase() === key.toLowerCase()); // ARM finds properties whatever their case
    if (alike !== undefined) return of[alike] ?? null;
    return fail(`there is no property ${key}; there are ${Object.keys(of).join(", ") || "none"}`);
  }
  return fail(`${JSON.stringify(of)} has no member ${JSON.stringify(key)}`);
}

function keyText(key: Value): string {
  if (key instanceof Unknown) return fail(`the key ${key.of} is known only after deployment`);
  if (typeof key === "number") return String(key);
  return typeof key === "string" ? key : fail(`the key ${JSON.stringify(key)} is not a string`);
}

function fail(message: string): never {
  throw new EvaluationError(message);
}

function memoize<T>(compute: (name: string) => T): (name: string) => T {
  const known = new Map<string, { value: T }>();
  return (name) => {
    const found = known.get(name) ?? { value: compute(name) };
    known.set(name, found);
    return found.value;
  };
}

function surroundingsOf({ subscriptionId, tenantId, resourceGroup, environment }: EvaluationOptions): Surroundings {
  return {
    subscriptionId,
    resourceGroup: {
      id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup.name}`,
      name: resourceGroup.name,
      type: "Microsoft.Resources/resourceGroups",
      location: resourceGroup.location,
      tags: resourceGroup.tags ?? {},
      properties: { provisioningState: "Succeeded" },
    },
    subscription: { id: `/subscriptions/${subscriptionId}`, subscriptionId, tenantId, displayName: "" },
    tenant: { tenantId },
    environment: environment ?? PUBLIC_CLOUD,
  };
}
