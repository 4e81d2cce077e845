import { idKey } from "../../../azure/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../contract.ts";
import {
  flagAt,
  listAt,
  numberAt,
  objectsAt,
  requireBetween,
  requireOneOf,
  requireText,
  textAt,
  withDefaults,
} from "../common/body.ts";
import { badRequest, conflict } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { referenced } from "../common/references.ts";
import { PRIVATE_DNS_API_VERSIONS } from "./api-versions.ts";

export const ZONE_TYPE = "Microsoft.Network/privateDnsZones";
export const LINK_TYPE = `${ZONE_TYPE}/virtualNetworkLinks`;
export const RECORD_TYPE = `${ZONE_TYPE}/A`;
const STATUS = { created: 201, updated: 200, deleted: 202 } as const;

export function privateDnsZones(host: CloudHost): TypeSpec {
  return {
    type: "privateDnsZones",
    apiVersions: PRIVATE_DNS_API_VERSIONS,
    location: "required",
    name: {
      pattern: /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+$/i,
      words: "2 to 34 DNS labels, joined by dots",
    },
    status: STATUS,
    durationMs: 30_000,
    patch: true,
    admit({ body }) {
      requireGlobal(body);
      return {
        ...body,
        properties: withDefaults(body.properties, { maxNumberOfRecordSets: 25_000, maxNumberOfVirtualNetworkLinks: 1_000 }),
      };
    },
    present: (zone) => ({
      ...zone,
      properties: {
        ...zone.properties,
        // The zone's own SOA record counts.
        numberOfRecordSets: host.resources.below(zone.id, RECORD_TYPE).length + 1,
        numberOfVirtualNetworkLinks: host.resources.below(zone.id, LINK_TYPE).length,
      },
    }),
    admitDelete({ id, name }) {
      const links = host.resources.below(id, LINK_TYPE);
      if (links.length > 0) {
        throw conflict(
          "CannotDeleteResource",
          `the zone ${name} still has the links ${links.map((link) => link.name).join(", ")}; delete them first`,
        );
      }
    },
  };
}

export function virtualNetworkLinks(host: CloudHost): TypeSpec {
  return {
    type: "privateDnsZones/virtualNetworkLinks",
    apiVersions: PRIVATE_DNS_API_VERSIONS,
    location: "required",
    name: {
      pattern: /^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/,
      words: "1 to 80 letters, digits, dots, underscores and hyphens",
    },
    status: STATUS,
    durationMs: 30_000,
    immutable: ["properties.virtualNetwork.id"],
    patch: true,
    admit(change) {
      const { id, body } = change;
      requireGlobal(body);
      requireOneOf(body, "properties.resolutionPolicy", ["Default", "NxDomainRedirect"], "InvalidRequestContent");
      if (flagAt(body, "properties.registrationEnabled") === undefined) {
        throw badRequest(
          "InvalidRequestContent",
          "properties.registrationEnabled is missing; it is required",
          "properties.registrationEnabled",
        );
      }
      const network = requireText(body, "properties.virtualNetwork.id", "InvalidRequestContent");
      referenced(host, change, network, "Microsoft.Network/virtualNetworks", "properties.virtualNetwork.id", "BadRequest");
      refuseSecondZone(host, id, network);
      return {
        ...body,
        properties: { ...withDefaults(body.properties, { resolutionPolicy: "Default" }), virtualNetworkLinkState: "Completed" },
      };
    },
  };
}

/** A network resolves a name in one place: it cannot be linked to two zones of the same name. */
function refuseSecondZone(host: CloudHost, linkId: string, networkId: string): void {
  const zoneName = (id: string) => parentOf(id).split("/").at(-1)?.toLowerCase();
  const other = host.resources
    .ofType(LINK_TYPE)
    .find(
      (link) =>
        idKey(link.id) !== idKey(linkId) &&
        zoneName(link.id) === zoneName(linkId) &&
        idKey(textAt(link, "properties.virtualNetwork.id") ?? "") === idKey(networkId),
    );
  if (other !== undefined) throw conflict("Conflict", `${networkId} is linked to a zone of this name already, by ${other.id}`);
}

export function addressRecords(host: CloudHost): TypeSpec {
  return {
    type: "privateDnsZones/A",
    apiVersions: PRIVATE_DNS_API_VERSIONS,
    location: "inherited",
    name: {
      pattern: /^(@|\*|(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?)$/,
      words: "@, or a name relative to the zone",
    },
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit({ id, name, body }) {
      requireBetween(body, "properties.ttl", 0, 2_147_483_647, "BadRequest");
      if (numberAt(body, "properties.ttl") === undefined)
        throw badRequest("BadRequest", "properties.ttl is missing; it is required", "properties.ttl");
      const records = listAt(body, "properties.aRecords");
      if (records.length === 0)
        throw badRequest("BadRequest", "properties.aRecords is empty; a record set has at least one address");
      for (const record of objectsAt(body, "properties.aRecords")) requireText(record, "ipv4Address", "BadRequest");
      const zone = host.resources.get(parentOf(id))?.name ?? "";
      return {
        ...body,
        properties: { ...body.properties, fqdn: `${name === "@" ? "" : `${name}.`}${zone}.`, isAutoRegistered: false },
      };
    },
  };
}

function requireGlobal(body: Resource): void {
  if (body.location?.toLowerCase() !== "global") {
    throw badRequest(
      "LocationNotAvailableForResourceType",
      `location is ${JSON.stringify(body.location)}; private DNS is global`,
      "location",
    );
  }
}
