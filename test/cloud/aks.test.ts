import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { computeLimits } from "../../src/cloud/providers/compute/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { buildCore, type Core, clusterBody, extensionBody, mlPool, outcome, VERSIONS } from "./core.ts";

let cloud: TestCloud;
let core: Core;
let aks: string;

beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  core = await buildCore(cloud);
  aks = core.id("Microsoft.ContainerService/managedClusters", "aks");
  await cloud.put(aks, clusterBody(core), VERSIONS.aks);
});

afterAll(() => cloud.close());

const cluster = (name: string, of: Core = core) => of.id("Microsoft.ContainerService/managedClusters", name);
const putCluster = (name: string, body: JsonObject) => outcome(cloud, cluster(name), body, VERSIONS.aks);
const putPool = (name: string, body: JsonObject) => outcome(cloud, `${aks}/agentPools/${name}`, body, VERSIONS.aks);

test("a cluster shows what clients read right after they made it", async () => {
  const { json } = await cloud.ask("GET", aks, { apiVersion: VERSIONS.aks });
  const properties = json.properties as JsonObject;

  expect(properties).toMatchObject({
    provisioningState: "Succeeded",
    powerState: { code: "Running" },
    nodeResourceGroup: "MC_rg-core_aks_eastus",
    fqdn: expect.stringMatching(/^mlops-[0-9a-f]{8}\.hcp\.eastus\./),
    oidcIssuerProfile: { enabled: true, issuerURL: expect.stringMatching(/^https:.*\/$/) },
    identityProfile: {
      kubeletidentity: { resourceId: core.kubelet, clientId: expect.any(String), objectId: expect.any(String) },
    },
    networkProfile: { loadBalancerSku: "standard", outboundType: "loadBalancer" },
    servicePrincipalProfile: { clientId: "msi" },
    currentKubernetesVersion: expect.stringMatching(/^1\.\d+\.\d+$/),
  });
  expect(properties.agentPoolProfiles).toMatchObject([
    {
      name: "system",
      mode: "System",
      provisioningState: "Succeeded",
      osDiskType: "Ephemeral",
      nodeImageVersion: expect.any(String),
    },
  ]);
});

test("a second PUT keeps the issuer, the address and the node resource group", async () => {
  const before = (await cloud.ask("GET", aks, { apiVersion: VERSIONS.aks })).json.properties as JsonObject;
  const after = (await cloud.put(aks, clusterBody(core), VERSIONS.aks)).properties as JsonObject;

  for (const member of ["oidcIssuerProfile", "fqdn", "nodeResourceGroup", "currentKubernetesVersion", "agentPoolProfiles"]) {
    expect(after[member]).toEqual(before[member]);
  }
});

test("pools that were made as children stay when the cluster is put with its first pool only", async () => {
  await cloud.put(`${aks}/agentPools/extra`, mlPool(core, { count: 1 }), VERSIONS.aks);
  const { properties } = await cloud.put(aks, clusterBody(core), VERSIONS.aks);

  expect(((properties as JsonObject).agentPoolProfiles as JsonObject[]).map(({ name }) => name)).toEqual(["extra", "system"]);
  await cloud.settle(await cloud.ask("DELETE", `${aks}/agentPools/extra`, { apiVersion: VERSIONS.aks }));
});

describe("without its roles the control plane fails as on Azure", () => {
  test.each([
    ["networkContributor", "LinkedAuthorizationFailed", /subnets\/join\/action.*Network Contributor/],
    ["managedIdentityOperator", "CustomKubeletIdentityMissingPermissionError", /Managed Identity Operator/],
  ] as const)("%s", async (role, code, message) => {
    const poor = await buildCore(cloud, { name: `rg-without-${role}`, without: [role] });
    const id = cluster("aks", poor);

    const failed = await outcome(cloud, id, clusterBody(poor), VERSIONS.aks);

    expect(failed).toMatchObject({ status: 201, code, message: expect.stringMatching(message) });
    const { properties } = (await cloud.ask("GET", id, { apiVersion: VERSIONS.aks })).json;
    expect((properties as JsonObject).provisioningState).toBe("Failed");
  });
});

