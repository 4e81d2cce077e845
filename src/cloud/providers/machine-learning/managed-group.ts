import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { objectAt, objectsAt, textAt } from "../common/body.ts";

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
  for (const item of objectsAt(region, "acrDetails")) {
    const account = objectAt(item, "systemCreatedAcrAccount");
    const name = textAt(account, "acrAccountName") ?? `a${hexadecimal(host, 10)}`;
    const id = `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`;
    if (host.resources.get(id) === undefined)
      await host.resources.put(id, "2025-11-01", { location, sku: { name: "Premium" }, properties: {} }, host.system);
    acrDetails.push({
      systemCreatedAcrAccount: { ...account, acrAccountName: name, armResourceId: { resourceId: id } },
    });
  }
  const storageAccountDetails: JsonObject[] = [];
  for (const item of objectsAt(region, "storageAccountDetails")) {
    const account = objectAt(item, "systemCreatedStorageAccount");
    const name = textAt(account, "storageAccountName") ?? hexadecimal(host, 11);
    const id = `${group}/providers/Microsoft.Storage/storageAccounts/${name}`;
    const body = { location, kind: "StorageV2", sku: { name: textAt(account, "storageAccountType") ?? "" }, properties: {} };
    if (host.resources.get(id) === undefined) await host.resources.put(id, "2026-04-01", body, host.system);
    storageAccountDetails.push({
      systemCreatedStorageAccount: { ...account, storageAccountName: name, armResourceId: { resourceId: id } },
    });
  }
  return { ...region, acrDetails, storageAccountDetails };
}

/** Azure's own names of such accounts are as short. */
const hexadecimal = (host: CloudHost, digits: number) => host.newGuid().replaceAll("-", "").slice(0, digits);

export async function removeManagedGroup(host: CloudHost, registry: Resource): Promise<void> {
  const group = textAt(registry, "properties.managedResourceGroup.resourceId") ?? "";
  if (host.resources.get(group) !== undefined) await host.resources.delete(group, host.system);
}
