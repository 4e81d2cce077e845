import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/index.ts";
import { evaluateTemplate } from "../../src/cloud/template/index.ts";
import { armTemplate } from "../../src/emit/index.ts";
import { evaluateProgram, type Program } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { randomProgram } from "./programs.ts";
import { type Deployed, whatIsReadBack } from "./what-is-read-back.ts";

const PLACE = {
  subscriptionId: "11111111-1111-1111-1111-111111111111",
  tenantId: "22222222-2222-2222-2222-222222222222",
  environment: {
    name: "AzureCloud",
    suffixes: { storage: "core.windows.net", acrLoginServer: ".azurecr.io", keyvaultDns: ".vault.azure.net" },
  },
};
const GROUP = { name: "rg-mlops-pipeline", location: "westeurope" };
const GROUP_ID = `/subscriptions/${PLACE.subscriptionId}/resourceGroups/${GROUP.name}`;

function byDefinition(program: Program, parameters: Record<string, JsonValue>, deployed: Deployed) {
  const elsewhere = new Set(program.resources.flatMap(({ symbol, at }) => (at === undefined ? [] : [symbol])));
  const { resources, outputs } = evaluateProgram(program, {
    ...PLACE,
    parameters,
    resourceGroup: GROUP,
    runtime: (id, _, full) => deployed(id, full),
  });
  return {
    outputs,
    resources: resources.map(({ symbol, id, type, apiVersion, name, condition, dependsOn, body }) => ({
      symbol,
      condition,
      dependsOn: dependsOn.toSorted(),
      // a nested deployment that is not made tells nothing of what it would have made
      ...(condition || !elsewhere.has(symbol) ? { id, type, apiVersion, name } : {}),
      ...(condition ? { body } : {}),
    })),
  };
}

function byTemplate(program: Program, parameters: Record<string, JsonValue>, deployed: Deployed) {
  const template = JSON.parse(JSON.stringify(armTemplate(program))) as JsonObject;
  const { resources, outputs } = evaluateTemplate({
    ...PLACE,
    template,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }])),
    resourceGroup: { ...GROUP, id: GROUP_ID },
    reference: ({ id, full }) => deployed(id, full),
  });
  const existing = new Set(program.existing.map(({ symbol }) => symbol));
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])),
    resources: resources
      .filter(({ key }) => !existing.has(key))
      .map(({ dependsOn, ...resource }) => ({
        ...(resource.type === NESTED ? atSubscription(resource) : plain(resource)),
        dependsOn: dependsOn.filter((key) => !existing.has(key)).toSorted(),
      })),
  };
}

type Planned = Omit<ReturnType<typeof evaluateTemplate>["resources"][number], "dependsOn">;

const NESTED = "Microsoft.Resources/deployments";

function plain({ key, id, type, apiVersion, name, condition, body }: Planned) {
  return { symbol: key, id, type, apiVersion, name, condition, ...(body ? { body } : {}) };
}

/** What a nested deployment at the subscription makes of the values that it is given. */
function atSubscription(resource: Planned) {
  const { key, condition, nested } = resource;
  if (nested === undefined) return { symbol: key, condition };
  const [made, ...others] = evaluateTemplate({ ...PLACE, ...nested }).resources;
  if (made === undefined || others.length > 0) throw new Error(`${key} deploys ${others.length + 1} resources`);
  return { ...plain(made), symbol: key };
}

test("a template evaluated by the embedded engine gives what the definition says, for any program", () => {
  const deployed: Deployed = (id, full) => {
    const properties = { text: `text of ${id}`, nested: { number: 7, list: [1, "a"] } };
    return full ? { id, properties, identity: { principalId: `principal of ${id}` } } : properties;
  };

  fc.assert(
    fc.property(
      randomProgram,
      fc.record({ text: fc.string(), count: fc.integer({ min: -9, max: 9 }), flag: fc.boolean() }, { requiredKeys: [] }),
      (program, parameters) => {
        expect(byTemplate(program, parameters, deployed)).toEqual(byDefinition(program, parameters, deployed));
      },
    ),
    { numRuns: 300 },
  );
});

test.each<Record<string, JsonValue>>([
  {},
  { environmentName: "prod", profileOverrides: { egress: "firewall" } },
  { mlRegistryName: "mlr-contoso", profileOverrides: { egress: "firewall" } },
  { environmentName: "prod", mlRegistryName: "mlr-contoso" },
  {
    hubVirtualNetworkId:
      "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub",
    hubFirewallAddress: "10.39.0.4",
    profileOverrides: { egress: "hubFirewall" },
  },
  { environmentName: "staging" },
  { environmentName: "prod", enableGpuNodes: true, budgetStartDate: "2027-01-01" },
  { budgetStartDate: "2027-01-01", budgetScope: "resourceGroup" },
  { enableAutoScaling: false, enableGpuNodes: true, volcanoConfigMap: "volcano-scheduler-autoscaler", tags: { owner: "ml" } },
])("a template evaluated by the embedded engine gives what the definition says, for the platform with %j", (parameters) => {
  const program = definePlatform();
  const deployed = whatIsReadBack(program, { ...PLACE, parameters, resourceGroup: GROUP });

  expect(byTemplate(program, parameters, deployed)).toEqual(byDefinition(program, parameters, deployed));
});
