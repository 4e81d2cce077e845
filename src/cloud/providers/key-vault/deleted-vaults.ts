import { normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { NamespaceAction } from "../../contract.ts";
import { flagAt } from "../common/body.ts";
import { conflict, notFound } from "../common/faults.ts";
import type { Buried, Graveyard } from "../common/graveyard.ts";
import { resourceGroupOf } from "../common/ids.ts";

/** What is deleted and can be recovered or, unless purge protection is on, purged. */
export function deletedVaultActions(deleted: Graveyard): readonly NamespaceAction[] {
  const find = (params: Readonly<Record<string, string>>): Buried => {
    const buried = deleted.find(params.name ?? "");
    const here = normalizeLocation(buried?.resource.location ?? "") === normalizeLocation(params.location ?? "");
    if (buried === undefined || !here) {
      throw notFound(
        "DeletedVaultNotFound",
        `no deleted vault is named ${params.name} in ${params.location}; it was purged, recovered or never deleted`,
      );
    }
    return buried;
  };
  return [
    {
      method: "GET",
      path: "deletedVaults",
      permission: "deletedVaults/read",
      run: () => ({ status: 200, body: { value: deleted.list().map(view) } }),
    },
    {
      method: "GET",
      path: "locations/{location}/deletedVaults/{name}",
      permission: "locations/deletedVaults/read",
      run: ({ params }) => ({ status: 200, body: view(find(params)) }),
    },
    {
      method: "POST",
      path: "locations/{location}/deletedVaults/{name}/purge",
      permission: "locations/deletedVaults/purge/action",
      run({ params }) {
        const { resource } = find(params);
        if (flagAt(resource, "properties.enablePurgeProtection") === true) {
          throw conflict(
            "OperationNotAllowed",
            `the vault ${resource.name} has purge protection; it is purged by itself when its retention ends`,
          );
        }
        deleted.purge(resource.name);
        return { status: 202, later: () => Promise.resolve(undefined) };
      },
    },
    // `az keyvault list-deleted` asks for both kinds; managed HSMs are not supported, so none is ever deleted.
    {
      method: "GET",
      path: "deletedManagedHSMs",
      permission: "deletedManagedHSMs/read",
      run: () => ({ status: 200, body: { value: [] } }),
    },
  ];
}

function view({ resource, deletedAt, purgeAt }: Buried): JsonObject {
  const { subscriptionId } = resourceGroupOf(resource.id);
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/locations/${resource.location}/deletedVaults/${resource.name}`,
    name: resource.name,
    type: "Microsoft.KeyVault/deletedVaults",
    properties: {
      vaultId: resource.id,
      location: resource.location,
      tags: resource.tags ?? {},
      deletionDate: new Date(deletedAt).toISOString(),
      scheduledPurgeDate: new Date(purgeAt).toISOString(),
      purgeProtectionEnabled: flagAt(resource, "properties.enablePurgeProtection") ?? false,
    },
  };
}
