import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../../src/base/index.ts";
import { emitTerraform } from "../../src/emit/index.ts";
import {
  type AnyInput,
  and,
  call,
  createProgram,
  type Expr,
  entries,
  equals,
  evaluateProgram,
  FUNCTIONS,
  get,
  greater,
  not,
  or,
  type Program,
  text,
  when,
} from "../../src/ir/index.ts";
import { nastyText } from "./programs.ts";
import { evaluateModule } from "./terraform-linker.ts";
import { findTerraform, openModule } from "./terraform-tool.ts";

const PLACE = { subscriptionId: "s", tenantId: "t", resourceGroup: { name: "rg", location: "westeurope" } };

interface Names {
  readonly count: Expr<number>;
  readonly tags: Expr<Record<string, string>>;
  readonly sure: Expr<boolean>;
  readonly word: Expr<string>;
  readonly zones: Expr<string[]>;
  readonly profile: Expr<object>;
}

/** A program of parameters and outputs alone, which Terraform computes without a provider. */
function programOf(cases: Readonly<Record<string, (of: Names) => AnyInput>>): Program {
  const program = createProgram();
  const names: Names = {
    count: program.int("count_", { description: "A number.", default: 3 }),
    tags: program.object<Record<string, string>>("tags", { description: "Tags.", default: { a: "b" } }),
    sure: program.bool("sure", { description: "Yes or no.", default: true }),
    word: program.string("word", { description: "A text.", default: "Some text" }),
    zones: program.array<string>("zones", { description: "Zones.", default: ["1", "2"] }),
    profile: program.variable<object>("profile", { sku: { name: "S1" }, sizes: [1, 2], "odd key": true }),
  };
  for (const [name, make] of Object.entries(cases)) program.output(name, "object", "A value.", make(names));
  return program.build();
}

interface Case {
  readonly make: (of: Names) => AnyInput;
  readonly hcl: string;
  readonly value: JsonValue;
}

