import { cidrHolds, idKey, parseAddress } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { objectsAt, textAt, textsAt } from "../common/body.ts";
import { parentOf } from "../common/ids.ts";
import { hasSucceeded } from "../common/state.ts";
import { FIREWALL_TYPE, firewallSubnets } from "./firewall-configurations.ts";
import { RULE_GROUP_TYPE } from "./firewall-policies.ts";
import { allowsHost } from "./firewall-rules.ts";
import { connectedNetworks } from "./peerings.ts";
import { addressSpace } from "./subnet-rules.ts";

/** The default route of a subnet, when it has a route table with one. */
export function defaultRoute(host: CloudHost, subnet: Resource): { readonly hop: string; readonly address?: string } | undefined {
  const table = host.resources.get(textAt(subnet, "properties.routeTable.id") ?? "");
  const route = objectsAt(table, "properties.routes").find((each) => textAt(each, "properties.addressPrefix") === "0.0.0.0/0");
  if (route === undefined) return undefined;
  const address = textAt(route, "properties.nextHopIpAddress");
  return { hop: textAt(route, "properties.nextHopType") ?? "", ...(address === undefined ? {} : { address }) };
}

/**
 * Why hosts of a subnet would not reach a name over HTTPS along a route to an appliance; `undefined` when nothing is known
 * to stand in the way. What an appliance lets through that is no Azure Firewall, nobody here can tell.
 */
export function missingForWayOut(host: CloudHost, subnet: Resource, name: string): string | undefined {
  const route = defaultRoute(host, subnet);
  if (route?.hop !== "VirtualAppliance" || route.address === undefined) return undefined;
  const { address } = route;
  const own = host.resources.get(parentOf(subnet.id));
  const reachable = own === undefined ? [] : [own, ...connectedNetworks(host, own.id)];
  const at = parseAddress(address);
  const network = reachable.find((each) => at !== undefined && addressSpace(each).some((range) => cidrHolds(range, at)));
  if (network === undefined)
    return `its route leads to ${address}, which lies neither in its network nor in one that a connected peering leads to`;
  const firewall = host.resources.ofType(FIREWALL_TYPE).find((each) => isAt(each, address, network));
  if (firewall === undefined) return idKey(network.id) === idKey(own?.id ?? "") ? `nothing answers at ${address}` : undefined;
  if (!hasSucceeded(firewall)) return `the firewall ${firewall.name} is not ready`;
  const groups = host.resources.below(textAt(firewall, "properties.firewallPolicy.id") ?? "", RULE_GROUP_TYPE);
  const prefixes = [textAt(subnet, "properties.addressPrefix") ?? "", ...textsAt(subnet, "properties.addressPrefixes")];
  return prefixes.some((prefix) => allowsHost(groups, prefix, name))
    ? undefined
    : `the firewall ${firewall.name} does not let ${prefixes.filter(Boolean).join(", ")} reach ${name}`;
}

function isAt(firewall: Resource, address: string, network: Resource): boolean {
  const here = firewallSubnets(firewall).some((subnetId) => idKey(parentOf(subnetId)) === idKey(network.id));
  return (
    here &&
    objectsAt(firewall, "properties.ipConfigurations").some((each) => textAt(each, "properties.privateIPAddress") === address)
  );
}
