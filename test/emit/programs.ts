import fc from "fast-check";
import {
  type AnyInput,
  and,
  call,
  createProgram,
  type Expr,
  entries,
  type FunctionName,
  get,
  type Program,
  type ResourceHandle,
  text,
  when,
} from "../../src/ir/index.ts";

/** Texts that break careless quoting, among ordinary ones. */
export const nastyText = fc.oneof(
  fc.constantFrom(
    "",
    "'",
    "''",
    "\\",
    "\\'",
    "${x}",
    "$",
    "{",
    "$${",
    "}",
    "{0}",
    "{{0}}",
    "[x]",
    "[[x]",
    "[x",
    "x]",
    "]",
    "\n",
    "\r\n\t",
    "%",
    '"',
    "a'b\\c${d}[e]",
    "\u0000",
    "\u2028",
    "😀",
    "['a']",
    "[parameters('text')]",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary-ascii", maxLength: 8 }),
);

interface Values {
  readonly text: readonly Expr[];
  readonly int: readonly Expr[];
  readonly bool: readonly Expr[];
  readonly object: readonly Expr[];
}

type Make<T = AnyInput> = (values: Values) => T;

const invoke = (name: FunctionName, ...args: readonly fc.Arbitrary<Make>[]): fc.Arbitrary<Make> =>
  fc.tuple(...args).map((makes) => (values) => call(name, ...makes.map((make) => make(values))));
const literal = (value: fc.Arbitrary<AnyInput>): fc.Arbitrary<Make> => value.map((known) => () => known);
const oneOf = (kind: keyof Values): fc.Arbitrary<Make> =>
  fc.nat().map((at) => (values) => values[kind][at % values[kind].length] ?? null);
const choose = (test: fc.Arbitrary<Make>, of: fc.Arbitrary<Make>): fc.Arbitrary<Make> =>
  fc.tuple(test, of, of).map(
    ([condition, a, b]) =>
      (values) =>
        when<never>(condition(values) as Expr<boolean>, a(values) as never, b(values) as never),
  );

/** Expressions by the type of their value, made so that none of them fails. */
const {
  text: textValue,
  bool: boolValue,
  any: anyValue,
} = fc.letrec<Record<"text" | "int" | "bool" | "list" | "object" | "any", Make>>((tie) => ({
  text: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    literal(nastyText),
    oneOf("text"),
    fc.tuple(nastyText, tie("text"), nastyText, tie("int")).map(
      ([a, b, c, d]): Make =>
        (values) =>
          text`${a}${b(values) as string}${c}-${d(values) as number}`,
    ),
    invoke("toLower", literal(fc.string({ maxLength: 5 }))),
    invoke("take", tie("text"), tie("int")),
    invoke("replace", tie("text"), literal(fc.constantFrom("a", "'", "{")), tie("text")),
    invoke("string", tie("any")),
    invoke("base64", literal(fc.string({ maxLength: 5 }))),
    invoke("uniqueString", tie("text"), tie("text")),
    invoke("guid", tie("text")),
    invoke("cidrHost", literal(fc.constantFrom("10.40.9.64/26", "192.168.0.0/16", "0.0.0.0/0")), literal(fc.nat(61))),
    choose(tie("bool"), tie("text")),
  ),
  int: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    literal(fc.integer({ min: -50, max: 50 })),
    oneOf("int"),
    invoke("add", tie("int"), tie("int")),
    invoke("sub", tie("int"), tie("int")),
    invoke("mul", tie("int"), literal(fc.integer({ min: -3, max: 3 }))),
    invoke("length", tie("text")),
    invoke("length", tie("list")),
    invoke("max", tie("int"), tie("int")),
    choose(tie("bool"), tie("int")),
  ),
  bool: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    literal(fc.boolean()),
    oneOf("bool"),
    invoke("equals", tie("any"), tie("any")),
    invoke("not", tie("bool")),
    invoke("and", tie("bool"), tie("bool")),
    invoke("or", tie("bool"), tie("bool")),
    invoke("greater", tie("int"), tie("int")),
    invoke("lessOrEquals", tie("int"), tie("int")),
    invoke("contains", tie("text"), literal(fc.constantFrom("a", "'", "[", "A"))),
    invoke("contains", tie("object"), literal(fc.constantFrom("KEY", "other"))),
    invoke("empty", tie("text")),
  ),
  list: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.array(tie("any"), { maxLength: 3 }).map(
      (makes): Make =>
        (values) =>
          makes.map((make) => make(values)),
    ),
    invoke("concat", tie("list"), tie("list")),
    invoke("split", literal(fc.string({ maxLength: 6 })), literal(fc.constantFrom(",", "a", "--"))),
    invoke("union", tie("list"), tie("list")),
  ),
  object: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    oneOf("object"),
    fc.dictionary(fc.constantFrom("key", "two words", "a.b", "[x]", "it's", "0"), tie("any"), { maxKeys: 3 }).map(
      (makes): Make =>
        (values) =>
          Object.fromEntries(Object.entries(makes).map(([key, make]) => [key, make(values)])),
    ),
    fc.tuple(tie("text"), tie("any")).map(
      ([key, value]): Make =>
        (values) =>
          entries([[text`k${key(values) as string}`, value(values)]]),
    ),
    invoke("union", tie("object"), tie("object")),
  ),
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("text"),
    tie("int"),
    tie("bool"),
    tie("list"),
    tie("object"),
    literal(fc.constant(null)),
    literal(fc.constantFrom(0.5, -1.25)),
    invoke("coalesce", literal(fc.constant(null)), tie("any")),
  ),
}));

