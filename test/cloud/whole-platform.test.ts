import { describe, expect, test } from "vitest";
import { ROLES } from "../../src/azure/index.ts";
import type { JsonObject } from "../../src/base/index.ts";
import { objectsAt, textAt, textsAt } from "../../src/cloud/providers/common/body.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { missingForPrivateReach } from "../../src/cloud/providers/network/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { armTemplate } from "../../src/emit/arm/index.ts";
import { definePlatform } from "../../src/platform/index.ts";

const template = armTemplate(definePlatform());

interface Outcome {
  readonly status: string;
  readonly failures: { readonly code: string; readonly message: string }[];
}

async function deploy(
  cloud: TestCloud,
  group: string,
  name: string,
  parameters: JsonObject,
  { token, template: sent = template }: { readonly token?: string; readonly template?: JsonObject } = {},
): Promise<Outcome> {
  const values = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, { value }])) as JsonObject;
  const id = `${group}/providers/Microsoft.Resources/deployments/${name}`;
  const answer = await cloud.ask("PUT", id, {
    body: { properties: { mode: "Incremental", template: sent, parameters: values } },
    ...(token === undefined ? {} : { token }),
  });
  if (answer.status >= 400) return { status: "Refused", failures: leaves(answer.json.error as JsonObject) };
  const ended = (await cloud.settle(answer)).json;
  return { status: textAt(ended, "status") ?? "", failures: leaves(ended.error as JsonObject | undefined) };
}

/** The innermost errors: what somebody has to do something about. */
function leaves(error: JsonObject | undefined): Outcome["failures"] {
  if (error === undefined) return [];
  const details = Array.isArray(error.details) ? (error.details as JsonObject[]) : [];
  return details.length === 0
    ? [{ code: textAt(error, "code") ?? "", message: textAt(error, "message") ?? "" }]
    : details.flatMap(leaves);
}