const CASES: Record<string, Case> = {
  string: { make: () => 'it\'s "${x}" %{y} \\', hcl: '"it\'s \\"$${x}\\" %%{y} \\\\"', value: 'it\'s "${x}" %{y} \\' },
  dollars: { make: () => "$${x}$", hcl: '"\\u0024$${x}$"', value: "$${x}$" },
  dollar_before: { make: ({ word }) => text`$${word}`, hcl: '"\\u0024${var.word}"', value: "$Some text" },
  decimal: { make: () => 0.5, hcl: "0.5", value: 0.5 },
  nothing: { make: () => null, hcl: "null", value: null },
  short_array: { make: () => ["a", 1], hcl: '["a", 1]', value: ["a", 1] },
  nested: {
    make: () => [{ a: 1, bcd: [] }, {}],
    hcl: "[\n    {\n      a   = 1\n      bcd = []\n    },\n    {},\n  ]",
    value: [{ a: 1, bcd: [] }, {}],
  },
  keys: {
    make: ({ word }) =>
      entries([
        ["plain", 1],
        ["app.io/name", 2],
        ["for", 3],
        ["true", 4],
        [word, 5],
        [text`k-${word}`, 6],
      ]),
    hcl: '{\n    plain           = 1\n    "app.io/name"   = 2\n    "for"           = 3\n    "true"          = 4\n    (var.word)      = 5\n    "k-${var.word}" = 6\n  }',
    value: { plain: 1, "app.io/name": 2, for: 3, true: 4, "Some text": 5, "k-Some text": 6 },
  },
  number_as_text: { make: ({ count }) => text`${count}`, hcl: "tostring(var.count_)", value: "3" },
  truth_as_text: { make: ({ sure }) => text`is ${sure as never}`, hcl: '"is ${var.sure ? "True" : "False"}"', value: "is True" },
  member: { make: ({ profile }) => get(profile, "sku", "name"), hcl: "local.profile.sku.name", value: "S1" },
  odd_member: { make: ({ profile }) => get(profile, "odd key"), hcl: 'local.profile["odd key"]', value: true },
  chosen_item: {
    make: ({ profile, count }) => get(profile, "sizes", call<number>("sub", count, 2)),
    hcl: "local.profile.sizes[var.count_ - 2]",
    value: 2,
  },
  operators: {
    make: ({ count, sure }) =>
      and(or(sure, greater(count, 1)), not(equals(count, call("mul", call<number>("add", count, 1), 2))), not(and(sure, false))),
    hcl: "(var.sure || var.count_ > 1) && var.count_ != (var.count_ + 1) * 2 && !(var.sure && false)",
    value: true,
  },
  minus: { make: ({ count }) => call("sub", count, call("sub", count, -1)), hcl: "var.count_ - (var.count_ - -1)", value: -1 },
  choice: { make: ({ sure }) => when(sure, "yes", null), hcl: 'var.sure ? "yes" : null', value: "yes" },
  choice_of_objects: {
    make: ({ sure }) => when<object>(sure, { a: 1, b: "x" }, {}),
    hcl: '[\n    {\n      a = 1\n      b = "x"\n    },\n    {},\n  ][var.sure ? 0 : 1]',
    value: { a: 1, b: "x" },
  },
  choice_of_kinds: {
    make: ({ sure }) => when<never>(sure, 1 as never, "1" as never),
    hcl: '[1, "1"][var.sure ? 0 : 1]',
    value: 1,
  },
  choice_of_one: {
    make: ({ sure }) => when<object[]>(sure, [{ a: 1, b: "x" }], []),
    hcl: 'var.sure ? [\n    {\n      a = 1\n      b = "x"\n    },\n  ] : []',
    value: [{ a: 1, b: "x" }],
  },
  choice_of_lists: {
    make: ({ sure, zones }) => when<string[]>(sure, zones, []),
    hcl: "var.sure ? var.zones : []",
    value: ["1", "2"],
  },
  coalesce: {
    make: ({ sure }) => call("coalesce", when(sure, null, "x"), "", "z"),
    hcl: '(var.sure ? null : "x") != null ? (var.sure ? null : "x") : ""',
    value: "",
  },
  guid: {
    make: ({ word }) => call("guid", word, "b"),
    hcl: 'uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [var.word, "b"]))',
    value: "aa7ad834-611d-58e5-a85f-34b0e60b1b18",
  },
  toLower: { make: ({ word }) => call("toLower", word), hcl: "lower(var.word)", value: "some text" },
  substring: { make: ({ word }) => call("substring", word, 5), hcl: "substr(var.word, 5, -1)", value: "text" },
  take: { make: ({ word }) => call("take", word, 4), hcl: "substr(var.word, 0, 4)", value: "Some" },
  take_none: {
    make: ({ word, count }) => call("take", word, call("sub", 0, count)),
    hcl: "substr(var.word, 0, max(0, 0 - var.count_))",
    value: "",
  },
  take_items: {
    make: ({ zones }) => call("take", zones, 5),
    hcl: "slice(var.zones, 0, min(5, length(var.zones)))",
    value: ["1", "2"],
  },
  replace: { make: ({ word }) => call("replace", word, " ", "/"), hcl: 'replace(var.word, " ", "/")', value: "Some/text" },
  replace_slashes: { make: () => call("replace", "a/./b", "/./", "-"), hcl: 'join("-", split("/./", "a/./b"))', value: "a-b" },
  split: { make: ({ word }) => call("split", word, " "), hcl: 'split(" ", var.word)', value: ["Some", "text"] },
  string_of_truth: { make: ({ sure }) => call("string", sure), hcl: 'var.sure ? "True" : "False"', value: "True" },
  string_of_object: {
    make: () => call("string", { b: 1, a: ["<"] }),
    hcl: '"{\\"b\\":1,\\"a\\":[\\"<\\"]}"',
    value: '{"b":1,"a":["<"]}',
  },
  base64: { make: ({ word }) => call("base64", word), hcl: "base64encode(var.word)", value: "U29tZSB0ZXh0" },
  cidrHost: { make: () => call("cidrHost", "10.40.9.0/26", 3), hcl: 'cidrhost("10.40.9.0/26", 4)', value: "10.40.9.4" },
  cidrHost_computed: {
    make: ({ count }) => call("cidrHost", "10.40.9.64/26", count),
    hcl: 'cidrhost("10.40.9.64/26", var.count_ + 1)',
    value: "10.40.9.68",
  },
  json: { make: () => call("json", "[0.5]"), hcl: 'jsondecode("[0.5]")', value: [0.5] },
  concat: { make: ({ zones }) => call("concat", zones, [1]), hcl: "concat(var.zones, [1])", value: ["1", "2", 1] },
  concat_texts: { make: ({ word }) => call("concat", "a-", word), hcl: '"a-${var.word}"', value: "a-Some text" },
  union: {
    make: ({ tags }) => call("union", { a: "a", c: "d" }, tags),
    hcl: 'merge(\n    {\n      a = "a"\n      c = "d"\n    },\n    var.tags\n  )',
    value: { a: "b", c: "d" },
  },
  union_of_some: {
    make: ({ sure }) => call("union", { a: "b" }, when<object>(sure, { c: { d: 1 } }, {}), when<object>(sure, {}, { e: 1 })),
    hcl: 'merge(\n    {\n      a = "b"\n    },\n    var.sure ? {\n      c = {\n        d = 1\n      }\n    } : null,\n    var.sure ? null : {\n      e = 1\n    }\n  )',
    value: { a: "b", c: { d: 1 } },
  },
  choice_of_alike: {
    make: ({ sure }) =>
      when<object[]>(
        sure,
        [
          { a: 1, b: "x" },
          { b: "y", a: 2 },
        ],
        [],
      ),
    hcl: 'var.sure ? [\n    {\n      a = 1\n      b = "x"\n    },\n    {\n      b = "y"\n      a = 2\n    },\n  ] : []',
    value: [
      { a: 1, b: "x" },
      { b: "y", a: 2 },
    ],
  },
  union_of_lists: {
    make: ({ zones }) => call("union", zones, ["2", "3"]),
    hcl: 'distinct(concat(var.zones, ["2", "3"]))',
    value: ["1", "2", "3"],
  },
  contains: { make: ({ word }) => call("contains", word, "e t"), hcl: 'strcontains(var.word, "e t")', value: true },
  contains_item: { make: ({ zones }) => call("contains", zones, "3"), hcl: 'contains(var.zones, "3")', value: false },
  contains_key: {
    make: ({ tags }) => call("contains", tags, "A"),
    hcl: 'contains([for key in keys(var.tags) : lower(key)], lower("A"))',
    value: true,
  },
  length: { make: ({ zones }) => call("length", zones), hcl: "length(var.zones)", value: 2 },
  empty: { make: ({ zones }) => call("empty", zones), hcl: "length(var.zones) == 0", value: false },
  empty_text: { make: ({ word }) => call("empty", word), hcl: 'var.word == ""', value: false },
  first: { make: ({ zones }) => call("first", zones), hcl: "length(var.zones) == 0 ? null : var.zones[0]", value: "1" },
  first_sign: { make: ({ word }) => call("first", word), hcl: "substr(var.word, 0, 1)", value: "S" },
  last: { make: () => call("last", [1, "a"]), hcl: '[1, "a"][length([1, "a"]) - 1]', value: "a" },
  last_sign: { make: ({ word }) => call("last", word), hcl: "substr(var.word, max(0, length(var.word) - 1), 1)", value: "t" },
  equal_structures: {
    make: ({ zones }) => equals(zones, ["1", "2"]),
    hcl: 'jsonencode(var.zones) == jsonencode(["1", "2"])',
    value: true,
  },
  equal_null: { make: ({ tags }) => equals(tags, null), hcl: "var.tags == null", value: false },
  compare: { make: ({ count }) => call("lessOrEquals", count, 3), hcl: "var.count_ <= 3", value: true },
  least: { make: ({ count }) => call("min", count, 2), hcl: "min(var.count_, 2)", value: 2 },
  most: { make: () => call("max", [4, 9]), hcl: "max([4, 9]...)", value: 9 },
};

