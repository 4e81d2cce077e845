import { normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { flagAt, objectAt, textAt } from "../common/body.ts";
import { parentOf } from "../common/ids.ts";
import { closedBecause, failed, isOpen, poolsOf } from "./pools.ts";
import { tolerationSettings } from "./taints.ts";

const LOCATION = "configuration.backupStorageLocation";
const REQUIRED = ["bucket", "config.storageAccount", "config.resourceGroup", "config.subscriptionId"].map(
  (name) => `${LOCATION}.${name}`,
);

/**
 * What the installation of Azure Backup's chart trips over. Whether its storage lets it in is asked later, when the
 * cluster is put under protection. Source: Azure Backup's support matrix and troubleshooting page for AKS.
 */
export function installBackup(host: CloudHost, extension: Resource): void {
  const cluster = host.resources.get(parentOf(extension.id));
  const settings = objectAt(extension, "properties.configurationSettings");
  const missing = [...REQUIRED, "credentials.tenantId"].filter(
    (key) => typeof settings[key] !== "string" || settings[key] === "",
  );
  if (missing.length > 0) throw failed(`configurationSettings lacks ${missing.join(", ")}`);
  if (flagAt(cluster, "properties.storageProfile.diskCSIDriver.enabled") === false)
    throw failed("the disk CSI driver of the cluster is off; enable storageProfile.diskCSIDriver");
  if (flagAt(cluster, "properties.storageProfile.snapshotController.enabled") === false)
    throw failed("the snapshot controller of the cluster is off; enable storageProfile.snapshotController");
  checkAccount(settings, host, cluster);
  const pools = poolsOf(host, parentOf(extension.id));
  const tolerations = tolerationSettings(settings, "tolerations");
  if (!pools.some((pool) => pool.nodes > 0 && isOpen(pool, tolerations)))
    throw failed(
      `failed post-install: timed out waiting for the condition, as no node takes its pods: ${closedBecause(pools, tolerations)}; set tolerations[i] for one of them`,
    );
}

function checkAccount(settings: JsonObject, host: CloudHost, cluster: Resource | undefined): void {
  const setting = (name: string) => {
    const value = settings[`${LOCATION}.config.${name}`];
    return typeof value === "string" ? value : "";
  };
  const group = `/subscriptions/${setting("subscriptionId")}/resourceGroups/${setting("resourceGroup")}`;
  const id = `${group}/providers/Microsoft.Storage/storageAccounts/${setting("storageAccount")}`;
  const account = host.resources.get(id);
  if (account === undefined) throw failed(`BackupStorageLocation "default" is unavailable: ${id} does not exist`);
  const sku = textAt(account, "sku.name") ?? "";
  if (account.kind !== "StorageV2" || sku.startsWith("Premium"))
    throw failed(`storage account ${account.name} is ${account.kind} ${sku}; it must be a standard StorageV2`);
  const [there, here] = [account.location, cluster?.location].map((location) => normalizeLocation(location ?? ""));
  if (there !== here)
    throw failed(`storage account ${account.name} is in ${there} and the cluster in ${here}; both have to be in one region`);
}
