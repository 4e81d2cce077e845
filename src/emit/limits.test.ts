import { expect, test } from "vitest";
import { call, createProgram, entries, get, type Program, text, when } from "../ir/index.ts";
import { emitArm, emitBicep } from "./index.ts";

const THING = "My.Rp/things@2026-01-01";

function program(declare: (builder: ReturnType<typeof createProgram>) => void): Program {
  const builder = createProgram();
  declare(builder);
  return builder.build();
}

const CASES: [string, Program, string][] = [
  [
    "more parameters than ARM takes",
    program((builder) => {
      for (let at = 0; at < 257; at++) builder.int(`p${at}`, { description: "A number.", default: at });
    }),
    "emit.arm.too-many-parameters at parameters: 257 parameters; ARM takes 256",
  ],
  [
    "an expression that is longer than ARM takes",
    program((builder) => {
      const name = builder.string("name", { description: "A name.", default: "a" });
      builder.output("long", "string", "Long.", text`${name}${"x".repeat(24_600)}`);
    }),
    "emit.arm.expression-too-long at outputs.long.value: an expression has 24635 characters; ARM takes 24576",
  ],
  [
    "modules that need each other",
    program((builder) => {
      const a = builder.resource("a", { type: THING, concern: "first", name: "a", body: {} });
      const b = builder.resource("b", { type: THING, concern: "second", name: "b", body: { properties: { a: a.id } } });
      builder.resource("c", { type: THING, concern: "first", name: "c", body: { properties: { b: b.id } } });
    }),
    "emit.bicep.concern-cycle at concerns.first: modules need each other: first needs second needs first",
  ],
  [
    "a concern that cannot be a file",
    program((builder) => builder.resource("a", { type: THING, concern: "../a", name: "a", body: {} })),
    'emit.bicep.concern-name at concerns.../a: "../a" cannot name a module file',
  ],
  [
    "a name that Bicep does not take",
    program((builder) => builder.int("node-count", { description: "Nodes." })),
    'emit.bicep.identifier at parameters.node-count: "node-count" is no identifier in Bicep',
  ],
  [
    "a name that hides a decorator",
    program((builder) => builder.string("description", { description: "A description." })),
    "emit.bicep.identifier at parameters.description: description would hide what Bicep calls description",
  ],
  [
    "a key with a literal array in it",
    program((builder) => builder.output("map", "object", "A map.", entries([[call<string>("first", ["a"]), 1]]))),
    "emit.bicep.structured-key at outputs.map: a key is computed from an array or object literal",
  ],
  [
    "half a surrogate pair",
    program((builder) => builder.output("half", "string", "Half.", "\ud83d")),
    'emit.bicep.text at outputs.half: "\\ud83d" has half a surrogate pair',
  ],
  [
    "a value of no one type between modules",
    program((builder) => {
      const flag = builder.bool("flag", { description: "Yes or no.", default: true });
      const mixed = builder.variable<object>("mixed", { value: when<never>(flag, "text" as never, 1 as never) });
      builder.resource("a", { type: THING, concern: "first", name: "a", body: { properties: { value: get(mixed, "value") } } });
      builder.output("mixed", "object", "Both.", mixed);
    }),
    "",
  ],
  [
    "a whole value of no one type between modules",
    program((builder) => {
      const flag = builder.bool("flag", { description: "Yes or no.", default: true });
      const mixed = builder.variable<object>("mixed", when<never>(flag, "text" as never, 1 as never));
      builder.resource("a", { type: THING, concern: "first", name: "a", body: { properties: { value: mixed } } });
      builder.output("mixed", "object", "Either.", mixed);
    }),
    "emit.bicep.untyped-value at variables.mixed: a value of unknown type goes from one module to another",
  ],
];

test.each(CASES)("%s", (_, definition, expected) => {
  const results = [emitArm(definition), emitBicep(definition)];

  const errors = results.flatMap(({ diagnostics }) => diagnostics.filter(({ severity }) => severity === "error"));
  expect(errors.map(({ code, at, message }) => `${code} at ${at}: ${message}`)).toEqual(expected === "" ? [] : [expected]);
  expect(
    results.every(({ files, diagnostics }) => (files.size === 0) === diagnostics.some(({ severity }) => severity === "error")),
  ).toBe(true);
});
