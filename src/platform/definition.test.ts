import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { estimateMonthlyCost, ROLES } from "../azure/index.ts";
import type { JsonObject, JsonValue } from "../base/index.ts";
import { checkProgram, dependencies, evaluateProgram } from "../ir/index.ts";
import { DEFAULTS, definePlatform } from "./index.ts";

const PLACE = {
  subscriptionId: "00000000-0000-0000-0000-000000000000",
  tenantId: "11111111-1111-1111-1111-111111111111",
  resourceGroup: { name: "rg-mlops-pipeline", location: "eastus" },
};

function deploy(parameters: Record<string, JsonValue> = {}) {
  return evaluateProgram(definePlatform(), { parameters, ...PLACE });
}

const ORACLE = fileURLToPath(new URL("../../../shared/oracles/arm-types/check-arm-types.mjs", import.meta.url));

interface Finding {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}
interface Oracle {
  inspectResources(
    entries: readonly { type: string; apiVersion: string; body: unknown; label: string }[],
    options: { warnings: boolean },
  ): { problems: readonly Finding[]; resources: readonly { checked: boolean }[] };
}

const environments = ["dev", "staging", "prod"];
const switches = [true, false];
const everything = {
  environmentName: "prod",
  enableGpuNodes: true,
  enableSpotNodes: true,
  registryReplicaLocation: "westus",
  githubRepository: "contoso/models",
  deployerObjectId: "33333333-3333-3333-3333-333333333333",
  azureDevOpsIssuer: "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0",
  azureDevOpsSubject: "sc://contoso/models/MLOps-ServiceConnection",
  enableAutoScaling: true,
  volcanoConfigMap: "volcano-scheduler-autoscaler",
  budgetStartDate: "2027-01-01",
  alertEmail: "ml@contoso.com",
  mlRegistryName: "mlr-contoso",
  profileOverrides: { privateApiServer: true, deletionLocks: true, clusterBackup: true },
};

const firewalled = { environmentName: "prod", enableGpuNodes: true, profileOverrides: { egress: "firewall" } };
const basicFirewall = { allowedFqdns: ["index.example.com"], profileOverrides: { egress: "firewall" } };
const HUB = `/subscriptions/${PLACE.subscriptionId}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub`;
const throughHub = {
  environmentName: "staging",
  hubVirtualNetworkId: HUB,
  hubFirewallAddress: "10.39.0.4",
  peeredRanges: ["10.39.0.0/22"],
  apiServerAllowedRanges: ["203.0.113.0/24"],
  profileOverrides: { egress: "hubFirewall" },
};

const ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments";

function body(symbol: string, parameters: Record<string, JsonValue> = {}): JsonValue {
  const found = deploy(parameters).resources.find((resource) => resource.symbol === symbol);
  if (!found) throw new Error(`there is no ${symbol}`);
  return found.body;
}

test("the definition is sound", () => {
  expect(checkProgram(definePlatform())).toEqual([]);
});

test
  .runIf(existsSync(ORACLE))
  .each(
    environments
      .flatMap((environmentName) =>
        switches.flatMap((enableGpuNodes) =>
          switches.map(
            (enableAutoScaling): Record<string, JsonValue> => ({ environmentName, enableGpuNodes, enableAutoScaling }),
          ),
        ),
      )
      .concat(everything, firewalled, basicFirewall, throughHub),
  )(
  "Microsoft's types accept every body of $environmentName, GPU $enableGpuNodes, autoscaling $enableAutoScaling",
  async (parameters) => {
    const oracle = (await import(ORACLE)) as Oracle;
    const deployed = deploy(parameters).resources.filter((resource) => resource.condition);

    const { problems, resources } = oracle.inspectResources(
      deployed.map(({ type, apiVersion, body, symbol, name }) => ({
        type,
        apiVersion,
        body: { name: name.split("/").at(-1), ...body },
        label: symbol,
      })),
      { warnings: true },
    );

    // The streams of Kubernetes are not in the type, which leaves room for them.
    const open = /"Microsoft-(ContainerLogV2|PrometheusMetrics|Kube\w+)" is not one of .* \(other strings are allowed\)$/;
    expect(problems.filter(({ message }) => !open.test(message))).toEqual([]);
    expect(resources.filter((resource) => resource.checked)).toHaveLength(deployed.length);
  },
);

test.skipIf(existsSync(ORACLE))(
  "SKIPPED: the type oracle is not beside the repository, so no body was checked against it",
  () => {
    expect(existsSync(ORACLE)).toBe(false);
  },
);

