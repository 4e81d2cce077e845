import { cidrsOverlap, idKey, NAME_RULES, parseResourceId } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { flagAt, objectAt, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { referenced } from "../common/references.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { addressSpace } from "./subnet-rules.ts";

export const PEERING_TYPE = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";
const NETWORK_TYPE = "Microsoft.Network/virtualNetworks";

/** One direction of a peering; traffic flows once the other network has the other direction. */
export function virtualNetworkPeerings(host: CloudHost): TypeSpec {
  return {
    type: "virtualNetworks/virtualNetworkPeerings",
    apiVersions: NETWORK_API_VERSIONS,
    location: "inherited",
    name: NAME_RULES[PEERING_TYPE],
    status: NETWORK_STATUS,
    durationMs: 4_000,
    deleteDurationMs: 4_000,
    immutable: ["properties.remoteVirtualNetwork.id"],
    admit: (change) => admitPeering(host, change),
    present: (peering) => shownPeering(host, peering),
  };
}

function admitPeering(host: CloudHost, change: Change): Resource {
  const { id, body } = change;
  const remoteId = requireText(body, "properties.remoteVirtualNetwork.id", "InvalidRequestFormat");
  const parsed = parseResourceId(remoteId);
  if (parsed !== undefined && idKey(parsed.subscriptionId ?? "") !== idKey(host.subscriptionId))
    throw unsupported("peering with a network of another subscription");
  const remote = referenced(host, change, remoteId, NETWORK_TYPE, "properties.remoteVirtualNetwork.id");
  if (idKey(remoteId) === idKey(parentOf(id)))
    throw badRequest(
      "VnetPeeringNotAllowedToSelf",
      `${remoteId} cannot be peered with itself`,
      "properties.remoteVirtualNetwork.id",
    );
  if (flagAt(body, "properties.useRemoteGateways") === true) throw unsupported("useRemoteGateways (there are no gateways)");
  const own = host.resources.get(parentOf(id));
  const twin = host.resources
    .below(parentOf(id), PEERING_TYPE)
    .find((other) => idKey(other.id) !== idKey(id) && idKey(remoteOf(other)) === idKey(remoteId));
  if (twin !== undefined)
    throw badRequest("AnotherPeeringAlreadyReferencesRemoteVnet", `the peering ${twin.name} leads to ${remoteId} already`);
  const [mine, theirs] = [own, remote].map((network) => (network === undefined ? [] : addressSpace(network)));
  const clash = mine?.find((range) => theirs?.some((other) => cidrsOverlap(range, other)));
  if (clash !== undefined)
    throw badRequest("VnetAddressSpacesOverlap", `${clash.text} of ${parentOf(id)} overlaps the address space of ${remoteId}`);
  const defaults = {
    allowVirtualNetworkAccess: true,
    allowForwardedTraffic: false,
    allowGatewayTransit: false,
    useRemoteGateways: false,
    doNotVerifyRemoteGateways: false,
  };
  return { ...body, properties: withDefaults(body.properties, defaults) };
}

const remoteOf = (peering: Resource) => textAt(peering, "properties.remoteVirtualNetwork.id") ?? "";

function shownPeering(host: CloudHost, peering: Resource): Resource {
  const remote = host.resources.get(remoteOf(peering));
  const peeringState = remote === undefined ? "Disconnected" : hasReturn(host, peering) ? "Connected" : "Initiated";
  return {
    ...peering,
    properties: {
      ...peering.properties,
      peeringState,
      peeringSyncLevel: peeringState === "Connected" ? "FullyInSync" : "RemoteNotInSync",
      ...(remote === undefined
        ? {}
        : {
            remoteAddressSpace: objectAt(remote, "properties.addressSpace"),
            remoteVirtualNetworkAddressSpace: objectAt(remote, "properties.addressSpace"),
          }),
    },
  };
}

function hasReturn(host: CloudHost, peering: Resource): boolean {
  return host.resources
    .below(remoteOf(peering), PEERING_TYPE)
    .some((other) => idKey(remoteOf(other)) === idKey(parentOf(peering.id)));
}

/** The networks that traffic reaches from a network: those with both directions of a peering. */
export function connectedNetworks(host: CloudHost, networkId: string): Resource[] {
  return host.resources
    .below(networkId, PEERING_TYPE)
    .filter((peering) => hasReturn(host, peering))
    .flatMap((peering) => host.resources.get(remoteOf(peering)) ?? []);
}
