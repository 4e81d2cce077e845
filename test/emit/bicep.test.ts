import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../../src/base/index.ts";
import { armParameterValues, emitArm, emitBicep, emitScripts, emitTerraform } from "../../src/emit/index.ts";
import { and, call, createProgram, type EvaluationOptions, get, type ProgramBuilder } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { checkUse, linkBicep } from "./bicep-linker.ts";
import { parseBicep } from "./bicep-parser.ts";
import { compareBicep } from "./compare.ts";
import { randomProgram } from "./programs.ts";
import { whatIsReadBack } from "./what-is-read-back.ts";

const OPTIONS: EvaluationOptions = {
  parameters: {},
  subscriptionId: "11111111-1111-1111-1111-111111111111",
  tenantId: "22222222-2222-2222-2222-222222222222",
  resourceGroup: { name: "rg", location: "westeurope" },
};

test("what Bicep is printed, read back by its grammar, means what the definition says, for any program", () => {
  const runtime = (id: string, _: string, full: boolean): JsonValue => {
    const properties = { text: `text of ${id}`, nested: { number: 7, list: [1, "a"] } };
    return full ? { id, properties, identity: { principalId: `principal of ${id}` } } : properties;
  };

  fc.assert(
    fc.property(randomProgram, fc.boolean(), (program, flag) => {
      const { diagnostics } = emitBicep(program);
      fc.pre(diagnostics.every(({ severity }) => severity !== "error")); // what Bicep cannot say has its own tests

      const { defined, printed } = compareBicep(program, { ...OPTIONS, parameters: { flag }, runtime });

      expect(printed).toEqual(defined);
    }),
    { numRuns: 200 },
  );
});

test.each<Record<string, JsonValue>>([
  {},
  { environmentName: "staging", tags: { owner: "ml" } },
  { environmentName: "prod", enableGpuNodes: true },
  { enableAutoScaling: false, enableGpuNodes: true, volcanoConfigMap: "volcano-scheduler-autoscaler" },
  { mlRegistryName: "mlr-contoso", profileOverrides: { egress: "firewall" } },
  { environmentName: "prod", mlRegistryName: "mlr-contoso" },
])("the platform's Bicep, read back, means what the definition says with %j", (parameters) => {
  const program = definePlatform();
  const deployed = whatIsReadBack(program, { ...OPTIONS, parameters });
  const runtime = (id: string, _: string, full: boolean) => deployed(id, full);

  const { defined, printed } = compareBicep(program, { ...OPTIONS, parameters, runtime });

  expect(printed).toEqual(defined);
});

const THING = "My.Rp/things@2026-01-01";