test("a concern refers only to concerns declared before it", () => {
  const program = definePlatform();
  const concernOf = new Map(program.resources.map(({ symbol, concern }) => [symbol, concern]));
  const order = [...new Set(program.resources.map(({ concern }) => concern))];

  const backward = [...dependencies(program)].flatMap(([symbol, before]) =>
    [...before].filter((other) => order.indexOf(concernOf.get(other) ?? "") > order.indexOf(concernOf.get(symbol) ?? "")),
  );

  expect(backward).toEqual([]);
  expect(order).toEqual([
    "identity",
    "observability",
    "network",
    "storage",
    "vault",
    "registry",
    "promotion",
    "egress",
    "roles",
    "cluster",
    "workspace",
    "private-link",
    "compute",
    "attach",
    "backup",
    "collection",
    "alerts",
    "ci",
    "governance",
    "spending",
  ]);
});

test("the checks know the declared defaults", () => {
  expect(deploy().parameters).toMatchObject(DEFAULTS);
});

test("names are those that people know, and global ones end in the suffix", () => {
  const { resources, outputs } = deploy({ nameSuffix: "abc123" });
  const names = resources.map(({ name }) => name);

  expect(names).toEqual(
    expect.arrayContaining([
      "aks-mlops-cluster",
      "aks-mlops-cluster/mlpool",
      "mlw-mlops-demo/aks-compute",
      "mlw-mlops-demo/cpu-cluster",
      "acrmlopsabc123",
      "stmlopsabc123",
      "kv-mlops-abc123",
    ]),
  );
  expect(outputs).toMatchObject({
    clusterName: "aks-mlops-cluster",
    workspaceName: "mlw-mlops-demo",
    storageAccountName: "stmlopsabc123",
  });
});

test("every role assignment has its own stable name, a type and a reason", () => {
  const assignments = deploy().resources.filter(({ type, condition }) => condition && type === ROLE_ASSIGNMENT);

  expect(new Set(assignments.map(({ name }) => name)).size).toBe(assignments.length);
  expect(assignments.map(({ name }) => name)).toEqual(
    deploy()
      .resources.filter(({ type, condition }) => condition && type === ROLE_ASSIGNMENT)
      .map(({ name }) => name),
  );
  for (const { body: assignment } of assignments) {
    expect(assignment).toMatchObject({
      properties: { principalType: "ServicePrincipal", description: expect.stringMatching(/^[A-Z].*\.$/) },
    });
  }
});

test("the cluster waits for the roles that its creation needs", () => {
  const cluster = deploy().resources.find(({ symbol }) => symbol === "aksCluster");

  expect(cluster?.dependsOn).toEqual(expect.arrayContaining(["controlPlaneNodes", "controlPlaneKubelet", "kubeletPull"]));
});

test("writes on the cluster come one after the other, with and without the GPU pool", () => {
  for (const enableGpuNodes of [true, false]) {
    const deployed = deploy({ enableGpuNodes, enableSpotNodes: enableGpuNodes }).resources.filter(({ condition }) => condition);
    const before = new Map(deployed.map(({ symbol, dependsOn }) => [symbol, dependsOn]));
    const reaches = (from: string, to: string): boolean =>
      (before.get(from) ?? []).some((symbol) => symbol === to || reaches(symbol, to));
    const chain = [
      "mlPool",
      "gpuPool",
      "spotPool",
      "mlNamespace",
      "clusterUpgrades",
      "nodeUpgrades",
      "trustedAccess",
      "azureMlExtension",
    ].filter((symbol) => before.has(symbol));

    for (const [at, symbol] of chain.slice(1).entries()) expect(reaches(symbol, chain[at] ?? "")).toBe(true);
  }
});

test("the training cluster of low priority can be left out", () => {
  const made = (symbol: string, profileOverrides: JsonObject) =>
    deploy({ profileOverrides }).resources.find((resource) => resource.symbol === symbol)?.condition;

  expect([made("spotCluster", {}), made("spotCluster", { lowPriorityCluster: false })]).toEqual([true, false]);
  expect(made("cpuCluster", { lowPriorityCluster: false })).toBe(true);
});

test("pools have bounds when they scale by themselves and none when they do not", () => {
  expect(body("mlPool", { aksNodeCount: 12 })).toMatchObject({
    properties: { enableAutoScaling: true, count: 12, minCount: 12, maxCount: 12 },
  });
  expect(body("mlPool", { aksNodeCount: 2, enableAutoScaling: false })).toMatchObject({
    properties: { enableAutoScaling: false, count: 2, minCount: null, maxCount: null },
  });
  expect(body("gpuPool", { enableGpuNodes: true })).toMatchObject({ properties: { count: 0, minCount: 0, maxCount: 2 } });
  expect(body("gpuPool", { enableGpuNodes: true, enableAutoScaling: false })).toMatchObject({ properties: { count: 1 } });
});

