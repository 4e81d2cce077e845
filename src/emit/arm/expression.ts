import { assert, type JsonValue } from "../../base/index.ts";
import {
  accessChain,
  type ExistingResource,
  fold,
  isRuntimeAccess,
  literalKey,
  type Node,
  type Program,
  referents,
  textParts,
  walk,
} from "../../ir/index.ts";
import { escapeFormat, escapeText, quote } from "./quote.ts";

/** Prints nodes in the two places that a template has for them. */
export interface ArmPrinter {
  /** An expression without its brackets: `parameters('location')`. */
  expression(node: Node): string;
  /** A JSON value: literals as they are, objects and arrays as structure, anything else as `"[...]"`. */
  value(node: Node): JsonValue;
  /** A resource's own `name` member: `[format('{0}/{1}', 'cluster', 'pool')]` for a child. */
  name(resource: ExistingResource): JsonValue;
  id(symbol: string): string;
  /** Variables cannot call `reference()`, so those that need it are printed where they are used. */
  isInlined(variable: string): boolean;
}

export function armPrinter(program: Program): ArmPrinter {
  const resources = referents(program);
  const variables = new Map(program.variables.map((variable) => [variable.name, variable.value]));
  const resource = (symbol: string): ExistingResource => {
    const found = resources.get(symbol);
    assert(found, `resource ${symbol} is declared`);
    return found;
  };

  const runtime = new Map<string, boolean>();
  const isInlined = (name: string): boolean => {
    const known = runtime.get(name);
    if (known !== undefined) return known;
    runtime.set(name, false);
    const value = variables.get(name);
    const needed = value !== undefined && usesRuntime(value, isInlined);
    runtime.set(name, needed);
    return needed;
  };

  const lineage = (symbol: string): ExistingResource[] => {
    const self = resource(symbol);
    return [...(self.parent === undefined ? [] : lineage(self.parent)), self];
  };

  const id = (symbol: string): string => {
    const line = lineage(symbol);
    const scope = line[0]?.scope;
    const args = [quote(resource(symbol).type), ...line.map(({ name }) => expression(name))];
    if (resource(symbol).at === "subscription") return `subscriptionResourceId(${args.join(", ")})`;
    return scope === undefined ? `resourceId(${args.join(", ")})` : `extensionResourceId(${[id(scope), ...args].join(", ")})`;
  };

  const member = (symbol: string, keys: readonly Node[]): string => {
    const { name, type, apiVersion, condition } = resource(symbol);
    const [first, ...rest] = keys;
    const known = {
      id: () => id(symbol),
      name: () => expression(name),
      type: () => quote(type),
      apiVersion: () => quote(apiVersion),
    };
    const word = literalKey(first);
    if (word === "id" || word === "name" || word === "type" || word === "apiVersion") return known[word]();
    const read =
      word === "properties"
        ? `reference(${quote(symbol)})${rest.map(key).join("")}`
        : `reference(${quote(symbol)}, ${quote(apiVersion)}, 'full')${keys.map(key).join("")}`;
    // reference() to a resource that is not deployed fails, so it is asked only when there is one
    return condition === undefined ? read : `if(${expression(condition)}, ${read}, null())`;
  };

  const key = (node: Node): string => {
    const word = literalKey(node);
    return word !== undefined && /^[A-Za-z_][A-Za-z0-9_]*$/.test(word) ? `.${word}` : `[${expression(node)}]`;
  };

  const expression: (node: Node) => string = fold<string>({
    literal: ({ value }) => literal(value),
    array: (node, go) => `createArray(${node.items.map(go).join(", ")})`,
    object: (node, go) => `createObject(${node.entries.flat().map(go).join(", ")})`,
    concat: format,
    parameter: (node) => `parameters(${quote(node.name)})`,
    variable: (node, go) => {
      const value = variables.get(node.name);
      return value !== undefined && isInlined(node.name) ? go(value) : `variables(${quote(node.name)})`;
    },
    resource: (node) => quote(node.symbol),
    access: (node, go) => {
      const { root, keys } = accessChain(node);
      return root.kind === "resource" ? member(root.symbol, keys) : `${go(node.of)}${key(node.key)}`;
    },
    call: (node, go) => `${node.name}(${node.args.map(go).join(", ")})`,
    condition: (node, go) => `if(${go(node.test)}, ${go(node.consequent)}, ${go(node.alternate)})`,
    item: repeated,
    member: repeated,
    map: repeated,
  });

  const bracketed = (node: Node): string => `[${expression(node)}]`;
  const value: (node: Node) => JsonValue = fold<JsonValue>({
    literal: ({ value }) => {
      if (typeof value === "string") return escapeText(value);
      return typeof value === "number" && !Number.isInteger(value) ? `[${literal(value)}]` : value;
    },
    array: (node, go) => node.items.map(go),
    object: (node, go) => Object.fromEntries(node.entries.map(([name, item]) => [keyText(name), go(item)])),
    concat: (node) => {
      const text = onlyText(textParts(node));
      return text === undefined ? bracketed(node) : escapeText(text);
    },
    parameter: bracketed,
    variable: (node, go) => {
      const inlined = isInlined(node.name) ? variables.get(node.name) : undefined;
      return inlined ? go(inlined) : bracketed(node);
    },
    resource: bracketed,
    access: (node, go) => {
      const { root, keys } = accessChain(node);
      return root.kind === "resource" && literalKey(keys[0]) === "name" ? go(resource(root.symbol).name) : bracketed(node);
    },
    call: bracketed,
    condition: bracketed,
    item: repeated,
    member: repeated,
    map: repeated,
  });

  const keyText = (node: Node): string => {
    const text = value(node);
    assert(typeof text === "string", "a key of an object is text");
    return text;
  };

  const name = (self: ExistingResource): JsonValue => {
    const names = lineage(self.symbol).map((ancestor) => ancestor.name);
    if (names.length === 1) return value(self.name);
    const slash: Node = { kind: "literal", value: "/" };
    return value({ kind: "concat", parts: names.flatMap((part, at) => (at === 0 ? [part] : [slash, part])) });
  };

  return { expression, value, name, id, isInlined };
}

function usesRuntime(value: Node, isInlined: (variable: string) => boolean): boolean {
  let found = false;
  walk(value, (node) => {
    found ||=
      (node.kind === "access" && isRuntimeAccess(accessChain(node))) || (node.kind === "variable" && isInlined(node.name));
    return !found;
  });
  return found;
}

/** A template holds the members of loops one by one, so it is the same whatever is printed as a loop elsewhere. */
function repeated(): never {
  assert(false, "what loops repeat is printed member by member");
}

/** The expression language has functions instead of keywords, and integers only. */
function literal(value: string | number | boolean | null): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : `json(${quote(String(value))})`;
  return `${value}()`;
}

function format(node: Node, go: (node: Node) => string): string {
  const parts = textParts(node);
  const text = onlyText(parts);
  if (text !== undefined) return quote(text);
  const args: string[] = [];
  const pattern = parts.map((part) => {
    if (typeof part === "string") return escapeFormat(part);
    const argument = go(part);
    const known = args.indexOf(argument);
    return `{${known >= 0 ? known : args.push(argument) - 1}}`;
  });
  return `format(${[quote(pattern.join("")), ...args].join(", ")})`;
}

function onlyText(parts: readonly (string | Node)[]): string | undefined {
  const [only = ""] = parts;
  return parts.length <= 1 && typeof only === "string" ? only : undefined;
}
