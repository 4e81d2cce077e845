import { idKey, NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { listAt, objectAt, objectsAt, requireBetween, requireOneOf, textAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { FIREWALL_TYPE, firewallAddresses } from "./firewall-configurations.ts";

const ADDRESS_TYPE = "Microsoft.Network/publicIPAddresses";
const GATEWAY_TYPE = "Microsoft.Network/natGateways";
const SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets";

export function publicIPAddresses(host: CloudHost): TypeSpec {
  return {
    type: "publicIPAddresses",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES[ADDRESS_TYPE],
    status: NETWORK_STATUS,
    durationMs: 3_000,
    patch: true,
    admit({ body, previous }) {
      const sku = textAt(body, "sku.name") ?? "Standard";
      requireOneOf(body, "sku.name", ["Standard", "StandardV2"], "InvalidRequestFormat");
      requireOneOf(body, "properties.publicIPAllocationMethod", ["Static", "Dynamic"], "InvalidRequestFormat");
      requireBetween(body, "properties.idleTimeoutInMinutes", 4, 30, "InvalidRequestFormat");
      if (textAt(body, "properties.publicIPAllocationMethod") === "Dynamic") {
        throw badRequest(
          "StandardSkuPublicIPAddressMustBeStatic",
          `properties.publicIPAllocationMethod is Dynamic; with SKU ${sku} it must be Static`,
        );
      }
      const defaults: JsonObject = {
        publicIPAddressVersion: "IPv4",
        publicIPAllocationMethod: "Static",
        idleTimeoutInMinutes: 4,
        ipTags: [],
      };
      const ipAddress = textAt(previous, "properties.ipAddress") ?? documentationAddress(host);
      return {
        ...body,
        sku: { name: sku, tier: textAt(body, "sku.tier") ?? "Regional" },
        properties: { ...withDefaults(body.properties, defaults), ipAddress },
      };
    },
    admitDelete({ id }) {
      const user =
        host.resources.ofType(GATEWAY_TYPE).find((gateway) => linksTo(gateway, "publicIpAddresses", id)) ??
        host.resources
          .ofType(FIREWALL_TYPE)
          .find((firewall) => firewallAddresses(firewall).some((other) => idKey(other) === idKey(id)));
      if (user !== undefined)
        throw badRequest("PublicIPAddressCannotBeDeleted", `${id} is in use by ${user.id}; take it off there first`);
    },
  };
}

/** Hosts of the range that is set aside for documentation (RFC 5737): their addresses are nobody's. */
const HOSTS = 254;

/** One that no other public address has, from anywhere in the range on; once all are taken they come round again. */
function documentationAddress(host: CloudHost): string {
  const taken = new Set(host.resources.ofType(ADDRESS_TYPE).map((address) => textAt(address, "properties.ipAddress")));
  const first = Number.parseInt(host.newGuid().slice(0, 4), 16) % HOSTS;
  const all = Array.from({ length: HOSTS }, (_, step) => `203.0.113.${1 + ((first + step) % HOSTS)}`);
  return all.find((address) => !taken.has(address)) ?? all[0] ?? "";
}

export function natGateways(host: CloudHost): TypeSpec {
  const subnetsOf = (id: string) =>
    host.resources.ofType(SUBNET_TYPE).filter((subnet) => idKey(textAt(subnet, "properties.natGateway.id") ?? "") === idKey(id));
  return {
    type: "natGateways",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES[GATEWAY_TYPE],
    status: NETWORK_STATUS,
    durationMs: 8_000,
    patch: true,
    admit(change) {
      const { body } = change;
      const sku = textAt(body, "sku.name") ?? "Standard";
      requireOneOf(body, "sku.name", ["Standard", "StandardV2"], "InvalidRequestFormat");
      requireBetween(body, "properties.idleTimeoutInMinutes", 4, 120, "InvalidRequestFormat");
      const zones = listAt(body, "zones").length;
      if (sku === "StandardV2" && zones > 0)
        throw badRequest("NatGatewayZonesNotSupported", "zones is set; a StandardV2 gateway spans all zones by itself");
      if (zones > 1)
        throw badRequest(
          "NatGatewayMultipleZonesNotSupported",
          `zones has ${zones} entries; a Standard gateway is in one zone or none`,
        );
      for (const address of objectsAt(body, "properties.publicIpAddresses")) {
        const found = referenced(host, change, textAt(address, "id") ?? "", ADDRESS_TYPE, "properties.publicIpAddresses[].id");
        const own = textAt(found, "sku.name") ?? sku;
        if (own !== sku)
          throw badRequest(
            "NatGatewaySkuMismatch",
            `the gateway has SKU ${sku} and the address ${found?.name} has ${own}; they must be the same`,
          );
      }
      return {
        ...body,
        sku: { ...objectAt(body, "sku"), name: sku },
        properties: withDefaults(body.properties, { idleTimeoutInMinutes: 4 }),
      };
    },
    present: (gateway) => ({
      ...gateway,
      properties: { ...gateway.properties, subnets: subnetsOf(gateway.id).map(({ id }) => ({ id })) },
    }),
    admitDelete({ id }) {
      const user = subnetsOf(id)[0];
      if (user !== undefined)
        throw badRequest("InUseNatGatewayCannotBeDeleted", `${id} is in use by ${user.id}; take it off there first`);
    },
  };
}

function linksTo(resource: Resource, member: string, id: string): boolean {
  return objectsAt(resource, `properties.${member}`).some((link) => idKey(textAt(link, "id") ?? "") === idKey(id));
}

export function routeTables(host: CloudHost): TypeSpec {
  return {
    type: "routeTables",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES["Microsoft.Network/routeTables"],
    status: NETWORK_STATUS,
    durationMs: 3_000,
    patch: true,
    admit({ id, body }) {
      const routes = objectsAt(body, "properties.routes").map((route) => {
        const hop = textAt(route, "properties.nextHopType");
        requireOneOf(
          route,
          "properties.nextHopType",
          ["VirtualNetworkGateway", "VnetLocal", "Internet", "VirtualAppliance", "None"],
          "InvalidRequestFormat",
        );
        if (hop === "VirtualAppliance" && textAt(route, "properties.nextHopIpAddress") === undefined) {
          throw badRequest(
            "InvalidRequestFormat",
            `route ${textAt(route, "name")} goes to a VirtualAppliance without nextHopIpAddress`,
          );
        }
        return {
          ...route,
          id: `${id}/routes/${textAt(route, "name")}`,
          properties: { ...objectAt(route, "properties"), provisioningState: "Succeeded" },
        };
      });
      return { ...body, properties: { ...withDefaults(body.properties, { disableBgpRoutePropagation: false }), routes } };
    },
    admitDelete({ id }) {
      const user = host.resources
        .ofType(SUBNET_TYPE)
        .find((subnet) => idKey(textAt(subnet, "properties.routeTable.id") ?? "") === idKey(id));
      if (user !== undefined)
        throw badRequest("InUseRouteTableCannotBeDeleted", `${id} is in use by ${user.id}; take it off there first`);
    },
  };
}
