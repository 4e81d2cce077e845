import { parseResourceId, resourceType } from "../../src/azure/index.ts";
import type { JsonObject } from "../../src/base/index.ts";
import type { Sample, SampleContext } from "../../src/cloud/envelope-suite.ts";
import { instanceBody, policyBody, protectable, vaultBody } from "./backup.ts";

/** What one sample of a type needs before it: other samples by type, made in order in the same resource group. */
interface Recipe extends Omit<Sample, "type" | "before" | "path" | "body"> {
  readonly path: string;
  readonly body?: (context: SampleContext) => JsonObject;
  readonly needs?: readonly string[];
}

const FIXED = "its name is fixed";
const PART = "it is part of its account and cannot be deleted";
const eastus = { location: "eastus" };
const IDENTITY = "providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-one";
const NETWORK = "providers/Microsoft.Network/virtualNetworks/vnet-one";
const HUB = "providers/Microsoft.Network/virtualNetworks/vnet-hub";
const FIREWALL_POLICY = "providers/Microsoft.Network/firewallPolicies/afwp-one";
const ZONE = "providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net";
const ENDPOINT = "providers/Microsoft.Network/privateEndpoints/pe-one";
const LOGS = "providers/Microsoft.OperationalInsights/workspaces/log-one";
const CLUSTER = "providers/Microsoft.ContainerService/managedClusters/aks-one";
const BACKUPS = "providers/Microsoft.DataProtection/backupVaults/bvault-one";
const SCOPE = "providers/Microsoft.Insights/privateLinkScopes/ampls-one";
const METRICS = "providers/Microsoft.Monitor/accounts/amw-one";
const ENDPOINTS = "providers/Microsoft.Insights/dataCollectionEndpoints/dce-one";

/** Names that are global carry the group's number, as each sample has a group of its own. */
const global = (prefix: string) => (group: string) => `${prefix}${group.split("-").at(-1)}`;
const account = global("stsample");
const vault = global("kvsample");
const registry = global("acrsample");

