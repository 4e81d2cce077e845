import { idKey } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, objectsAt, requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { lastName, parentOf } from "../common/ids.ts";
import { referenced } from "../common/references.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { RECORD_TYPE, ZONE_TYPE } from "./private-dns.ts";
import { belongsToZone, recordName } from "./private-names.ts";

const MOST_ZONES = 5;

/** Writes the endpoint's addresses into its zones, and takes them out again. */
export function privateDnsZoneGroups(host: CloudHost): TypeSpec {
  return {
    type: "privateEndpoints/privateDnsZoneGroups",
    apiVersions: NETWORK_API_VERSIONS,
    location: "inherited",
    name: {
      pattern: /^[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/,
      words: "1 to 80 letters, digits, dots, underscores and hyphens",
    },
    status: NETWORK_STATUS,
    durationMs: 5_000,
    admit(change) {
      const { id, body } = change;
      const configs = objectsAt(body, "properties.privateDnsZoneConfigs");
      if (configs.length === 0 || configs.length > MOST_ZONES) {
        throw badRequest(
          "InvalidPrivateDnsZoneGroup",
          `properties.privateDnsZoneConfigs has ${configs.length} entries; it must have 1 to ${MOST_ZONES}`,
        );
      }
      const other = host.resources
        .below(parentOf(id))
        .find((sibling) => /privateDnsZoneGroups$/i.test(sibling.type) && idKey(sibling.id) !== idKey(id));
      if (other !== undefined)
        throw badRequest(
          "MultiplePrivateDnsZoneGroupsNotSupported",
          `the endpoint has the group ${other.name} already; put all zones into one group`,
        );
      for (const config of configs) {
        const name = requireText(config, "name", "InvalidRequestFormat");
        if (name.includes(".")) throw badRequest("InvalidResourceName", `the configuration name ${name} has a dot; use hyphens`);
        const zone = requireText(config, "properties.privateDnsZoneId", "InvalidRequestFormat");
        referenced(host, change, zone, ZONE_TYPE, "properties.privateDnsZoneId");
      }
      return body;
    },
    provision: (group) => ({
      privateDnsZoneConfigs: objectsAt(group, "properties.privateDnsZoneConfigs").map((config) =>
        writeRecords(host, group, config),
      ),
    }),
    async removed(group) {
      for (const id of recordIds(group)) if (host.resources.get(id) !== undefined) await host.resources.delete(id, host.system);
    },
  };
}

function recordIds(group: Resource): string[] {
  return objectsAt(group, "properties.privateDnsZoneConfigs").flatMap((config) => {
    const zone = textAt(config, "properties.privateDnsZoneId") ?? "";
    return objectsAt(config, "properties.recordSets").map((set) => `${zone}/A/${textAt(set, "recordSetName")}`);
  });
}

function writeRecords(host: CloudHost, group: Resource, config: JsonObject): JsonObject {
  const zoneId = textAt(config, "properties.privateDnsZoneId") ?? "";
  const zone = host.resources.get(zoneId);
  const endpoint = host.resources.get(parentOf(group.id));
  const configs = objectsAt(endpoint, "properties.customDnsConfigs").filter((dns) =>
    belongsToZone(host, textAt(dns, "fqdn") ?? "", lastName(zoneId)),
  );
  const recordSets = configs.map((dns) => {
    const ipAddresses = textsAt(dns, "ipAddresses");
    const recordSetName = recordName(host, textAt(dns, "fqdn") ?? "");
    host.resources.save({
      id: `${zone?.id ?? zoneId}/A/${recordSetName}`,
      name: recordSetName,
      type: RECORD_TYPE,
      properties: {
        ttl: 10,
        aRecords: ipAddresses.map((ipv4Address) => ({ ipv4Address })),
        fqdn: `${recordSetName}.${lastName(zoneId)}.`,
        isAutoRegistered: false,
        metadata: { creator: `created by private endpoint ${endpoint?.name ?? ""}` },
        provisioningState: "Succeeded",
      },
    });
    return {
      recordType: "A",
      recordSetName,
      fqdn: `${recordSetName}.${lastName(zoneId)}`,
      ttl: 10,
      ipAddresses,
      provisioningState: "Succeeded",
    };
  });
  return { ...config, properties: { ...objectAt(config, "properties"), recordSets } };
}
