/** What can be reached through a private endpoint: sub-resources by lower-case type of the target. Source: Microsoft's private DNS zone table. */
export const PRIVATE_LINK_GROUPS: Readonly<Record<string, readonly string[]>> = {
  "microsoft.keyvault/vaults": ["vault"],
  "microsoft.storage/storageaccounts": [
    "blob",
    "blob_secondary",
    "file",
    "queue",
    "queue_secondary",
    "table",
    "table_secondary",
    "dfs",
    "dfs_secondary",
    "web",
    "web_secondary",
  ],
  "microsoft.containerregistry/registries": ["registry"],
  "microsoft.machinelearningservices/workspaces": ["amlworkspace"],
  "microsoft.machinelearningservices/registries": ["amlregistry"],
  "microsoft.insights/privatelinkscopes": ["azuremonitor"],
  "microsoft.monitor/accounts": ["prometheusMetrics"],
  "microsoft.dashboard/grafana": ["grafana"],
  "microsoft.containerservice/managedclusters": ["management"],
};