const RECIPES: Readonly<Record<string, (group: string) => Recipe>> = {
  "Microsoft.ManagedIdentity/userAssignedIdentities": () => ({ path: IDENTITY, body: () => eastus, badName: "i" }),
  "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials": () => ({
    path: `${IDENTITY}/federatedIdentityCredentials/one`,
    needs: ["Microsoft.ManagedIdentity/userAssignedIdentities"],
    body: () => ({
      properties: { issuer: "https://issuer.example/", subject: "one", audiences: ["api://AzureADTokenExchange"] },
    }),
    badName: "-",
  }),
  "Microsoft.Network/networkSecurityGroups": () => ({
    path: "providers/Microsoft.Network/networkSecurityGroups/nsg-one",
    body: () => ({ ...eastus, properties: {} }),
    badName: "-nsg",
  }),
  "Microsoft.Network/virtualNetworks": () => ({
    path: NETWORK,
    body: () => ({
      ...eastus,
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        subnets: [{ name: "first", properties: { addressPrefix: "10.0.0.0/24" } }],
      },
    }),
    badName: "v",
  }),
  "Microsoft.Network/virtualNetworks/subnets": () => ({
    path: `${NETWORK}/subnets/second`,
    needs: ["Microsoft.Network/virtualNetworks"],
    body: () => ({ properties: { addressPrefix: "10.0.1.0/24" } }),
    badName: "-",
  }),
  "Microsoft.Network/publicIPAddresses": () => ({
    path: "providers/Microsoft.Network/publicIPAddresses/pip-one",
    body: () => ({ ...eastus, sku: { name: "Standard" }, properties: { publicIPAllocationMethod: "Static" } }),
    badName: "-",
  }),
  "Microsoft.Network/natGateways": () => ({
    path: "providers/Microsoft.Network/natGateways/ng-one",
    needs: ["Microsoft.Network/publicIPAddresses"],
    body: ({ group }) => ({
      ...eastus,
      sku: { name: "Standard" },
      properties: { publicIpAddresses: [{ id: `${group}/providers/Microsoft.Network/publicIPAddresses/pip-one` }] },
    }),
    badName: "-",
  }),
  "Microsoft.Network/routeTables": () => ({
    path: "providers/Microsoft.Network/routeTables/rt-one",
    body: () => ({
      ...eastus,
      properties: { routes: [{ name: "default", properties: { addressPrefix: "0.0.0.0/0", nextHopType: "Internet" } }] },
    }),
    badName: "-",
  }),
  "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": () => ({
    path: `${NETWORK}/virtualNetworkPeerings/to-hub`,
    needs: ["Microsoft.Network/virtualNetworks"],
    body: ({ group }) => ({ properties: { remoteVirtualNetwork: { id: `${group}/${HUB}` } } }),
    badName: "-",
  }),
  "Microsoft.Network/firewallPolicies": () => ({
    path: FIREWALL_POLICY,
    body: () => ({ ...eastus, properties: { sku: { tier: "Standard" } } }),
    badName: "-",
  }),
  "Microsoft.Network/firewallPolicies/ruleCollectionGroups": () => ({
    path: `${FIREWALL_POLICY}/ruleCollectionGroups/names`,
    needs: ["Microsoft.Network/firewallPolicies"],
    body: () => ({ properties: { priority: 200, ruleCollections: [] } }),
    badName: "-",
  }),
  "Microsoft.Network/azureFirewalls": () => ({
    path: "providers/Microsoft.Network/azureFirewalls/afw-one",
    needs: ["Microsoft.Network/publicIPAddresses", "Microsoft.Network/firewallPolicies"],
    body: ({ group }) => ({
      ...eastus,
      properties: {
        sku: { name: "AZFW_VNet", tier: "Standard" },
        firewallPolicy: { id: `${group}/${FIREWALL_POLICY}` },
        ipConfigurations: [
          {
            name: "outside",
            properties: {
              subnet: { id: `${group}/${HUB}/subnets/AzureFirewallSubnet` },
              publicIPAddress: { id: `${group}/providers/Microsoft.Network/publicIPAddresses/pip-one` },
            },
          },
        ],
      },
    }),
    badName: "-",
  }),
  "Microsoft.Network/privateDnsZones": () => ({ path: ZONE, body: () => ({ location: "global" }), badName: "single" }),
  "Microsoft.Network/privateDnsZones/virtualNetworkLinks": () => ({
    path: `${ZONE}/virtualNetworkLinks/link`,
    needs: ["Microsoft.Network/virtualNetworks", "Microsoft.Network/privateDnsZones"],
    body: ({ group }) => ({
      location: "global",
      properties: { registrationEnabled: false, virtualNetwork: { id: `${group}/${NETWORK}` } },
    }),
    badName: "-",
  }),
  "Microsoft.Network/privateDnsZones/A": () => ({
    path: `${ZONE}/A/kv`,
    needs: ["Microsoft.Network/privateDnsZones"],
    body: () => ({ properties: { ttl: 60, aRecords: [{ ipv4Address: "10.0.0.4" }] } }),
    badName: "a b",
  }),
  "Microsoft.Network/privateEndpoints": (group) => ({
    path: ENDPOINT,
    needs: ["Microsoft.Network/virtualNetworks", "Microsoft.KeyVault/vaults"],
    body: (context) => ({
      ...eastus,
      properties: {
        subnet: { id: `${context.group}/${NETWORK}/subnets/first` },
        privateLinkServiceConnections: [
          {
            name: "kv",
            properties: {
              privateLinkServiceId: `${context.group}/providers/Microsoft.KeyVault/vaults/${vault(group)}`,
              groupIds: ["vault"],
            },
          },
        ],
      },
    }),
    badName: "-",
  }),
  "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": () => ({
    path: `${ENDPOINT}/privateDnsZoneGroups/default`,
    needs: ["Microsoft.Network/privateEndpoints", "Microsoft.Network/privateDnsZones"],
    body: ({ group }) => ({
      properties: { privateDnsZoneConfigs: [{ name: "vault", properties: { privateDnsZoneId: `${group}/${ZONE}` } }] },
    }),
    badName: "-",
  }),
  "Microsoft.OperationalInsights/workspaces": () => ({ path: LOGS, body: () => ({ ...eastus, properties: {} }), badName: "log" }),
  "Microsoft.Insights/components": () => ({
    path: "providers/Microsoft.Insights/components/appi-one",
    needs: ["Microsoft.OperationalInsights/workspaces"],
    body: ({ group }) => ({
      ...eastus,
      kind: "web",
      properties: { Application_Type: "web", WorkspaceResourceId: `${group}/${LOGS}` },
    }),
    badName: "a%b",
  }),
  "Microsoft.Insights/diagnosticSettings": (group) => ({
    path: `providers/Microsoft.KeyVault/vaults/${vault(group)}/providers/Microsoft.Insights/diagnosticSettings/to-logs`,
    needs: ["Microsoft.KeyVault/vaults", "Microsoft.OperationalInsights/workspaces"],
    body: (context) => ({
      properties: { workspaceId: `${context.group}/${LOGS}`, logs: [{ category: "AuditEvent", enabled: true }] },
    }),
    badName: "a*b",
  }),
  "Microsoft.Insights/actionGroups": () => ({
    path: "providers/Microsoft.Insights/actionGroups/ag-one",
    body: () => ({ location: "global", properties: { groupShortName: "one", enabled: true } }),
    badName: "a+b",
  }),
  "Microsoft.Insights/metricAlerts": () => ({
    path: "providers/Microsoft.Insights/metricAlerts/alert-one",
    body: ({ group }) => ({
      location: "global",
      properties: {
        severity: 2,
        enabled: true,
        scopes: [`${group}/${CLUSTER}`],
        evaluationFrequency: "PT5M",
        windowSize: "PT15M",
        criteria: {
          "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
          allOf: [
            {
              name: "c",
              metricName: "node_cpu_usage_percentage",
              operator: "GreaterThan",
              threshold: 90,
              timeAggregation: "Average",
            },
          ],
        },
      },
    }),
    badName: "a+b",
  }),
  "Microsoft.Insights/scheduledQueryRules": () => ({
    path: "providers/Microsoft.Insights/scheduledQueryRules/query-one",
    body: ({ group }) => ({
      ...eastus,
      properties: { severity: 2, scopes: [`${group}/${LOGS}`], criteria: { allOf: [{ query: "KubeEvents | count" }] } },
    }),
    badName: "a+b",
  }),
  "Microsoft.Insights/activityLogAlerts": () => ({
    path: "providers/Microsoft.Insights/activityLogAlerts/activity-one",
    body: ({ group }) => ({
      location: "global",
      properties: { scopes: [group], condition: { allOf: [{ field: "category", equals: "ServiceHealth" }] } },
    }),
    badName: "a+b",
  }),
  "Microsoft.Insights/dataCollectionEndpoints": () => ({
    path: ENDPOINTS,
    body: () => ({ ...eastus, properties: {} }),
    badName: "-",
  }),
  "Microsoft.Insights/dataCollectionRules": () => ({
    path: "providers/Microsoft.Insights/dataCollectionRules/dcr-one",
    body: () => ({ ...eastus, properties: {} }),
    badName: "-",
  }),
  "Microsoft.Insights/dataCollectionRuleAssociations": (group) => ({
    path: `providers/Microsoft.KeyVault/vaults/${vault(group)}/providers/Microsoft.Insights/dataCollectionRuleAssociations/rule`,
    needs: ["Microsoft.KeyVault/vaults", "Microsoft.Insights/dataCollectionRules"],
    body: (context) => ({
      properties: { dataCollectionRuleId: `${context.group}/providers/Microsoft.Insights/dataCollectionRules/dcr-one` },
    }),
    badName: "-",
  }),
  "Microsoft.Insights/workbooks": () => ({
    path: "providers/Microsoft.Insights/workbooks/9a1f3c52-7a0b-4c8e-8f3a-0d6f5f2b1e77",
    body: () => ({ ...eastus, kind: "shared", properties: { displayName: "one", serializedData: "{}" } }),
    badName: "not-a-guid",
    skip: { location: "its name is a GUID, so the suite cannot lengthen it" },
  }),
  "Microsoft.Insights/privateLinkScopes": () => ({
    path: SCOPE,
    body: () => ({
      location: "global",
      properties: { accessModeSettings: { ingestionAccessMode: "Open", queryAccessMode: "Open" } },
    }),
    badName: "-",
  }),
  "Microsoft.Insights/privateLinkScopes/scopedResources": () => ({
    path: `${SCOPE}/scopedResources/logs`,
    needs: ["Microsoft.Insights/privateLinkScopes", "Microsoft.OperationalInsights/workspaces"],
    body: ({ group }) => ({ properties: { linkedResourceId: `${group}/${LOGS}` } }),
    badName: "-",
  }),
  "Microsoft.Monitor/accounts": () => ({ path: METRICS, body: () => ({ ...eastus, properties: {} }), badName: "-" }),
  "Microsoft.AlertsManagement/prometheusRuleGroups": () => ({
    path: "providers/Microsoft.AlertsManagement/prometheusRuleGroups/nodes",
    needs: ["Microsoft.Monitor/accounts"],
    body: ({ group }) => ({
      ...eastus,
      properties: { scopes: [`${group}/${METRICS}`], rules: [{ alert: "Down", expression: "up == 0", severity: 2 }] },
    }),
    badName: "a+b",
  }),
  "Microsoft.AlertsManagement/actionRules": () => ({
    path: "providers/Microsoft.AlertsManagement/actionRules/tell",
    body: ({ group }) => ({
      location: "global",
      properties: { scopes: [group], actions: [{ actionType: "RemoveAllActionGroups" }] },
    }),
    badName: "a+b",
  }),
  "Microsoft.Consumption/budgets": () => ({
    path: "providers/Microsoft.Consumption/budgets/monthly",
    body: () => ({
      properties: {
        category: "Cost",
        timeGrain: "Monthly",
        amount: 100,
        timePeriod: { startDate: "2999-01-01T00:00:00Z" },
        notifications: { actual: { enabled: true, operator: "GreaterThan", threshold: 80, contactEmails: ["ml@example.com"] } },
      },
    }),
    badName: "a.b",
  }),
  "Microsoft.Storage/storageAccounts": (group) => ({
    path: `providers/Microsoft.Storage/storageAccounts/${account(group)}`,
    body: () => ({ ...eastus, kind: "StorageV2", sku: { name: "Standard_LRS" } }),
    badName: "Upper",
  }),
  ...Object.fromEntries(
    ["blobServices", "fileServices", "queueServices", "tableServices"].map((service) => [
      `Microsoft.Storage/storageAccounts/${service}`,
      (group: string): Recipe => ({
        path: `providers/Microsoft.Storage/storageAccounts/${account(group)}/${service}/default`,
        needs: ["Microsoft.Storage/storageAccounts"],
        body: () => ({ properties: {} }),
        badName: "other",
        skip: { "not-found": FIXED, delete: PART },
      }),
    ]),
  ),
  "Microsoft.Storage/storageAccounts/blobServices/containers": (group) => ({
    path: `providers/Microsoft.Storage/storageAccounts/${account(group)}/blobServices/default/containers/data`,
    needs: ["Microsoft.Storage/storageAccounts"],
    body: () => ({ properties: {} }),
    badName: "Upper",
  }),
  "Microsoft.Storage/storageAccounts/managementPolicies": (group) => ({
    path: `providers/Microsoft.Storage/storageAccounts/${account(group)}/managementPolicies/default`,
    needs: ["Microsoft.Storage/storageAccounts"],
    body: () => ({
      properties: {
        policy: {
          rules: [
            {
              name: "old",
              type: "Lifecycle",
              definition: {
                filters: { blobTypes: ["blockBlob"] },
                actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } },
              },
            },
          ],
        },
      },
    }),
    badName: "other",
    skip: { "not-found": FIXED },
  }),
  "Microsoft.KeyVault/vaults": (group) => ({
    path: `providers/Microsoft.KeyVault/vaults/${vault(group)}`,
    body: ({ t }) => ({ ...eastus, properties: { tenantId: t.cloud.tenantId, sku: { family: "A", name: "standard" } } }),
    badName: "1vault",
  }),
  "Microsoft.ContainerRegistry/registries": (group) => ({
    path: `providers/Microsoft.ContainerRegistry/registries/${registry(group)}`,
    body: () => ({ ...eastus, sku: { name: "Premium" }, properties: {} }),
    badName: "acr-one",
  }),
  "Microsoft.ContainerRegistry/registries/replications": (group) => ({
    path: `providers/Microsoft.ContainerRegistry/registries/${registry(group)}/replications/westus`,
    needs: ["Microsoft.ContainerRegistry/registries"],
    body: () => ({ location: "westus", properties: {} }),
    badName: "a-b",
  }),
  "Microsoft.ContainerService/managedClusters": () => ({
    path: CLUSTER,
    body: () => ({
      ...eastus,
      identity: { type: "SystemAssigned" },
      properties: {
        dnsPrefix: "one",
        agentPoolProfiles: [{ name: "system", mode: "System", count: 3, vmSize: "Standard_D4ds_v5" }],
        aadProfile: { managed: true, enableAzureRBAC: true },
      },
    }),
    badName: "-aks",
  }),
  "Microsoft.ContainerService/managedClusters/agentPools": () => ({
    path: `${CLUSTER}/agentPools/user`,
    needs: ["Microsoft.ContainerService/managedClusters"],
    body: () => ({ properties: { mode: "User", count: 1, vmSize: "Standard_DS3_v2" } }),
    badName: "Upper",
  }),
  "Microsoft.ContainerService/managedClusters/managedNamespaces": () => ({
    path: `${CLUSTER}/managedNamespaces/ml`,
    needs: ["Microsoft.ContainerService/managedClusters"],
    body: () => ({ ...eastus, properties: {} }),
    badName: "Upper",
  }),
  "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings": () => ({
    path: `${CLUSTER}/trustedAccessRoleBindings/ml`,
    needs: ["Microsoft.ContainerService/managedClusters"],
    body: ({ group }) => ({
      properties: {
        sourceResourceId: `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-one`,
        roles: ["Microsoft.MachineLearningServices/workspaces/mlworkload"],
      },
    }),
    badName: "a_b",
  }),
  "Microsoft.ContainerService/managedClusters/maintenanceConfigurations": () => ({
    path: `${CLUSTER}/maintenanceConfigurations/aksManagedAutoUpgradeSchedule`,
    needs: ["Microsoft.ContainerService/managedClusters"],
    body: () => ({
      properties: {
        maintenanceWindow: {
          durationHours: 4,
          startTime: "01:00",
          schedule: { weekly: { dayOfWeek: "Sunday", intervalWeeks: 1 } },
        },
      },
    }),
    badName: "mine",
    skip: { "not-found": FIXED },
  }),
  "Microsoft.KubernetesConfiguration/extensions": () => ({
    path: `${CLUSTER}/providers/Microsoft.KubernetesConfiguration/extensions/azureml`,
    needs: ["Microsoft.ContainerService/managedClusters"],
    body: () => ({
      properties: {
        extensionType: "microsoft.azureml.kubernetes",
        configurationSettings: {
          enableTraining: "True",
          cluster_name: "aks-one",
          domain: "eastus.cloudapp.azure.com",
          location: "eastus",
        },
      },
    }),
    badName: "Upper",
  }),
  "Microsoft.DataProtection/backupVaults": () => ({ path: BACKUPS, body: () => vaultBody(), badName: "1" }),
  "Microsoft.DataProtection/backupVaults/backupPolicies": () => ({
    path: `${BACKUPS}/backupPolicies/aks`,
    needs: ["Microsoft.DataProtection/backupVaults"],
    body: () => policyBody(),
    badName: "-",
  }),
  "Microsoft.DataProtection/backupVaults/backupInstances": () => ({
    path: `${BACKUPS}/backupInstances/aks-one`,
    body: ({ group }) => instanceBody(`${group}/${CLUSTER}`, `${group}/${BACKUPS}/backupPolicies/aks`, group),
    badName: "-",
  }),
};

