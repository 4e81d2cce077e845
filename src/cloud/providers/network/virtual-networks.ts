import { cidrsOverlap, idKey, NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, objectsAt, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { PEERING_TYPE } from "./peerings.ts";
import { addressSpace, checkRanges, completeSubnet, subnetRange } from "./subnet-rules.ts";
import {
  type NetworksBeingWritten,
  refuseBusyNetwork,
  refuseMovedSubnet,
  refuseUsedSubnet,
  SUBNET_TYPE,
  subnetsOf,
} from "./subnets.ts";

const TYPE = "Microsoft.Network/virtualNetworks";

/** Subnets are resources of their own; the inline list is how they are written together, and how GET shows them. */
export function virtualNetworks(host: CloudHost, writing: NetworksBeingWritten): TypeSpec {
  return {
    type: "virtualNetworks",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES[TYPE],
    status: NETWORK_STATUS,
    durationMs: 5_000,
    deleteDurationMs: 5_000,
    patch: true,
    admit: (change) => admitNetwork(host, change),
    async provision(network) {
      writing.add(idKey(network.id));
      try {
        await writeSubnets(host, network);
      } finally {
        writing.delete(idKey(network.id));
      }
      return undefined;
    },
    present: (network) => ({
      ...network,
      properties: {
        ...network.properties,
        subnets: shownSubnets(host, network),
        virtualNetworkPeerings: host.resources
          .below(network.id, PEERING_TYPE)
          .flatMap(({ id }) => host.resources.view(id) ?? [])
          .map(({ id, name, type, properties }) => ({ id, name, type, properties })),
      },
    }),
    admitDelete({ id }) {
      for (const subnet of subnetsOf(host, id)) refuseUsedSubnet(host, subnet.id);
    },
  };
}

function admitNetwork(host: CloudHost, change: Change): Resource {
  const { id, name, body } = change;
  const space = addressSpace(body);
  if (space.length === 0)
    throw badRequest(
      "InvalidRequestFormat",
      "properties.addressSpace.addressPrefixes is empty; a network needs an address range",
    );
  const clash = space.find((range, index) => space.slice(0, index).some((other) => cidrsOverlap(other, range)));
  if (clash !== undefined)
    throw badRequest(
      "NetcfgInvalidVirtualNetworkAddressSpace",
      `the address prefix ${clash.text} overlaps another one of the network`,
    );
  if (change.preflight !== true) refuseBusyNetwork(host, id, id);

  const existing = subnetsOf(host, id);
  // A body without the member keeps the subnets; one with it names all of them, and those it leaves out are deleted.
  const inline = body.properties.subnets === undefined ? undefined : objectsAt(body, "properties.subnets");
  const ranges =
    inline === undefined ? existing.map((subnet) => subnetRange(subnet.name, subnet.properties)) : inline.map(namedRange);
  checkNames(ranges.map((range) => range.name));
  checkRanges(name, space, ranges);
  const subnets = inline?.map((subnet) => completeInline(host, change, existing, subnet));
  if (subnets !== undefined) {
    const kept = new Set(subnets.map((subnet) => (textAt(subnet, "name") ?? "").toLowerCase()));
    for (const gone of existing) if (!kept.has(gone.name.toLowerCase())) refuseUsedSubnet(host, gone.id);
  }
  if (objectsAt(body, "properties.virtualNetworkPeerings").some((peering) => textAt(peering, "id") === undefined))
    throw unsupported("peerings inside the body of a network; write them as resources of their own");
  // What a client sends back of them is theirs.
  const { virtualNetworkPeerings: _peerings, ...rest } = body.properties;
  const properties = withDefaults(rest, { enableDdosProtection: false });
  return { ...body, properties: { ...properties, ...(subnets === undefined ? {} : { subnets }) } };
}

function namedRange(subnet: JsonObject) {
  return subnetRange(requireText(subnet, "name", "InvalidRequestFormat"), objectAt(subnet, "properties"));
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== index);
  if (twice !== undefined)
    throw badRequest("DuplicateResourceName", `properties.subnets has two subnets named ${twice}`, "properties.subnets");
}

function completeInline(host: CloudHost, change: Change, existing: readonly Resource[], subnet: JsonObject): JsonObject {
  const name = textAt(subnet, "name") ?? "";
  const id = `${change.id}/subnets/${name}`;
  const before = existing.find((other) => idKey(other.id) === idKey(id));
  const properties = completeSubnet(host, change, id, objectAt(subnet, "properties"));
  if (before !== undefined) refuseMovedSubnet(host, before, properties);
  return { name, id, properties };
}

async function writeSubnets(host: CloudHost, network: Resource): Promise<void> {
  if (network.properties.subnets === undefined) return;
  const wanted = objectsAt(network, "properties.subnets");
  const names = new Set(wanted.map((subnet) => (textAt(subnet, "name") ?? "").toLowerCase()));
  for (const subnet of subnetsOf(host, network.id)) {
    if (!names.has(subnet.name.toLowerCase())) await host.resources.delete(subnet.id, host.system);
  }
  for (const subnet of wanted) {
    const id = `${network.id}/subnets/${textAt(subnet, "name") ?? ""}`;
    host.resources.save({
      id,
      name: textAt(subnet, "name") ?? "",
      type: SUBNET_TYPE,
      properties: { ...objectAt(subnet, "properties"), provisioningState: "Succeeded" },
    });
  }
}

/** Until the network is made its subnets are only what the body says. */
function shownSubnets(host: CloudHost, network: Resource): JsonObject[] {
  const stored = subnetsOf(host, network.id).flatMap((subnet) => host.resources.view(subnet.id) ?? []);
  if (stored.length === 0) return objectsAt(network, "properties.subnets");
  return stored.map(({ id, name, type, etag, properties }) => ({
    id,
    name,
    type,
    ...(etag === undefined ? {} : { etag }),
    properties,
  }));
}
