import { idKey, NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import { ArmFault, type Change, type CloudHost, type Resource, type TypeSpec } from "../../contract.ts";
import { objectsAt, textAt, textsAt } from "../common/body.ts";
import { claim } from "../common/claims.ts";
import { badRequest } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { isBusy } from "../common/state.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { addressSpace, checkRanges, completeSubnet, subnetRange } from "./subnet-rules.ts";
import { subnetUsers } from "./subnet-users.ts";

export const SUBNET_TYPE = "Microsoft.Network/virtualNetworks/subnets";

/** Networks whose own PUT is writing their subnets just now: it is the one operation in progress. Keys of `idKey`. */
export type NetworksBeingWritten = Set<string>;

/** A subnet on its own: the same object as the one inline in its network. */
export function subnets(host: CloudHost, writing: NetworksBeingWritten): TypeSpec {
  return {
    type: "virtualNetworks/subnets",
    apiVersions: NETWORK_API_VERSIONS,
    location: "inherited",
    name: NAME_RULES[SUBNET_TYPE],
    status: NETWORK_STATUS,
    durationMs: 4_000,
    deleteDurationMs: 4_000,
    admit: (change) => admitSubnet(host, change),
    present(subnet) {
      const ipConfigurations = subnetUsers(host, subnet.id).map(({ id }) => ({ id: `${id}/ipConfigurations/1` }));
      return ipConfigurations.length === 0 ? subnet : { ...subnet, properties: { ...subnet.properties, ipConfigurations } };
    },
    admitDelete({ id }) {
      if (!writing.has(idKey(parentOf(id)))) refuseBusyNetwork(host, parentOf(id), id);
      refuseUsedSubnet(host, id);
    },
  };
}

function admitSubnet(host: CloudHost, change: Change): Resource {
  const { id, name, body, previous } = change;
  const network = host.resources.get(parentOf(id));
  const own = subnetRange(name, body.properties);
  const properties = completeSubnet(host, change, id, body.properties);
  // In a preflight the network may not exist yet; its ranges are checked with the real PUT.
  if (network === undefined) return { ...body, properties };
  if (change.preflight !== true) refuseBusyNetwork(host, network.id, id);
  const siblings = subnetsOf(host, network.id).filter((other) => idKey(other.id) !== idKey(id));
  checkRanges(network.name, addressSpace(network), [...siblings.map((other) => subnetRange(other.name, other.properties)), own]);
  if (previous !== undefined) refuseMovedSubnet(host, previous, body.properties);
  return { ...body, properties };
}

export function subnetsOf(host: CloudHost, networkId: string): Resource[] {
  return host.resources.below(networkId, SUBNET_TYPE);
}

/** A network takes one write at a time, whether it comes through the network or through one of its subnets. */
export function refuseBusyNetwork(host: CloudHost, networkId: string, exceptId: string): void {
  const key = idKey(exceptId);
  const candidates = [host.resources.get(networkId), ...subnetsOf(host, networkId)];
  const busy = candidates.find((other) => other !== undefined && idKey(other.id) !== key && isBusy(other));
  if (busy === undefined && claim(host, idKey(networkId), key)) return;
  throw new ArmFault(
    429,
    "AnotherOperationInProgress",
    `another operation is in progress on ${busy?.id ?? networkId}; write a network and its subnets one after another`,
    { headers: { "Retry-After": "1" } },
  );
}

export function refuseUsedSubnet(host: CloudHost, subnetId: string): void {
  const user = subnetUsers(host, subnetId)[0];
  if (user !== undefined)
    throw badRequest("InUseSubnetCannotBeDeleted", `subnet ${subnetId} is in use by ${user.id}; delete that first`);
}

/** While something holds an address of a subnet, neither its range nor whom it is delegated to can change. */
export function refuseMovedSubnet(host: CloudHost, previous: Resource, properties: JsonObject): void {
  const prefixes = (of: JsonObject) => [textAt(of, "addressPrefix"), ...textsAt(of, "addressPrefixes")].filter(Boolean).join(",");
  const services = (of: JsonObject) =>
    objectsAt(of, "delegations")
      .map((delegation) => textAt(delegation, "properties.serviceName") ?? "")
      .join(",");
  const facts = [
    { name: "range", code: "InUseSubnetCannotBeUpdated", of: prefixes },
    { name: "delegations", code: "SubnetDelegationsCannotChangeWhenSubnetUsedByResource", of: services },
  ];
  for (const { name, code, of } of facts) {
    const [before, after] = [of(previous.properties), of(properties)];
    if (before === after) continue;
    const user = subnetUsers(host, previous.id)[0];
    if (user === undefined) return;
    throw badRequest(
      code,
      `subnet ${previous.name} is in use by ${user.id}; its ${name} cannot change from [${before}] to [${after}]`,
    );
  }
}
