import { assert } from "../base/index.ts";
import { fold } from "./fold.ts";
import type { FunctionName } from "./functions.ts";
import { itemValues } from "./items.ts";
import type { Node } from "./node.ts";
import { type ParameterType, type Program, referents } from "./program.ts";
import { accessChain, literalKey } from "./walk.ts";

/** What is known of a value's type without evaluating it. `unknown` only where a definition is too dynamic to tell. */
export interface ValueType {
  readonly kind: ParameterType | "unknown" | "null";
  readonly nullable: boolean;
  /** Of an object, as far as they are written out. */
  readonly members?: ReadonlyMap<string, ValueType>;
  readonly item?: ValueType;
}

const UNKNOWN: ValueType = { kind: "unknown", nullable: false };
const NULL: ValueType = { kind: "null", nullable: true };
const of = (kind: ParameterType): ValueType => ({ kind, nullable: false });

/** What a function gives; `argument`: the type of its arguments. */
const RETURNS: Record<FunctionName, ParameterType | "argument" | "item" | "unknown"> = {
  resourceGroup: "object",
  subscription: "object",
  tenant: "object",
  environment: "object",
  uniqueString: "string",
  guid: "string",
  subscriptionResourceId: "string",
  toLower: "string",
  substring: "string",
  take: "argument",
  replace: "string",
  split: "array",
  string: "string",
  base64: "string",
  json: "unknown",
  cidrHost: "string",
  concat: "argument",
  union: "argument",
  contains: "bool",
  length: "int",
  empty: "bool",
  first: "item",
  last: "item",
  equals: "bool",
  not: "bool",
  and: "bool",
  or: "bool",
  greater: "bool",
  greaterOrEquals: "bool",
  less: "bool",
  lessOrEquals: "bool",
  coalesce: "argument",
  add: "int",
  sub: "int",
  mul: "int",
  min: "int",
  max: "int",
};

const SURROUNDINGS: ReadonlySet<FunctionName> = new Set(["resourceGroup", "subscription", "tenant", "environment"]);
/** Their members that are no strings. */
const SURROUNDING_OBJECTS: ReadonlySet<string> = new Set(["tags", "properties", "suffixes", "authentication"]);

/** Tells types of the nodes of a program. What Azure answers (`cluster.properties.fqdn`) counts as a string. */
export function inferTypes(program: Program): (node: Node) => ValueType {
  const parameters = new Map(program.parameters.map((parameter) => [parameter.name, parameter]));
  const variables = new Map(program.variables.map((variable) => [variable.name, variable.value]));
  const conditional = new Set([...referents(program).values()].filter(({ condition }) => condition).map(({ symbol }) => symbol));
  const known = new Map<string, ValueType>();

  const infer = fold<ValueType>({
    literal: ({ value }) => {
      if (value === null) return NULL;
      if (typeof value === "number") return Number.isInteger(value) ? of("int") : UNKNOWN; // no target has a type for decimals
      return of(typeof value === "boolean" ? "bool" : "string");
    },
    array: (node, go) => ({ ...of("array"), item: join(node.items.map(go)) }),
    object: (node, go) => ({
      ...of("object"),
      members: new Map(
        node.entries.flatMap(([key, value]) => (literalKey(key) === undefined ? [] : [[literalKey(key) ?? "", go(value)]])),
      ),
    }),
    concat: () => of("string"),
    parameter: (node, go) => {
      const parameter = parameters.get(node.name);
      if (!parameter) return UNKNOWN;
      return parameter.default?.kind === "object" || parameter.default?.kind === "array"
        ? go(parameter.default)
        : of(parameter.type);
    },
    variable: (node, go) => {
      const value = variables.get(node.name);
      const type = known.get(node.name) ?? (value ? go(value) : UNKNOWN);
      known.set(node.name, type);
      return type;
    },
    resource: () => of("object"),
    access: (node, go) => {
      const { root, keys, typed } = accessChain(node);
      if (root.kind === "resource") {
        const type = typed?.depth === keys.length ? typed.type : "string";
        const known = ["id", "name", "type", "apiVersion"].includes(literalKey(keys[0]) ?? "");
        return { kind: type, nullable: !known && conditional.has(root.symbol) };
      }
      if (root.kind === "call" && SURROUNDINGS.has(root.name)) {
        return of(keys.length === 1 && SURROUNDING_OBJECTS.has(literalKey(keys[0]) ?? "") ? "object" : "string");
      }
      const base = go(node.of);
      if (base.kind === "array") return base.item ?? UNKNOWN;
      const key = literalKey(node.key);
      if (key !== undefined) return base.members?.get(key) ?? UNKNOWN;
      return base.members ? join([...base.members.values()]) : UNKNOWN;
    },
    call: (node, go) => {
      const returns = RETURNS[node.name];
      if (returns === "unknown") return UNKNOWN;
      if (returns !== "argument" && returns !== "item") return of(returns);
      const [first, ...rest] = node.args.map(go);
      assert(first !== undefined, `${node.name} has arguments`);
      if (returns === "item") return first.kind === "array" ? (first.item ?? UNKNOWN) : first;
      if (node.name === "take") return first;
      if (node.name === "coalesce") return { ...join([first, ...rest]), nullable: (rest.at(-1) ?? first).nullable };
      if (node.name === "union" && first.kind === "object")
        return { ...of("object"), members: new Map([first, ...rest].flatMap((arg) => [...(arg.members ?? [])])) };
      return join([first, ...rest]);
    },
    condition: (node, go) => join([go(node.consequent), go(node.alternate)]),
    item: (node, go) => join(itemValues(program.tables, node).map(go)),
    member: () => of("object"),
    map: (node, go) => ({ ...of("array"), item: go(node.value) }),
  });
  return infer;
}

/** The type that covers all: members that every object has, null as nullable, unknown where kinds differ. */
function join(types: readonly ValueType[]): ValueType {
  const nullable = types.some((type) => type.nullable);
  const real = types.filter((type) => type.kind !== "null");
  const [first, ...rest] = real;
  if (first === undefined) return types.length > 0 ? NULL : UNKNOWN;
  if (rest.some((type) => type.kind !== first.kind)) return { kind: "unknown", nullable };
  const names = [...(first.members?.keys() ?? [])].filter((name) => rest.every((type) => type.members?.has(name)));
  const membersOf = (name: string) => real.flatMap((type) => type.members?.get(name) ?? []);
  const items = real.flatMap((type) => type.item ?? []).filter((item) => item.kind !== "unknown");
  return {
    kind: first.kind,
    nullable,
    ...(first.members ? { members: new Map(names.map((name) => [name, join(membersOf(name))])) } : {}),
    ...(items.length > 0 ? { item: join(items) } : {}),
  };
}
