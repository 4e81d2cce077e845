import { expect, test, vi } from "vitest";
import type { JsonValue } from "../../src/base/index.ts";
import { emitTerraform } from "../../src/emit/index.ts";
import { snakeCase, variableName } from "../../src/emit/terraform/names.ts";
import { evaluateProgram, type Program } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { sampleProgram } from "./sample.ts";
import { evaluateModule } from "./terraform-linker.ts";
import { whatIsReadBack } from "./what-is-read-back.ts";

const PLACE = { subscriptionId: "11111111-1111-1111-1111-111111111111", tenantId: "22222222-2222-2222-2222-222222222222" };
/** HashiCorp's parser starts in a second, and every expression of the platform goes through it. */
vi.setConfig({ testTimeout: 60_000 });

const GROUP = { name: "rg-mlops-pipeline", location: "westeurope" };

type Values = Record<string, JsonValue>;

function byDefinition(program: Program, parameters: Values) {
  const deployed = whatIsReadBack(program, { ...PLACE, parameters, resourceGroup: GROUP });
  const { resources, outputs } = evaluateProgram(program, {
    ...PLACE,
    parameters,
    resourceGroup: GROUP,
    runtime: (id, _, full) => deployed(id, full),
  });
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [snakeCase(name), value])),
    refused: [],
    unordered: [],
    resources: Object.fromEntries(
      resources
        .filter(({ condition }) => condition)
        .map(({ id, type, apiVersion, body, onlyIfNotExists, concern }) => [
          id,
          { type, apiVersion, body, onlyIfNotExists, file: `terraform/${concern}.tf` },
        ]),
    ),
  };
}

async function byModule(program: Program, parameters: Values) {
  const { files, diagnostics } = emitTerraform(program);
  if (files.size === 0) throw new Error(`nothing was printed: ${JSON.stringify(diagnostics)}`);
  const deployed = whatIsReadBack(program, { ...PLACE, parameters, resourceGroup: GROUP });
  const named = Object.fromEntries(
    program.parameters.flatMap((parameter) =>
      parameters[parameter.name] === undefined ? [] : [[variableName(parameter), parameters[parameter.name] ?? null]],
    ),
  );
  const module = await evaluateModule(
    files,
    { resource_group_name: GROUP.name, ...named },
    { ...PLACE, resourceGroup: GROUP, deployed: (id) => deployed(id, true) },
  );

  const addresses = new Map(module.resources.map(({ id, address }) => [id, address]));
  const { resources: defined } = evaluateProgram(program, { ...PLACE, parameters, resourceGroup: GROUP });
  const ids = new Map(defined.map(({ symbol, id }) => [symbol, id]));
  const addressOf = (symbol: string) => addresses.get(ids.get(symbol) ?? "");
  const unordered = defined.flatMap(({ symbol, dependsOn }) =>
    dependsOn.filter((before) => {
      const [own, other] = [addressOf(symbol), addressOf(before)];
      return own !== undefined && other !== undefined && !module.order.get(own)?.has(other);
    }),
  );
  return {
    outputs: module.outputs,
    refused: module.refused,
    unordered,
    resources: Object.fromEntries(module.resources.map(({ id, address: _address, ...resource }) => [id, resource])),
  };
}

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
    aksNodeCount: 5,
    profileOverrides: { registrySku: "Standard" },
  },
  { apiServerAllowedRanges: ["203.0.113.0/24"], operatorObjectId: "33333333-3333-3333-3333-333333333333" },
])("a module read by HashiCorp's parser asks for what the definition says, for the platform with %j", async (parameters) => {
  const program = definePlatform();
  const given = { nameSuffix: "abc123", ...parameters };

  expect(await byModule(program, given)).toEqual(byDefinition(program, given));
});

test.each<Values>([{}, { environmentName: "prod", enableGpu: true, nodeCount: 7 }])(
  "the same for the sample with %j",
  async (parameters) => {
    const program = sampleProgram();
    const given = { suffix: "abc", ...parameters };

    expect(await byModule(program, given)).toEqual(byDefinition(program, given));
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
