import type { RoleName } from "../../src/azure/index.ts";
import type { JsonObject } from "../../src/base/index.ts";
import { objectAt, textAt } from "../../src/cloud/providers/common/body.ts";
import type { TestCloud } from "../../src/cloud/testing.ts";

const AKS = "2026-05-01";
const BACKUP = "2026-06-01";
const EXTENSION = "2025-03-01";
const STORAGE = "2026-04-01";

/** What Azure Backup wants before it protects a cluster, by name, so that a test can leave one thing out. */
const WANTED = [
  "extension",
  "trustedAccess",
  "vaultReadsCluster",
  "vaultReadsGroup",
  "extensionWrites",
  "clusterSnapshots",
] as const;

type Wanted = (typeof WANTED)[number];

export interface Protectable {
  readonly vault: string;
  readonly cluster: string;
  readonly policy: string;
  /** The body of the backup instance. */
  readonly instance: JsonObject;
  readonly extension: string;
  readonly account: string;
}

/** A cluster of one pool with a vault beside it and all that protection needs, less what is left out. */
export async function protectable(
  t: TestCloud,
  group: string,
  without?: Wanted,
  settings: JsonObject = {},
): Promise<Protectable> {
  const accountName = `stbackup${group.replace(/[^a-z0-9]/gi, "").slice(-12)}`.toLowerCase();
  const account = `${group}/providers/Microsoft.Storage/storageAccounts/${accountName}`;
  const cluster = `${group}/providers/Microsoft.ContainerService/managedClusters/aks-one`;
  const vault = `${group}/providers/Microsoft.DataProtection/backupVaults/bvault-one`;
  const policy = `${vault}/backupPolicies/aks`;
  const extension = `${cluster}/providers/Microsoft.KubernetesConfiguration/extensions/backup`;
  const wants = (what: Wanted) => what !== without;

  await t.put(
    account,
    { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: { allowSharedKeyAccess: false } },
    STORAGE,
  );
  await t.put(`${account}/blobServices/default/containers/aks-backups`, { properties: {} }, STORAGE);
  const made = await t.put(cluster, CLUSTER, AKS);
  const vaultMade = await t.put(vault, vaultBody(), BACKUP);
  await t.put(policy, policyBody(), BACKUP);
  if (wants("trustedAccess"))
    await t.put(
      `${cluster}/trustedAccessRoleBindings/backup`,
      { properties: { sourceResourceId: vault, roles: ["Microsoft.DataProtection/backupVaults/backup-operator"] } },
      AKS,
    );
  const grants: [Wanted, string | undefined, RoleName, string][] = [
    ["vaultReadsCluster", textAt(vaultMade, "identity.principalId"), "reader", cluster],
    ["vaultReadsGroup", textAt(vaultMade, "identity.principalId"), "reader", group],
    ["clusterSnapshots", textAt(made, "identity.principalId"), "contributor", group],
  ];
  if (wants("extension")) {
    const installed = await t.put(extension, extensionBody(t, group, accountName, settings), EXTENSION);
    grants.push([
      "extensionWrites",
      textAt(objectAt(installed, "properties.aksAssignedIdentity"), "principalId"),
      "storageBlobDataContributor",
      account,
    ]);
  }
  // Who may read the group may read the cluster in it, so what is left out goes with what would give it again.
  for (const [what, principal, role, scope] of grants) {
    const given = wants(what) && !(without === "vaultReadsCluster" && what === "vaultReadsGroup");
    if (given) await t.assign(principal ?? "", role, scope);
  }
  return { vault, cluster, policy, extension, account, instance: instanceBody(cluster, policy, group) };
}

const CLUSTER: JsonObject = {
  location: "eastus",
  identity: { type: "SystemAssigned" },
  properties: {
    dnsPrefix: "one",
    agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_D4ds_v5" }],
    aadProfile: { managed: true, enableAzureRBAC: true },
  },
};

export function vaultBody(softDelete: "On" | "Off" = "Off"): JsonObject {
  return {
    location: "eastus",
    identity: { type: "SystemAssigned" },
    properties: {
      storageSettings: [{ datastoreType: "VaultStore", type: "LocallyRedundant" }],
      securitySettings: { softDeleteSettings: { state: softDelete } },
    },
  };
}

export function policyBody(interval = "PT12H", duration = "P7D"): JsonObject {
  const store = { objectType: "DataStoreInfoBase", dataStoreType: "OperationalStore" };
  return {
    properties: {
      objectType: "BackupPolicy",
      datasourceTypes: ["Microsoft.ContainerService/managedClusters"],
      policyRules: [
        {
          objectType: "AzureBackupRule",
          name: "Backup",
          backupParameters: { objectType: "AzureBackupParams", backupType: "Incremental" },
          dataStore: store,
          trigger: {
            objectType: "ScheduleBasedTriggerContext",
            schedule: { repeatingTimeIntervals: [`R/2026-01-01T02:00:00+00:00/${interval}`] },
            taggingCriteria: [{ isDefault: true, taggingPriority: 99, tagInfo: { tagName: "Default" } }],
          },
        },
        {
          objectType: "AzureRetentionRule",
          name: "Default",
          isDefault: true,
          lifecycles: [{ sourceDataStore: store, deleteAfter: { objectType: "AbsoluteDeleteOption", duration } }],
        },
      ],
    },
  };
}

export function extensionBody(t: TestCloud, group: string, account: string, settings: JsonObject = {}): JsonObject {
  const location = "configuration.backupStorageLocation";
  return {
    properties: {
      extensionType: "Microsoft.DataProtection.Kubernetes",
      configurationSettings: {
        [`${location}.bucket`]: "aks-backups",
        [`${location}.config.storageAccount`]: account,
        [`${location}.config.resourceGroup`]: group.split("/").at(-1) ?? "",
        [`${location}.config.subscriptionId`]: t.cloud.subscriptionId,
        [`${location}.config.useAAD`]: "true",
        "credentials.tenantId": t.cloud.tenantId,
        ...settings,
      },
    },
  };
}

export function instanceBody(cluster: string, policyId: string, group: string): JsonObject {
  const source = {
    datasourceType: "Microsoft.ContainerService/managedClusters",
    resourceType: "Microsoft.ContainerService/managedClusters",
    resourceID: cluster,
    resourceName: "aks-one",
    resourceLocation: "eastus",
  };
  return {
    properties: {
      objectType: "BackupInstance",
      friendlyName: "aks-one",
      dataSourceInfo: { objectType: "Datasource", ...source },
      dataSourceSetInfo: { objectType: "DatasourceSet", ...source },
      policyInfo: {
        policyId,
        policyParameters: {
          dataStoreParametersList: [
            { objectType: "AzureOperationalStoreParameters", dataStoreType: "OperationalStore", resourceGroupId: group },
          ],
        },
      },
    },
  };
}