test("a deployment takes no nodes from pools that scale by themselves, and keeps to their bounds", () => {
  const runningNodes = { system: 2, mlpool: 7, gpupool: 9, spotpool: 1 };
  const scaling = { runningNodes, enableGpuNodes: true, enableSpotNodes: true };
  const counts = (parameters: Record<string, JsonValue>) => [
    (properties("aksCluster", parameters).agentPoolProfiles as JsonObject[])[0]?.count,
    ...["mlPool", "gpuPool", "spotPool"].map((symbol) => properties(symbol, parameters).count),
  ];

  expect(counts(scaling)).toEqual([2, 7, 2, 1]);
  expect(counts({ ...scaling, runningNodes: { mlpool: 1 } })).toEqual([1, 3, 0, 0]);
  expect(counts({ ...scaling, enableAutoScaling: false })).toEqual([1, 3, 1, 1]);
});

test("overrides win over the environment's profile", () => {
  expect(body("containerRegistry", { environmentName: "prod" })).toMatchObject({
    sku: { name: "Premium" },
    properties: { policies: { retentionPolicy: { status: "enabled" } } },
  });
  expect(body("containerRegistry", { environmentName: "prod", profileOverrides: { registrySku: "Standard" } })).toMatchObject({
    sku: { name: "Standard" },
    properties: { policies: null },
  });
});

test("purge protection is true or absent, never false", () => {
  expect(body("keyVault", { environmentName: "prod" })).toMatchObject({ properties: { enablePurgeProtection: true } });
  expect(body("keyVault", { environmentName: "dev" })).toMatchObject({ properties: { enablePurgeProtection: null } });
});

test("the extension's settings are all text, and TLS comes with host name and secret", () => {
  const settings = (parameters: Record<string, JsonValue>) =>
    (body("azureMlExtension", parameters) as { properties: { configurationSettings: Record<string, JsonValue> } }).properties
      .configurationSettings;
  const tls = settings({ scoringHostName: "score.contoso.com", scoringTlsSecretName: "scoring-tls", enableGpuNodes: true });

  for (const environmentName of environments) {
    expect(Object.values(settings({ environmentName })).filter((value) => typeof value !== "string")).toEqual([]);
  }
  expect(settings({})).toMatchObject({ allowInsecureConnections: "True", inferenceRouterHA: "False" });
  expect(tls).toMatchObject({ allowInsecureConnections: "False", sslCname: "score.contoso.com", sslSecret: "scoring-tls" });
});

test("what can carry tags carries the team's", () => {
  const untagged = deploy({ tags: { owner: "ml" }, enableGpuNodes: true })
    .resources.filter(({ condition }) => condition)
    .filter(({ body: of }) => JSON.stringify(of.tags ?? (of.properties as { tags?: JsonValue }).tags)?.includes("owner") !== true)
    .map(({ type }) => type);

  expect([...new Set(untagged)].sort()).toEqual([
    "Microsoft.Authorization/policyAssignments",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
    "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings",
    "Microsoft.Insights/dataCollectionRuleAssociations",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.KubernetesConfiguration/extensions",
    "Microsoft.MachineLearningServices/workspaces/datastores",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Storage/storageAccounts/blobServices",
    "Microsoft.Storage/storageAccounts/blobServices/containers",
    "Microsoft.Storage/storageAccounts/fileServices",
    "Microsoft.Storage/storageAccounts/managementPolicies",
  ]);
});

test("nobody gets a role that covers everything, and every scope is a single resource, but for Azure Backup and the deployer", () => {
  const broad = [ROLES.owner.id, ROLES.contributor.id, ROLES.userAccessAdministrator.id];
  const ofBackup = ["backupVaultGroup", "controlPlaneSnapshots"];
  const assignments = definePlatform().resources.filter(
    ({ type, symbol }) => type === ROLE_ASSIGNMENT && !ofBackup.includes(symbol) && !symbol.startsWith("deployer"),
  );
  const granted = JSON.stringify(assignments.map(({ body: of }) => of));

  expect(assignments.filter(({ scope }) => scope === undefined)).toEqual([]);
  expect(broad.filter((id) => granted.includes(id))).toEqual([]);
});

test.each([...environments.map((environmentName) => ({ environmentName })), firewalled, basicFirewall, throughHub])(
  "everything in %j is priced or known to be free",
  (chosen) => {
    const parameters = { enableGpuNodes: true, budgetStartDate: "2027-01-01", ...chosen };
    const { assumptions, monthlyUsd } = estimateMonthlyCost(deploy(parameters).resources.filter(({ condition }) => condition));

    expect(assumptions.filter((line) => line.startsWith("not priced"))).toEqual([]);
    expect(monthlyUsd).toBeGreaterThan(100);
  },
);

test("every parameter is described, and the names that people know are kept", () => {
  const { parameters } = definePlatform();
  const known = new Map(parameters.map(({ name, terraform, environment }) => [name, [terraform, environment]]));

  expect(parameters.filter(({ description }) => !description.endsWith("."))).toEqual([]);
  expect(known.get("environmentName")).toEqual(["environment", "ENVIRONMENT"]);
  expect(known.get("mlComputeSku")).toEqual(["ml_compute_sku", "ML_COMPUTE_INSTANCE_SIZE"]);
  expect(["location", "aksNodeCount", "aksNodeVmSize", "enableGpuNodes"].map((name) => known.get(name)?.[1])).toEqual([
    "LOCATION",
    "AKS_NODE_COUNT",
    "AKS_NODE_SIZE",
    "ENABLE_GPU_NODES",
  ]);
});