/** What modules make hard, each as a small definition. */
const CROSSINGS: Record<string, (program: ProgramBuilder) => void> = {
  "a module with the name of a parameter": (program) => {
    const cluster = program.string("cluster", { description: "Name.", default: "c" });
    program.resource("thing", { type: THING, concern: "cluster", name: cluster, body: {} });
  },
  "a declaration that hides a function": (program) => {
    const union = program.string("union", { description: "Name.", default: "u" });
    program.int("resourceGroup", { description: "Number.", default: 1 });
    const location = get<string>(call("resourceGroup"), "location");
    program.resource("guid", {
      type: THING,
      concern: "a",
      name: union,
      body: { location, properties: call("union", { union }, { id: call("guid", union) }) },
    });
  },
  "a child and an extension of a child that another module makes": (program) => {
    const root = program.resource("root", { type: THING, concern: "a", name: "root", body: {} });
    const part = program.resource("part", {
      type: "My.Rp/things/parts@2026-01-01",
      concern: "b",
      name: "part",
      parent: root,
      body: {},
    });
    const bit = program.resource("bit", {
      type: "My.Rp/things/parts/bits@2026-01-01",
      concern: "c",
      name: "bit",
      parent: part,
      body: { properties: { root: root.id } },
    });
    program.resource("lock", {
      type: "My.Auth/locks@2026-01-01",
      concern: "d",
      name: "lock",
      scope: bit,
      body: { properties: { id: bit.id, name: bit.name } },
    });
  },
  "an output with the name that another module takes a value by": (program) => {
    program.string("rootId", { description: "Taken.", default: "x" });
    const root = program.resource("root", { type: THING, concern: "a", name: "root", body: {} });
    program.resource("user", { type: THING, concern: "b", name: "user", body: { properties: { id: root.id, same: root.id } } });
    program.output("rootId", "string", "Id.", root.id);
  },
  "a member of a variable and a value of a resource that would get one name": (program) => {
    const variable = program.variable<{ bId: string }>("a", { bId: "shared" });
    const resource = program.resource("aB", {
      type: THING,
      concern: "first",
      name: "ab",
      body: { properties: { of: get(variable, "bId") } },
    });
    program.resource("user", {
      type: THING,
      concern: "second",
      name: "user",
      body: { properties: { one: get(variable, "bId"), other: resource.id } },
    });
  },
  "a shared variable that needs what a module makes": (program) => {
    const root = program.resource("root", { type: THING, concern: "a", name: "root", body: {} });
    const shared = program.variable<{ id: string; count: number }>("shared", { id: root.id, count: 3 });
    program.resource("user", {
      type: THING,
      concern: "b",
      name: "user",
      body: { properties: { id: get(shared, "id"), count: get(shared, "count") } },
    });
    program.resource("other", { type: THING, concern: "c", name: "other", body: { properties: { shared } } });
  },
  "what lies in a resource of another module and is deployed by nobody": (program) => {
    const flag = program.bool("flag", { description: "Yes or no.", default: false });
    const network = program.resource("network", { type: THING, concern: "a", name: "network", body: {} });
    const subnet = program.existing("subnet", {
      type: "My.Rp/things/parts@2026-01-01",
      name: "subnet",
      parent: network,
      condition: flag,
    });
    for (const concern of ["a", "b", "c"]) {
      program.resource(`role${concern}`, {
        type: "My.Auth/locks@2026-01-01",
        concern,
        name: call<string>("guid", subnet.id, concern),
        scope: subnet,
        condition: flag,
        body: { properties: { id: subnet.id, prefix: subnet.get("properties", "prefix") } },
      });
    }
  },
  "a resource that may not be there, read from another module": (program) => {
    const flag = program.bool("flag", { description: "Yes or no.", default: false });
    const root = program.resource("root", { type: THING, concern: "a", name: "root", condition: flag, body: {} });
    const answer = root.read<object>("object", "properties");
    program.resource("user", {
      type: THING,
      concern: "b",
      name: "user",
      body: { properties: { id: root.id, text: call("coalesce", get(answer, "text"), "none") } },
    });
  },
};

test.each(Object.entries(CROSSINGS))("%s means the same in Bicep", (_, declare) => {
  const program = createProgram();
  declare(program);

  const { defined, printed } = compareBicep(program.build(), OPTIONS);

  expect(printed).toEqual(defined);
});

test("what is there whenever its reader is there is read as never null; the reader of these tests refuses that elsewhere", () => {
  const program = createProgram();
  const one = program.bool("one", { description: "Yes or no.", default: true });
  const two = program.bool("two", { description: "Yes or no.", default: true });
  const root = program.resource("root", { type: THING, concern: "a", name: "root", condition: one, body: {} });
  const text = root.get("properties", "text");
  program.resource("with", { type: THING, concern: "a", name: "with", condition: and(two, one), body: { properties: { text } } });
  program.resource("without", { type: THING, concern: "a", name: "without", condition: two, body: { properties: { text } } });
  const { files } = emitBicep(program.build());
  const source = files.get("bicep/modules/a.bicep") ?? "";

  expect(source.match(/root\S*text/g)).toEqual(["root!.properties.text", "root.?properties.text"]);
  expect(() => linkBicep(new Map([...files, ["bicep/modules/a.bicep", source.replace(".?", "!.")]]))).toThrow(
    "without reads root with !, which its condition does not bear out",
  );
});

test("the platform's main file declares nothing that nothing uses", () => {
  const main = parseBicep(emitBicep(definePlatform()).files.get("bicep/main.bicep") ?? "");

  expect(main.parameters).not.toEqual([]);
  expect(() => checkUse(main)).not.toThrow();
});

test("what is only checked is no parameter of any target, and no value of theirs, unless something refers to it", () => {
  const program = createProgram();
  const size = program.int("size", { description: "A number.", default: 1, onlyChecked: true });
  program.int("heldAgainst", { description: "A number.", default: 2, onlyChecked: true });
  program.resource("thing", { type: THING, concern: "a", name: "thing", body: { properties: { size } } });
  const built = program.build();
  const values = { size: 3, heldAgainst: 4 };
  const texts = [emitBicep(built, values), emitArm(built), emitTerraform(built), emitScripts(built)].map(({ files }) =>
    [...files.values()].join("\n"),
  );

  expect(armParameterValues(built, values)).toEqual({ size: { value: 3 } });
  for (const text of texts) {
    expect(text).toMatch(/\bsize\b/);
    expect(text).not.toMatch(/held.?against/i);
  }
});
