/**
 * List prices of the public cloud in East US, pay as you go, in US dollars, for estimates only. Gathered from Microsoft's
 * Retail Prices API and pricing pages as quoted publicly; regions and contracts differ by 25 % and more.
 */
export const PRICES_AS_OF = "2026-11-01";

/** `high`: read from the API or Microsoft's page in 2026; `medium`: older published tables; `low`: from general knowledge. */
export type Confidence = "high" | "medium" | "low";

export interface Price {
  readonly usd: number;
  readonly per: "hour" | "day" | "month" | "GB" | "GB-month" | "10000 operations" | "10 million samples";
  readonly confidence: Confidence;
}

const price = (usd: number, per: Price["per"], confidence: Confidence): Price => ({ usd, per, confidence });

export const PRICES = {
  clusterStandard: price(0.1, "hour", "high"),
  clusterPremium: price(0.6, "hour", "high"),
  registryBasic: price(0.167, "day", "high"),
  registryStandard: price(0.667, "day", "high"),
  registryPremium: price(1.667, "day", "high"),
  natGateway: price(0.045, "hour", "low"),
  firewallBasic: price(0.395, "hour", "low"),
  firewallStandard: price(1.25, "hour", "low"),
  firewallPremium: price(1.75, "hour", "low"),
  firewallBasicData: price(0.065, "GB", "low"),
  firewallData: price(0.016, "GB", "low"),
  publicAddress: price(0.005, "hour", "high"),
  loadBalancer: price(0.025, "hour", "low"),
  privateEndpoint: price(0.01, "hour", "high"),
  privateDnsZone: price(0.5, "month", "medium"),
  blobHotLrs: price(0.0208, "GB-month", "low"),
  blobHotZrs: price(0.026, "GB-month", "low"),
  vaultOperations: price(0.03, "10000 operations", "low"),
  logIngestion: price(2.3, "GB", "medium"),
  prometheusSamples: price(0.16, "10 million samples", "low"),
  metricAlert: price(0.1, "month", "low"),
  logAlert1Minute: price(3, "month", "low"),
  logAlert5Minutes: price(1.5, "month", "low"),
  logAlert15Minutes: price(0.5, "month", "low"),
  /** Azure Backup counts each namespace of a cluster as one protected instance; snapshots are billed as disks are. */
  protectedNamespace: price(12, "month", "low"),
  diskP10: price(19.71, "month", "low"),
  diskP15: price(38.01, "month", "low"),
  diskP30: price(135.17, "month", "high"),
} as const satisfies Record<string, Price>;

/** Linux, per hour. Some are derived: sizes of one family cost in proportion to their vCPUs. */
export const VM_PRICES: Readonly<Record<string, Price>> = {
  Standard_DS2_v2: price(0.1145, "hour", "low"),
  Standard_DS3_v2: price(0.229, "hour", "low"),
  Standard_DS4_v2: price(0.458, "hour", "low"),
  Standard_DS5_v2: price(0.916, "hour", "low"),
  Standard_D2s_v3: price(0.096, "hour", "low"),
  Standard_D4s_v3: price(0.192, "hour", "low"),
  Standard_D8s_v3: price(0.384, "hour", "low"),
  Standard_D4s_v5: price(0.192, "hour", "low"),
  Standard_D8s_v5: price(0.384, "hour", "low"),
  Standard_D2ds_v5: price(0.113, "hour", "low"),
  Standard_D4ds_v5: price(0.226, "hour", "low"),
  Standard_D8ds_v5: price(0.452, "hour", "low"),
  Standard_D16ds_v5: price(0.904, "hour", "low"),
  Standard_NC4as_T4_v3: price(0.526, "hour", "medium"),
  Standard_NC8as_T4_v3: price(0.752, "hour", "medium"),
  Standard_NC16as_T4_v3: price(1.204, "hour", "medium"),
  Standard_NC64as_T4_v3: price(4.352, "hour", "medium"),
  Standard_NC24ads_A100_v4: price(3.673, "hour", "medium"),
  Standard_NC48ads_A100_v4: price(7.346, "hour", "medium"),
  Standard_NC40ads_H100_v5: price(6.98, "hour", "low"),
};

/** Types that Azure does not bill by themselves; what they hold or cause is billed elsewhere. Lower case. */
export const FREE_TYPES: ReadonlySet<string> = new Set(
  [
    "Microsoft.AlertsManagement/actionRules",
    "Microsoft.AlertsManagement/prometheusRuleGroups",
    "Microsoft.Authorization/locks",
    "Microsoft.Authorization/policyAssignments",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Consumption/budgets",
    "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
    "Microsoft.ContainerService/managedClusters/managedNamespaces",
    "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings",
    "Microsoft.DataProtection/backupVaults",
    "Microsoft.DataProtection/backupVaults/backupPolicies",
    "Microsoft.Insights/actionGroups",
    "Microsoft.Insights/activityLogAlerts",
    "Microsoft.Insights/components",
    "Microsoft.Insights/dataCollectionEndpoints",
    "Microsoft.Insights/dataCollectionRuleAssociations",
    "Microsoft.Insights/dataCollectionRules",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.Insights/privateLinkScopes",
    "Microsoft.Insights/privateLinkScopes/scopedResources",
    "Microsoft.Insights/workbooks",
    "Microsoft.KubernetesConfiguration/extensions",
    "Microsoft.MachineLearningServices/workspaces",
    "Microsoft.MachineLearningServices/workspaces/datastores",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Network/firewallPolicies",
    "Microsoft.Network/firewallPolicies/ruleCollectionGroups",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Storage/storageAccounts/blobServices",
    "Microsoft.Storage/storageAccounts/blobServices/containers",
    "Microsoft.Storage/storageAccounts/fileServices",
    "Microsoft.Storage/storageAccounts/managementPolicies",
  ].map((type) => type.toLowerCase()),
);