const properties = (symbol: string, parameters: Record<string, JsonValue>) =>
  (body(symbol, parameters) as { properties: Record<string, JsonValue> }).properties;

test("private networking closes what is public, and every endpoint has all of its zones, linked to the network", () => {
  const { resources } = deploy({ environmentName: "staging" });
  const there = resources.filter(({ condition }) => condition);
  const groups = there.filter(({ type }) => type === "Microsoft.Network/privateEndpoints/privateDnsZoneGroups");
  const links = there.filter(({ type }) => type === "Microsoft.Network/privateDnsZones/virtualNetworkLinks");
  const zonesOf = (symbol: string) =>
    (
      properties(symbol, { environmentName: "staging" }).privateDnsZoneConfigs as { properties: { privateDnsZoneId: string } }[]
    ).map((config) => config.properties.privateDnsZoneId.split("/").at(-1));

  for (const symbol of ["storageAccount", "keyVault", "containerRegistry", "mlWorkspace", "monitorAccount"]) {
    expect(properties(symbol, { environmentName: "staging" }).publicNetworkAccess).toBe("Disabled");
    expect(properties(symbol, { environmentName: "dev" }).publicNetworkAccess).toBe("Enabled");
  }
  expect(zonesOf("workspaceEndpointZones")).toEqual(["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"]);
  expect(zonesOf("monitorEndpointZones")).toHaveLength(5);
  const linked = links.map(({ name }) => name.split("/")[0]);
  for (const { symbol } of groups) expect(linked).toEqual(expect.arrayContaining(zonesOf(symbol)));
  expect(groups.map(({ symbol }) => symbol).sort()).toEqual([
    "blobEndpointZones",
    "fileEndpointZones",
    "monitorEndpointZones",
    "prometheusEndpointZones",
    "registryEndpointZones",
    "vaultEndpointZones",
    "workspaceEndpointZones",
  ]);
});

test("the account's files get their endpoint after its blobs, as it takes one at a time", () => {
  const { dependsOn } = deploy({ environmentName: "prod" }).resources.find(({ symbol }) => symbol === "fileEndpoint") ?? {};

  expect(dependsOn).toContain("blobEndpoint");
});

test.each([
  ["Premium", true],
  ["Standard", false],
])("what the price of a %s registry includes decides whether there is an alert of it", (registrySku, isThere) => {
  const profileOverrides = { registrySku, alerting: true, privateNetworking: false };
  const alert = deploy({ profileOverrides }).resources.find(({ symbol }) => symbol === "registryFullAlert");

  expect(alert?.condition).toBe(isThere);
});

test("everywhere the workspace has a private endpoint, which training nodes without public addresses cannot do without", () => {
  const there = deploy({}).resources.filter(({ condition }) => condition);
  const endpoints = there.filter(({ type }) => type.startsWith("Microsoft.Network/private")).map(({ symbol }) => symbol);

  expect(endpoints.sort()).toEqual([
    "notebooksZone",
    "notebooksZoneLink",
    "workspaceApiZone",
    "workspaceApiZoneLink",
    "workspaceEndpoint",
    "workspaceEndpointZones",
  ]);
  expect(there.find(({ symbol }) => symbol === "cpuCluster")).toMatchObject({
    body: { properties: { properties: { enableNodePublicIp: false } } },
    dependsOn: expect.arrayContaining(["workspaceEndpointZones"]),
  });
});

test("everything that AKS changes by itself waits for the team's window", () => {
  const parameters = { maintenanceDay: "Tuesday", maintenanceTime: "03:00", maintenanceUtcOffset: "+02:00" };
  const { resources } = deploy(parameters);
  const windows = resources.filter(({ type }) => type.endsWith("/maintenanceConfigurations"));

  expect(windows.map(({ name }) => name.split("/").at(-1))).toEqual([
    "default",
    "aksManagedAutoUpgradeSchedule",
    "aksManagedNodeOSUpgradeSchedule",
  ]);
  for (const { body: of } of windows)
    expect(of).toMatchObject({
      properties: {
        maintenanceWindow: {
          schedule: { weekly: { dayOfWeek: "Tuesday", intervalWeeks: 1 } },
          durationHours: 8,
          startTime: "03:00",
          utcOffset: "+02:00",
        },
      },
    });
});

test("deleted backups are kept only where Azure keeps them anyway", () => {
  const softDelete = (location: string) =>
    (properties("backupVault", { environmentName: "prod", location }).securitySettings as { softDeleteSettings: JsonValue })
      .softDeleteSettings;

  expect(softDelete("westeurope")).toEqual({ state: "Off" });
  expect(["Australia East", "westcentralus", "eastasia"].map(softDelete)).toEqual(Array(3).fill({ state: "On" }));
});

