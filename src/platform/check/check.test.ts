import { expect, test } from "vitest";
import { asObject, isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { evaluateProgram } from "../../ir/index.ts";
import { formatDiagnostic } from "../../report/index.ts";
import { checkBodies, checkDefinition, definePlatform } from "../index.ts";

const codes = (values: Record<string, JsonValue>) => checkDefinition(values).map(({ code, at }) => `${code} at ${at}`);

test("the defaults of dev and staging raise nothing", () => {
  expect(checkDefinition({})).toEqual([]);
  const gpu = { environmentName: "staging", location: "eastus", enableGpuNodes: true };
  expect(checkDefinition({ ...gpu, volcanoConfigMap: "volcano-scheduler-autoscaler" })).toEqual([]);
  expect(checkDefinition({ ...gpu, enableAutoScaling: false })).toEqual([]);
});

test("prod without TLS or with an open API server deploys, with a warning each", () => {
  expect(checkDefinition({ environmentName: "prod" })).toMatchObject([
    { code: "platform.public-api-server-open", severity: "warning" },
    { code: "platform.scoring-without-tls", severity: "warning" },
  ]);
  const closed = {
    environmentName: "prod",
    apiServerAllowedRanges: ["203.0.113.0/24"],
    scoringHostName: "score.contoso.com",
    scoringTlsSecretName: "tls",
  };
  expect(checkDefinition(closed)).toEqual([]);
});

/** What prod is warned of otherwise. */
const PROD = { apiServerAllowedRanges: ["203.0.113.0/24"], scoringHostName: "score.contoso.com", scoringTlsSecretName: "tls" };

/** What empty pools are warned of otherwise. */
const AUTOSCALED = { volcanoConfigMap: "volcano-scheduler-autoscaler" };

test.each<[Record<string, JsonValue>, string]>([
  [{ enableGpuNodes: true }, "platform.empty-pools-wait at parameters.volcanoConfigMap"],
  [{ enableSpotNodes: true }, "platform.empty-pools-wait at parameters.volcanoConfigMap"],
  [{ nodeSubnetPrefix: "10.40.0.0/33" }, "platform.cidr-invalid at parameters.nodeSubnetPrefix"],
  [{ nodeSubnetPrefix: "10.40.0.300/24" }, "platform.cidr-invalid at parameters.nodeSubnetPrefix"],
  [{ podCidr: "192.168.0.1/16" }, "platform.cidr-invalid at parameters.podCidr"],
  [{ computeSubnetPrefix: "10.40.3.0/24" }, "platform.subnets-overlap at parameters.computeSubnetPrefix"],
  [{ computeSubnetPrefix: "10.41.6.0/24" }, "platform.subnet-outside-network at parameters.computeSubnetPrefix"],
  [{ podCidr: "10.32.0.0/12" }, "platform.range-overlaps at parameters.podCidr"],
  [{ serviceCidr: "192.168.4.0/22", dnsServiceIp: "192.168.4.10" }, "platform.range-overlaps at parameters.serviceCidr"],
  [{ podCidr: "172.30.0.0/16" }, "platform.range-reserved at parameters.podCidr"],
  [{ serviceCidr: "172.17.0.0/16", dnsServiceIp: "172.17.0.10" }, "platform.range-reserved at parameters.serviceCidr"],
  [{ podCidr: "224.0.0.0/16" }, "platform.range-reserved at parameters.podCidr"],
  [{ apiServerAllowedRanges: ["0.0.0.0/0"] }, "platform.range-too-wide at parameters.apiServerAllowedRanges[0]"],
  [{ location: " " }, "platform.region-unknown at parameters.location"],
  [
    { profileOverrides: { availabilityZones: ["1", "4"] } },
    "platform.profile-value at parameters.profileOverrides.availabilityZones",
  ],
  [
    { profileOverrides: { availabilityZones: ["1", "1"] } },
    "platform.profile-value at parameters.profileOverrides.availabilityZones",
  ],
  [{ dnsServiceIp: "172.20.0.10" }, "platform.dns-address at parameters.dnsServiceIp"],
  [{ dnsServiceIp: "172.16.0.1" }, "platform.dns-address at parameters.dnsServiceIp"],
  [{ dnsServiceIp: "172.16.0.256" }, "platform.dns-address at parameters.dnsServiceIp"],
  [{ serviceCidr: "11.0.0.0/8", dnsServiceIp: "11.0.0.10" }, "platform.range-too-wide at parameters.serviceCidr"],
  [{ apiServerAllowedRanges: ["203.0.113.7"] }, "platform.cidr-invalid at parameters.apiServerAllowedRanges[0]"],
  [
    { apiServerAllowedRanges: ["203.0.113.0/24", "10.1.0.0/16"] },
    "platform.range-private at parameters.apiServerAllowedRanges[1]",
  ],
  [{ nodeSubnetPrefix: "10.40.0.0/28" }, "platform.subnet-too-small at parameters.nodeSubnetPrefix"],
  [{ computeSubnetPrefix: "10.40.6.0/29" }, "platform.subnet-too-small at parameters.computeSubnetPrefix"],
  [
    { environmentName: "staging", privateEndpointSubnetPrefix: "10.40.5.0/28" },
    "platform.subnet-too-small at parameters.privateEndpointSubnetPrefix",
  ],
  [{ privateEndpointSubnetPrefix: "10.40.5.0/30" }, "platform.subnet-too-small at parameters.privateEndpointSubnetPrefix"],
  [{ podCidr: "192.168.0.0/21" }, "platform.pod-range-too-small at parameters.podCidr"],
  [{ aksNodeVmSize: "Standard_DS2_v2" }, "platform.vm-size-too-small at parameters.aksNodeVmSize"],
  [{ aksNodeVmSize: "Standard_F4s_v2" }, "platform.vm-size-too-small at parameters.aksNodeVmSize"],
  [{ systemNodeVmSize: "Standard_DS2_v2" }, "platform.vm-size-too-small at parameters.systemNodeVmSize"],
  [{ systemNodeVmSize: "Standard_B4ms" }, "platform.vm-size-burstable at parameters.systemNodeVmSize"],
  [{ mlComputeSku: "Standard_DS3v2" }, "platform.vm-size-unknown at parameters.mlComputeSku"],
  [
    { ...AUTOSCALED, enableGpuNodes: true, gpuNodeVmSize: "Standard_D8ds_v5" },
    "platform.vm-size-without-gpu at parameters.gpuNodeVmSize",
  ],
  [{ runningNodes: { mlpools: 5 } }, "platform.running-nodes at parameters.runningNodes.mlpools"],
  [{ runningNodes: { mlpool: "5" } }, "platform.running-nodes at parameters.runningNodes.mlpool"],
  [{ aksNodeCount: 8, aksNodeMaxCount: 4 }, "platform.node-bounds at parameters.aksNodeMaxCount"],
  [{ profileOverrides: { systemNodeCount: 4 } }, "platform.node-bounds at parameters.profileOverrides"],
  [{ environmentName: "staging", aksNodeCount: 2 }, "platform.router-needs-three-nodes at parameters.aksNodeCount"],
  [
    { environmentName: "staging", profileOverrides: { registrySku: "Standard" } },
    "platform.private-registry-sku at parameters.profileOverrides.registrySku",
  ],
  [
    { apiServerAllowedRanges: ["203.0.113.0/24"], profileOverrides: { privateApiServer: true } },
    "platform.private-api-server-ranges at parameters.apiServerAllowedRanges",
  ],
  [
    { environmentName: "staging", profileOverrides: { privateApiServer: true, disableRunCommand: false } },
    "platform.run-command-without-pool at parameters.profileOverrides.systemNodeTaints",
  ],
  [
    { profileOverrides: { computeInternetAccess: false } },
    "platform.isolated-compute-without-private-networking at parameters.profileOverrides.computeInternetAccess",
  ],
  [
    { environmentName: "staging", privateEndpointSubnetPrefix: "10.40.6.0/25" },
    "platform.subnets-overlap at parameters.privateEndpointSubnetPrefix",
  ],
  [
    { apiServerSubnetPrefix: "10.40.4.0/29", profileOverrides: { privateApiServer: true } },
    "platform.subnet-too-small at parameters.apiServerSubnetPrefix",
  ],
  [
    { firewallSubnetPrefix: "10.40.9.0/27", profileOverrides: { egress: "firewall" } },
    "platform.subnet-too-small at parameters.firewallSubnetPrefix",
  ],
  [
    { firewallManagementSubnetPrefix: "10.40.9.0/26", profileOverrides: { egress: "firewall" } },
    "platform.subnets-overlap at parameters.firewallManagementSubnetPrefix",
  ],
  [
    { apiServerSubnetPrefix: "10.40.0.0/28", profileOverrides: { egress: "firewall" } },
    "platform.subnets-overlap at parameters.apiServerSubnetPrefix",
  ],
  [{ peeredRanges: ["10.40.128.0/17"] }, "platform.range-overlaps-peer at parameters.virtualNetworkPrefix"],
  [{ peeredRanges: ["10.0.0.0/16", "192.168.0.0/24"] }, "platform.range-overlaps-peer at parameters.podCidr"],
  [{ peeredRanges: ["10.39.0.1/22"] }, "platform.cidr-invalid at parameters.peeredRanges[0]"],
  [{ profileOverrides: { egress: "hubFirewall" } }, "platform.hub-incomplete at parameters.hubVirtualNetworkId"],
  [{ hubFirewallAddress: "10.39.0.4" }, "platform.hub-without-egress at parameters.hubVirtualNetworkId"],
  [{ allowedFqdns: ["index.example.com"] }, "platform.names-without-firewall at parameters.allowedFqdns"],
  [
    { allowedFqdns: ["*.example.com", "https://example.com", "a*.example.com"], profileOverrides: { egress: "firewall" } },
    "platform.names-invalid at parameters.allowedFqdns",
  ],
  [{ registryReplicaLocation: "westus" }, "platform.replica-registry-sku at parameters.registryReplicaLocation"],
  [{ azureDevOpsSubject: "sc://a/b/c" }, "platform.federation-incomplete at parameters.azureDevOpsIssuer"],
  [
    { profileOverrides: { outputsDeleteDays: 20 } },
    "platform.outputs-deleted-before-cool at parameters.profileOverrides.outputsDeleteDays",
  ],
  [
    { profileOverrides: { alerting: true, containerInsights: false } },
    "platform.alerts-without-metrics at parameters.profileOverrides.managedPrometheus",
  ],
  [
    { ...AUTOSCALED, enableSpotNodes: true, spotNodeVmSize: "Standard_B4ms" },
    "platform.vm-size-burstable at parameters.spotNodeVmSize",
  ],
  [{ clusterName: "aks_" }, "platform.name-invalid at parameters.clusterName"],
  [{ workspaceName: "my workspace" }, "platform.name-invalid at parameters.workspaceName"],
  [{ computeNamespace: "ML" }, "platform.name-invalid at parameters.computeNamespace"],
  [{ computeNamespace: "azureml" }, "platform.namespace-reserved at parameters.computeNamespace"],
  [{ tags: { cost: 12 } }, "platform.tag-invalid at parameters.tags.cost"],
  [{ tags: { "a/b": "c" } }, "platform.tag-invalid at parameters.tags.a/b"],
  [{ tags: { note: "x".repeat(257) } }, "platform.tag-invalid at parameters.tags.note"],
  [
    { tags: Object.fromEntries(Array.from({ length: 48 }, (_, at) => [`t${at}`, ""])) },
    "platform.too-many-tags at parameters.tags",
  ],
  [{ profileOverrides: { registrySku: "Gold" } }, "platform.profile-value at parameters.profileOverrides.registrySku"],
  [{ profileOverrides: { vaultRetentionDays: 5 } }, "platform.profile-value at parameters.profileOverrides.vaultRetentionDays"],
  [{ profileOverrides: { blobVersioning: "yes" } }, "platform.profile-value at parameters.profileOverrides.blobVersioning"],
  [{ profileOverrides: { availabilityZones: [1] } }, "platform.profile-value at parameters.profileOverrides.availabilityZones"],
  [
    { environmentName: "prod", profileOverrides: { blobVersioning: false }, ...PROD },
    "platform.restore-without-versions at parameters.profileOverrides.blobVersioning",
  ],
  [
    { environmentName: "prod", profileOverrides: { blobRetentionDays: 29 }, ...PROD },
    "platform.restore-beyond-retention at parameters.profileOverrides.blobRestoreDays",
  ],
  [
    { environmentName: "prod", profileOverrides: { backupInterval: "PT4H", backupRetentionDays: 84 }, ...PROD },
    "platform.backup-snapshots at parameters.profileOverrides.backupRetentionDays",
  ],
  [
    {
      environmentName: "prod",
      location: "westus",
      profileOverrides: { availabilityZones: [], storageSku: "Standard_LRS" },
      ...PROD,
    },
    "platform.backup-redundancy at parameters.profileOverrides.backupRedundancy",
  ],
  [
    {
      environmentName: "prod",
      location: "italynorth",
      profileOverrides: { backupRedundancy: "GeoRedundant", storageSku: "Standard_ZRS" },
      ...PROD,
    },
    "platform.backup-redundancy at parameters.profileOverrides.backupRedundancy",
  ],
  [
    { environmentName: "staging", location: "North Central US", profileOverrides: { storageSku: "Standard_LRS" } },
    "platform.region-without-zones at parameters.location",
  ],
  [
    { environmentName: "staging", location: "westus", profileOverrides: { availabilityZones: [] } },
    "platform.storage-redundancy at parameters.profileOverrides.storageSku",
  ],
  [
    { location: "italynorth", profileOverrides: { storageSku: "Standard_GZRS" } },
    "platform.storage-redundancy at parameters.profileOverrides.storageSku",
  ],
  [
    { location: "Qatar Central", profileOverrides: { natGatewaySku: "StandardV2" } },
    "platform.nat-gateway-sku at parameters.profileOverrides.natGatewaySku",
  ],
  [
    { profileOverrides: { upgradeChannel: "stable" } },
    "platform.kubernetes-minor-outgrown at parameters.profileOverrides.upgradeChannel",
  ],
  [{ location: "atlantis" }, "platform.region-unknown at parameters.location"],
  [{ kubernetesVersion: "1.20" }, "platform.kubernetes-version at parameters.kubernetesVersion"],
  [{ kubernetesVersion: "1.35.2" }, "platform.kubernetes-patch-pinned at parameters.kubernetesVersion"],
  [{ scoringHostName: "score.contoso.com" }, "platform.scoring-tls-incomplete at parameters.scoringTlsSecretName"],
])("%j gives %s and nothing else", (values, expected) => {
  expect(codes(values)).toEqual([expected]);
});

test("a hub that is complete is told what its owner still has to do, and a wrong address of its firewall is refused", () => {
  const hub = {
    hubVirtualNetworkId:
      "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub",
    hubFirewallAddress: "10.39.0.4",
    peeredRanges: ["10.39.0.0/22"],
    profileOverrides: { egress: "hubFirewall" },
  };

  expect(checkDefinition(hub)).toMatchObject([{ code: "platform.hub-peering-half", severity: "warning" }]);
  expect(codes({ ...hub, hubFirewallAddress: "10.38.0.4" })).toContain("platform.hub-address at parameters.hubFirewallAddress");
  expect(codes({ ...hub, hubFirewallAddress: "10.39.0" })).toContain("platform.hub-address at parameters.hubFirewallAddress");
});

test("a misspelt size gets a suggestion", () => {
  expect(checkDefinition({ mlComputeSku: "Standard_DS3v2" })).toMatchObject([{ help: "did you mean Standard_DS3_v2?" }]);
  expect(checkDefinition({ mlComputeSku: "Standard_M128s" })).toMatchObject([
    { severity: "warning", help: expect.stringContaining("az vm") },
  ]);
});

test("several problems come together, each with what to do", () => {
  const found = checkDefinition({ computeSubnetPrefix: "10.40.3.0/24", aksNodeVmSize: "Standard_B2s" });

  expect(found.map(formatDiagnostic)).toEqual([
    "error platform.vm-size-burstable at parameters.aksNodeVmSize: aksNodeVmSize Standard_B2s is burstable and slows down when its credits end; use a D or E size",
    "error platform.vm-size-too-small at parameters.aksNodeVmSize: aksNodeVmSize Standard_B2s has 2 vCPUs and 4 GiB, but the Azure ML extension needs 4 and 14; use Standard_D4ds_v5 or larger",
    "error platform.subnets-overlap at parameters.computeSubnetPrefix: computeSubnetPrefix 10.40.3.0/24 overlaps nodeSubnetPrefix 10.40.0.0/22; give each its own range",
  ]);
});

test("what an override allows is not refused", () => {
  expect(codes({ environmentName: "staging", aksNodeCount: 1, profileOverrides: { inferenceRouterHa: "False" } })).toEqual([]);
  expect(
    codes({
      environmentName: "staging",
      location: "westus",
      profileOverrides: { availabilityZones: [], storageSku: "Standard_LRS" },
    }),
  ).toEqual([]);
  expect(codes({ kubernetesVersion: "1.35.2", profileOverrides: { upgradeChannel: "none" } })).toEqual([]);
});

test("a subnet that the environment does not have is not looked at", () => {
  expect(codes({ ingressSubnetPrefix: "10.40.0.0/26", apiServerSubnetPrefix: "10.40.0.0/28" })).toEqual([]);
});

test("wrong types are left to the parameters' own check", () => {
  expect(codes({ aksNodeCount: "three", clusterName: 7, tags: "none", profileOverrides: [], location: false })).toEqual([]);
});

const evaluated = (parameters: Record<string, JsonValue>) =>
  evaluateProgram(definePlatform(), {
    parameters,
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    tenantId: "11111111-1111-1111-1111-111111111111",
    resourceGroup: { name: "rg", location: "eastus" },
  }).resources;

test.each(["dev", "staging", "prod"])("the parts of %s fit each other", (environmentName) => {
  const all = { environmentName, enableGpuNodes: true, enableSpotNodes: true };

  expect(checkBodies(evaluated(all))).toEqual([]);
  expect(checkBodies(evaluated({ environmentName, taintStyle: "amlarc" }))).toEqual([]);
});

const without = (symbol: string, parameters: Record<string, JsonValue>) =>
  evaluated(parameters).filter((resource) => resource.symbol !== symbol);

/** The platform with a body written over, as a team's configuration may do. */
function written(symbol: string, change: JsonObject, parameters: Record<string, JsonValue> = {}) {
  const merge = (base: JsonValue | undefined, over: JsonValue | undefined): JsonValue =>
    isObject(base) && isObject(over)
      ? Object.fromEntries(
          [...new Set([...Object.keys(base), ...Object.keys(over)])].map((key) => [key, merge(base[key], over[key])]),
        )
      : (over ?? base ?? null);
  return evaluated(parameters).map((resource) =>
    resource.symbol === symbol ? { ...resource, body: asObject(merge(resource.body, change)) } : resource,
  );
}

const noWayOut = { properties: { subnets: [{ name: "snet-aks-nodes", properties: { defaultOutboundAccess: false } }] } };
const delegated = { properties: { subnets: [{ name: "snet-aks-nodes", properties: { delegations: [{ name: "x" }] } }] } };

test.each<[string, JsonObject, string, Record<string, JsonValue>?]>([
  ["aksCluster", { sku: { name: "Automatic" } }, "automatic-cluster at resources.aksCluster.sku.name"],
  [
    "aksCluster",
    { properties: { bootstrapProfile: { artifactSource: "Cache" } } },
    "isolated-cluster at resources.aksCluster.properties.bootstrapProfile.artifactSource",
  ],
  [
    "aksCluster",
    { properties: { networkProfile: { podLinkLocalAccess: "None" } } },
    "metadata-closed-cluster at resources.aksCluster.properties.networkProfile.podLinkLocalAccess",
  ],
  [
    "aksCluster",
    { properties: { servicePrincipalProfile: { clientId: "33333333-3333-3333-3333-333333333333" } } },
    "service-principal-cluster at resources.aksCluster.properties.servicePrincipalProfile",
  ],
  [
    "monitorScope",
    { properties: { accessModeSettings: { queryAccessMode: "PrivateOnly" } } },
    "monitor-private-only at resources.monitorScope.properties.accessModeSettings",
    { environmentName: "staging" },
  ],
  [
    "containerRegistry",
    { properties: { roleAssignmentMode: "AbacRepositoryPermissions" } },
    "registry-abac at resources.containerRegistry.properties.roleAssignmentMode",
  ],
  [
    "mlWorkspace",
    { properties: { managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } } },
    "managed-network at resources.mlWorkspace.properties.managedNetwork.isolationMode",
  ],
  ["mlWorkspace", { identity: { type: "UserAssigned" } }, "user-assigned-workspace at resources.mlWorkspace.identity.type"],
  [
    "vaultLock",
    { properties: { level: "ReadOnly" } },
    "read-only-lock at resources.vaultLock.properties.level",
    { profileOverrides: { deletionLocks: true } },
  ],
  [
    "spotPool",
    { properties: { upgradeSettings: { maxUnavailable: "1" } } },
    "spot-max-unavailable at resources.spotPool.properties.upgradeSettings.maxUnavailable",
    { enableSpotNodes: true },
  ],
  ["virtualNetwork", noWayOut, "subnet-without-way-out at resources.virtualNetwork.properties.subnets"],
  ["virtualNetwork", delegated, "node-subnet-delegated at resources.virtualNetwork.properties.subnets"],
])("%s with %j is told as what it excludes", (symbol, change, expected, parameters) => {
  expect(evaluated(parameters ?? {}).map((resource) => resource.symbol)).toContain(symbol);
  expect(checkBodies(written(symbol, change, parameters)).map(({ code, at }) => `${code} at ${at}`)).toEqual([
    `platform.${expected}`,
  ]);
});

