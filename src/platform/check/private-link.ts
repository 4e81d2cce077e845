import { asObject, asObjects, type JsonObject, type JsonValue } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import type { Declared } from "./declared.ts";

/** How many zones the names of a sub-resource lie in. Source: Microsoft's private DNS zone table. */
const ZONES_NEEDED: Readonly<Record<string, number>> = { amlworkspace: 2, azuremonitor: 5 };

/**
 * Private endpoints whose names would be found only in part: a group with too few zones resolves half of a workspace and
 * fails much later, with a refusal that speaks of the public network. Reads evaluated bodies.
 */
export function checkPrivateLink(resources: readonly (Declared & { readonly id: string })[]): Diagnostic[] {
  const groups = resources.filter(({ type }) => type === "Microsoft.Network/privateEndpoints/privateDnsZoneGroups");
  return resources
    .filter(({ type, body }) => type === "Microsoft.Network/privateEndpoints" && Object.keys(body).length > 0)
    .flatMap(({ id, symbol, body }): Diagnostic[] => {
      const [groupId = ""] = connections(body).flatMap((connection) => texts(asObject(connection.properties).groupIds));
      const zones = groups
        .filter((group) => group.id.toLowerCase().startsWith(`${id.toLowerCase()}/`))
        .flatMap((group) => asObjects(asObject(group.body.properties).privateDnsZoneConfigs));
      const needed = ZONES_NEEDED[groupId.toLowerCase()] ?? 1;
      if (zones.length >= needed) return [];
      return [
        {
          code: "platform.private-names-incomplete",
          severity: "error",
          message: `the names of ${groupId} lie in ${needed} zones, but the zone group of ${symbol} has ${zones.length}`,
          at: `resources.${symbol}`,
          help: "put all of its zones into one privateDnsZoneGroups resource",
        },
      ];
    });
}

const connections = (body: JsonObject) => asObjects(asObject(body.properties).privateLinkServiceConnections);
const texts = (value: JsonValue | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
