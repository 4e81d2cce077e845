import { idKey } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { objectsAt, textAt, textsAt } from "../common/body.ts";
import { lastName, parentOf } from "../common/ids.ts";
import { LINK_TYPE } from "./private-dns.ts";
import { ENDPOINT_TYPE } from "./private-endpoints.ts";

/** The zones in which clients look for a service's private address, by sub-resource. Source: Microsoft's private DNS zone table. */
const ZONES = {
  vault: () => ["privatelink.vaultcore.azure.net"],
  registry: () => ["privatelink.azurecr.io"],
  // Templates write the public cloud's suffix, or take it from `environment()`.
  blob: (host: CloudHost) => ["core.windows.net", host.endpoints.storageSuffix].map((suffix) => `privatelink.blob.${suffix}`),
} as const;

/**
 * Why a client inside of the network would still be sent to the public address of a service: what is missing on the way
 * from its name to a private endpoint. `undefined` when nothing is.
 */
export function missingForPrivateReach(host: CloudHost, targetId: string, group: keyof typeof ZONES): string | undefined {
  const endpoints = privateEndpointsOf(host, targetId, group);
  if (endpoints.length === 0) return "it has no private endpoint";
  const gaps = endpoints.map((endpoint) => missingFor(host, endpoint, ZONES[group](host)));
  return gaps.includes(undefined) ? undefined : gaps[0];
}

/** Private endpoints that lead to a sub-resource of a resource. */
export function privateEndpointsOf(host: CloudHost, targetId: string, group: string): Resource[] {
  return host.resources.ofType(ENDPOINT_TYPE).filter((endpoint) => leadsTo(endpoint, targetId, group));
}

function leadsTo(endpoint: Resource, targetId: string, group: string): boolean {
  return objectsAt(endpoint, "properties.privateLinkServiceConnections").some(
    (connection) =>
      idKey(textAt(connection, "properties.privateLinkServiceId") ?? "") === idKey(targetId) &&
      textsAt(connection, "properties.groupIds").some((id) => id.toLowerCase() === group),
  );
}

function missingFor(host: CloudHost, endpoint: Resource, names: readonly string[]): string | undefined {
  const zoneName = names[0] ?? "";
  const groups = host.resources.below(endpoint.id, `${ENDPOINT_TYPE}/privateDnsZoneGroups`);
  const zoneIds = groups.flatMap((group) =>
    objectsAt(group, "properties.privateDnsZoneConfigs").flatMap((config) => textAt(config, "properties.privateDnsZoneId") ?? []),
  );
  const zone = zoneIds.find((id) => names.includes(lastName(id).toLowerCase()));
  if (zone === undefined) return `its private endpoint ${endpoint.name} has no zone group with the zone ${zoneName}`;
  const network = idKey(parentOf(textAt(endpoint, "properties.subnet.id") ?? ""));
  const linked = host.resources
    .below(zone, LINK_TYPE)
    .some((link) => idKey(textAt(link, "properties.virtualNetwork.id") ?? "") === network);
  return linked ? undefined : `the zone ${zoneName} is not linked to the network of its private endpoint ${endpoint.name}`;
}
