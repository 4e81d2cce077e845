import { type FunctionName, literalKey, type Node, type ValueType } from "../../ir/index.ts";
import { conditional, invoke, operation, PRECEDENCE, type Printed, primary, wrap } from "./printed.ts";
import { quote } from "./quote.ts";

/** What a row of the table may ask of the printer. */
export interface Tools {
  readonly print: (node: Node) => Printed;
  typeOf(node: Node): ValueType;
  /** A text with expressions in it, for parts that are texts or nodes. */
  template(parts: readonly (string | Node)[]): Printed;
  choose(test: Printed, consequent: Node, alternate: Node): Printed;
  /** Says what Terraform cannot say and prints `null` in its place. */
  refuse(word: string, message: string, help: string): Printed;
  /** Surroundings are objects whose members are reached by access; alone they are no value. */
  surroundings(name: FunctionName): Printed;
}

type Spelling = (tools: Tools, ...args: readonly Node[]) => Printed;

/** `guid()` of ARM is a version-5 UUID in this namespace. */
const GUID_NAMESPACE = "11fb06fb-712d-4ddd-98c7-e71bbd588830";

const named =
  (name: string): Spelling =>
  (tools, ...args) =>
    invoke(name, ...args.map(tools.print));

const operator =
  (sign: string, precedence: number): Spelling =>
  (tools, ...args) =>
    operation(sign, precedence, args.map(tools.print));

const compare =
  (sign: string): Spelling =>
  (tools, ...args) =>
    args.every((arg) => tools.typeOf(arg).kind === "int")
      ? operation(sign, PRECEDENCE.comparison, args.map(tools.print))
      : tools.refuse("compare", "a comparison of values that are not known to be integers", "compare integers");

const surroundings =
  (name: FunctionName): Spelling =>
  (tools) =>
    tools.surroundings(name);

