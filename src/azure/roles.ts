/**
 * Azure's built-in roles: the GUIDs that role assignments name and the permissions that the embedded Azure enforces.
 * Source: Microsoft's public list of built-in roles. Actions are `{namespace}/{type}/{verb}`; `*` stands for any run of characters.
 */
export interface RoleDefinition {
  readonly name: string;
  /** The GUID, the same in every tenant. */
  readonly id: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

type Permissions = Partial<Pick<RoleDefinition, "actions" | "notActions" | "dataActions" | "notDataActions">>;

function role(name: string, id: string, permissions: Permissions): RoleDefinition {
  return { name, id, actions: [], notActions: [], dataActions: [], notDataActions: [], ...permissions };
}

/** Most control-plane roles may also read who has access, deploy templates and open support tickets. */
const READ_ACCESS = "Microsoft.Authorization/*/read";
const DEPLOY = [
  "Microsoft.Resources/deployments/*",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
  "Microsoft.Support/*",
];
const ALERTS = "Microsoft.Insights/alertRules/*";
const HEALTH = "Microsoft.ResourceHealth/availabilityStatuses/read";
const COMMON = [READ_ACCESS, ALERTS, HEALTH, ...DEPLOY];

const REGISTRY = "Microsoft.ContainerRegistry/registries";
const CLUSTER = "Microsoft.ContainerService/managedClusters";
const STORAGE = "Microsoft.Storage/storageAccounts";
const BLOBS = `${STORAGE}/blobServices/containers`;
const DELEGATION_KEY = `${STORAGE}/blobServices/generateUserDelegationKey/action`;
const VAULT = "Microsoft.KeyVault/vaults";
const ML = "Microsoft.MachineLearningServices/workspaces";

const AKS_READ_ACCESS = [READ_ACCESS, ...DEPLOY, `${CLUSTER}/listClusterUserCredential/action`];
const AKS_NO_QUOTAS = [
  `${CLUSTER}/resourcequotas/write`,
  `${CLUSTER}/resourcequotas/delete`,
  `${CLUSTER}/namespaces/write`,
  `${CLUSTER}/namespaces/delete`,
];
/** What the Kubernetes "view" and "edit" cluster roles reach, in Azure's spelling. */
const AKS_WORKLOADS = [
  "apps/daemonsets",
  "apps/deployments",
  "apps/replicasets",
  "apps/statefulsets",
  "autoscaling/horizontalpodautoscalers",
  "batch/cronjobs",
  "batch/jobs",
  "configmaps",
  "endpoints",
  "extensions/daemonsets",
  "extensions/deployments",
  "extensions/ingresses",
  "extensions/networkpolicies",
  "extensions/replicasets",
  "networking.k8s.io/ingresses",
  "networking.k8s.io/networkpolicies",
  "persistentvolumeclaims",
  "pods",
  "policy/poddisruptionbudgets",
  "replicationcontrollers",
  "serviceaccounts",
  "services",
];
const AKS_SEEN = [
  "apps/controllerrevisions/read",
  "discovery.k8s.io/endpointslices/read",
  "events.k8s.io/events/read",
  "events/read",
  "limitranges/read",
  "metrics.k8s.io/pods/read",
  "namespaces/read",
  "resourcequotas/read",
];

export const ROLES = {
  owner: role("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", { actions: ["*"] }),
  contributor: role("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c", {
    actions: ["*"],
    notActions: [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
      "Microsoft.Blueprint/blueprintAssignments/write",
      "Microsoft.Blueprint/blueprintAssignments/delete",
      "Microsoft.Compute/galleries/share/action",
      "Microsoft.Purview/consents/write",
      "Microsoft.Purview/consents/delete",
      "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
    ],
  }),
  reader: role("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", { actions: ["*/read"] }),
  roleBasedAccessControlAdministrator: role("Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168", {
    actions: [
      "Microsoft.Authorization/roleAssignments/write",
      "Microsoft.Authorization/roleAssignments/delete",
      "*/read",
      "Microsoft.Support/*",
    ],
  }),
  userAccessAdministrator: role("User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", {
    actions: ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
  }),
  resourcePolicyContributor: role("Resource Policy Contributor", "36243c78-bf99-498c-9df9-86d9f8d28608", {
    actions: [
      "*/read",
      "Microsoft.Authorization/policyassignments/*",
      "Microsoft.Authorization/policydefinitions/*",
      "Microsoft.Authorization/policyexemptions/*",
      "Microsoft.Authorization/policysetdefinitions/*",
      "Microsoft.PolicyInsights/*",
      "Microsoft.Support/*",
    ],
  }),
  locksContributor: role("Locks Contributor", "28bf596f-4eb7-45ce-b5bc-6cf482fec137", {
    actions: [
      "Microsoft.Authorization/locks/read",
      "Microsoft.Authorization/locks/write",
      "Microsoft.Authorization/locks/delete",
    ],
  }),
  managedIdentityOperator: role("Managed Identity Operator", "f1a07417-d97a-45cb-824c-7a7467783830", {
    actions: [
      "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
      "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
      READ_ACCESS,
      ALERTS,
      ...DEPLOY,
    ],
  }),
  managedIdentityContributor: role("Managed Identity Contributor", "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", {
    actions: [
      "Microsoft.ManagedIdentity/userAssignedIdentities/read",
      "Microsoft.ManagedIdentity/userAssignedIdentities/write",
      "Microsoft.ManagedIdentity/userAssignedIdentities/delete",
      "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/*",
      "Microsoft.ManagedIdentity/userAssignedIdentities/revokeTokens/action",
      READ_ACCESS,
      ALERTS,
      ...DEPLOY,
    ],
  }),
  networkContributor: role("Network Contributor", "4d97b98b-1d4f-4787-a291-c67834d212e7", {
    actions: ["Microsoft.Network/*", ...COMMON],
  }),
  privateDnsZoneContributor: role("Private DNS Zone Contributor", "b12aa53e-6015-4669-85d0-8515ebb3ae7f", {
    actions: [
      "Microsoft.Insights/alertRules/*",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Support/*",
      "Microsoft.Network/privateDnsZones/*",
      "Microsoft.Network/privateDnsOperationResults/*",
      "Microsoft.Network/privateDnsOperationStatuses/*",
      "Microsoft.Network/virtualNetworks/read",
      "Microsoft.Network/virtualNetworks/join/action",
      READ_ACCESS,
    ],
  }),
  virtualMachineContributor: role("Virtual Machine Contributor", "9980e02c-c2be-4d73-94e8-173b1dc7cf3c", {
    actions: [
      "Microsoft.Compute/availabilitySets/*",
      "Microsoft.Compute/locations/*",
      "Microsoft.Compute/virtualMachines/*",
      "Microsoft.Compute/virtualMachineScaleSets/*",
      "Microsoft.Compute/disks/write",
      "Microsoft.Compute/disks/read",
      "Microsoft.Compute/disks/delete",
      "Microsoft.Network/networkInterfaces/*",
      "Microsoft.Network/networkSecurityGroups/join/action",
      "Microsoft.Network/networkSecurityGroups/read",
      "Microsoft.Network/publicIPAddresses/join/action",
      "Microsoft.Network/publicIPAddresses/read",
      "Microsoft.Network/virtualNetworks/read",
      "Microsoft.Network/virtualNetworks/subnets/join/action",
      "Microsoft.Storage/storageAccounts/listKeys/action",
      "Microsoft.Storage/storageAccounts/read",
      ...COMMON,
    ],
  }),

  acrPull: role("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d", { actions: [`${REGISTRY}/pull/read`] }),
  acrPush: role("AcrPush", "8311e382-0749-4cb8-b61a-304f252e45ec", {
    actions: [`${REGISTRY}/pull/read`, `${REGISTRY}/push/write`],
  }),
  acrDelete: role("AcrDelete", "c2f4ef07-c644-48eb-af81-4b1b4947fb11", { actions: [`${REGISTRY}/artifacts/delete`] }),
  acrImageSigner: role("AcrImageSigner", "6cef56e8-d556-48e5-a04f-b8e64114680f", {
    actions: [`${REGISTRY}/sign/write`],
    dataActions: [`${REGISTRY}/trustedCollections/write`],
  }),
  containerRegistryRepositoryReader: role("Container Registry Repository Reader", "b93aa761-3e63-49ed-ac28-beffa264f7ac", {
    dataActions: [`${REGISTRY}/repositories/metadata/read`, `${REGISTRY}/repositories/content/read`],
  }),
  containerRegistryRepositoryWriter: role("Container Registry Repository Writer", "2a1e307c-b015-4ebd-883e-5b7698a07328", {
    dataActions: [
      `${REGISTRY}/repositories/metadata/read`,
      `${REGISTRY}/repositories/content/read`,
      `${REGISTRY}/repositories/metadata/write`,
      `${REGISTRY}/repositories/content/write`,
    ],
  }),
  containerRegistryRepositoryContributor: role(
    "Container Registry Repository Contributor",
    "2efddaa5-3f1f-4df3-97df-af3f13818f4c",
    {
      dataActions: [
        `${REGISTRY}/repositories/metadata/read`,
        `${REGISTRY}/repositories/content/read`,
        `${REGISTRY}/repositories/metadata/write`,
        `${REGISTRY}/repositories/content/write`,
        `${REGISTRY}/repositories/metadata/delete`,
        `${REGISTRY}/repositories/content/delete`,
      ],
    },
  ),
  containerRegistryRepositoryCatalogLister: role(
    "Container Registry Repository Catalog Lister",
    "bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7",
    {
      dataActions: [`${REGISTRY}/catalog/read`],
    },
  ),

  aksClusterAdmin: role("Azure Kubernetes Service Cluster Admin Role", "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", {
    actions: [
      `${CLUSTER}/listClusterAdminCredential/action`,
      `${CLUSTER}/accessProfiles/listCredential/action`,
      `${CLUSTER}/read`,
      `${CLUSTER}/runcommand/action`,
    ],
  }),
  aksClusterUser: role("Azure Kubernetes Service Cluster User Role", "4abbcc35-e782-43d8-92c5-2d3f1bd2253f", {
    actions: [`${CLUSTER}/listClusterUserCredential/action`, `${CLUSTER}/read`],
  }),
  aksContributor: role("Azure Kubernetes Service Contributor Role", "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8", {
    actions: [
      "Microsoft.ContainerService/locations/*",
      `${CLUSTER}/*`,
      "Microsoft.ContainerService/managedclustersnapshots/*",
      "Microsoft.ContainerService/snapshots/*",
      READ_ACCESS,
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
    ],
  }),
  aksClusterMonitoringUser: role("Azure Kubernetes Service Cluster Monitoring User", "1afdec4b-e479-420e-99e7-f82237c7c5e6", {
    actions: [`${CLUSTER}/listClusterMonitoringUserCredential/action`, `${CLUSTER}/read`],
  }),
  aksRbacClusterAdmin: role("Azure Kubernetes Service RBAC Cluster Admin", "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", {
    actions: AKS_READ_ACCESS,
    dataActions: [`${CLUSTER}/*`],
  }),
  aksRbacAdmin: role("Azure Kubernetes Service RBAC Admin", "3498e952-d568-435e-9b2c-8d77e338d7f7", {
    actions: AKS_READ_ACCESS,
    dataActions: [`${CLUSTER}/*`],
    notDataActions: AKS_NO_QUOTAS,
  }),
  aksRbacWriter: role("Azure Kubernetes Service RBAC Writer", "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb", {
    actions: [READ_ACCESS, ...DEPLOY],
    dataActions: [
      ...AKS_WORKLOADS.map((kind) => `${CLUSTER}/${kind}/*`),
      ...AKS_SEEN.map((kind) => `${CLUSTER}/${kind}`),
      `${CLUSTER}/secrets/*`,
    ],
  }),
  aksRbacReader: role("Azure Kubernetes Service RBAC Reader", "7f6c6a51-bcf8-42ba-9220-52d62157d7db", {
    actions: [READ_ACCESS, ...DEPLOY],
    dataActions: [...AKS_WORKLOADS.map((kind) => `${CLUSTER}/${kind}/read`), ...AKS_SEEN.map((kind) => `${CLUSTER}/${kind}`)],
  }),
  kubernetesExtensionContributor: role("Kubernetes Extension Contributor", "85cb6faf-e071-4c9b-8136-154b5a04f717", {
    actions: [
      READ_ACCESS,
      ALERTS,
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.KubernetesConfiguration/extensions/write",
      "Microsoft.KubernetesConfiguration/extensions/read",
      "Microsoft.KubernetesConfiguration/extensions/delete",
      "Microsoft.KubernetesConfiguration/extensions/operations/read",
    ],
  }),

  azureMlDataScientist: role("AzureML Data Scientist", "f6c7c914-8db3-469d-8ca1-694a8f32e121", {
    actions: [`${ML}/*/read`, `${ML}/*/action`, `${ML}/*/delete`, `${ML}/*/write`],
    notActions: [
      `${ML}/delete`,
      `${ML}/write`,
      `${ML}/computes/*/write`,
      `${ML}/computes/*/delete`,
      `${ML}/computes/listKeys/action`,
      `${ML}/listKeys/action`,
      `${ML}/hubs/write`,
      `${ML}/hubs/delete`,
      `${ML}/featurestores/write`,
      `${ML}/featurestores/delete`,
    ],
  }),
  azureMlComputeOperator: role("AzureML Compute Operator", "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815", {
    actions: [`${ML}/computes/*`, `${ML}/notebooks/vm/*`],
  }),
  azureMlRegistryUser: role("AzureML Registry User", "1823dd4f-9b8c-4ab6-ab4e-7397a3684615", {
    actions: ["Microsoft.MachineLearningServices/registries/read", "Microsoft.MachineLearningServices/registries/assets/*"],
  }),
  azureMlMetricsWriter: role("AzureML Metrics Writer (preview)", "635dd51f-9968-44d3-b7fb-6d9a6bd613ae", {
    dataActions: [`${ML}/metrics/*/write`],
  }),
  azureMlConnectionSecretsReader: role(
    "Azure Machine Learning Workspace Connection Secrets Reader",
    "ea01e6af-a1c1-4350-9563-ad00f8c72ec5",
    {
      actions: [`${ML}/connections/listsecrets/action`, `${ML}/metadata/secrets/read`],
    },
  ),
  azureAiAdministrator: role("Azure AI Administrator", "b78c5d69-af96-48a3-bf8d-a8b4d589de94", {
    actions: [
      "Microsoft.MachineLearningServices/*",
      "Microsoft.CognitiveServices/*",
      "Microsoft.ContainerRegistry/registries/*",
      "Microsoft.DocumentDb/databaseAccounts/*",
      "Microsoft.KeyVault/*",
      "Microsoft.Storage/storageAccounts/*",
      "Microsoft.Insights/*",
      "Microsoft.OperationalInsights/workspaces/*",
      "Microsoft.Search/searchServices/*",
      READ_ACCESS,
      HEALTH,
      ...DEPLOY,
    ],
  }),
  azureAiEnterpriseNetworkConnectionApprover: role(
    "Azure AI Enterprise Network Connection Approver",
    "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
    {
      actions: [
        "Microsoft.Cache/*/privateEndpointConnectionsApproval/action",
        "Microsoft.ContainerRegistry/registries/privateEndpointConnectionsApproval/action",
        "Microsoft.KeyVault/vaults/privateEndpointConnectionsApproval/action",
        "Microsoft.MachineLearningServices/workspaces/privateEndpointConnectionsApproval/action",
        "Microsoft.MachineLearningServices/registries/privateEndpointConnectionsApproval/action",
        "Microsoft.Storage/storageAccounts/privateEndpointConnectionsApproval/action",
        "Microsoft.ContainerRegistry/registries/read",
        "Microsoft.ContainerRegistry/registries/privateEndpointConnections/*",
        "Microsoft.KeyVault/vaults/read",
        "Microsoft.KeyVault/vaults/privateEndpointConnections/*",
        "Microsoft.MachineLearningServices/workspaces/read",
        "Microsoft.MachineLearningServices/workspaces/privateEndpointConnections/*",
        "Microsoft.Storage/storageAccounts/read",
        "Microsoft.Storage/storageAccounts/privateEndpointConnections/*",
      ],
    },
  ),

  keyVaultAdministrator: role("Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483", {
    actions: [
      READ_ACCESS,
      ALERTS,
      ...DEPLOY,
      "Microsoft.KeyVault/checkNameAvailability/read",
      "Microsoft.KeyVault/deletedVaults/read",
      "Microsoft.KeyVault/locations/*/read",
      `${VAULT}/*/read`,
      "Microsoft.KeyVault/operations/read",
    ],
    dataActions: [`${VAULT}/*`],
  }),
  keyVaultContributor: role("Key Vault Contributor", "f25e0fa2-a7c8-4377-a976-54943a77a395", {
    actions: [READ_ACCESS, ALERTS, "Microsoft.KeyVault/*", ...DEPLOY],
    notActions: [
      "Microsoft.KeyVault/locations/deletedVaults/purge/action",
      "Microsoft.KeyVault/hsmPools/*",
      "Microsoft.KeyVault/managedHsms/*",
    ],
  }),
  keyVaultSecretsOfficer: role("Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", {
    actions: [
      READ_ACCESS,
      ALERTS,
      ...DEPLOY,
      "Microsoft.KeyVault/checkNameAvailability/read",
      "Microsoft.KeyVault/deletedVaults/read",
      "Microsoft.KeyVault/locations/*/read",
      `${VAULT}/*/read`,
      "Microsoft.KeyVault/operations/read",
    ],
    dataActions: [`${VAULT}/secrets/*`],
  }),
  keyVaultSecretsUser: role("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6", {
    dataActions: [`${VAULT}/secrets/getSecret/action`, `${VAULT}/secrets/readMetadata/action`],
  }),
  keyVaultReader: role("Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2", {
    actions: [
      READ_ACCESS,
      ALERTS,
      ...DEPLOY,
      "Microsoft.KeyVault/checkNameAvailability/read",
      "Microsoft.KeyVault/deletedVaults/read",
      "Microsoft.KeyVault/locations/*/read",
      `${VAULT}/*/read`,
      "Microsoft.KeyVault/operations/read",
    ],
    dataActions: [`${VAULT}/*/read`, `${VAULT}/secrets/readMetadata/action`],
  }),
  keyVaultCertificateUser: role("Key Vault Certificate User", "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", {
    dataActions: [
      `${VAULT}/certificates/read`,
      `${VAULT}/secrets/getSecret/action`,
      `${VAULT}/secrets/readMetadata/action`,
      `${VAULT}/keys/read`,
    ],
  }),
  keyVaultCryptoUser: role("Key Vault Crypto User", "12338af0-0e69-4776-bea7-57ae8d297424", {
    dataActions: [
      `${VAULT}/keys/read`,
      `${VAULT}/keys/update/action`,
      `${VAULT}/keys/backup/action`,
      `${VAULT}/keys/encrypt/action`,
      `${VAULT}/keys/decrypt/action`,
      `${VAULT}/keys/wrap/action`,
      `${VAULT}/keys/unwrap/action`,
      `${VAULT}/keys/sign/action`,
      `${VAULT}/keys/verify/action`,
    ],
  }),
  keyVaultCryptoServiceEncryptionUser: role("Key Vault Crypto Service Encryption User", "e147488a-f6f5-4113-8e2d-b22465e65bf6", {
    actions: [
      "Microsoft.EventGrid/eventSubscriptions/write",
      "Microsoft.EventGrid/eventSubscriptions/read",
      "Microsoft.EventGrid/eventSubscriptions/delete",
    ],
    dataActions: [`${VAULT}/keys/read`, `${VAULT}/keys/wrap/action`, `${VAULT}/keys/unwrap/action`],
  }),

  storageBlobDataOwner: role("Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", {
    actions: [`${BLOBS}/*`, DELEGATION_KEY],
    dataActions: [`${BLOBS}/blobs/*`],
  }),
  storageBlobDataContributor: role("Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", {
    actions: [`${BLOBS}/delete`, `${BLOBS}/read`, `${BLOBS}/write`, DELEGATION_KEY],
    dataActions: [
      `${BLOBS}/blobs/delete`,
      `${BLOBS}/blobs/read`,
      `${BLOBS}/blobs/write`,
      `${BLOBS}/blobs/move/action`,
      `${BLOBS}/blobs/add/action`,
    ],
  }),
  storageBlobDataReader: role("Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", {
    actions: [`${BLOBS}/read`, DELEGATION_KEY],
    dataActions: [`${BLOBS}/blobs/read`],
  }),
  storageBlobDelegator: role("Storage Blob Delegator", "db58b8e5-c6ad-4a2a-8342-4190687cbf4a", { actions: [DELEGATION_KEY] }),
  storageAccountContributor: role("Storage Account Contributor", "17d1049b-9a84-46fb-8f53-869881c3d3ab", {
    actions: [
      ...COMMON,
      "Microsoft.Insights/diagnosticSettings/*",
      "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
      `${STORAGE}/*`,
    ],
  }),
  storageFileDataPrivilegedContributor: role("Storage File Data Privileged Contributor", "69566ab7-960f-475b-8e7c-b3118f30c6bd", {
    dataActions: [
      `${STORAGE}/fileServices/fileshares/files/read`,
      `${STORAGE}/fileServices/fileshares/files/write`,
      `${STORAGE}/fileServices/fileshares/files/delete`,
      `${STORAGE}/fileServices/fileshares/files/modifypermissions/action`,
      `${STORAGE}/fileServices/readFileBackupSemantics/action`,
      `${STORAGE}/fileServices/writeFileBackupSemantics/action`,
    ],
  }),
  storageFileDataSmbShareContributor: role("Storage File Data SMB Share Contributor", "0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb", {
    dataActions: [
      `${STORAGE}/fileServices/fileshares/files/read`,
      `${STORAGE}/fileServices/fileshares/files/write`,
      `${STORAGE}/fileServices/fileshares/files/delete`,
    ],
  }),
  storageQueueDataContributor: role("Storage Queue Data Contributor", "974c5e8b-45b9-4653-ba55-5f855dd0fb88", {
    actions: [
      `${STORAGE}/queueServices/queues/delete`,
      `${STORAGE}/queueServices/queues/read`,
      `${STORAGE}/queueServices/queues/write`,
    ],
    dataActions: [
      `${STORAGE}/queueServices/queues/messages/delete`,
      `${STORAGE}/queueServices/queues/messages/read`,
      `${STORAGE}/queueServices/queues/messages/write`,
      `${STORAGE}/queueServices/queues/messages/process/action`,
    ],
  }),
  storageQueueDataMessageSender: role("Storage Queue Data Message Sender", "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a", {
    dataActions: [`${STORAGE}/queueServices/queues/messages/add/action`],
  }),
  storageTableDataContributor: role("Storage Table Data Contributor", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", {
    actions: [
      `${STORAGE}/tableServices/tables/read`,
      `${STORAGE}/tableServices/tables/write`,
      `${STORAGE}/tableServices/tables/delete`,
    ],
    dataActions: [
      `${STORAGE}/tableServices/tables/entities/read`,
      `${STORAGE}/tableServices/tables/entities/write`,
      `${STORAGE}/tableServices/tables/entities/delete`,
      `${STORAGE}/tableServices/tables/entities/add/action`,
      `${STORAGE}/tableServices/tables/entities/update/action`,
    ],
  }),

