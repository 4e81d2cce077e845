export const AKS_API_VERSIONS = [
  "2026-05-01",
  "2026-04-01",
  "2026-01-01",
  "2025-10-01",
  "2025-09-01",
  "2025-05-01",
  "2025-03-01",
  "2024-09-01",
  "2024-05-01",
  "2023-10-01",
];
export const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
export const POOL_TYPE = `${CLUSTER_TYPE}/agentPools`;
export const IDENTITY_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities";
export const SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets";