const program = programOf(Object.fromEntries(Object.entries(CASES).map(([name, { make }]) => [name, make])));

test("each kind of value and each function prints in Terraform's words", () => {
  const { files, diagnostics } = emitTerraform(program);
  expect(diagnostics).toEqual([]);

  const outputs = files.get("terraform/outputs.tf") ?? "";
  const printed = Object.fromEntries(
    Object.keys(CASES).map((name) => [
      name,
      new RegExp(
        `output "${name.replace(/[A-Z]/, (sign) => `_${sign.toLowerCase()}`)}" \\{\\n.*\\n  value += ([\\s\\S]*?)\\n\\}\\n`,
      ).exec(outputs)?.[1],
    ]),
  );

  expect(printed).toEqual(Object.fromEntries(Object.entries(CASES).map(([name, { hcl }]) => [name, hcl])));
});

test("and computes what the definition says", async () => {
  const values = Object.fromEntries(Object.entries(CASES).map(([name, { value }]) => [name, value]));
  const { files } = emitTerraform(program);

  const byDefinition = evaluateProgram(program, { ...PLACE, parameters: {} }).outputs;
  const { outputs } = await evaluateModule(files, { resource_group_name: "rg" }, { ...PLACE, deployed: () => null });
  const byModule = Object.fromEntries(Object.keys(CASES).map((name) => [name, outputs[snake(name)]]));

  expect({ byDefinition, byModule }).toEqual({ byDefinition: values, byModule: values });
});