  eventGridContributor: role("EventGrid Contributor", "1e241071-0855-49ea-94dc-649edcd759de", {
    actions: [READ_ACCESS, "Microsoft.EventGrid/*", ALERTS, ...DEPLOY],
  }),
  eventGridEventSubscriptionContributor: role("EventGrid EventSubscription Contributor", "428e0ff0-5e57-4d9c-a221-2c70d0e0a443", {
    actions: [
      READ_ACCESS,
      "Microsoft.EventGrid/eventSubscriptions/*",
      "Microsoft.EventGrid/systemTopics/eventSubscriptions/*",
      "Microsoft.EventGrid/partnerTopics/eventSubscriptions/*",
      "Microsoft.EventGrid/topicTypes/eventSubscriptions/read",
      "Microsoft.EventGrid/locations/eventSubscriptions/read",
      "Microsoft.EventGrid/locations/topicTypes/eventSubscriptions/read",
      ALERTS,
      ...DEPLOY,
    ],
  }),
  eventGridDataSender: role("EventGrid Data Sender", "d5a91429-5739-47e2-a06b-3470a27159e7", {
    actions: [
      READ_ACCESS,
      "Microsoft.EventGrid/topics/read",
      "Microsoft.EventGrid/domains/read",
      "Microsoft.EventGrid/partnerNamespaces/read",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.EventGrid/namespaces/read",
    ],
    dataActions: ["Microsoft.EventGrid/events/send/action"],
  }),