test("a region by its display name gives the addresses that its name gives", () => {
  const written = (location: string) => {
    const resources = deploy({ environmentName: "prod", location }).resources;
    const body = JSON.stringify(resources.find(({ symbol }) => symbol === "azureMlExtension")?.body);
    return { body, zones: resources.filter(({ symbol }) => symbol.endsWith("Zone")).map(({ name }) => name) };
  };

  expect(written("West Europe")).toEqual(written("westeurope"));
  expect(written("West Europe").zones).toContain("privatelink.westeurope.prometheus.monitor.azure.com");
});

test("everything that is scoped comes before the endpoint of the scope, one after the other", () => {
  const before = new Map(deploy({ environmentName: "staging" }).resources.map(({ symbol, dependsOn }) => [symbol, dependsOn]));

  expect(before.get("monitorScopeInsights")).toContain("monitorScopeLogs");
  expect(before.get("monitorScopeCollection")).toContain("monitorScopeInsights");
  expect(before.get("monitorEndpoint")).toEqual(
    expect.arrayContaining(["monitorScopeLogs", "monitorScopeInsights", "monitorScopeCollection"]),
  );
});

test("a private API server has a delegated subnet of its own and no public ranges", () => {
  const parameters = { apiServerAllowedRanges: ["203.0.113.0/24"], profileOverrides: { privateApiServer: true } };
  const subnets = properties("virtualNetwork", parameters).subnets as { name: string; properties: JsonValue }[];

  expect(properties("aksCluster", parameters)).toMatchObject({
    publicNetworkAccess: "Disabled",
    apiServerAccessProfile: {
      enablePrivateCluster: true,
      enableVnetIntegration: true,
      authorizedIPRanges: [],
      subnetId: expect.stringMatching(/snet-aks-apiserver$/),
    },
  });
  expect(subnets.find(({ name }) => name === "snet-aks-apiserver")?.properties).toMatchObject({
    delegations: [{ properties: { serviceName: "Microsoft.ContainerService/managedClusters" } }],
  });
});

test("every alert tells somebody, and dev has none", () => {
  const alerts = (environmentName: string) =>
    deploy({ environmentName, enableGpuNodes: true }).resources.filter(
      ({ condition, type }) => condition && /Alerts$|scheduledQueryRules$|prometheusRuleGroups$/.test(type),
    );
  const told = alerts("prod").map(({ symbol, body: of }) => [
    symbol,
    JSON.stringify(of).split("actionGroups/ag-mlops").length - 1,
  ]);
  const rules = alerts("prod").flatMap(({ body: of }) => (of.properties as { rules?: JsonValue[] }).rules ?? []);

  expect(told.filter(([, times]) => times === 0)).toEqual([]);
  expect(rules.length).toBeGreaterThan(15);
  expect(JSON.stringify(rules)).toContain(String.raw`phase=\"Failed\"`);
  expect(JSON.stringify(rules)).not.toContain(String.raw`phase=\"failed\"`);
  expect(alerts("dev")).toEqual([]);
});

test("an add-on that collects has its rule and its association, and without it neither is there", () => {
  const there = (overrides: Record<string, JsonValue>) =>
    deploy({ profileOverrides: overrides })
      .resources.filter(({ condition, type }) => condition && type.startsWith("Microsoft.Insights/dataCollectionRule"))
      .map(({ symbol }) => symbol);

  expect(there({})).toEqual(["metricsRule", "logsRule", "metricsAssociation", "logsAssociation"]);
  expect(there({ containerInsights: false })).toEqual(["metricsRule", "metricsAssociation"]);
  expect(there({ managedPrometheus: false, containerInsights: false })).toEqual([]);
});

test("logs that only an investigation reads are collected where the profile wants all", () => {
  const categories = (environmentName: string) =>
    (properties("clusterDiagnostics", { environmentName }).logs as { category: string }[]).map(({ category }) => category);

  expect(categories("dev")).toEqual(["kube-audit-admin", "guard", "cluster-autoscaler"]);
  expect(categories("prod")).toEqual(expect.arrayContaining(["kube-scheduler", "csi-snapshot-controller"]));
  expect(categories("prod")).not.toContain("kube-audit");
});