test("a node subnet that is too small is refused with the numbers", async () => {
  const tight = await buildCore(cloud, { name: "rg-tight", subnet: { addressPrefix: "10.40.0.0/29" } });

  const refused = await outcome(cloud, cluster("aks", tight), clusterBody(tight), VERSIONS.aks);

  expect(refused).toMatchObject({
    status: 400,
    code: "InsufficientSubnetSize",
    message: expect.stringMatching(/has 3 left; the pools system need 4/),
  });
});

test("a delegated node subnet is refused", async () => {
  const delegations = [{ name: "d", properties: { serviceName: "Microsoft.App/environments" } }];
  const delegated = await buildCore(cloud, { name: "rg-delegated", subnet: { delegations } });

  const refused = await outcome(cloud, cluster("aks", delegated), clusterBody(delegated), VERSIONS.aks);

  expect(refused).toMatchObject({ status: 400, code: "SubnetIsDelegated" });
});

test("a service range over a subnet of the network is refused, also the default one", async () => {
  const wide = await buildCore(cloud, { name: "rg-overlap", space: "10.0.0.0/16", subnet: { addressPrefix: "10.0.0.0/22" } });
  const networkProfile = { networkPlugin: "azure", networkPluginMode: "overlay" };

  const refused = await outcome(cloud, cluster("aks", wide), clusterBody(wide, { properties: { networkProfile } }), VERSIONS.aks);

  expect(refused).toMatchObject({ status: 400, code: "ServiceCidrOverlapExistingSubnetsCidr" });
});

test("a pool outside of the network of the others is refused", async () => {
  const body = mlPool(core, { vnetSubnetID: null });

  expect(await putPool("odd", body)).toMatchObject({
    status: 400,
    code: "InvalidParameter",
    message: expect.stringMatching(/all pools/),
  });
});

test("the delegations of a subnet with nodes cannot change", async () => {
  const properties = {
    addressPrefix: "10.40.0.0/22",
    delegations: [{ name: "d", properties: { serviceName: "Microsoft.App/environments" } }],
  };

  expect(await outcome(cloud, core.subnet, { properties }, VERSIONS.network)).toMatchObject({
    status: 400,
    code: "SubnetDelegationsCannotChangeWhenSubnetUsedByResource",
  });
});

test("an outbound way that the subnet does not have is refused", async () => {
  const body = clusterBody(core, {
    properties: {
      networkProfile: { networkPlugin: "azure", networkPluginMode: "overlay", outboundType: "userAssignedNATGateway" },
    },
  });

  expect(await putCluster("nat", body)).toMatchObject({ status: 400, code: "InvalidUserAssignedNATGateway" });
});

describe("a cluster body that AKS refuses", () => {
  test.each<[string, () => JsonObject, string]>([
    ["an unknown VM size", () => clusterBody(core, { system: { vmSize: "Standard_X1" } }), "BadRequest"],
    ["a system pool without a node", () => clusterBody(core, { system: { count: 0 } }), "InvalidParameter"],
    ["a system pool of small nodes", () => clusterBody(core, { system: { vmSize: "Standard_DS2_v2" } }), "SystemPoolSkuTooLow"],
    ["no system pool", () => clusterBody(core, { system: { mode: "User" } }), "InvalidParameter"],
    ["a pool name with upper case", () => clusterBody(core, { system: { name: "System" } }), "InvalidParameter"],
    [
      "bounds that exclude the count",
      () => clusterBody(core, { system: { enableAutoScaling: true, minCount: 4, maxCount: 5 } }),
      "InvalidParameter",
    ],
    ["bounds without autoscaling", () => clusterBody(core, { system: { minCount: 1, maxCount: 5 } }), "InvalidParameter"],
    [
      "a version that is not offered",
      () => clusterBody(core, { properties: { kubernetesVersion: "1.20" } }),
      "K8sVersionNotSupported",
    ],
    [
      "a service range that AKS uses itself",
      () => clusterBody(core, { properties: { networkProfile: { serviceCidr: "172.30.0.0/16" } } }),
      "InvalidCIDR",
    ],
    ["no identity", () => ({ ...clusterBody(core), identity: undefined }), "InvalidParameter"],
    ["AKS Automatic", () => ({ ...clusterBody(core), sku: { name: "Automatic" } }), "FeatureNotSupported"],
  ])("%s", async (_, body, code) => {
    expect(await putCluster("refused", body())).toMatchObject({ status: 400, code });
    expect((await cloud.ask("GET", cluster("refused"), { apiVersion: VERSIONS.aks })).status).toBe(404);
  });
});

