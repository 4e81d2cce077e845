import type { ProviderFactory } from "../../contract.ts";
import { firewallPolicies, ruleCollectionGroups } from "./firewall-policies.ts";
import { azureFirewalls } from "./firewalls.ts";
import { natGateways, publicIPAddresses, routeTables } from "./gateways.ts";
import { networkSecurityGroups } from "./network-security-groups.ts";
import { virtualNetworkPeerings } from "./peerings.ts";
import { addressRecords, privateDnsZones, virtualNetworkLinks } from "./private-dns.ts";
import { privateDnsZoneGroups } from "./private-dns-zone-groups.ts";
import { privateEndpoints } from "./private-endpoints.ts";
import { type NetworksBeingWritten, subnets } from "./subnets.ts";
import { virtualNetworks } from "./virtual-networks.ts";

export { missingForPrivateReach, privateEndpointsOf } from "./private-reach.ts";
export { subnetUsers } from "./subnet-users.ts";
export { defaultRoute, missingForWayOut } from "./way-out.ts";

export const createNetwork: ProviderFactory = (host) => {
  const writing: NetworksBeingWritten = new Set();
  return {
    namespace: "Microsoft.Network",
    types: [
      networkSecurityGroups(host),
      virtualNetworks(host, writing),
      subnets(host, writing),
      publicIPAddresses(host),
      natGateways(host),
      routeTables(host),
      virtualNetworkPeerings(host),
      firewallPolicies(host),
      ruleCollectionGroups(host),
      azureFirewalls(host),
      privateDnsZones(host),
      virtualNetworkLinks(host),
      addressRecords(host),
      privateEndpoints(host),
      privateDnsZoneGroups(host),
    ],
  };
};
