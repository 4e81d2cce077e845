import { formatAddress, idKey, NAME_RULES, parseCidr } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, objectsAt, requireOneOf, requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { lastName } from "../common/ids.ts";
import { referenced } from "../common/references.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { FIREWALL_TYPE, firewallSubnets } from "./firewall-configurations.ts";
import { POLICY_TYPE } from "./firewall-policies.ts";
import { SUBNET_TYPE } from "./subnets.ts";

const ADDRESS_TYPE = "Microsoft.Network/publicIPAddresses";
const MINUTE_MS = 60_000;
/** Azure keeps the first four addresses of every subnet; the firewall takes the next. */
const FIRST_FREE = 4;

/** A firewall in a virtual network, with its rules in a policy. */
export function azureFirewalls(host: CloudHost): TypeSpec {
  return {
    type: "azureFirewalls",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES[FIREWALL_TYPE],
    status: NETWORK_STATUS,
    durationMs: 8 * MINUTE_MS,
    deleteDurationMs: 5 * MINUTE_MS,
    patch: true,
    admit: (change) => admitFirewall(host, change),
    provision: (firewall) => ({ ipConfigurations: configurationsWithAddresses(host, firewall) }),
  };
}

function admitFirewall(host: CloudHost, change: Change): Resource {
  const { body, id } = change;
  requireOneOf(body, "properties.sku.name", ["AZFW_VNet", "AZFW_Hub"], "InvalidRequestFormat");
  requireOneOf(body, "properties.sku.tier", ["Basic", "Standard", "Premium"], "InvalidRequestFormat");
  if (textAt(body, "properties.sku.name")?.toLowerCase() === "azfw_hub") throw unsupported("firewalls of a Virtual WAN hub");
  for (const classic of ["applicationRuleCollections", "networkRuleCollections", "natRuleCollections"])
    if (objectsAt(body, `properties.${classic}`).length > 0) throw unsupported(`${classic} of a firewall; use a firewall policy`);
  const tier = textAt(body, "properties.sku.tier") ?? "Standard";
  checkPolicy(host, change, tier);
  const configurations = objectsAt(body, "properties.ipConfigurations");
  const [first] = configurations;
  if (first === undefined)
    throw badRequest("AzureFirewallIpConfigurationMissing", "properties.ipConfigurations is empty; a firewall needs a subnet");
  const management = objectAt(body, "properties.managementIpConfiguration");
  const isManagedApart = Object.keys(management).length > 0;
  if (tier === "Basic" && !isManagedApart)
    throw badRequest(
      "AzureFirewallManagementIpConfigurationMissing",
      "properties.managementIpConfiguration is missing; a Basic firewall is managed through AzureFirewallManagementSubnet",
    );
  checkConfiguration(host, change, first, "AzureFirewallSubnet", "properties.ipConfigurations[0]");
  if (isManagedApart)
    checkConfiguration(host, change, management, "AzureFirewallManagementSubnet", "properties.managementIpConfiguration");
  if (textAt(first, "properties.publicIPAddress.id") === undefined && !isManagedApart)
    throw badRequest(
      "AzureFirewallPublicIPMissing",
      "properties.ipConfigurations[0].properties.publicIPAddress is missing; only a firewall with a management configuration goes without",
    );
  const named = configurations.map((configuration) => ({
    ...configuration,
    id: `${id}/azureFirewallIpConfigurations/${textAt(configuration, "name") ?? ""}`,
  }));
  return {
    ...body,
    properties: {
      threatIntelMode: "Alert",
      additionalProperties: {},
      ...body.properties,
      sku: { name: "AZFW_VNet", tier },
      ipConfigurations: named,
    },
  };
}

function checkPolicy(host: CloudHost, change: Change, tier: string): void {
  const policyId = textAt(change.body, "properties.firewallPolicy.id");
  if (policyId === undefined) return;
  const policy = referenced(host, change, policyId, POLICY_TYPE, "properties.firewallPolicy.id");
  const own = textAt(policy, "properties.sku.tier");
  if (own !== undefined && own !== tier)
    throw badRequest(
      "FirewallPolicyTierMismatch",
      `the firewall has tier ${tier} and its policy ${policy?.name} has ${own}; they must be the same`,
      "properties.firewallPolicy.id",
    );
}

function checkConfiguration(host: CloudHost, change: Change, configuration: JsonObject, name: string, place: string): void {
  const subnetId = requireText(configuration, "properties.subnet.id", "InvalidRequestFormat");
  referenced(host, change, subnetId, SUBNET_TYPE, `${place}.properties.subnet.id`);
  if (lastName(subnetId) !== name)
    throw badRequest(
      "AzureFirewallSubnetNameInvalid",
      `${place} is in the subnet ${lastName(subnetId)}; it must be called ${name}`,
      place,
    );
  const other = firewallsIn(host, subnetId).find((firewall) => idKey(firewall.id) !== idKey(change.id));
  if (other !== undefined)
    throw badRequest("AzureFirewallSubnetInUse", `the subnet ${subnetId} has the firewall ${other.name} already`, place);
  const addressId = textAt(configuration, "properties.publicIPAddress.id");
  if (addressId === undefined) return;
  const address = referenced(host, change, addressId, ADDRESS_TYPE, `${place}.properties.publicIPAddress.id`);
  const sku = textAt(address, "sku.name") ?? "Standard";
  if (sku !== "Standard")
    throw badRequest(
      "AzureFirewallPublicIPSkuInvalid",
      `the address ${address?.name} has SKU ${sku}; a firewall takes Standard`,
      place,
    );
}

function firewallsIn(host: CloudHost, subnetId: string): Resource[] {
  return host.resources
    .ofType(FIREWALL_TYPE)
    .filter((firewall) => firewallSubnets(firewall).some((id) => idKey(id) === idKey(subnetId)));
}

function configurationsWithAddresses(host: CloudHost, firewall: Resource): JsonObject[] {
  return objectsAt(firewall, "properties.ipConfigurations").map((configuration) => {
    const subnet = host.resources.get(textAt(configuration, "properties.subnet.id") ?? "");
    const range = parseCidr(textAt(subnet, "properties.addressPrefix") ?? textsAt(subnet, "properties.addressPrefixes")[0] ?? "");
    if (range === undefined) return configuration; // only the first configuration has a subnet
    const privateIPAddress = formatAddress(range.first + FIRST_FREE);
    return {
      ...configuration,
      properties: { ...objectAt(configuration, "properties"), privateIPAddress, privateIPAllocationMethod: "Dynamic" },
    };
  });
}