test("an instance type that no pool serves is told by its name", () => {
  expect(checkBodies(without("gpuPool", { enableGpuNodes: true }))).toMatchObject([
    {
      code: "platform.instance-type-without-pool",
      message: "no pool has the labels that instance type gpu selects: workload=gpu",
      at: "resources.aksCompute.properties.properties.instanceTypes.gpu.nodeSelector",
    },
  ]);
});

test("an endpoint without its zones is told with how many it needs", () => {
  expect(checkBodies(without("workspaceEndpointZones", { environmentName: "staging" }))).toMatchObject([
    { code: "platform.private-names-incomplete", message: expect.stringContaining("2 zones") },
  ]);
});

test.each([
  ["team=a:NoSchedule", 1],
  ["workload=ml:NoExecute", 1],
  ["ml.azure.com/amlarc=true:NoSchedule", 0],
])("a pool that a team taints with %s gives %i findings", (taint, count) => {
  const pool = {
    id: "/teamPool",
    symbol: "teamPool",
    type: "Microsoft.ContainerService/managedClusters/agentPools",
    body: { properties: { mode: "User", nodeTaints: [taint] } },
  };

  const found = checkBodies([...evaluated({}), pool]);

  expect(found.map(({ code }) => code)).toEqual(Array<string>(count).fill("platform.taint-not-tolerated"));
});