describe("the platform's own template on the embedded Azure", () => {
  test.each<[string, JsonObject]>([
    ["dev", { environmentName: "dev" }],
    ["dev without autoscaling", { environmentName: "dev", enableAutoScaling: false }],
    ["staging", { environmentName: "staging" }],
    ["staging with a private API server", { environmentName: "staging", profileOverrides: { privateApiServer: true } }],
    ["dev behind a Basic firewall", { allowedFqdns: ["index.example.com"], profileOverrides: { egress: "firewall" } }],
    ["prod behind a firewall", { environmentName: "prod", enableGpuNodes: true, profileOverrides: { egress: "firewall" } }],
    ["prod with GPUs", { environmentName: "prod", enableGpuNodes: true }],
    [
      "everything that can be switched on",
      {
        environmentName: "prod",
        enableSpotNodes: true,
        taintStyle: "amlarc",
        registryReplicaLocation: "westus",
        githubRepository: "contoso/models",
        azureDevOpsIssuer: "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0",
        azureDevOpsSubject: "sc://contoso/models/MLOps-ServiceConnection",
        alertEmail: "ml@contoso.com",
        mlRegistryName: "mlr-contoso",
        budgetStartDate: "2999-01-01",
      },
    ],
  ])("%s is deployed, deployed again, and removed", async (_, parameters) => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg-mlops-pipeline");

    expect(await deploy(cloud, group, "first", parameters)).toEqual({ status: "Succeeded", failures: [] });
    const resources = cloud.host.resources.below(group);
    expect(resources.length).toBeGreaterThan(40);
    // What is made by itself with its parent has no state of its own.
    const unfinished = resources.filter(
      ({ properties }) => !["Succeeded", undefined].includes(properties.provisioningState as string | undefined),
    );
    expect(unfinished.map(({ id }) => id)).toEqual([]);
    expect(await deploy(cloud, group, "second", parameters)).toEqual({ status: "Succeeded", failures: [] });

    // A vault with a backup in it holds its group.
    for (const { id } of cloud.host.resources.ofType("Microsoft.DataProtection/backupVaults/backupInstances"))
      await cloud.settle(await cloud.ask("DELETE", id, { apiVersion: "2026-06-01" }));
    await cloud.settle(await cloud.ask("DELETE", group));
    expect((await cloud.ask("GET", group)).status).toBe(404);
    expect(cloud.host.resources.below(group)).toEqual([]);
  });

  test("the deployer deploys the platform again with what an owner gave it, and can give itself nothing more", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    const deployer = await cloud.principal("pipeline");
    const parameters = { deployerObjectId: deployer.objectId, environmentName: "staging", nameSuffix: "deploy" };
    const again = (name: string, more: JsonObject = {}) =>
      deploy(cloud, group, name, { ...parameters, ...more }, { token: deployer.token });

    expect((await again("before")).failures).toMatchObject([{ code: "AuthorizationFailed" }]);
    expect(await deploy(cloud, group, "by-owner", parameters)).toEqual({ status: "Succeeded", failures: [] });
    expect(await again("by-deployer")).toEqual({ status: "Succeeded", failures: [] });
    // A role of the platform to somebody new is within its condition, one for itself is not.
    expect(await again("more", { githubRepository: "contoso/models" })).toEqual({ status: "Succeeded", failures: [] });
    const resources = { ...(template.resources as JsonObject) };
    const role = resources.trainingPull as JsonObject;
    const properties = {
      ...(role.properties as JsonObject),
      principalId: deployer.objectId,
      roleDefinitionId: `${cloud.subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLES.owner.id}`,
    };
    const greedy = { ...template, resources: { ...resources, trainingPull: { ...role, name: ROLES.owner.id, properties } } };
    expect(await deploy(cloud, group, "greedy", parameters, { token: deployer.token, template: greedy })).toMatchObject({
      failures: [{ code: "AuthorizationFailed", message: expect.stringContaining("ABAC condition") as string }],
    });
  });

  test("through a hub's firewall it is deployed once the hub's owner has peered, and not before", async () => {
    await using cloud = await startTestCloud({ providers });
    const [group, hub] = [await cloud.group("rg"), await cloud.group("rg-hub")];
    const hubVirtualNetworkId = `${hub}/providers/Microsoft.Network/virtualNetworks/vnet-hub`;
    const network = (space: string) => ({ location: "eastus", properties: { addressSpace: { addressPrefixes: [space] } } });
    await cloud.put(hubVirtualNetworkId, network("10.39.0.0/22"), "2025-07-01");
    const parameters = { hubVirtualNetworkId, hubFirewallAddress: "10.39.0.4", profileOverrides: { egress: "hubFirewall" } };

    expect(await deploy(cloud, group, "first", parameters)).toMatchObject({
      status: "Failed",
      failures: [{ code: "VMExtensionError_OutboundConnFail" }],
    });
    const remoteVirtualNetwork = { id: `${group}/providers/Microsoft.Network/virtualNetworks/vnet-mlops` };
    await cloud.put(
      `${hubVirtualNetworkId}/virtualNetworkPeerings/to-mlops`,
      { properties: { remoteVirtualNetwork, allowForwardedTraffic: true } },
      "2025-07-01",
    );
    expect(await deploy(cloud, group, "second", parameters)).toEqual({ status: "Succeeded", failures: [] });
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ["firewall rules in public", { privateNetworking: false, egress: "firewall" }, ["blob", "images", "data"]],
    ["private endpoints in private, and no rule", { egress: "firewall" }, []],
  ])("what Azure makes with an Azure ML registry is reached through %s", async (_, profileOverrides, ruled) => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    const { storageSuffix, registrySuffix } = cloud.host.endpoints;

    const parameters = { environmentName: "prod", mlRegistryName: "mlr-contoso", profileOverrides };
    expect(await deploy(cloud, group, "first", parameters)).toEqual({ status: "Succeeded", failures: [] });

    const [registry] = cloud.host.resources.ofType("Microsoft.MachineLearningServices/registries");
    const managed = textAt(registry, "properties.managedResourceGroup.resourceId") ?? "";
    const [storage] = cloud.host.resources.below(managed, "Microsoft.Storage/storageAccounts");
    const [images] = cloud.host.resources.below(managed, "Microsoft.ContainerRegistry/registries");
    const names: Record<string, string> = {
      blob: `${storage?.name}.blob.${storageSuffix}`,
      images: `${images?.name}.${registrySuffix}`,
      data: `${images?.name}.eastus.data.${registrySuffix}`,
    };
    const rules = cloud.host.resources
      .ofType("Microsoft.Network/firewallPolicies/ruleCollectionGroups")
      .flatMap((rule) => objectsAt(rule, "properties.ruleCollections"))
      .flatMap((collection) => objectsAt(collection, "rules"))
      .flatMap((rule) => textsAt(rule, "targetFqdns"));
    expect(Object.keys(names).filter((key) => rules.includes(names[key] ?? ""))).toEqual([...ruled]);
    const missing = [
      missingForPrivateReach(cloud.host, storage?.id ?? "", "blob"),
      missingForPrivateReach(cloud.host, images?.id ?? "", "registry"),
    ];
    expect(missing).toEqual(ruled.length === 0 ? [undefined, undefined] : Array(2).fill("it has no private endpoint"));
    expect(await deploy(cloud, group, "second", parameters)).toEqual({ status: "Succeeded", failures: [] });
  });

  test("a budget of the subscription sees the nodes' group too, and takes rights there", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg-mlops-pipeline");
    const parameters = { budgetStartDate: "2999-01-01", nameSuffix: "spend1" };
    const id = `${cloud.subscription}/providers/Microsoft.Consumption/budgets/budget-mlops-spend1`;

    expect(await deploy(cloud, group, "first", parameters)).toEqual({ status: "Succeeded", failures: [] });
    expect((await cloud.ask("GET", id, { apiVersion: "2024-08-01" })).json).toMatchObject({
      id,
      properties: {
        filter: { dimensions: { values: ["rg-mlops-pipeline", "rg-mlops-pipeline-nodes"] } },
        notifications: { spent: { contactGroups: [expect.stringContaining("/resourceGroups/rg-mlops-pipeline/")] } },
      },
    });
    expect(await deploy(cloud, group, "second", parameters)).toEqual({ status: "Succeeded", failures: [] });

    const { objectId, token } = await cloud.principal("owner-of-the-group");
    await cloud.assign(objectId, "owner", group);
    const refused = await deploy(cloud, group, "third", parameters, { token });
    expect(refused.failures).toMatchObject([{ code: "AuthorizationFailed", message: expect.stringMatching(/budgets\/write/) }]);
    const own = { ...parameters, budgetScope: "resourceGroup" };
    expect(await deploy(cloud, group, "fourth", own, { token })).toEqual({ status: "Succeeded", failures: [] });
  });

  test("with private networking, names lead to private addresses, and blobs only while they do", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    expect(await deploy(cloud, group, "first", { environmentName: "staging", nameSuffix: "reach1" })).toMatchObject({
      failures: [],
    });
    const records = cloud.host.resources
      .ofType("Microsoft.Network/privateDnsZones/A")
      .map(({ id }) => id.split("/").slice(-3).join("/"));

    expect(records).toEqual(
      expect.arrayContaining([
        "privatelink.vaultcore.azure.net/A/kv-mlops-reach1",
        "privatelink.azurecr.io/A/acrmlopsreach1",
        "privatelink.azurecr.io/A/acrmlopsreach1.eastus.data",
        "privatelink.api.azureml.ms/A/mlw-mlops-demo.workspace.eastus",
        "privatelink.notebooks.azure.net/A/mlw-mlops-demo.eastus",
        "privatelink.monitor.azure.com/A/api",
        "privatelink.eastus.prometheus.monitor.azure.com/A/amw-mlops",
      ]),
    );
    const account = cloud.host.resources.ofType("Microsoft.Storage/storageAccounts")[0];
    expect(account && missingForPrivateReach(cloud.host, account.id, "blob")).toBeUndefined();
    await cloud.settle(await cloud.ask("DELETE", `${group}/providers/Microsoft.Network/privateEndpoints/pep-blob`));
    expect(account && missingForPrivateReach(cloud.host, account.id, "blob")).toBe("it has no private endpoint");
  });

  test("locks keep vault, storage, logs and network, and so their group, until they are taken off", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    const parameters = { profileOverrides: { deletionLocks: true } };
    expect(await deploy(cloud, group, "first", parameters)).toMatchObject({ failures: [] });
    const locks = cloud.host.resources.ofType("Microsoft.Authorization/locks");

    expect(locks).toHaveLength(4);
    expect(await cloud.ask("DELETE", group)).toMatchObject({ status: 409, code: "ScopeLocked" });
    for (const { id } of locks) await cloud.ask("DELETE", id, { apiVersion: "2020-05-01" });
    await cloud.settle(await cloud.ask("DELETE", group));
    expect((await cloud.ask("GET", group)).status).toBe(404);
  });

  test("spot nodes count against a quota of their own", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    const parameters = { enableSpotNodes: true, enableAutoScaling: false, spotNodeVmSize: "Standard_NC24ads_A100_v4" };

    expect(await deploy(cloud, group, "spot", parameters)).toMatchObject({ status: "Succeeded" });
  });

  test("too few nodes for a router with three replicas fail with E40002", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    const parameters = { environmentName: "staging", aksNodeCount: 2, enableAutoScaling: false };

    const { failures, status } = await deploy(cloud, group, "small", parameters);

    expect(status).toBe("Failed");
    expect(failures).toMatchObject([{ code: "ExtensionOperationFailed", message: expect.stringMatching(/E40002/) }]);
  });

  test("GPUs that the subscription has no quota for fail with Azure's code", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    const parameters = { enableGpuNodes: true, enableAutoScaling: false, gpuNodeVmSize: "Standard_NC24ads_A100_v4" };

    const { failures } = await deploy(cloud, group, "gpu", parameters);

    expect(failures.map(({ code }) => code)).toEqual(["ErrCode_InsufficientVCPUQuota"]);
  });

  test("after the group is gone, the deleted vault still holds its name", async () => {
    await using cloud = await startTestCloud({ providers });
    const group = await cloud.group("rg");
    await deploy(cloud, group, "first", {});
    await cloud.settle(await cloud.ask("DELETE", group));
    await cloud.group("rg");

    const { failures } = await deploy(cloud, group, "again", {});

    expect(failures.map(({ code }) => code)).toContain("ConflictError");
  });
});