const snake = (name: string) => name.replace(/[A-Z]/, (sign) => `_${sign.toLowerCase()}`);

test("every function is a case or is told apart here", () => {
  const used = new Set(
    Object.values(CASES)
      .map(({ make }) => JSON.stringify(programOf({ one: make }).outputs))
      .flatMap((nodes) => [...nodes.matchAll(/"kind":"call","name":"(\w+)"/g)].map(([, name]) => name)),
  );
  const elsewhere = [
    "resourceGroup",
    "subscription",
    "tenant",
    "environment",
    "uniqueString",
    "subscriptionResourceId",
    "greaterOrEquals",
    "less",
  ];

  expect(new Set([...used, ...elsewhere])).toEqual(new Set(Object.keys(FUNCTIONS)));
});

/** Every place in which text can stand. Keys are left to Terraform itself: the parser's JSON does not say how they were written. */
const placesOf = (content: string) =>
  programOf({
    value: ({ tags, count }) => ({
      plain: content,
      joined: text`${content}${count}${content}`,
      argument: call("concat", [content], [text`${content}`]),
      compared: equals(content, get(tags, "a")),
    }),
    keys: ({ count }) =>
      entries([
        [content, 1],
        [text`${count}${content}`, 2],
      ]),
    chosen: ({ count }) => get(entries([[content, count]]), content),
  });

const expected = (content: string) => ({
  value: {
    plain: content,
    joined: `${content}3${content}`,
    argument: [content, content],
    compared: content === "b",
  },
  keys: { [content]: 1, [`3${content}`]: 2 },
  chosen: 3,
});

/** Terraform keeps texts in normal form C; others are refused. */
const composedText = nastyText.filter((content) => content.normalize("NFC") === content && content.isWellFormed());

