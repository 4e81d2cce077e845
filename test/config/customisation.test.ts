import { expect, test, vi } from "vitest";
import { isObject, type JsonValue } from "../../src/base/index.ts";
import { startTestCloud } from "../../src/cloud/testing.ts";
import { defineConfig, replaced, when } from "../../src/config/index.ts";
import { armTemplate, emitArm, emitBicep, emitScripts, emitTerraform } from "../../src/emit/index.ts";
import { checkProgram, evaluateProgram, type Program } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { compareBicep } from "../emit/compare.ts";
import { compareTerraform } from "../emit/compare-terraform.ts";
import { evaluateModule } from "../emit/terraform-linker.ts";
import { whatIsReadBack } from "../emit/what-is-read-back.ts";
import featureStore from "./feature-store/quayside.config.ts";

/** HashiCorp's parser starts in a second, and every expression of the platform goes through it. */
vi.setConfig({ testTimeout: 60_000 });

const PLACE = {
  subscriptionId: "11111111-1111-1111-1111-111111111111",
  tenantId: "22222222-2222-2222-2222-222222222222",
  resourceGroup: { name: "rg-features", location: "westeurope" },
};
const PARAMETERS = { nameSuffix: "abc123" };

const program = definePlatform(featureStore);

function bodyOf(of: Program, symbol: string) {
  const found = evaluateProgram(of, { ...PLACE, parameters: PARAMETERS }).resources.find(
    (resource) => resource.symbol === symbol,
  );
  if (found === undefined) throw new Error(`there is no ${symbol}`);
  return found;
}

test("a default, an added resource and an overridden body are in the definition, and the rest of the body stays", () => {
  const { tags, properties } = bodyOf(program, "storageAccount").body;
  const before = bodyOf(definePlatform(), "storageAccount").body;

  expect(checkProgram(program)).toEqual([]);
  expect(evaluateProgram(program, { ...PLACE, parameters: PARAMETERS }).parameters.aksNodeCount).toBe(2);
  expect(bodyOf(program, "featureStoreIdentity").name).toBe("id-features-dev");
  expect(tags).toMatchObject({ owner: "ml", team: "features", managedBy: "quayside" });
  expect(properties).toEqual({
    ...(isObject(before.properties) ? before.properties : {}),
    allowCrossTenantReplication: false,
    encryption: { ...encryptionOf(before.properties), requireInfrastructureEncryption: true },
  });
});

function encryptionOf(properties: JsonValue | undefined): object {
  return isObject(properties) && isObject(properties.encryption) ? properties.encryption : {};
}

test("Bicep, read back by its grammar, means the same", () => {
  const { defined, printed } = compareBicep(program, { ...PLACE, parameters: PARAMETERS });

  expect(printed).toEqual(defined);
  expect(emitBicep(program).files.get("bicep/modules/features.bicep")).toContain("resource featureStoreIdentity");
});

test("Terraform, read by HashiCorp's parser, asks for the same bodies", async () => {
  const { files } = emitTerraform(program);
  const deployed = whatIsReadBack(program, { ...PLACE, parameters: PARAMETERS });
  const { resources } = await evaluateModule(
    files,
    { resource_group_name: PLACE.resourceGroup.name, name_suffix: "abc123" },
    { ...PLACE, deployed: (id) => deployed(id, true) },
  );

  for (const symbol of ["storageAccount", "featureStoreIdentity"]) {
    const { id, body } = bodyOf(program, symbol);
    expect(resources.find((resource) => resource.id === id)?.body).toEqual(body);
  }
  expect(files.get("terraform/features.tf")).toContain('resource "azapi_resource" "feature_store_identity"');
});

test("the scripts take the added parameter and deploy the template that has the added resource", () => {
  const { files } = emitScripts(program);

  expect(files.get("scripts/lib/parameters.sh")).toContain("--store-owner) parameter=storeOwner ;;");
  expect(JSON.parse(files.get("scripts/lib/parameters.json") ?? "{}")).toMatchObject({ aksNodeCount: { default: 2 } });
  expect(emitArm(program).files.get("bicep/main.json")).toContain('"featureStoreIdentity": {');
});