test("more vCPUs than the quota of the family are refused, and granted once the quota is raised", async () => {
  computeLimits(cloud.host).grant("eastus", "standardDSv2Family", 8);

  const refused = await putPool("mlpool", mlPool(core));
  expect(refused).toMatchObject({
    status: 400,
    code: "ErrCode_InsufficientVCPUQuota",
    message: expect.stringMatching(/12 requested, 8 left/),
  });

  computeLimits(cloud.host).grant("eastus", "standardDSv2Family", 12);
  expect(await putPool("mlpool", mlPool(core))).toMatchObject({ status: 201, code: undefined });
  const { json } = await cloud.ask("GET", `${cloud.subscription}/providers/Microsoft.Compute/locations/eastus/usages`, {
    apiVersion: "2024-07-01",
  });
  const family = (json.value as JsonObject[]).find(({ name }) => (name as JsonObject).value === "standardDSv2Family");
  expect(family).toMatchObject({ currentValue: 12, limit: 12 });
  computeLimits(cloud.host).grant("eastus", "standardDSv2Family", 100);
});

test("what a pool was made with cannot change, its count and taints can", async () => {
  await cloud.put(`${aks}/agentPools/fixed`, mlPool(core, { count: 1 }), VERSIONS.aks);

  expect(await putPool("fixed", mlPool(core, { vmSize: "Standard_D4ds_v5", count: 1 }))).toMatchObject({
    status: 400,
    code: "PropertyChangeNotAllowed",
  });
  expect(await putPool("fixed", mlPool(core, { count: 2, nodeTaints: ["workload=ml:NoSchedule"] }))).toMatchObject({
    status: 200,
    code: undefined,
  });
  await cloud.settle(await cloud.ask("DELETE", `${aks}/agentPools/fixed`, { apiVersion: VERSIONS.aks }));
});

test("a pool of its own has a count, also where it scales by itself, and keeps it when it is left out later", async () => {
  const scaling = { enableAutoScaling: true, minCount: 1, maxCount: 3 };
  const { count: _, ...uncounted } = mlPool(core, scaling).properties as JsonObject;

  expect(await putPool("scaling", { properties: uncounted })).toMatchObject({ status: 400, code: "InvalidParameter" });
  await cloud.put(`${aks}/agentPools/scaling`, mlPool(core, { ...scaling, count: 2 }), VERSIONS.aks);
  const { properties } = await cloud.put(`${aks}/agentPools/scaling`, { properties: uncounted }, VERSIONS.aks);
  expect(properties).toMatchObject({ count: 2 });
  await cloud.settle(await cloud.ask("DELETE", `${aks}/agentPools/scaling`, { apiVersion: VERSIONS.aks }));
});

describe("a maintenance configuration", () => {
  const window = (schedule: JsonObject, more: JsonObject = {}): JsonObject => ({
    properties: { maintenanceWindow: { schedule, durationHours: 4, startTime: "01:00", utcOffset: "+00:00", ...more } },
  });
  const weekly = { weekly: { intervalWeeks: 1, dayOfWeek: "Sunday" } };
  const put = (name: string, body: JsonObject) => outcome(cloud, `${aks}/maintenanceConfigurations/${name}`, body, VERSIONS.aks);

  test.each<[string, JsonObject, RegExp]>([
    ["default", window({ daily: { intervalDays: 3 } }), /releases are weekly/],
    ["default", window({ ...weekly, daily: { intervalDays: 3 } }), /exactly one/],
    ["aksManagedAutoUpgradeSchedule", { properties: {} }, /needs properties.maintenanceWindow/],
    ["aksManagedNodeOSUpgradeSchedule", window(weekly, { startTime: "1:00" }), /write hh:mm/],
    ["aksManagedNodeOSUpgradeSchedule", window(weekly, { durationHours: 2 }), /durationHours/],
    ["sundays", window(weekly), /default, aksManagedAutoUpgradeSchedule/],
  ])("%s is refused as %j", async (name, body, message) => {
    expect(await put(name, body)).toMatchObject({ status: 400, message: expect.stringMatching(message) });
  });

  test("takes each of AKS's names once a week", async () => {
    for (const name of ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"])
      expect(await put(name, window(weekly))).toMatchObject({ status: 201 });
  });
});

test("two pools written at once: the second gets 409 OperationNotAllowed", async () => {
  const { resources, system } = cloud.host;
  const names = ["one", "two"];

  const outcomes = await Promise.allSettled(
    names.map((name) => resources.put(`${aks}/agentPools/${name}`, VERSIONS.aks, mlPool(core, { count: 1 }), system)),
  );

  expect(outcomes).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected", reason: { status: 409, code: "OperationNotAllowed" } },
  ]);
  for (const name of names) await resources.delete(`${aks}/agentPools/${name}`, system);
});

