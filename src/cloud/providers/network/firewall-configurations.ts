import type { JsonObject } from "../../../base/index.ts";
import type { Resource } from "../../contract.ts";
import { objectAt, objectsAt, textAt } from "../common/body.ts";

export const FIREWALL_TYPE = "Microsoft.Network/azureFirewalls";

/** Where a firewall stands: its configurations, the management's among them. */
export function configurationsOf(firewall: Resource): JsonObject[] {
  return [...objectsAt(firewall, "properties.ipConfigurations"), objectAt(firewall, "properties.managementIpConfiguration")];
}

export function firewallSubnets(firewall: Resource): string[] {
  return configurationsOf(firewall).flatMap((each) => textAt(each, "properties.subnet.id") ?? []);
}

export function firewallAddresses(firewall: Resource): string[] {
  return configurationsOf(firewall).flatMap((each) => textAt(each, "properties.publicIPAddress.id") ?? []);
}
