export const BACKUP_API_VERSIONS = [
  "2026-06-01",
  "2026-03-01",
  "2025-09-01",
  "2025-07-01",
  "2025-01-01",
  "2024-04-01",
  "2023-11-01",
  "2023-05-01",
];

export const VAULT_TYPE = "Microsoft.DataProtection/backupVaults";
export const POLICY_TYPE = `${VAULT_TYPE}/backupPolicies`;
export const INSTANCE_TYPE = `${VAULT_TYPE}/backupInstances`;
/** The kind of thing that is backed up here. */
export const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
