import { sameId } from "../../../azure/index.ts";
import { ArmFault, type CloudHost, type Principal, type Resource } from "../../contract.ts";
import { allowsSharedKey, containerScope, storageAccount } from "../../planes/blob/index.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../common/body.ts";
import { parentOf } from "../common/ids.ts";
import { hasSucceeded } from "../common/state.ts";
import { missingForPrivateReach } from "../network/index.ts";
import { CLUSTER_TYPE } from "./api-versions.ts";

const EXTENSION_TYPE = "Microsoft.KubernetesConfiguration/extensions";
const BACKUP_EXTENSION = "microsoft.dataprotection.kubernetes";
const OPERATOR = "Microsoft.DataProtection/backupVaults/backup-operator";
const BLOB_WRITE = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write";
const LOCATION = "configuration.backupStorageLocation";

/**
 * What Azure Backup looks at before it protects a cluster, in its order: the vault reaches the cluster, the extension is
 * there and well, its storage takes what it writes, snapshots may be made. Throws; the instance is then Failed.
 * Codes are those of its troubleshooting page where it names one.
 */
export function protectCluster(host: CloudHost, instance: Resource): void {
  const vault = host.resources.get(parentOf(instance.id));
  const cluster = host.resources.get(textAt(instance, "properties.dataSourceInfo.resourceID") ?? "");
  if (vault === undefined || cluster === undefined)
    throw fault("UserErrorDatasourceNotFound", `the cluster of ${instance.name} does not exist`);
  const vaultIdentity = identityOf(host, vault);
  const extension = checkExtension(host, vaultIdentity, vault, cluster);
  checkTrustedAccess(host, vault, cluster);
  checkStorage(host, extension);
  const [store] = objectsAt(instance, "properties.policyInfo.policyParameters.dataStoreParametersList");
  checkSnapshotGroup(host, textAt(store, "resourceGroupId") ?? "", vault, vaultIdentity, cluster);
}

function checkExtension(host: CloudHost, vaultIdentity: Principal | undefined, vault: Resource, cluster: Resource): Resource {
  const reads = [`${CLUSTER_TYPE}/read`, `${EXTENSION_TYPE}/read`];
  if (vaultIdentity === undefined || !reads.every((action) => host.authorizer.allows(vaultIdentity, action, cluster.id)))
    throw fault(
      "KubernetesBackupListExtensionsError",
      `backup vault ${vault.name} may not list the extensions of cluster ${cluster.name}; give its identity Reader there`,
    );
  const extension = host.resources
    .below(cluster.id, EXTENSION_TYPE)
    .find((candidate) => textAt(candidate, "properties.extensionType")?.toLowerCase() === BACKUP_EXTENSION);
  if (extension === undefined)
    throw fault(
      "UserErrorKubernetesBackupExtensionNotFoundError",
      `the extension ${BACKUP_EXTENSION} is not installed in cluster ${cluster.name}; install it first`,
    );
  if (!hasSucceeded(extension))
    throw fault(
      "UserErrorKubernetesBackupExtensionHasErrors",
      `the extension ${extension.name} in cluster ${cluster.name} is ${textAt(extension, "properties.provisioningState") ?? "unknown"}, not Succeeded; delete it and install it again`,
    );
  return extension;
}

function checkTrustedAccess(host: CloudHost, vault: Resource, cluster: Resource): void {
  const bound = host.resources
    .below(cluster.id, `${CLUSTER_TYPE}/trustedAccessRoleBindings`)
    .some(
      (binding) =>
        sameId(textAt(binding, "properties.sourceResourceId") ?? "", vault.id) &&
        textsAt(binding, "properties.roles").some((role) => role.toLowerCase() === OPERATOR.toLowerCase()),
    );
  if (!bound)
    throw fault(
      "UserErrorTrustedAccessGatewayReturnedForbidden",
      `the trusted access role binding of vault ${vault.name} with role ${OPERATOR} is missing on cluster ${cluster.name}`,
    );
}

function checkStorage(host: CloudHost, extension: Resource): void {
  const settings = objectAt(extension, "properties.configurationSettings");
  const setting = (name: string) => {
    const value = settings[`${LOCATION}.${name}`];
    return typeof value === "string" ? value : "";
  };
  const container = setting("bucket");
  const account = storageAccount(host, setting("config.storageAccount"));
  if (account === undefined || host.resources.get(containerScope(account, container)) === undefined)
    throw fault(
      "UserErrorNoDefaultBackupStorageLocationFound",
      `the container ${container} of storage account ${setting("config.storageAccount")} does not exist; install the extension again with one that does`,
    );
  const notReady = (why: string) =>
    fault("UserErrorBackupStorageLocationNotReady", `the extension cannot use ${account.name}: ${why}`);
  if (!allowsSharedKey(account) && setting("config.useAAD").toLowerCase() !== "true")
    throw notReady(`its keys are off, so ${LOCATION}.config.useAAD must be true`);
  if (textAt(account, "properties.publicNetworkAccess") === "Disabled") {
    const missing = missingForPrivateReach(host, account.id, "blob");
    if (missing !== undefined) throw notReady(`its public network access is disabled and ${missing}`);
  }
  const identity = host.principals.byObjectId(textAt(extension, "properties.aksAssignedIdentity.principalId") ?? "");
  if (identity === undefined || !host.authorizer.allows(identity, BLOB_WRITE, containerScope(account, container), { data: true }))
    throw fault(
      "UserErrorExtensionMSIMissingPermissionsOnBackupStorageLocation",
      `the identity of extension ${extension.name} may not write to ${account.name}; give it Storage Blob Data Contributor there`,
    );
}

function checkSnapshotGroup(
  host: CloudHost,
  group: string,
  vault: Resource,
  vaultIdentity: Principal | undefined,
  cluster: Resource,
): void {
  if (host.resources.get(group) === undefined)
    throw fault("UserErrorSnapshotRGNotFound", `the resource group of snapshots ${group} does not exist`);
  const lock = host.resources
    .below(group, "Microsoft.Authorization/locks")
    .find(({ id }) => sameId(id.slice(0, id.toLowerCase().lastIndexOf("/providers/")), group));
  if (lock !== undefined)
    throw fault("UserErrorSnapshotResourceGroupHasLocks", `the resource group of snapshots ${group} has the lock ${lock.name}`);
  if (
    vaultIdentity === undefined ||
    !host.authorizer.allows(vaultIdentity, "Microsoft.Resources/subscriptions/resourceGroups/read", group)
  )
    throw fault(
      "UserErrorMissingPermissions",
      `backup vault ${vault.name} may not read ${group}; give its identity Reader there`,
    );
  const controlPlane = identityOf(host, cluster);
  if (controlPlane === undefined || !host.authorizer.allows(controlPlane, "Microsoft.Compute/snapshots/write", group))
    throw fault(
      "UserErrorMissingPermissions",
      `the identity of cluster ${cluster.name} may not make snapshots in ${group}; give it Contributor there`,
    );
}

/** Its own identity, else the first that it was given. */
function identityOf(host: CloudHost, resource: Resource): Principal | undefined {
  const [assigned] = Object.values(objectAt(resource.identity, "userAssignedIdentities"));
  const objectId = textAt(resource.identity, "principalId") ?? textAt(assigned, "principalId");
  return objectId === undefined ? undefined : host.principals.byObjectId(objectId);
}

const fault = (code: string, message: string) => new ArmFault(400, code, message);