/** How Terraform spells ARM's functions, with ARM's meaning where Terraform's namesake differs. */
export const SPELLINGS: Record<FunctionName, Spelling> = {
  resourceGroup: surroundings("resourceGroup"),
  subscription: surroundings("subscription"),
  tenant: surroundings("tenant"),
  environment: surroundings("environment"),

  uniqueString: (tools) =>
    tools.refuse(
      "unique-string",
      "Terraform has no function that always agrees with uniqueString",
      "make it the default of a parameter",
    ),
  guid: (tools, ...args) =>
    invoke("uuidv5", primary(quote(GUID_NAMESPACE)), args.length === 1 ? textOf(tools, args[0]) : joined(tools, args)),
  subscriptionResourceId: (tools, type, ...names) => {
    const [namespace, ...segments] = literalKey(type)?.split("/") ?? [];
    if (namespace === undefined || segments.length !== names.length)
      return tools.refuse("resource-type", "a resource id is made of a type that is not written out", "write the type as text");
    return tools.template([
      { kind: "access", of: { kind: "call", name: "subscription", args: [] }, key: { kind: "literal", value: "id" } },
      `/providers/${namespace}`,
      ...segments.flatMap((segment, at) => [`/${segment}/`, names[at] ?? ""]),
    ]);
  },

  toLower: named("lower"),
  substring: (tools, text, start, length) =>
    invoke("substr", print(tools, text), print(tools, start), length ? tools.print(length) : primary("-1")),
  take: (tools, of, count) => {
    const most =
      count?.kind === "literal" && Number(count.value) >= 0
        ? print(tools, count)
        : invoke("max", primary("0"), print(tools, count));
    if (kindOf(tools, of) === "string") return invoke("substr", print(tools, of), primary("0"), most);
    if (kindOf(tools, of) === "array")
      return invoke("slice", print(tools, of), primary("0"), invoke("min", most, invoke("length", print(tools, of))));
    return untyped(tools, "take");
  },
  // replace() takes what stands between slashes for a regular expression
  replace: (tools, text, from, to) => {
    const sought = literalKey(from);
    if (sought !== undefined && !sought.startsWith("/"))
      return invoke("replace", print(tools, text), print(tools, from), print(tools, to));
    return invoke("join", print(tools, to), invoke("split", print(tools, from), print(tools, text)));
  },
  split: (tools, text, by) =>
    kindOf(tools, by) === "string" && literalKey(by) !== ""
      ? invoke("split", print(tools, by), print(tools, text))
      : tools.refuse("split", "a text is split at more than one separator or at none", "split it at one separator"),
  string: (tools, value) => textOf(tools, value),
  base64: named("base64encode"),
  json: named("jsondecode"),

  // Terraform counts from the address of the network itself
  cidrHost: (tools, range, index) =>
    index?.kind === "literal" && typeof index.value === "number"
      ? invoke("cidrhost", print(tools, range), primary(String(index.value + 1)))
      : invoke("cidrhost", print(tools, range), operation("+", PRECEDENCE.additive, [print(tools, index), primary("1")])),

  concat: (tools, ...args) => {
    if (args.every((arg) => kindOf(tools, arg) === "array")) return invoke("concat", ...args.map(tools.print));
    return args.some((arg) => kindOf(tools, arg) === "array") ? untyped(tools, "concat") : tools.template(args);
  },
  union: (tools, ...args) => {
    if (args.every((arg) => kindOf(tools, arg) === "object"))
      return invoke("merge", ...args.map((arg) => tools.print(withoutEmpty(arg))));
    const items = args.map((arg) => tools.typeOf(arg));
    const kinds = new Set(items.flatMap(({ item }) => item?.kind ?? []));
    const isPlain =
      items.every(({ kind }) => kind === "array") && kinds.size <= 1 && [...kinds].every((kind) => PRIMITIVE.has(kind));
    if (isPlain) return invoke("distinct", invoke("concat", ...args.map(tools.print)));
    return tools.refuse(
      "union",
      "a union of values that are neither objects nor arrays of one simple type",
      "use concat, or give the arrays one type",
    );
  },
  contains: (tools, within, what) => {
    const kind = kindOf(tools, within);
    if (kind === "string") return invoke("strcontains", print(tools, within), print(tools, what));
    if (kind === "array" && PRIMITIVE.has(kindOf(tools, what)))
      return invoke("contains", print(tools, within), print(tools, what));
    if (kind !== "object") return untyped(tools, "contains");
    // ARM finds keys whatever their case
    const keys = primary(["[for key in keys(", print(tools, within).doc, ") : lower(key)]"]);
    return invoke("contains", keys, invoke("lower", print(tools, what)));
  },
  length: named("length"),
  empty: (tools, of) => {
    const { kind, nullable } = of ? tools.typeOf(of) : { kind: "unknown", nullable: true };
    if (kind === "unknown" || kind === "null") return untyped(tools, "empty");
    const value = print(tools, of);
    const isEmpty =
      kind === "string"
        ? operation("==", PRECEDENCE.equality, [value, primary('""')])
        : operation("==", PRECEDENCE.equality, [invoke("length", value), primary("0")]);
    return nullable
      ? conditional(operation("==", PRECEDENCE.equality, [value, primary("null")]), primary("true"), isEmpty)
      : isEmpty;
  },
  first: (tools, of) => {
    if (kindOf(tools, of) === "string") return invoke("substr", print(tools, of), primary("0"), primary("1"));
    return item(tools, of, primary("0"));
  },
  last: (tools, of) => {
    const length = invoke("length", print(tools, of));
    const index = operation("-", PRECEDENCE.additive, [length, primary("1")]);
    if (kindOf(tools, of) === "string")
      return invoke("substr", print(tools, of), invoke("max", primary("0"), index), primary("1"));
    return item(tools, of, index);
  },

  equals: (tools, ...args) => equality(tools, "==", args),
  not: (tools, arg) => {
    if (arg?.kind === "call" && arg.name === "equals") return equality(tools, "!=", arg.args);
    return { doc: ["!", wrap(print(tools, arg), PRECEDENCE.unary)], precedence: PRECEDENCE.unary };
  },
  and: operator("&&", PRECEDENCE.and),
  or: operator("||", PRECEDENCE.or),
  greater: compare(">"),
  greaterOrEquals: compare(">="),
  less: compare("<"),
  lessOrEquals: compare("<="),
  coalesce: (tools, ...args) =>
    firstOf(
      tools,
      args.filter((arg) => !isNull(arg)),
    ),

  add: operator("+", PRECEDENCE.additive),
  sub: operator("-", PRECEDENCE.additive),
  mul: operator("*", PRECEDENCE.multiplicative),
  min: extreme("min"),
  max: extreme("max"),
};

const PRIMITIVE: ReadonlySet<string> = new Set(["string", "int", "bool"]);

