import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../../src/base/index.ts";
import { emitBicep } from "../../src/emit/index.ts";
import { dependencies, type EvaluationOptions, evaluateProgram, type Program } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { linkBicep } from "./bicep-linker.ts";
import { randomProgram } from "./programs.ts";

const OPTIONS: EvaluationOptions = {
  parameters: {},
  subscriptionId: "11111111-1111-1111-1111-111111111111",
  tenantId: "22222222-2222-2222-2222-222222222222",
  resourceGroup: { name: "rg", location: "westeurope" },
};

/** What a program deploys, without what Bicep arranges in its own way: the order of declarations and of waiting. */
function meaning(program: Program, options: EvaluationOptions) {
  const { parameters, resources, outputs } = evaluateProgram(program, options);
  return {
    parameters,
    outputs,
    resources: Object.fromEntries(resources.map(({ dependsOn: _, ...resource }) => [resource.symbol, resource])),
  };
}

function expectSame(program: Program, options: EvaluationOptions): void {
  const { files, diagnostics } = emitBicep(program);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);

  const linked = linkBicep(files);

  expect(meaning(linked.program, options)).toEqual(meaning(program, options));
  expect(linked.program.parameters).toEqual(
    program.parameters.map(({ pattern: _, environment: __, terraform: ___, ...parameter }) => ({
      ...parameter,
      ...(parameter.default ? { default: expect.anything() as unknown } : {}),
    })),
  );
  expectOrder(program, linked);
  expectTypes(linked, options);
}

/** Everything that the definition wants before a resource comes before it in Bicep too, if only through others. */
function expectOrder(program: Program, { program: read, moduleOrder }: ReturnType<typeof linkBicep>): void {
  const direct = new Map(
    [...dependencies(read)].map(([symbol, before]) => [symbol, [...before, ...(moduleOrder.get(symbol) ?? [])]]),
  );
  for (const [symbol, wanted] of dependencies(program)) {
    const reached = new Set<string>();
    const visit = (from: string) => {
      for (const before of direct.get(from) ?? []) {
        if (reached.has(before)) continue;
        reached.add(before);
        visit(before);
      }
    };
    visit(symbol);
    expect([...reached]).toEqual(expect.arrayContaining([...wanted]));
  }
}

const TYPES: Record<string, (value: JsonValue) => boolean> = {
  string: (value) => typeof value === "string",
  int: Number.isInteger,
  bool: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Module parameters get values of their declared types. */
function expectTypes({ program, passed }: ReturnType<typeof linkBicep>, options: EvaluationOptions): void {
  const outputs = passed.map(({ module, name, value }) => ({
    name: `${module}.${name}`,
    type: "object" as const,
    description: "",
    value,
  }));
  const values = evaluateProgram({ ...program, outputs }, options).outputs;
  const wrong = passed.filter(({ module, name, type }) => {
    const value = values[`${module}.${name}`] ?? null;
    return !(type.endsWith("?") && value === null) && !TYPES[type.replace("?", "")]?.(value);
  });
  expect(wrong).toEqual([]);
}

test("what Bicep is printed, read back by its grammar, means what the definition says, for any program", () => {
  const runtime = (id: string, _: string, full: boolean): JsonValue => {
    const properties = { text: `text of ${id}`, nested: { number: 7, list: [1, "a"] } };
    return full ? { id, properties, identity: { principalId: `principal of ${id}` } } : properties;
  };

  fc.assert(
    fc.property(randomProgram, fc.boolean(), (program, flag) => {
      fc.pre(
        emitBicep(program).diagnostics.every(({ code }) => code !== "emit.bicep.text" && code !== "emit.bicep.untyped-value"),
      );
      expectSame(program, { ...OPTIONS, parameters: { flag }, runtime });
    }),
    { numRuns: 200 },
  );
});

test.each<Record<string, JsonValue>>([
  {},
  { environmentName: "staging", tags: { owner: "ml" } },
  { environmentName: "prod", enableGpuNodes: true },
  { enableAutoScaling: false, enableGpuNodes: true },
])("the platform's Bicep, read back, means what the definition says with %j", (parameters) => {
  expectSame(definePlatform(), { ...OPTIONS, parameters });
});
