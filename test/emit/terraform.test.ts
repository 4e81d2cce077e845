import { expect, test, vi } from "vitest";
import type { JsonValue } from "../../src/base/index.ts";
import { emitTerraform } from "../../src/emit/index.ts";
import { variableName } from "../../src/emit/terraform/names.ts";
import { and, call, createProgram, not, text, when } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { compareTerraform, GROUP, PLACE } from "./compare-terraform.ts";
import { sampleProgram } from "./sample.ts";
import { evaluateModule } from "./terraform-linker.ts";

/** HashiCorp's parser starts in a second, and every expression of the platform goes through it. */
vi.setConfig({ testTimeout: 60_000 });

type Values = Record<string, JsonValue>;

test.each<Values>([
  {},
  { environmentName: "prod", enableGpuNodes: true, profileOverrides: { egress: "firewall" } },
  { allowedFqdns: ["index.example.com"], profileOverrides: { egress: "firewall" } },
  { mlRegistryName: "mlr-contoso", profileOverrides: { egress: "firewall" } },
  { environmentName: "prod", mlRegistryName: "mlr-contoso" },
  { environmentName: "staging", location: "swedencentral", tags: { owner: "ml" } },
  { environmentName: "prod", enableGpuNodes: true },
  {
    environmentName: "prod",
    enableGpuNodes: true,
    enableAutoScaling: false,
    volcanoConfigMap: "volcano-scheduler-autoscaler",
    aksNodeCount: 5,
    profileOverrides: { registrySku: "Standard" },
  },
  { apiServerAllowedRanges: ["203.0.113.0/24"], operatorObjectId: "33333333-3333-3333-3333-333333333333" },
])("a module read by HashiCorp's parser asks for what the definition says, for the platform with %j", async (parameters) => {
  const program = definePlatform();
  const given = { nameSuffix: "abc123", ...parameters };

  const { defined, printed } = await compareTerraform(program, given);
  expect(printed).toEqual(defined);
});

test.each<Values>([{}, { environmentName: "prod", enableGpu: true, nodeCount: 7 }])(
  "the same for the sample with %j",
  async (parameters) => {
    const program = sampleProgram();
    const given = { suffix: "abc", ...parameters };

    const { defined, printed } = await compareTerraform(program, given);
    expect(printed).toEqual(defined);
  },
);

test.each<[Values, string]>([
  [{ aksNodeCount: 0 }, "aks_node_count"],
  [{ aksNodeCount: 101 }, "aks_node_count"],
  [{ environmentName: "test" }, "environment"],
  [{ nameSuffix: "no" }, "name_suffix"],
  [{ nameSuffix: "UPPER" }, "name_suffix"],
  [{ virtualNetworkPrefix: "10.0.0.0" }, "virtual_network_prefix"],
  [{ profileOverrides: [] }, "profile_overrides"],
  [{ profileOverrides: { registry: "Basic" } }, "profile_overrides"],
  [{ location: "" }, "location"],
])("a validation refuses %j", async (wrong, variable) => {
  const program = definePlatform();
  const { files } = emitTerraform(program);
  const variables = new Map([...files].filter(([path]) => path.endsWith("variables.tf")));
  const named = Object.fromEntries(
    program.parameters.flatMap((parameter) =>
      wrong[parameter.name] === undefined ? [] : [[variableName(parameter), wrong[parameter.name] ?? null]],
    ),
  );

  const { refused } = await evaluateModule(
    variables,
    { resource_group_name: GROUP.name, name_suffix: "abc123", ...named },
    { ...PLACE, resourceGroup: GROUP, deployed: () => null },
  );

  expect(refused).toEqual([variable]);
});

test("what a resource's own condition settles is not asked again; what it leaves open is", async () => {
  const builder = createProgram();
  const one = builder.bool("one", { description: "Yes or no.", default: true });
  const two = builder.bool("two", { description: "Yes or no.", default: true });
  const thing = { type: "My.Rp/things@2026-01-01", concern: "first" } as const;
  const first = builder.resource("first", { ...thing, name: "first", condition: one, body: {} });
  const second = builder.resource("second", { ...thing, name: "second", condition: two, body: {} });
  const ofFirst = first.get("properties", "text");
  const ofSecond = second.get("properties", "text");
  builder.resource("user", {
    ...thing,
    name: when(one, "user", "nobody"),
    condition: and(one, not(two)),
    body: {
      properties: {
        own: text`of ${ofFirst}`,
        other: text`of ${ofSecond}`,
        either: text`of ${call<string>("coalesce", ofSecond, ofFirst)}`,
        settled: when(two, "both", when(one, "one", "none")),
      },
    },
  });
  const program = builder.build();

  const printed = emitTerraform(program).files.get("terraform/first.tf") ?? "";
  expect(printed).toContain("count = var.one && !var.two ? 1 : 0");
  expect(printed).toContain('name      = "user"');
  expect(printed).toContain('"of ${azapi_resource.first[0].output.properties.text}"');
  expect(printed).toMatch(/settled\s+= "one"/);
  expect(printed.match(/other\s+= .*/)?.[0]).toContain(" != null ? one(azapi_resource.second[*]");
  const cases: Values[] = [{ two: false }, {}, { one: false }];
  for (const values of cases) {
    const compared = await compareTerraform(program, values);
    expect(compared.printed).toEqual(compared.defined);
  }
});