/** A trusted access binding is for a workspace; the suite has one stored without the work of making it. */
async function storedWorkspace({ group, t }: SampleContext): Promise<void> {
  t.host.resources.save({
    id: `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-one`,
    name: "mlw-one",
    type: "Microsoft.MachineLearningServices/workspaces",
    location: "eastus",
    properties: { provisioningState: "Succeeded" },
  });
}

/** A second network, for a peering to lead to and for a firewall to stand in. */
async function hub({ group, t }: SampleContext): Promise<void> {
  const subnets = [{ name: "AzureFirewallSubnet", properties: { addressPrefix: "10.39.0.0/26" } }];
  const properties = { addressSpace: { addressPrefixes: ["10.39.0.0/22"] }, subnets };
  await t.put(`${group}/${HUB}`, { ...eastus, properties }, "2025-07-01");
}

async function make(context: SampleContext, groupName: string, type: string): Promise<void> {
  const recipe = RECIPES[type]?.(groupName);
  if (recipe === undefined) throw new Error(`no sample of ${type}`);
  for (const need of recipe.needs ?? []) await make(context, groupName, need);
  const id = `${context.group}/${recipe.path}`;
  const parsed = parseResourceId(id);
  const apiVersion = context.t.types.get((parsed && resourceType(parsed)) ?? "")?.apiVersions[0];
  if (context.t.host.resources.get(id) === undefined) await context.t.put(id, recipe.body?.(context) ?? {}, apiVersion);
}

/** One sample of each type, in the order of the table; the suite numbers its groups in the same order. */
export const SAMPLES: readonly Sample[] = Object.entries(RECIPES).map(([type, recipe], at) => {
  const groupName = `rg-${at}`;
  const { needs = [], path, body, ...rest } = recipe(groupName);
  return {
    type,
    path,
    body: body ?? {},
    ...rest,
    async before(context) {
      if (type.endsWith("/trustedAccessRoleBindings")) await storedWorkspace(context);
      if (type.endsWith("/backupInstances")) await protectable(context.t, context.group);
      if (/\/(virtualNetworkPeerings|azureFirewalls)$/.test(type)) await hub(context);
      for (const need of needs) await make(context, groupName, need);
    },
  };
});