const print = (tools: Tools, node: Node | undefined): Printed => (node ? tools.print(node) : primary("null"));
const kindOf = (tools: Tools, node: Node | undefined): string => (node ? tools.typeOf(node).kind : "unknown");
const isNull = (node: Node) => node.kind === "literal" && node.value === null;

function untyped(tools: Tools, name: FunctionName): Printed {
  return tools.refuse("untyped", `${name}() is given a value of unknown type`, "give it one type, or read it with its type");
}

/** Merging nothing is merging null, which goes with any object in a condition. */
function withoutEmpty(node: Node): Node {
  if (node.kind !== "condition") return node;
  const orNull = (branch: Node): Node =>
    branch.kind === "object" && branch.entries.length === 0 ? { kind: "literal", value: null } : branch;
  return { ...node, consequent: orNull(node.consequent), alternate: orNull(node.alternate) };
}

function joined(tools: Tools, args: readonly Node[]): Printed {
  const items = args.map((arg) => tools.print(arg).doc);
  return invoke("join", primary(quote("-")), primary(["[", items.flatMap((doc, at) => (at === 0 ? [doc] : [", ", doc])), "]"]));
}

/** `string()`: .NET writes truth with a capital, and Terraform's jsonencode neither keeps the order of keys nor leaves <, > and & alone. */
function textOf(tools: Tools, node: Node | undefined): Printed {
  if (!node) return primary("null");
  const { kind } = tools.typeOf(node);
  if (kind === "string" || kind === "int" || kind === "bool") return tools.template([node]);
  const literal = literalJson(node);
  if (literal !== undefined) return primary(quote(literal));
  return tools.refuse(
    "json-text",
    "string() of a value that is neither text, integer nor truth",
    "write the text out, or build it from parts",
  );
}

/** JSON text of what is written out. */
function literalJson(node: Node): string | undefined {
  const value = literalValue(node);
  return value && value.known !== null ? JSON.stringify(value.known) : undefined;
}

function literalValue(node: Node): { known: unknown } | undefined {
  if (node.kind === "literal") return { known: node.value };
  if (node.kind === "array") {
    const items = node.items.map(literalValue);
    return items.every((item) => item !== undefined) ? { known: items.map((item) => item.known) } : undefined;
  }
  if (node.kind !== "object") return undefined;
  const members = node.entries.map(([key, value]) => [literalKey(key), literalValue(value)] as const);
  if (members.some(([key, value]) => key === undefined || value === undefined)) return undefined;
  return { known: Object.fromEntries(members.map(([key, value]) => [key, value?.known])) };
}

/** An item that is null when there is none. */
function item(tools: Tools, of: Node | undefined, index: Printed): Printed {
  if (kindOf(tools, of) !== "array") return untyped(tools, "first");
  const value = primary([wrap(print(tools, of), PRECEDENCE.primary), "[", index.doc, "]"]);
  if (of?.kind === "array" && of.items.length > 0) return value;
  const isEmpty = operation("==", PRECEDENCE.equality, [invoke("length", print(tools, of)), primary("0")]);
  return conditional(isEmpty, primary("null"), value);
}

/** Terraform calls a list and a tuple of the same items different, so structures are compared as text. */
function equality(tools: Tools, sign: "==" | "!=", args: readonly Node[]): Printed {
  const isStructure = (arg: Node) => !isNull(arg) && !PRIMITIVE.has(kindOf(tools, arg));
  const asText = args.some(isStructure) && !args.some(isNull);
  return operation(
    sign,
    PRECEDENCE.equality,
    args.map((arg) => (asText ? invoke("jsonencode", tools.print(arg)) : tools.print(arg))),
  );
}

/** Terraform's coalesce passes over empty texts, ARM's does not. */
function firstOf(tools: Tools, [node, ...rest]: readonly Node[]): Printed {
  if (!node) return primary("null");
  const { nullable, kind } = tools.typeOf(node);
  if (rest.length === 0 || (!nullable && kind !== "unknown")) return tools.print(node);
  const isThere = operation("!=", PRECEDENCE.equality, [tools.print(node), primary("null")]);
  return tools.choose(isThere, node, { kind: "call", name: "coalesce", args: rest });
}

function extreme(name: "min" | "max"): Spelling {
  return (tools, ...args) => {
    const [only] = args;
    if (args.length > 1 || kindOf(tools, only) !== "array") return invoke(name, ...args.map(tools.print));
    return invoke(name, primary([print(tools, only).doc, "..."]));
  };
}