test("nodes of a spot pool get AKS's own taint, and maxUnavailable is refused", async () => {
  const spot = { scaleSetPriority: "Spot", count: 1 };
  expect(await putPool("spot", mlPool(core, { ...spot, upgradeSettings: { maxUnavailable: "1" } }))).toMatchObject({
    status: 400,
    code: "InvalidParameter",
  });

  const { properties } = await cloud.put(`${aks}/agentPools/spot`, mlPool(core, spot), VERSIONS.aks);
  expect((properties as JsonObject).nodeTaints).toEqual(["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]);
  await cloud.settle(await cloud.ask("DELETE", `${aks}/agentPools/spot`, { apiVersion: VERSIONS.aks }));
});

test("the last system pool cannot be deleted", async () => {
  const answer = await cloud.ask("DELETE", `${aks}/agentPools/system`, { apiVersion: VERSIONS.aks });

  expect(answer).toMatchObject({ status: 400, code: "OperationNotAllowed" });
});

test("a subnet with nodes in it cannot be deleted", async () => {
  expect(await cloud.ask("DELETE", core.subnet, { apiVersion: VERSIONS.network })).toMatchObject({
    status: 400,
    code: "InUseSubnetCannotBeDeleted",
  });
});

test("the admin credential is refused with local accounts off", async () => {
  const admin = await cloud.ask("POST", `${aks}/listClusterAdminCredential`, { apiVersion: VERSIONS.aks });

  expect(admin).toMatchObject({ status: 400, code: "BadRequest" });
});

test("trusted access takes only the roles of the source's type", async () => {
  const workspace = core.id("Microsoft.MachineLearningServices/workspaces", "mlw");
  const bind = (name: string, properties: JsonObject) =>
    outcome(cloud, `${aks}/trustedAccessRoleBindings/${name}`, { properties }, VERSIONS.aks);

  expect(
    await bind("b1", { sourceResourceId: workspace, roles: ["Microsoft.MachineLearningServices/workspaces/owner"] }),
  ).toMatchObject({ code: "TrustedAccessRoleNotFound" });
  expect(await bind("b1", { sourceResourceId: core.kubelet, roles: ["x"] })).toMatchObject({ code: "InvalidParameter" });
  expect(
    await bind("b1", { sourceResourceId: workspace, roles: ["Microsoft.MachineLearningServices/workspaces/mlworkload"] }),
  ).toMatchObject({ code: "TrustedAccessSourceResourceNotFound" });
});

test("a managed namespace needs a DNS label that is not the system's", async () => {
  const make = (name: string) =>
    outcome(cloud, `${aks}/managedNamespaces/${name}`, { location: "eastus", properties: {} }, VERSIONS.aks);

  expect(await make("kube-system")).toMatchObject({ code: "InvalidParameter" });
  expect(await make("Upper")).toMatchObject({ code: "InvalidResourceName" });
  expect(await make("ml-workloads")).toMatchObject({ status: 201, code: undefined });
});

describe("the Azure ML extension", () => {
  const install = (settings: JsonObject, name = "azureml") =>
    outcome(
      cloud,
      `${aks}/providers/Microsoft.KubernetesConfiguration/extensions/${name}`,
      extensionBody(settings),
      VERSIONS.extension,
    );
  const remove = async () =>
    cloud.settle(
      await cloud.ask("DELETE", `${aks}/providers/Microsoft.KubernetesConfiguration/extensions/azureml`, {
        apiVersion: VERSIONS.extension,
      }),
    );

  test.each<[string, JsonObject, RegExp]>([
    [
      "neither training nor inference",
      { enableTraining: "False", enableInference: "False" },
      /enableTraining nor enableInference/,
    ],
    ["no domain", { domain: "" }, /lacks domain/],
    ["no router service type", { inferenceRouterServiceType: "None" }, /inferenceRouterServiceType is None/],
    ["secure connections without a certificate", { allowInsecureConnections: "False" }, /sslSecret/],
  ])("fails with %s", async (_, settings, message) => {
    expect(await install(settings)).toMatchObject({
      status: 201,
      code: "ExtensionOperationFailed",
      message: expect.stringMatching(message),
    });
    await remove();
  });

  test("fails when user pools have a taint that workLoadToleration does not name, and installs when it does", async () => {
    await cloud.put(`${aks}/agentPools/mlpool`, mlPool(core, { nodeTaints: ["workload=ml:NoSchedule"] }), VERSIONS.aks);

    const failed = await install({});
    expect(failed).toMatchObject({
      code: "ExtensionOperationFailed",
      message: expect.stringMatching(/pool mlpool has the taint workload=ml:NoSchedule/),
    });

    const tolerations = Object.fromEntries(
      ["toleration", "workLoadToleration"].flatMap((group) => [
        [`${group}[0].key`, "workload"],
        [`${group}[0].operator`, "Equal"],
        [`${group}[0].value`, "ml"],
        [`${group}[0].effect`, "NoSchedule"],
      ]),
    ) as JsonObject;
    expect(await install(tolerations)).toMatchObject({ status: 200, code: undefined });
    const { properties } = (
      await cloud.ask("GET", `${aks}/providers/Microsoft.KubernetesConfiguration/extensions/azureml`, {
        apiVersion: VERSIONS.extension,
      })
    ).json;
    expect(properties).toMatchObject({
      provisioningState: "Succeeded",
      aksAssignedIdentity: { principalId: expect.any(String) },
    });
    expect(properties).not.toHaveProperty("protectedKeys");
    await remove();
  });

  test("fails with E40002 when the router shall be highly available on fewer than three nodes", async () => {
    const small = await buildCore(cloud, { name: "rg-small" });
    const id = cluster("aks", small);
    await cloud.put(id, clusterBody(small, { system: { count: 2 } }), VERSIONS.aks);
    const extension = `${id}/providers/Microsoft.KubernetesConfiguration/extensions/azureml`;

    expect(await outcome(cloud, extension, extensionBody(), VERSIONS.extension)).toMatchObject({
      message: expect.stringMatching(/E40002/),
    });
    expect(await outcome(cloud, extension, extensionBody({ inferenceRouterHA: "False" }), VERSIONS.extension)).toMatchObject({
      code: undefined,
    });
  });

  test("never shows or stores a protected setting", async () => {
    const id = `${aks}/providers/Microsoft.KubernetesConfiguration/extensions/azureml`;
    const body = extensionBody({
      allowInsecureConnections: "False",
      "workLoadToleration[0].key": "workload",
      "workLoadToleration[0].operator": "Exists",
    });
    const properties = {
      ...(body.properties as JsonObject),
      configurationProtectedSettings: { "scoringFe.sslCert": "hush", "scoringFe.sslKey": "hush" },
    };
    const { json } = await cloud.ask("PUT", id, { body: { ...body, properties }, apiVersion: VERSIONS.extension });

    expect(JSON.stringify(json)).not.toContain("hush");
    expect(JSON.stringify(cloud.host.resources.get(id))).not.toContain("hush");
  });

  test("flux and other extension types are refused by name", async () => {
    const flux = await cloud.ask("PUT", `${aks}/providers/Microsoft.KubernetesConfiguration/fluxConfigurations/f`, {
      body: { properties: {} },
      apiVersion: "2025-04-01",
    });
    const other = await outcome(
      cloud,
      `${aks}/providers/Microsoft.KubernetesConfiguration/extensions/dapr`,
      { properties: { extensionType: "microsoft.dapr" } },
      VERSIONS.extension,
    );

    expect(flux).toMatchObject({ status: 400, code: "FeatureNotSupported" });
    expect(other).toMatchObject({ status: 400, code: "FeatureNotSupported", message: expect.stringMatching(/microsoft\.dapr/) });
  });
});