test("there is one budget once its first month is known: of the subscription for both groups, or of the group alone", () => {
  const budgets = (parameters: Record<string, JsonValue>) =>
    deploy(parameters).resources.filter(({ type, condition }) => condition && type === "Microsoft.Consumption/budgets");
  const timePeriod = { startDate: "2027-01-01T00:00:00Z" };

  expect(budgets({})).toEqual([]);
  expect(budgets({ budgetStartDate: "2027-01-01", environmentName: "prod", nameSuffix: "abc123" })).toMatchObject([
    {
      id: `/subscriptions/${PLACE.subscriptionId}/providers/Microsoft.Consumption/budgets/budget-mlops-abc123`,
      body: {
        properties: {
          amount: 5000,
          timePeriod,
          filter: {
            dimensions: { name: "ResourceGroupName", values: ["rg-mlops-pipeline", "rg-mlops-pipeline-nodes"] },
          },
        },
      },
    },
  ]);
  const [own, ...others] = budgets({ budgetStartDate: "2027-01-01", budgetScope: "resourceGroup" });
  expect(others).toEqual([]);
  expect(own).toMatchObject({ name: "budget-mlops", body: { properties: { timePeriod } } });
  expect(own?.id).toContain("/resourceGroups/rg-mlops-pipeline/");
});

test("the budget's second group is the one in which the cluster keeps its nodes", () => {
  const { properties } = body("aksCluster") as { properties: { nodeResourceGroup: string } };
  const budget = body("subscriptionBudget", { budgetStartDate: "2027-01-01" });

  expect(JSON.stringify(budget)).toContain(`"${properties.nodeResourceGroup}"]`);
});

test("the API server is open unless ranges are given, and then the nodes keep their way in", () => {
  const ranges = (parameters: Record<string, JsonValue>) =>
    (body("aksCluster", parameters) as { properties: { apiServerAccessProfile: { authorizedIPRanges: JsonValue } } }).properties
      .apiServerAccessProfile.authorizedIPRanges;

  expect(ranges({})).toEqual([]);
  expect(ranges({ apiServerAllowedRanges: ["203.0.113.0/24"] })).toEqual([
    "203.0.113.0/24",
    expect.stringContaining("egressAddress.properties.ipAddress"),
  ]);
});

test("outputs of jobs go in time, and in production, where models are registered from them, only to a cheaper tier", () => {
  const actions = "properties.policy.rules.0.definition.actions.baseBlob";
  const tierToCool = { daysAfterModificationGreaterThan: 30 };

  expect(body("storageLifecycle")).toHaveProperty(actions, {
    tierToCool,
    delete: { daysAfterModificationGreaterThan: 180 },
  });
  expect(body("storageLifecycle", { environmentName: "prod" })).toHaveProperty(actions, { tierToCool });
});

test("policies tell in dev what they refuse in prod, and leave jobs to Azure ML", () => {
  const policy = (symbol: string, parameters: Record<string, JsonValue>) => properties(symbol, parameters) as JsonObject;
  const [dev, prod] = [{}, { environmentName: "prod", location: "West Europe", registryReplicaLocation: "North Europe" }];

  expect([policy("podSecurityPolicy", dev), policy("podSecurityPolicy", prod)]).toMatchObject([
    { parameters: { effect: { value: "Audit" } } },
    {
      parameters: {
        effect: { value: "Deny" },
        excludedNamespaces: { value: expect.arrayContaining(["azureml", "ml-workloads"]) as unknown },
      },
    },
  ]);
  expect(policy("podSecurityOfJobsPolicy", prod)).toMatchObject({
    parameters: { effect: { value: "Audit" }, namespaces: { value: ["ml-workloads"] } },
  });
  expect([policy("allowedLocationsPolicy", dev).enforcementMode, policy("allowedLocationsPolicy", prod).enforcementMode]).toEqual(
    ["DoNotEnforce", "Default"],
  );
  expect(policy("allowedLocationsPolicy", prod)).toMatchObject({
    parameters: { listOfAllowedLocations: { value: ["westeurope", "northeurope"] } },
  });
  const off = deploy({ profileOverrides: { policyEffect: "Off" } }).resources;
  expect(off.filter(({ condition, type }) => condition && type.endsWith("/policyAssignments"))).toEqual([]);
});

test("the namespace of models denies what kubernetes/ does not open, but in dev, where nothing may be applied", () => {
  const traffic = (environmentName: string, profileOverrides = {}) =>
    deploy({ environmentName, profileOverrides }).resources.find(({ symbol }) => symbol === "mlNamespace")?.body.properties;
  expect(traffic("dev")).toMatchObject({ defaultNetworkPolicy: { ingress: "AllowAll", egress: "AllowAll" } });
  for (const environmentName of ["staging", "prod"])
    expect(traffic(environmentName)).toMatchObject({ defaultNetworkPolicy: { ingress: "DenyAll", egress: "DenyAll" } });
  expect(traffic("prod", { namespaceTraffic: "AllowAll" })).toMatchObject({ defaultNetworkPolicy: { egress: "AllowAll" } });
});

