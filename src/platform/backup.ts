import { REGIONS } from "../azure/index.ts";
import { call, get, type ProgramBuilder, type ResourceHandle, text, when } from "../ir/index.ts";
import type { Cluster } from "./cluster.ts";
import { declareClusterExtension, declareTrustedAccess } from "./cluster-extension.ts";
import { BACKUP_NAMESPACE } from "./cluster-words.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Identities } from "./identity.ts";
import type { Observability } from "./observability.ts";
import { ML_POOLS, type Toleration, tolerationOf, tolerationSettings } from "./pools.ts";
import { extensionPrincipal, identityPrincipal, systemPrincipal } from "./principals.ts";
import type { PrivateLink } from "./private-link.ts";
import { declareRoleAssignment, type Grant } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";
import type { Storage } from "./storage.ts";

// The newest that both Microsoft's type data and the AzAPI provider know.
const API_VERSION = "2025-01-01";
const CONCERN = "backup";
const DATASOURCE = "Microsoft.ContainerService/managedClusters";
const SNAPSHOTS = { objectType: "DataStoreInfoBase", dataStoreType: "OperationalStore" } as const;

/** Where Azure does not let soft delete be off. */
const SOFT_DELETE_REGIONS = Object.keys(REGIONS).filter((name) => REGIONS[name]?.keepsDeletedBackups === true);

export interface BackupNeeds {
  readonly cluster: Cluster;
  readonly identities: Identities;
  readonly observability: Observability;
  readonly storage: Storage;
  readonly privateLink: PrivateLink;
  /** The last thing that is written on the cluster before: extensions come one after the other. */
  readonly after: ResourceHandle;
}

/**
 * What runs on the cluster, kept twice: Kubernetes objects as blobs, disks as snapshots in the resource group. Azure
 * looks at the extension, the vault's access and every role before it protects a cluster, so the instance comes last.
 * Gives the vault.
 */
export function declareBackup(program: ProgramBuilder, settings: Settings, needs: BackupNeeds): ResourceHandle {
  const condition = settings.profile("clusterBackup");
  const vault = program.resource("backupVault", {
    type: `Microsoft.DataProtection/backupVaults@${API_VERSION}`,
    concern: CONCERN,
    name: "bvault-mlops",
    condition,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      identity: { type: "SystemAssigned" },
      properties: {
        storageSettings: [{ datastoreType: "VaultStore", type: settings.profile("backupRedundancy") }],
        // A deleted backup that is kept for two weeks would keep the vault, and so the resource group, for as long.
        securitySettings: {
          softDeleteSettings: { state: when<string>(call("contains", SOFT_DELETE_REGIONS, settings.region), "On", "Off") },
        },
        monitoringSettings: { azureMonitorAlertSettings: { alertsForAllJobFailures: "Enabled" } },
      },
    },
    comment: "Acts as itself: it reads the cluster and enters it by Trusted Access.",
  });
  declareDiagnostics(program, settings, "backups", {
    concern: CONCERN,
    scope: vault,
    logAnalytics: needs.observability.logAnalytics,
    condition,
  });
  const policy = declarePolicy(program, settings, vault);
  const extension = declareExtension(program, settings, needs, vault);
  const roles = declareBackupRoles(program, settings, needs, { vault, extension });
  program.resource("clusterBackup", {
    type: `Microsoft.DataProtection/backupVaults/backupInstances@${API_VERSION}`,
    concern: CONCERN,
    name: needs.cluster.cluster.name,
    parent: vault,
    condition,
    body: {
      properties: {
        objectType: "BackupInstance",
        friendlyName: needs.cluster.cluster.name,
        dataSourceInfo: datasource(settings, needs, "Datasource"),
        dataSourceSetInfo: datasource(settings, needs, "DatasourceSet"),
        policyInfo: {
          policyId: policy.id,
          policyParameters: {
            dataStoreParametersList: [
              {
                objectType: "AzureOperationalStoreParameters",
                dataStoreType: "OperationalStore",
                resourceGroupId: get<string>(call("resourceGroup"), "id"),
              },
            ],
            backupDatasourceParametersList: [
              {
                objectType: "KubernetesClusterBackupDatasourceParameters",
                includeClusterScopeResources: true,
                snapshotVolumes: true,
                includedNamespaces: [],
                excludedNamespaces: [],
                includedResourceTypes: [],
                excludedResourceTypes: [],
                labelSelectors: [],
              },
            ],
          },
        },
      },
    },
    dependsOn: [extension, ...roles, ...Object.values(needs.privateLink)],
    comment: "Keeps the resource group: take it away before the group, while the cluster and its extension run.",
  });
  return vault;
}

function datasource(settings: Settings, { cluster }: BackupNeeds, objectType: "Datasource" | "DatasourceSet") {
  return {
    objectType,
    datasourceType: DATASOURCE,
    resourceType: DATASOURCE,
    resourceID: cluster.cluster.id,
    resourceName: cluster.cluster.name,
    resourceLocation: settings.location,
    resourceUri: cluster.cluster.id,
  };
}

