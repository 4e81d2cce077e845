import { type Cidr, cidrContains, cidrSize, cidrsOverlap, parseCidr } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource } from "../../contract.ts";
import { objectAt, objectsAt, requireOneOf, textAt, textsAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";

/** Subnets that services find by their name have a least size. */
const LEAST_PREFIX: Readonly<Record<string, number>> = {
  azurebastionsubnet: 26,
  azurefirewallsubnet: 26,
  azurefirewallmanagementsubnet: 26,
  gatewaysubnet: 29,
};

/** A firewall filters by itself. */
const WITHOUT_SECURITY_GROUP = ["azurefirewallsubnet", "azurefirewallmanagementsubnet"];

const LINKS = [
  ["networkSecurityGroup", "Microsoft.Network/networkSecurityGroups"],
  ["natGateway", "Microsoft.Network/natGateways"],
  ["routeTable", "Microsoft.Network/routeTables"],
] as const;

export interface NamedRange {
  readonly name: string;
  readonly ranges: readonly Cidr[];
}

export function addressSpace(vnet: Resource): Cidr[] {
  return textsAt(vnet, "properties.addressSpace.addressPrefixes").map((prefix) =>
    requireRange(prefix, "properties.addressSpace.addressPrefixes"),
  );
}

/** A subnet says its range as one prefix or as a list. */
export function subnetRange(name: string, properties: JsonObject): NamedRange {
  const prefixes = textsAt(properties, "addressPrefixes");
  const single = textAt(properties, "addressPrefix");
  const all = prefixes.length > 0 ? prefixes : single === undefined ? [] : [single];
  if (all.length === 0) throw badRequest("InvalidRequestFormat", `subnet ${name} has no addressPrefix`, `subnets/${name}`);
  // IPv6 ranges are taken as they are; the platform has none.
  return { name, ranges: all.filter((prefix) => !prefix.includes(":")).map((prefix) => requireRange(prefix, `subnets/${name}`)) };
}

function requireRange(prefix: string, place: string): Cidr {
  const range = parseCidr(prefix);
  if (range === undefined)
    throw badRequest(
      "InvalidAddressPrefixFormat",
      `${place} has the address prefix ${JSON.stringify(prefix)}; it is not in CIDR notation`,
      place,
    );
  if (!range.aligned)
    throw badRequest(
      "InvalidCIDRNotation",
      `${place} has the address prefix ${prefix}, whose address has bits below the prefix length`,
      place,
    );
  return range;
}

/** Every range inside the network, none over another, none too small. */
export function checkRanges(vnetName: string, space: readonly Cidr[], subnets: readonly NamedRange[]): void {
  for (const [index, { name, ranges }] of subnets.entries()) {
    for (const range of ranges) {
      if (!space.some((outer) => cidrContains(outer, range))) {
        throw badRequest(
          "NetcfgInvalidSubnet",
          `subnet ${name}, ${range.text}, is outside the address space of ${vnetName}: ${space.map(({ text }) => text).join(", ")}`,
        );
      }
      const least = LEAST_PREFIX[name.toLowerCase()] ?? 29;
      if (range.prefixLength > least) {
        throw badRequest(
          "NetcfgInvalidSubnet",
          `subnet ${name}, ${range.text}, has ${cidrSize(range)} addresses; it must be at least a /${least}`,
        );
      }
      for (const other of subnets.slice(0, index)) {
        const clash = other.ranges.find((taken) => cidrsOverlap(taken, range));
        if (clash !== undefined) {
          throw badRequest(
            "NetcfgSubnetRangesOverlap",
            `subnet ${name}, ${range.text}, overlaps subnet ${other.name}, ${clash.text}, in ${vnetName}`,
          );
        }
      }
    }
  }
}

/** Checks what a subnet refers to and completes it. */
export function completeSubnet(
  host: CloudHost,
  change: Pick<Change, "preflight">,
  id: string,
  properties: JsonObject,
): JsonObject {
  for (const [member, type] of LINKS) {
    const link = objectAt(properties, member).id;
    if (typeof link === "string") referenced(host, change, link, type, `${id.split("/").at(-1)}.${member}.id`);
  }
  const name = id.split("/").at(-1) ?? "";
  if (WITHOUT_SECURITY_GROUP.includes(name.toLowerCase()) && textAt(properties, "networkSecurityGroup.id") !== undefined)
    throw badRequest(
      "NetworkSecurityGroupNotAllowedOnFirewallSubnet",
      `subnet ${name} has a networkSecurityGroup; a firewall's subnet takes none`,
    );
  requireOneOf(
    properties,
    "privateEndpointNetworkPolicies",
    ["Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"],
    "InvalidRequestFormat",
  );
  requireOneOf(properties, "privateLinkServiceNetworkPolicies", ["Enabled", "Disabled"], "InvalidRequestFormat");
  const delegations = objectsAt(properties, "delegations").map((delegation) => {
    const name = textAt(delegation, "name") ?? textAt(delegation, "properties.serviceName") ?? "delegation";
    return {
      ...delegation,
      name,
      id: `${id}/delegations/${name}`,
      properties: withDefaults(objectAt(delegation, "properties"), { actions: [], provisioningState: "Succeeded" }),
    };
  });
  return withDefaults(
    { ...properties, delegations },
    { privateEndpointNetworkPolicies: "Disabled", privateLinkServiceNetworkPolicies: "Enabled" },
  );
}