  monitoringMetricsPublisher: role("Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb", {
    actions: [
      "Microsoft.Insights/Register/Action",
      "Microsoft.Support/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
    ],
    dataActions: ["Microsoft.Insights/Metrics/Write", "Microsoft.Insights/Telemetry/Write"],
  }),
  monitoringReader: role("Monitoring Reader", "43d0d8ad-25c7-4714-9337-8ba259a9fe05", {
    actions: ["*/read", "Microsoft.OperationalInsights/workspaces/search/action", "Microsoft.Support/*"],
  }),
  monitoringContributor: role("Monitoring Contributor", "749f88d5-cbae-40b8-bcfc-e573ddc772fa", {
    actions: [
      "*/read",
      "Microsoft.AlertsManagement/*",
      "Microsoft.Insights/*",
      "Microsoft.Monitor/*",
      "Microsoft.OperationalInsights/locations/workspaces/failover/action",
      "Microsoft.OperationalInsights/workspaces/write",
      "Microsoft.OperationalInsights/workspaces/intelligencepacks/*",
      "Microsoft.OperationalInsights/workspaces/savedSearches/*",
      "Microsoft.OperationalInsights/workspaces/search/action",
      "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
      "Microsoft.OperationalInsights/workspaces/storageinsightconfigs/*",
      "Microsoft.Support/*",
      "Microsoft.WorkloadMonitor/monitors/*",
    ],
  }),
  monitoringDataReader: role("Monitoring Data Reader", "b0d8363b-8ddd-447d-831f-62ca05bff136", {
    dataActions: ["Microsoft.Monitor/accounts/data/metrics/read"],
  }),
  logAnalyticsContributor: role("Log Analytics Contributor", "92aaf0da-9dab-42b6-94a3-d43ce8d16293", {
    actions: [
      "*/read",
      "Microsoft.ClassicCompute/virtualMachines/extensions/*",
      "Microsoft.ClassicStorage/storageAccounts/listKeys/action",
      "Microsoft.Compute/virtualMachines/extensions/*",
      "Microsoft.HybridCompute/machines/extensions/write",
      ALERTS,
      "Microsoft.Insights/diagnosticSettings/*",
      "Microsoft.OperationalInsights/*",
      "Microsoft.OperationsManagement/*",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourcegroups/deployments/*",
      "Microsoft.Storage/storageAccounts/listKeys/action",
      "Microsoft.Support/*",
    ],
  }),
  logAnalyticsReader: role("Log Analytics Reader", "73c42c96-874c-492b-b04d-ab87d138a893", {
    actions: [
      "*/read",
      "Microsoft.OperationalInsights/workspaces/analytics/query/action",
      "Microsoft.OperationalInsights/workspaces/search/action",
      "Microsoft.Support/*",
    ],
    notActions: ["Microsoft.OperationalInsights/workspaces/sharedKeys/read"],
  }),
  logicAppContributor: role("Logic App Contributor", "87a39d53-fc1b-424a-814c-f7e04687dc9e", {
    actions: [
      READ_ACCESS,
      "Microsoft.ClassicStorage/storageAccounts/listKeys/action",
      "Microsoft.ClassicStorage/storageAccounts/read",
      ALERTS,
      "Microsoft.Insights/metricAlerts/*",
      "Microsoft.Insights/diagnosticSettings/*",
      "Microsoft.Insights/logdefinitions/*",
      "Microsoft.Insights/metricDefinitions/*",
      "Microsoft.Logic/*",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/operationresults/read",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Storage/storageAccounts/listkeys/action",
      "Microsoft.Storage/storageAccounts/read",
      "Microsoft.Support/*",
      "Microsoft.Web/connectionGateways/*",
      "Microsoft.Web/connections/*",
      "Microsoft.Web/customApis/*",
      "Microsoft.Web/serverFarms/join/action",
      "Microsoft.Web/serverFarms/read",
      "Microsoft.Web/sites/functions/listSecrets/action",
    ],
  }),
  grafanaAdmin: role("Grafana Admin", "22926164-76b3-42b3-bc55-97df8dab3e41", {
    dataActions: ["Microsoft.Dashboard/grafana/ActAsGrafanaAdmin/action"],
  }),
} as const satisfies Record<string, RoleDefinition>;

export type RoleName = keyof typeof ROLES;

/** The id that a role assignment's `roleDefinitionId` holds, at subscription scope. */
export function roleDefinitionId(subscriptionId: string, role: RoleName): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role].id}`;
}
