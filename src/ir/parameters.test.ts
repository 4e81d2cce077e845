import { expect, test } from "vitest";
import type { JsonValue } from "../base/index.ts";
import { checkParameters, createProgram } from "./index.ts";

const program = createProgram();
program.string("environmentName", { description: "Environment.", allowed: ["dev", "prod"] });
program.int("nodes", { description: "Nodes.", default: 1, minValue: 1, maxValue: 100, environment: "NODES" });
program.string("suffix", {
  description: "Three to five lower-case letters.",
  default: "abc",
  minLength: 3,
  maxLength: 5,
  pattern: "^[a-z]+$",
});
program.array("zones", { description: "Zones.", default: ["1"], allowed: ["1", "2"] as never, maxLength: 2 });
program.bool("gpu", { description: "GPU.", default: false });
program.object("tags", { description: "Tags.", default: {} });
const definition = program.build();

const problems = (values: Record<string, JsonValue>) =>
  checkParameters(definition, { environmentName: "dev", ...values }).map(
    ({ code, at, message, help }) => `${code} ${at}: ${message}; ${help}`,
  );

test("good values have no problems", () => {
  expect(problems({ nodes: 100, suffix: "abcde", zones: ["1", "2"], gpu: true, tags: { a: "b" } })).toEqual([]);
});

test.each<[Record<string, JsonValue>, string]>([
  [{ node: 1 }, "parameter.unknown parameters.node: there is no parameter node; did you mean nodes?"],
  [{ NODES: 1 }, "parameter.unknown parameters.NODES: there is no parameter NODES; did you mean nodes?"],
  [{ nodes: "3" }, 'parameter.type parameters.nodes: nodes is "3", which is not an integer; give it an integer'],
  [{ nodes: 1.5 }, "parameter.type parameters.nodes: nodes is 1.5, which is not an integer; give it an integer"],
  [{ nodes: null }, "parameter.type parameters.nodes: nodes is null, which is not an integer; give it an integer"],
  [{ gpu: "true" }, 'parameter.type parameters.gpu: gpu is "true", which is not true or false; give it true or false'],
  [{ tags: [] }, "parameter.type parameters.tags: tags is [], which is not an object; give it an object"],
  [
    { environmentName: "test" },
    'parameter.not-allowed parameters.environmentName: environmentName is "test", which is not allowed; use one of "dev", "prod"',
  ],
  [
    { zones: ["1", "3"] },
    'parameter.not-allowed parameters.zones: zones is ["1","3"], which is not allowed; use one of "1", "2"',
  ],
  [{ nodes: 0 }, "parameter.out-of-range parameters.nodes: nodes is 0; use 1 to 100"],
  [{ suffix: "ab" }, "parameter.out-of-range parameters.suffix: suffix has 2 characters; use 3 to 5 characters"],
  [
    { suffix: "AB1" },
    'parameter.pattern parameters.suffix: suffix is "AB1", which does not match ^[a-z]+$; for instance abc: three to five lower-case letters',
  ],
])("%j is refused in one line", (values, expected) => {
  expect(problems(values)).toEqual([expected]);
});

test("an object that may have certain keys is held to them, one problem each", () => {
  const program = createProgram();
  program.object("profile", { description: "Profile.", default: {}, keys: ["retainDays", "zones"] });
  const found = checkParameters(program.build(), { profile: { retianDays: 3, colour: "red", zones: [] } });

  expect(found.map(({ code, at, message, help }) => `${code} ${at}: ${message}; ${help}`)).toEqual([
    "parameter.unknown-key parameters.profile.colour: profile has no key colour; it takes retainDays, zones",
    "parameter.unknown-key parameters.profile.retianDays: profile has no key retianDays; did you mean retainDays?",
  ]);
});

test("what a pattern wants is told by an example, where the default is one, and names keep their capitals", () => {
  const program = createProgram();
  program.string("range", { description: "Range of addresses.", default: "10.0.0.0/16", pattern: "^[0-9./]+$" });
  program.string("repository", { description: "GitHub repository.", default: "", pattern: "^(.+/.+)?$" });

  expect(checkParameters(program.build(), { range: "fd00::/8", repository: "x" }).map(({ help }) => help)).toEqual([
    "for instance 10.0.0.0/16: range of addresses",
    "GitHub repository",
  ]);
});

test("a parameter without a default must be given", () => {
  expect(checkParameters(definition, {}).map(({ code, at }) => `${code} ${at}`)).toEqual([
    "parameter.missing parameters.environmentName",
  ]);
});