function declarePolicy(program: ProgramBuilder, settings: Settings, vault: ResourceHandle): ResourceHandle {
  return program.resource("backupPolicy", {
    type: `Microsoft.DataProtection/backupVaults/backupPolicies@${API_VERSION}`,
    concern: CONCERN,
    name: "aks",
    parent: vault,
    condition: settings.profile("clusterBackup"),
    body: {
      properties: {
        objectType: "BackupPolicy",
        datasourceTypes: [DATASOURCE],
        policyRules: [
          {
            objectType: "AzureBackupRule",
            name: "Backup",
            backupParameters: { objectType: "AzureBackupParams", backupType: "Incremental" },
            dataStore: SNAPSHOTS,
            trigger: {
              objectType: "ScheduleBasedTriggerContext",
              schedule: {
                repeatingTimeIntervals: [text`R/2026-01-01T02:00:00+00:00/${settings.profile("backupInterval")}`],
                timeZone: "Coordinated Universal Time",
              },
              taggingCriteria: [{ isDefault: true, taggingPriority: 99, tagInfo: { tagName: "Default" } }],
            },
          },
          {
            objectType: "AzureRetentionRule",
            name: "Default",
            isDefault: true,
            lifecycles: [
              {
                sourceDataStore: SNAPSHOTS,
                deleteAfter: {
                  objectType: "AbsoluteDeleteOption",
                  duration: text`P${settings.profile("backupRetentionDays")}D`,
                },
                targetDataStoreCopySettings: [],
              },
            ],
          },
        ],
      },
    },
    comment: "Azure never changes a policy of clusters; for another schedule make another policy.",
  });
}

/** Pods of the extension start on system nodes and on those of models; Microsoft's page names no such setting, its chart has it. */
const TOLERATIONS: readonly Toleration[] = [
  { key: "CriticalAddonsOnly", operator: "Exists" },
  tolerationOf(ML_POOLS.mlpool.taint),
];

function declareExtension(
  program: ProgramBuilder,
  settings: Settings,
  { cluster, storage, after }: BackupNeeds,
  vault: ResourceHandle,
): ResourceHandle {
  const condition = settings.profile("clusterBackup");
  const container = program.resource("backupContainer", {
    type: "Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01",
    concern: CONCERN,
    name: "aks-backups",
    parent: storage.blobs,
    condition,
    body: { properties: { publicAccess: "None" } },
    comment: "Of one cluster, and for nothing else.",
  });
  const trustedAccess = declareTrustedAccess(program, {
    symbol: "backupTrustedAccess",
    concern: CONCERN,
    name: "backup",
    cluster: cluster.cluster,
    condition,
    from: vault,
    role: "Microsoft.DataProtection/backupVaults/backup-operator",
    dependsOn: [after],
    comment: "Lets the vault reach the API server although local accounts are off.",
  });
  const location = "configuration.backupStorageLocation";
  return declareClusterExtension(program, {
    symbol: "backupExtension",
    concern: CONCERN,
    name: "azure-aks-backup",
    cluster: cluster.cluster,
    condition,
    type: "microsoft.dataprotection.kubernetes",
    namespace: BACKUP_NAMESPACE,
    configuration: {
      [`${location}.bucket`]: container.name,
      [`${location}.config.storageAccount`]: storage.account.name,
      [`${location}.config.storageAccountURI`]: storage.account.get("properties", "primaryEndpoints", "blob"),
      [`${location}.config.resourceGroup`]: get<string>(call("resourceGroup"), "name"),
      [`${location}.config.subscriptionId`]: get<string>(call("subscription"), "subscriptionId"),
      // Without it the extension asks for account keys, which are off.
      [`${location}.config.useAAD`]: "true",
      "credentials.tenantId": get<string>(call("subscription"), "tenantId"),
      ...tolerationSettings("tolerations", TOLERATIONS),
    },
    dependsOn: [trustedAccess],
    comment: "Writes objects to the container and has disks snapshotted. Settings are text, booleans included.",
  });
}

function declareBackupRoles(
  program: ProgramBuilder,
  settings: Settings,
  { cluster, identities, storage }: BackupNeeds,
  { vault, extension }: { readonly vault: ResourceHandle; readonly extension: ResourceHandle },
): ResourceHandle[] {
  const toVault = { to: systemPrincipal(vault) };
  const grants: readonly Omit<Grant, "concern" | "condition">[] = [
    {
      symbol: "backupVaultCluster",
      ...toVault,
      role: "reader",
      scope: cluster.cluster,
      why: "See the cluster and its backup extension.",
    },
    { symbol: "backupVaultGroup", ...toVault, role: "reader", why: "See the snapshots in the resource group." },
    {
      symbol: "backupExtensionData",
      to: extensionPrincipal(extension),
      role: "storageBlobDataContributor",
      scope: storage.account,
      why: "Write Kubernetes objects to the backup container.",
    },
    {
      symbol: "controlPlaneSnapshots",
      to: identityPrincipal(identities.controlPlane),
      role: "contributor",
      why: "Make and delete snapshots of disks in the resource group; Azure Backup asks for this role and takes no narrower one.",
    },
  ];
  return grants.map((grant) =>
    declareRoleAssignment(program, { ...grant, concern: CONCERN, condition: settings.profile("clusterBackup") }),
  );
}