test("the deployer may give the platform's roles to its kinds of principals, and nothing that would give more", () => {
  const deployerObjectId = "33333333-3333-3333-3333-333333333333";
  const operatorObjectId = "22222222-2222-2222-2222-222222222222";
  const { resources } = deploy({ deployerObjectId, environmentName: "prod", profileOverrides: { clusterBackup: false } });
  const ofDeployer = resources.filter(({ symbol, condition }) => condition && symbol.startsWith("deployer"));
  const condition = (parameters: Record<string, JsonValue>) => properties("deployerRoles", parameters).condition as string;
  const given = resources
    .filter(({ type, symbol, condition: there }) => there && type === ROLE_ASSIGNMENT && !symbol.startsWith("deployer"))
    .map(({ body: of }) => (of.properties as { roleDefinitionId: string }).roleDefinitionId.split("/").at(-1) ?? "");

  expect(ofDeployer.map(({ symbol }) => symbol)).toEqual([
    "deployerResources",
    "deployerRoles",
    "deployerPolicies",
    "deployerObjects",
  ]);
  expect(ofDeployer.filter(({ onlyIfNotExists }) => !onlyIfNotExists)).toEqual([]);
  expect(properties("deployerRoles", { deployerObjectId })).toMatchObject({ conditionVersion: "2.0" });
  const prod = condition({ deployerObjectId, environmentName: "prod", profileOverrides: { clusterBackup: false } });
  expect(given.filter((id) => !prod.includes(id))).toEqual([]);
  const wide = [
    ROLES.owner,
    ROLES.contributor,
    ROLES.userAccessAdministrator,
    ROLES.roleBasedAccessControlAdministrator,
    ROLES.resourcePolicyContributor,
  ];
  expect(wide.filter(({ id }) => prod.includes(id))).toEqual([]);
  expect(condition({ deployerObjectId })).not.toContain("'User'");
  expect(condition({ deployerObjectId, operatorObjectId })).toContain("{'ServicePrincipal', 'User'}");
  expect(condition({ deployerObjectId, clusterOperatorObjectId: operatorObjectId, clusterOperatorType: "Group" })).toContain(
    "{'ServicePrincipal', 'Group'}",
  );
  expect(condition({ deployerObjectId, operatorObjectId }).length).toBeLessThan(8192);
  expect(deploy({}).resources.filter(({ symbol, condition: there }) => there && symbol.startsWith("deployer"))).toEqual([]);
});

interface FirewallRule {
  readonly name: string;
  readonly targetFqdns?: readonly string[];
  readonly fqdnTags?: readonly string[];
  readonly sourceAddresses: readonly string[];
}

const rulesOf = (symbol: string, parameters: Record<string, JsonValue>) =>
  (properties(symbol, parameters).ruleCollections as unknown as { rules: FirewallRule[] }[]).flatMap(({ rules }) => rules);

test("behind a firewall a route leads to it, the gateway is gone, and the cluster waits for both", () => {
  const there = deploy(firewalled).resources.filter(({ condition }) => condition);
  const symbols = there.map(({ symbol }) => symbol);
  const subnets = properties("virtualNetwork", firewalled).subnets as { name: string; properties: Record<string, JsonValue> }[];
  const cluster = there.find(({ symbol }) => symbol === "aksCluster");

  expect(symbols).toEqual(
    expect.arrayContaining(["firewall", "firewallPolicy", "firewallNameRules", "egressRoutes", "controlPlaneRoutes"]),
  );
  expect(symbols).not.toContain("natGateway");
  expect(symbols).not.toContain("firewallManagementAddress");
  expect(properties("egressRoutes", firewalled)).toMatchObject({
    routes: [{ properties: { addressPrefix: "0.0.0.0/0", nextHopType: "VirtualAppliance", nextHopIpAddress: "10.40.9.4" } }],
  });
  expect(subnets.filter(({ properties: of }) => of.routeTable).map(({ name }) => name)).toEqual([
    "snet-aks-nodes",
    "snet-ml-compute",
  ]);
  expect(subnets.find(({ name }) => name === "AzureFirewallSubnet")?.properties).not.toHaveProperty("networkSecurityGroup");
  expect(body("firewall", firewalled)).toMatchObject({
    zones: ["1", "2", "3"],
    properties: { sku: { tier: "Standard" }, managementIpConfiguration: null },
  });
  expect(cluster).toMatchObject({
    dependsOn: expect.arrayContaining(["firewall", "controlPlaneRoutes"]) as unknown,
    body: {
      properties: {
        networkProfile: { outboundType: "userDefinedRouting" },
        // Pods call it by its address, which no rule of names lets through.
        apiServerAccessProfile: { enablePrivateCluster: false, enableVnetIntegration: true },
      },
    },
  });
});

