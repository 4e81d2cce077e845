import { asObject, type JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { objectsAt, textAt } from "../common/body.ts";

/** Azure's own group behind a registry: it holds the storage and images of each region, and nobody else may write in it. */
export async function makeManagedGroup(host: CloudHost, registry: Resource): Promise<JsonObject> {
  const group = textAt(registry, "properties.managedResourceGroup.resourceId") ?? "";
  if (host.resources.get(group) === undefined)
    host.resources.save({
      id: group,
      name: group.split("/").at(-1) ?? "",
      type: "Microsoft.Resources/resourceGroups",
      ...(registry.location === undefined ? {} : { location: registry.location }),
      managedBy: registry.id,
      tags: registry.tags ?? {},
      properties: { provisioningState: "Succeeded" },
    });
  const regionDetails: JsonObject[] = [];
  for (const region of objectsAt(registry, "properties.regionDetails")) regionDetails.push(await makeRegion(host, group, region));
  return { regionDetails };
}

async function makeRegion(host: CloudHost, group: string, region: JsonObject): Promise<JsonObject> {
  const location = textAt(region, "location") ?? "";
  const acrDetails: JsonObject[] = [];
  for (const { systemCreatedAcrAccount: account } of objectsAt(region, "acrDetails")) {
    const name = textAt(account, "acrAccountName") ?? `acr${unique(host)}`;
    const id = `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`;
    if (host.resources.get(id) === undefined)
      await host.resources.put(id, "2025-11-01", { location, sku: { name: "Premium" }, properties: {} }, host.system);
    acrDetails.push({
      systemCreatedAcrAccount: { ...asObject(account), acrAccountName: name, armResourceId: { resourceId: id } },
    });
  }
  const storageAccountDetails: JsonObject[] = [];
  for (const { systemCreatedStorageAccount: account } of objectsAt(region, "storageAccountDetails")) {
    const name = textAt(account, "storageAccountName") ?? `st${unique(host)}`;
    const id = `${group}/providers/Microsoft.Storage/storageAccounts/${name}`;
    const body = { location, kind: "StorageV2", sku: { name: textAt(account, "storageAccountType") ?? "" }, properties: {} };
    if (host.resources.get(id) === undefined) await host.resources.put(id, "2026-04-01", body, host.system);
    storageAccountDetails.push({
      systemCreatedStorageAccount: { ...asObject(account), storageAccountName: name, armResourceId: { resourceId: id } },
    });
  }
  return { ...region, acrDetails, storageAccountDetails };
}

const unique = (host: CloudHost) => host.newGuid().replaceAll("-", "").slice(0, 20);

export async function removeManagedGroup(host: CloudHost, registry: Resource): Promise<void> {
  const group = textAt(registry, "properties.managedResourceGroup.resourceId") ?? "";
  if (host.resources.get(group) !== undefined) await host.resources.delete(group, host.system);
}