test("any text survives quoting in every place", async () => {
  await fc.assert(
    fc.asyncProperty(composedText, async (content) => {
      const { files } = emitTerraform({ ...placesOf(content), outputs: placesOf(content).outputs.slice(0, 1) });
      const { outputs } = await evaluateModule(files, { resource_group_name: "rg" }, { ...PLACE, deployed: () => null });

      expect(outputs.value).toEqual(expected(content).value);
    }),
    { numRuns: 60 },
  );
});

test.each<[string, (of: Names) => AnyInput, string]>([
  ["a merge that may go deeper", ({ tags }) => call("union", { a: { b: 1 } }, tags), "deep-merge"],
  ["a union of structures", () => call("union", [{ a: 1 }], [{ a: 1 }]), "union"],
  ["texts in order", ({ word }) => call("less", word, "a"), "compare"],
  ["a hash that Terraform has not", ({ word }) => call("uniqueString", word), "unique-string"],
  ["JSON text of a value that is not written out", ({ tags }) => call("string", tags), "json-text"],
  ["several separators", ({ word }) => call("split", word, [",", ";"]), "split"],
  ["a member of the group that is not known", () => get(call("resourceGroup"), "managedBy"), "member"],
  ["a whole description of the cloud", () => call("environment"), "member"],
  ["a value of unknown type in a text", ({ tags }) => text`${call("json", get<string>(tags, "a")) as never}!`, "untyped"],
])("what Terraform cannot say is refused by name: %s", (_, make, word) => {
  const { files, diagnostics } = emitTerraform(programOf({ value: make }));

  expect([files.size, diagnostics.map(({ code, at }) => `${code} at ${at}`)]).toEqual([
    0,
    [`emit.terraform.${word} at outputs.value`],
  ]);
});

test.each(["e\u0301", "\ud83d"])("a text that Terraform would change is refused: %j", (content) => {
  expect(emitTerraform(programOf({ value: () => content })).diagnostics.map(({ code, at }) => `${code} at ${at}`)).toEqual([
    "emit.terraform.text at outputs.value",
  ]);
});

const terraform = findTerraform();

test.skipIf(terraform === undefined)(
  "Terraform itself computes the same (skipped where terraform or tofu is not on PATH or in .tools/bin)",
  { timeout: 60_000 },
  async () => {
    const samples = fc.sample(composedText, { numRuns: 40, seed: 7 });
    const nasty = Object.fromEntries(samples.map((content, at) => [`nasty${at}`, placesOf(content)] as const));
    const folder = mkdtempSync(join(tmpdir(), "quayside-terraform-"));
    try {
      const files = emitTerraform(program).files;
      const alone = new Map([...files].filter(([path]) => /\/(variables|locals|outputs)\.tf$/.test(path)));
      for (const [name, one] of Object.entries(nasty))
        alone.set(
          `terraform/${name}.tf`,
          (emitTerraform(one).files.get("terraform/outputs.tf") ?? "").replaceAll('output "', `output "${name}_`),
        );
      const module = openModule(terraform ?? "", folder, alone);
      writeFileSync(join(folder, "terraform", "terraform.tfvars.json"), JSON.stringify({ resource_group_name: "rg" }));

      expect((await module.run("init", "-no-color", "-input=false")).code).toBe(0);
      const applied = await module.run("apply", "-no-color", "-input=false", "-auto-approve");
      expect(applied.code, applied.output).toBe(0);
      const told = JSON.parse((await module.run("output", "-json")).output) as Record<string, { value: JsonValue }>;

      const values = Object.fromEntries(Object.entries(told).map(([name, { value }]) => [name, value]));
      const isThere = ([, value]: readonly [string, JsonValue]) => value !== null; // Terraform leaves out outputs that are null
      const wanted = Object.fromEntries([
        ...Object.entries(CASES)
          .map(([name, { value }]) => [snake(name), value] as const)
          .filter(isThere),
        ...samples.flatMap((content, at) =>
          Object.entries(expected(content)).map(([key, value]) => [`nasty${at}_${key}`, value] as const),
        ),
      ]);
      expect(values).toEqual(wanted);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