test("a firewall lets out what the environment has switched on, and what is private stays off the list", () => {
  const names = (parameters: Record<string, JsonValue>) => rulesOf("firewallNameRules", parameters).map(({ name }) => name);
  const [prod, dev] = [names(firewalled), names(basicFirewall)];

  expect(prod).toEqual(expect.arrayContaining(["aksBase", "defender", "gpuDrivers", "managedPrometheus"]));
  const open = ["registry", "storageAccount", "vault", "trainingInternet", "packageIndexes", "systemPackages", "teamNames"];
  expect(prod.filter((name) => open.includes(name))).toEqual([]);
  expect(dev).toEqual(expect.arrayContaining(open));
  expect(dev.filter((name) => ["defender", "gpuDrivers"].includes(name))).toEqual([]);
  const rules = rulesOf("firewallNameRules", { ...basicFirewall, nameSuffix: "abc123" });
  expect(rules.find(({ name }) => name === "teamNames")).toMatchObject({
    targetFqdns: ["index.example.com"],
    sourceAddresses: ["10.40.0.0/22", "10.40.6.0/24"],
  });
  expect(rules.find(({ name }) => name === "vault")?.targetFqdns).toEqual(["kv-mlops-abc123.vault.azure.net"]);
  expect(rules.find(({ name }) => name === "azureMlService")?.targetFqdns).toContain("eastus.api.azureml.ms");
  expect(JSON.stringify(rules.flatMap(({ targetFqdns = [] }) => targetFqdns))).not.toContain("{");
});

test("a Basic firewall is managed through a subnet and an address of its own", () => {
  const basic = body("firewall", basicFirewall);

  expect(basic).toMatchObject({
    properties: {
      managementIpConfiguration: {
        properties: { subnet: { id: expect.stringMatching(/AzureFirewallManagementSubnet$/) as unknown } },
      },
    },
  });
  expect(properties("firewallPolicy", basicFirewall)).toMatchObject({ sku: { tier: "Basic" }, threatIntelMode: "Alert" });
});

test("through a hub the network is peered and routed to the hub's firewall, and has none of its own", () => {
  const symbols = deploy(throughHub).resources.flatMap(({ symbol, condition }) => (condition ? [symbol] : []));

  expect(symbols).toContain("hubPeering");
  expect(symbols.filter((symbol) => /^firewall|^natGateway|^egressAddress/.test(symbol))).toEqual([]);
  expect(properties("hubPeering", throughHub)).toMatchObject({ remoteVirtualNetwork: { id: HUB }, allowForwardedTraffic: true });
  expect(properties("egressRoutes", throughHub)).toMatchObject({
    routes: [{ properties: { nextHopIpAddress: "10.39.0.4" } }],
  });
  expect(properties("aksCluster", throughHub)).toMatchObject({
    apiServerAccessProfile: { authorizedIPRanges: ["203.0.113.0/24"] },
  });
});

test("whoever runs the pipeline gets a data role, by the kind of principal that they are", () => {
  const operatorObjectId = "22222222-2222-2222-2222-222222222222";
  const operator = (parameters: Record<string, JsonValue>) =>
    deploy(parameters).resources.find(({ symbol }) => symbol === "operatorData");

  expect(operator({})?.condition).toBe(false);
  expect(operator({ operatorObjectId, operatorType: "Group" })).toMatchObject({
    condition: true,
    body: { properties: { principalId: operatorObjectId, principalType: "Group" } },
  });
});

test("whoever applies the cluster's objects gets the role for it on the cluster, unless the deployer is the same and has it", () => {
  const clusterOperatorObjectId = "22222222-2222-2222-2222-222222222222";
  const roles = (parameters: Record<string, JsonValue>) =>
    deploy(parameters).resources.filter(
      ({ symbol, condition }) => condition && ["clusterOperatorObjects", "deployerObjects"].includes(symbol),
    );
  const operator = { clusterOperatorObjectId, clusterOperatorType: "ServicePrincipal" };

  expect(roles({})).toEqual([]);
  expect(roles(operator)).toMatchObject([
    {
      id: expect.stringContaining("/managedClusters/aks-mlops-cluster/") as string,
      body: { properties: { principalId: clusterOperatorObjectId } },
    },
  ]);
  expect(roles({ ...operator, deployerObjectId: clusterOperatorObjectId }).map(({ symbol }) => symbol)).toEqual([
    "deployerObjects",
  ]);
  expect(roles({ ...operator, deployerObjectId: "33333333-3333-3333-3333-333333333333" })).toHaveLength(2);
});

test("the extension schedules by a ConfigMap only when one is named, and then lets jobs wait for nodes that are not there", () => {
  const settings = (parameters: Record<string, JsonValue>) => {
    const { properties } = body("azureMlExtension", parameters) as {
      properties: { configurationSettings: Record<string, JsonValue> };
    };
    return properties.configurationSettings;
  };
  const named = settings({ volcanoConfigMap: "volcano-scheduler-autoscaler", enableAutoScaling: false });

  expect(settings({})).not.toHaveProperty(["volcanoScheduler.schedulerConfigMap"]);
  expect(settings({ enableAutoScaling: false })["amloperator.skipResourceValidation"]).toBe("false");
  expect(named["volcanoScheduler.schedulerConfigMap"]).toBe("volcano-scheduler-autoscaler");
  expect(named["amloperator.skipResourceValidation"]).toBe("true");
});