test("the embedded Azure makes what was added and overridden", async () => {
  await using cloud = await startTestCloud();
  const group = await cloud.group(PLACE.resourceGroup.name, "westeurope");

  await cloud.put(`${group}/providers/Microsoft.Resources/deployments/platform`, {
    properties: { mode: "Incremental", template: armTemplate(program), parameters: { nameSuffix: { value: "abc123" } } },
  });

  const at = (path: string, apiVersion: string) => cloud.ask("GET", `${group}/providers/${path}`, { apiVersion });
  const identity = await at("Microsoft.ManagedIdentity/userAssignedIdentities/id-features-dev", "2024-11-30");
  expect(identity.json).toMatchObject({ tags: { team: "features" }, properties: { principalId: expect.any(String) } });
  const account = cloud.host.resources.ofType("Microsoft.Storage/storageAccounts")[0];
  expect(account?.properties).toMatchObject({ encryption: { requireInfrastructureEncryption: true } });
});

test("members of what is computed are joined or refused; an expression and replaced() take its place", () => {
  const override = (body: Parameters<Parameters<NonNullable<typeof featureStore.extend>>[0]["override"]>[1]) =>
    definePlatform({ extend: (platform) => platform.override("aksCluster", body) });

  expect(() => override({ properties: { securityProfile: { defender: { logAnalyticsWorkspaceResourceId: "x" } } } })).toThrow(
    "resources.aksCluster.properties.securityProfile.defender is computed, so members of it cannot be changed one by one",
  );
  const whole = override({
    properties: { apiServerAccessProfile: replaced({ disableRunCommand: true }), nodeResourceGroup: when(true, "a", "b") },
  });
  expect(bodyOf(whole, "aksCluster").body.properties).toMatchObject({
    apiServerAccessProfile: { disableRunCommand: true },
    nodeResourceGroup: "a",
  });
});

test("what is changed of what a loop makes stands beside the loop, with what refers to it by key", async () => {
  const changed = definePlatform({
    extend: (platform) => {
      platform.override("nodeCpuAlert", { properties: { severity: 0 } });
      platform.override("prometheusZone", { tags: { team: "network" } });
    },
  });
  const parameters = { ...PARAMETERS, environmentName: "prod" };
  const alerts = emitBicep(changed).files.get("bicep/modules/alerts.bicep");
  const links = emitTerraform(changed).files.get("terraform/private-link.tf");

  expect(alerts).toContain("resource nodeCpuAlert ");
  expect(alerts).not.toContain("key: 'node-cpu'");
  expect(alerts).toContain("key: 'node-memory'");
  expect(links).toContain('resource "azapi_resource" "prometheus_endpoint_zones"');
  expect(links).toContain('azapi_resource.private_endpoints["blob"].id');
  const bicep = compareBicep(changed, { ...PLACE, parameters });
  expect(bicep.printed).toEqual(bicep.defined);
  const terraform = await compareTerraform(changed, parameters);
  expect(terraform.printed).toEqual(terraform.defined);
});

test("names and types of parameters are checked by the compiler", () => {
  // @ts-expect-error there is no such parameter
  defineConfig({ parameters: { aksNodes: 3 } });
  // @ts-expect-error it is a number
  defineConfig({ parameters: { aksNodeCount: "3" } });
  // @ts-expect-error it is one of three
  defineConfig({ parameters: { environmentName: "test" } });
  defineConfig({
    extend: (platform) => {
      // @ts-expect-error a type has an api-version
      platform.resource("x", { type: "Microsoft.Storage/storageAccounts", concern: "x", name: "x", body: {} });
      // @ts-expect-error the platform has no such parameter
      platform.output("y", "string", "Y.", platform.parameters.nothing);
    },
  });

  expect(defineConfig({ model: "model" })).toEqual({ model: "model" });
});
