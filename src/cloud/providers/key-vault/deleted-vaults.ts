import { normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, NamespaceAction, SoftDeleted } from "../../contract.ts";
import { conflict, notFound } from "../common/faults.ts";
import { resourceGroupOf } from "../common/ids.ts";
import { VAULT_TYPE } from "./vaults.ts";

/** What is deleted and can be recovered or, unless purge protection is on, purged. */
export function deletedVaultActions(host: CloudHost): readonly NamespaceAction[] {
  const deleted = () => host.resources.softDeleted(VAULT_TYPE);
  const find = (params: Readonly<Record<string, string>>): SoftDeleted => {
    const { name = "", location = "" } = params;
    const found = deleted().find(
      ({ resource }) =>
        resource.name.toLowerCase() === name.toLowerCase() &&
        normalizeLocation(resource.location ?? "") === normalizeLocation(location),
    );
    if (found === undefined) {
      throw notFound(
        "DeletedVaultNotFound",
        `no deleted vault is named ${name} in ${location}; it was purged, recovered or never deleted`,
      );
    }
    return found;
  };
  return [
    {
      method: "GET",
      path: "deletedVaults",
      permission: "deletedVaults/read",
      run: () => ({ status: 200, body: { value: deleted().map(view) } }),
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
        const { resource, purgeable } = find(params);
        if (!purgeable) {
          throw conflict(
            "OperationNotAllowed",
            `the vault ${resource.name} has purge protection; it is purged by itself when its retention ends`,
          );
        }
        return {
          status: 202,
          async later() {
            await host.resources.purge(resource.id);
            return undefined;
          },
        };
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

function view({ resource, deletedAt, purgeAt, purgeable }: SoftDeleted): JsonObject {
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
      purgeProtectionEnabled: !purgeable,
    },
  };
}