const anyInput = fc.tuple(fc.array(anyValue, { minLength: 3, maxLength: 3 }), textValue, boolValue, fc.boolean());

/** Small programs with every kind of node, a child, an extension, a condition, values known only after deployment, and two concerns. */
export const randomProgram: fc.Arbitrary<Program> = anyInput.map(([bodies, shared, condition, crossing]) => {
  const program = createProgram();
  const parameters = {
    text: program.string("text", { description: "It's ${text}.", default: "some 'text'" }),
    int: program.int("count", { description: "A number.", default: 3 }),
    bool: program.bool("flag", { description: "Yes or no.", default: true }),
    object: program.object<object>("settings", { description: "An object.", default: { key: "value", Other: { key: [1] } } }),
  };
  const plain: Values = { text: [parameters.text], int: [parameters.int], bool: [parameters.bool], object: [parameters.object] };
  const bag = program.variable<{ text: string; sure: boolean }>(
    "bag",
    { text: shared(plain) as string, sure: condition(plain) as boolean },
    "Shared values.",
  );
  const early: Values = { ...plain, text: [...plain.text, get(bag, "text")], bool: [...plain.bool, get(bag, "sure")] };
  const body = (at: number, values: Values) => ({ location: "here", properties: { value: bodies[at]?.(values) ?? null } });
  const runtime = (of: ResourceHandle): Values => ({
    ...early,
    text: [...early.text, of.id, of.name, of.get("properties", "text"), of.get("identity", "principalId")],
    object: [...early.object, of.read<object>("object", "properties", "nested")],
  });

  const root = program.resource("root", {
    type: "My.Rp/things@2026-01-01",
    concern: "first",
    name: "root",
    body: body(0, early),
  });
  const child = program.resource("part", {
    type: "My.Rp/things/parts@2026-01-01",
    concern: crossing ? "second" : "first",
    name: text`part-${parameters.int}`,
    parent: root,
    condition: get(bag, "sure"),
    body: body(1, runtime(root)),
  });
  const inside = program.existing("inside", {
    type: "My.Rp/things/parts/bits@2026-01-01",
    name: text`bit-${parameters.int}`,
    parent: child,
    condition: get(bag, "sure"),
  });
  program.resource("note", {
    type: "My.Auth/locks@2026-01-01",
    concern: "second",
    name: call<string>("guid", inside.id),
    scope: inside,
    body: { properties: { of: inside.name, text: inside.get("properties", "text") } },
  });
  const late = program.variable<object>("late", { text: root.get("properties", "text"), child: child.get("properties", "text") });
  const lock = program.resource("lock", {
    type: "My.Auth/locks@2026-01-01",
    concern: "second",
    name: call<string>("guid", root.id),
    scope: root,
    body: { properties: { late, value: bodies[2]?.(runtime(root)) ?? null } },
    dependsOn: [child],
    onlyIfNotExists: true,
    comment: "Made last.",
  });
  const spend = program.resource("spend", {
    type: "My.Bill/budgets@2026-01-01",
    concern: "third",
    name: text`spend-${parameters.int}`,
    at: "subscription",
    condition: get(bag, "sure"),
    body: {
      properties: { of: get<string>(call("resourceGroup"), "name"), late, value: bodies[0]?.(runtime(root)) ?? null },
    },
    dependsOn: [lock],
  });
  const table = program.table("rows", "row", {
    "it's one": { value: bodies[1]?.(early) ?? null, items: [bodies[2]?.(early) ?? null, "last"] },
    two: { value: bodies[0]?.(early) ?? null, items: [], wanted: condition(early) as boolean },
  });
  const copies = program.loop("copies", table, (row) => ({
    symbol: (key) => (key === "two" ? "secondCopy" : "firstCopy"),
    type: "My.Rp/things@2026-01-01",
    concern: "second",
    name: text`copy-${row.key}`,
    condition: and(get(bag, "sure"), row.get("wanted", parameters.bool)),
    body: {
      location: "here",
      properties: { value: row.get("value"), root: root.id, list: row.map("items", "item", (item) => ({ of: item.value })) },
    },
  }));
  program.loop("copyParts", table, (row) => ({
    symbol: (key) => (key === "two" ? "secondPart" : "firstPart"),
    type: "My.Rp/things/parts@2026-01-01",
    concern: "second",
    name: "part",
    parent: copies.of(row.key),
    condition: and(get(bag, "sure"), row.get("wanted", parameters.bool)),
    body: { properties: { of: copies.of(row.key).id } },
    dependsOn: () => [lock],
  }));
  program.output("spendId", "string", "Id of what the subscription holds.", spend.id);
  program.output("lockId", "string", "Id of the lock.", lock.id);
  program.output("value", "object", "Some value.", { late, of: root.read<number>("int", "properties", "nested", "number") });
  return program.build();
});
