import { idKey, NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, objectsAt, textAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { checkSecurityRules } from "./security-rules.ts";

const TYPE = "Microsoft.Network/networkSecurityGroups";
const SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets";

export function networkSecurityGroups(host: CloudHost): TypeSpec {
  const subnetsOf = (id: string) =>
    host.resources
      .ofType(SUBNET_TYPE)
      .filter((subnet) => idKey(textAt(subnet, "properties.networkSecurityGroup.id") ?? "") === idKey(id));
  return {
    type: "networkSecurityGroups",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES[TYPE],
    status: NETWORK_STATUS,
    durationMs: 3_000,
    patch: true,
    admit({ id, body }) {
      checkSecurityRules(objectsAt(body, "properties.securityRules"));
      return {
        ...body,
        properties: { ...body.properties, securityRules: namedRules(id, body), defaultSecurityRules: defaultRules(id) },
      };
    },
    present(group) {
      const subnets = subnetsOf(group.id).map(({ id }) => ({ id }));
      return subnets.length === 0 ? group : { ...group, properties: { ...group.properties, subnets } };
    },
    admitDelete({ id }) {
      const user = subnetsOf(id)[0];
      if (user !== undefined)
        throw badRequest("InUseNetworkSecurityGroupCannotBeDeleted", `${id} is in use by ${user.id}; take it off there first`);
    },
  };
}

function namedRules(groupId: string, body: Resource): JsonObject[] {
  return objectsAt(body, "properties.securityRules").map((rule) => ({
    ...rule,
    id: `${groupId}/securityRules/${textAt(rule, "name")}`,
    type: `${TYPE}/securityRules`,
    properties: { ...objectAt(rule, "properties"), provisioningState: "Succeeded" },
  }));
}

const DEFAULT_RULES = [
  ["AllowVnetInBound", 65000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"],
  ["AllowAzureLoadBalancerInBound", 65001, "Inbound", "Allow", "AzureLoadBalancer", "*"],
  ["DenyAllInBound", 65500, "Inbound", "Deny", "*", "*"],
  ["AllowVnetOutBound", 65000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"],
  ["AllowInternetOutBound", 65001, "Outbound", "Allow", "*", "Internet"],
  ["DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*"],
] as const;

function defaultRules(groupId: string): JsonObject[] {
  return DEFAULT_RULES.map(([name, priority, direction, access, sourceAddressPrefix, destinationAddressPrefix]) => ({
    name,
    id: `${groupId}/defaultSecurityRules/${name}`,
    type: `${TYPE}/defaultSecurityRules`,
    properties: {
      provisioningState: "Succeeded",
      protocol: "*",
      sourcePortRange: "*",
      destinationPortRange: "*",
      sourceAddressPrefix,
      destinationAddressPrefix,
      access,
      priority,
      direction,
    },
  }));
}
