import { formatAddress, idKey, NAME_RULES, parseCidr, parseResourceId, resourceType } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, objectsAt, requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest, notFound } from "../common/faults.ts";
import { resourceGroupOf } from "../common/ids.ts";
import { referenced } from "../common/references.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { PRIVATE_LINK_GROUPS } from "./private-link-groups.ts";
import { privateNames } from "./private-names.ts";
import { SUBNET_TYPE } from "./subnets.ts";

export const ENDPOINT_TYPE = "Microsoft.Network/privateEndpoints";
const APPROVED: JsonObject = { status: "Approved", description: "Auto-Approved", actionsRequired: "None" };

/** Connections to targets of the same cloud are approved by themselves, as they are for whoever may write the target. */
export function privateEndpoints(host: CloudHost): TypeSpec {
  return {
    type: "privateEndpoints",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES[ENDPOINT_TYPE],
    status: NETWORK_STATUS,
    durationMs: 50_000,
    deleteDurationMs: 20_000,
    admit: (change) => admitEndpoint(host, change),
    provision: (endpoint) => connect(host, endpoint),
  };
}

function connectionsOf(endpoint: Resource): JsonObject[] {
  return ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"].flatMap((list) =>
    objectsAt(endpoint, `properties.${list}`),
  );
}

function admitEndpoint(host: CloudHost, change: Change): Resource {
  const { id, body } = change;
  const subnetId = requireText(body, "properties.subnet.id", "InvalidRequestFormat");
  referenced(host, change, subnetId, SUBNET_TYPE, "properties.subnet.id");
  const connections = connectionsOf(body);
  if (connections.length !== 1) {
    throw badRequest(
      "InvalidRequestFormat",
      `the private endpoint has ${connections.length} connections; exactly one is supported`,
      "properties.privateLinkServiceConnections",
    );
  }
  for (const connection of connections) checkGroups(host, change, connection);
  const { subscriptionId, name: group } = resourceGroupOf(id);
  const nic = textAt(body, "properties.customNetworkInterfaceName") ?? `${body.name}.nic.${host.newGuid()}`;
  const previousNic = objectsAt(change.previous, "properties.networkInterfaces")[0];
  const named = (list: string) =>
    objectsAt(body, `properties.${list}`).map((connection) => ({
      ...connection,
      id: `${id}/${list}/${textAt(connection, "name")}`,
      type: `${ENDPOINT_TYPE}/${list}`,
      properties: {
        ...objectAt(connection, "properties"),
        provisioningState: "Succeeded",
        privateLinkServiceConnectionState: APPROVED,
      },
    }));
  return {
    ...body,
    properties: {
      ...body.properties,
      privateLinkServiceConnections: named("privateLinkServiceConnections"),
      manualPrivateLinkServiceConnections: named("manualPrivateLinkServiceConnections"),
      networkInterfaces: [
        previousNic ?? {
          id: `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Network/networkInterfaces/${nic}`,
        },
      ],
    },
  };
}

function checkGroups(host: CloudHost, change: Change, connection: JsonObject): void {
  const target = requireText(connection, "properties.privateLinkServiceId", "InvalidRequestFormat");
  const parsed = parseResourceId(target);
  const type = (parsed && resourceType(parsed)) ?? "";
  const allowed = PRIVATE_LINK_GROUPS[type.toLowerCase()];
  if (allowed === undefined)
    throw badRequest("PrivateLinkServiceNotSupported", `private endpoints to ${type || target} are not supported`);
  if (change.preflight !== true && host.resources.get(target) === undefined) {
    throw notFound("PrivateLinkServiceNotFound", `the private endpoint connects to ${target}, which does not exist`);
  }
  const groups = textsAt(connection, "properties.groupIds");
  if (groups.length === 0)
    throw badRequest(
      "MissingParameterOnPrivateLinkServiceConnection",
      `properties.groupIds is empty; for ${type} it is one of ${allowed.join(", ")}`,
    );
  if (groups.length > 1)
    throw badRequest("OnlyOneGroupIdPermitted", `properties.groupIds has ${groups.join(", ")}; make an endpoint for each`);
  const unknown = groups.find((group) => !allowed.some((name) => name.toLowerCase() === group.toLowerCase()));
  if (unknown !== undefined)
    throw badRequest("InvalidGroupId", `groupIds has ${unknown}; for ${type} it must be one of ${allowed.join(", ")}`);
}

/** Takes the next free address of the subnet and says which names lead to it. */
function connect(host: CloudHost, endpoint: Resource): JsonObject {
  const [connection] = connectionsOf(endpoint);
  const target = textAt(connection, "properties.privateLinkServiceId") ?? "";
  const [group = ""] = textsAt(connection, "properties.groupIds");
  const fqdns = privateNames(host, target, group);
  const known = objectsAt(endpoint, "properties.customDnsConfigs").flatMap((config) => textsAt(config, "ipAddresses"));
  const addresses = known.length === fqdns.length ? known : freeAddresses(host, endpoint, fqdns.length);
  return { customDnsConfigs: fqdns.map((fqdn, index) => ({ fqdn, ipAddresses: [addresses[index] ?? ""] })) };
}

function freeAddresses(host: CloudHost, endpoint: Resource, count: number): string[] {
  const subnetId = textAt(endpoint, "properties.subnet.id") ?? "";
  const subnet = host.resources.get(subnetId);
  const range = parseCidr(textAt(subnet, "properties.addressPrefix") ?? textsAt(subnet, "properties.addressPrefixes")[0] ?? "");
  if (range === undefined) throw badRequest("InvalidResourceReference", `the subnet ${subnetId} has no IPv4 range`);
  const taken = new Set(
    host.resources
      .ofType(ENDPOINT_TYPE)
      .filter((other) => idKey(textAt(other, "properties.subnet.id") ?? "") === idKey(subnetId))
      .flatMap((other) => objectsAt(other, "properties.customDnsConfigs").flatMap((config) => textsAt(config, "ipAddresses"))),
  );
  const free: string[] = [];
  // Azure keeps the first four addresses and the last one.
  for (let address = range.first + 4; address < range.last && free.length < count; address++) {
    const text = formatAddress(address);
    if (!taken.has(text)) free.push(text);
  }
  if (free.length < count)
    throw badRequest("SubnetIsFull", `the subnet ${subnetId}, ${range.text}, has no free address left for ${endpoint.name}`);
  return free;
}
