import { type ArmClient, ArmError, deleteResourceGroup, findResourceGroup, listResources } from "../arm/index.ts";
import { asString, isObject, type JsonObject } from "../base/index.ts";
import type { OperationContext } from "./context.ts";
import { requireOwn } from "./resource-group.ts";

const WORKSPACES = { type: "Microsoft.MachineLearningServices/workspaces", apiVersion: "2026-05-01" };
const BACKUP_VAULTS = { type: "Microsoft.DataProtection/backupVaults", apiVersion: "2026-06-01" };
const LOGS = { type: "Microsoft.OperationalInsights/workspaces", apiVersion: "2025-07-01" };
const BUDGETS = { path: "providers/Microsoft.Consumption/budgets", apiVersion: "2024-08-01", prefix: "budget-mlops-" };
const VAULTS = { type: "Microsoft.KeyVault/vaults", apiVersion: "2026-02-01" };

export interface DestroyOptions {
  /** Also purge vaults and logs, so that their names are free again. Vaults with purge protection stay recoverable. */
  readonly purge: boolean;
}

/** Removes everything in the safe order; a group that Quayside did not make is refused, one that is not there is done. */
export async function destroy(
  client: ArmClient,
  resourceGroup: string,
  options: DestroyOptions,
  context: OperationContext,
): Promise<{ readonly removed: number }> {
  const group = await findResourceGroup(client, resourceGroup, context.signal);
  if (group === undefined) return { removed: 0 };
  requireOwn(group, "delete it with az group delete if that is what you want");
  const resources = await listResources(client, resourceGroup, context.signal);
  for (const vault of resources.filter(ofType(BACKUP_VAULTS.type))) await endBackups(client, asString(vault.id), context);
  for (const workspace of resources.filter(ofType(WORKSPACES.type)))
    await removeWorkspace(client, asString(workspace.id), context);
  // Deleted with its group, a log workspace keeps its name for 14 days.
  if (options.purge)
    for (const logs of resources.filter(ofType(LOGS.type)))
      await remove(client, asString(logs.id), LOGS.apiVersion, context, "?force=true");
  const vaults = resources.filter(ofType(VAULTS.type));
  const protectedVaults = new Set(
    await Promise.all(vaults.map(async (vault) => ((await isPurgeProtected(client, vault, context)) ? asString(vault.id) : ""))),
  );
  await removeBudgets(client, resourceGroup, context);
  await deleteResourceGroup(client, resourceGroup, context.signal);
  if (options.purge) {
    for (const vault of vaults) {
      if (protectedVaults.has(asString(vault.id)))
        context.reporter.emit("warning", {
          code: "ops.purge-protected",
          message: `vault ${asString(vault.name)} has purge protection and stays recoverable`,
        });
      else
        await client.post(
          `/subscriptions/${client.connection.subscriptionId}/providers/Microsoft.KeyVault/locations/${asString(vault.location)}/deletedVaults/${asString(vault.name)}/purge`,
          VAULTS.apiVersion,
          undefined,
          context.signal,
        );
    }
  }
  return { removed: resources.length };
}

/** What the subscription holds for the group. Who may not read there has made none there. */
async function removeBudgets(client: ArmClient, resourceGroup: string, context: OperationContext): Promise<void> {
  const collection = `/subscriptions/${client.connection.subscriptionId}/${BUDGETS.path}`;
  const budgets = await client.list(collection, BUDGETS.apiVersion, context.signal).catch((error: unknown) => {
    if (error instanceof ArmError && error.status === 403) return [];
    throw error;
  });
  for (const budget of budgets) {
    const watches = groupsOf(budget).some((name) => name.toLowerCase() === resourceGroup.toLowerCase());
    if (watches && asString(budget.name).startsWith(BUDGETS.prefix))
      await remove(client, asString(budget.id), BUDGETS.apiVersion, context);
  }
}

function groupsOf(budget: JsonObject): string[] {
  const filter = isObject(propertiesOf(budget).filter) ? propertiesOf(budget).filter : undefined;
  const dimensions = isObject(filter) && isObject(filter.dimensions) ? filter.dimensions : {};
  const { name, values } = dimensions;
  return name === "ResourceGroupName" && Array.isArray(values) ? values.map(asString) : [];
}

/** A vault with backups in it holds its group; backups are deleted by the extension, so the cluster has to be there still. */
async function endBackups(client: ArmClient, vault: string, context: OperationContext): Promise<void> {
  for (const instance of await client.list(`${vault}/backupInstances`, BACKUP_VAULTS.apiVersion, context.signal))
    await remove(client, asString(instance.id), BACKUP_VAULTS.apiVersion, context);
}

/**
 * What must go, or be detached, before the group: an attached compute holds the cluster, and a workspace that is deleted
 * with its group stays soft-deleted and blocks its name for 14 days.
 */
async function removeWorkspace(client: ArmClient, workspace: string, context: OperationContext): Promise<void> {
  const { apiVersion } = WORKSPACES;
  for (const endpoint of await client.list(`${workspace}/onlineEndpoints`, apiVersion, context.signal))
    await remove(client, asString(endpoint.id), apiVersion, context);
  for (const compute of await client.list(`${workspace}/computes`, apiVersion, context.signal)) {
    const isAttached = propertiesOf(compute).isAttachedCompute === true;
    const action = `?underlyingResourceAction=${isAttached ? "Detach" : "Delete"}`;
    await remove(client, asString(compute.id), apiVersion, context, action);
  }
  await remove(client, workspace, apiVersion, context, "?forceToPurge=true");
}

async function remove(client: ArmClient, id: string, apiVersion: string, context: OperationContext, query = ""): Promise<void> {
  await client.delete(`${id}${query}`, apiVersion, context.signal);
  context.reporter.emit("note", { message: `removed ${id.split("/").slice(-2).join("/")}` });
}

async function isPurgeProtected(client: ArmClient, vault: JsonObject, context: OperationContext): Promise<boolean> {
  const body = await client.find(asString(vault.id), VAULTS.apiVersion, context.signal);
  return propertiesOf(body).enablePurgeProtection === true;
}

function propertiesOf(body: JsonObject | undefined): JsonObject {
  return isObject(body?.properties) ? body.properties : {};
}

function ofType(type: string): (resource: JsonObject) => boolean {
  return (resource) => asString(resource.type).toLowerCase() === type.toLowerCase();
}
