import { cidrSize, idKey, parseCidr, usableAddresses } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { numberAt, objectsAt, textAt, textsAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { subnetUsers } from "../network/index.ts";
import { SUBNET_TYPE } from "./api-versions.ts";
import type { PoolProfile } from "./pool-rules.ts";

const DELEGATION = "Microsoft.ContainerService/managedClusters";
const LEAST_API_SERVER_PREFIX = 28;

export interface NodeDemand {
  readonly name: string;
  readonly pool: PoolProfile;
}

/**
 * Whether a subnet can hold the nodes of the pools that name it: it exists, is not delegated, and has addresses for the
 * nodes, one surge node for each pool and, without overlay, a pod's address each.
 */
export function checkNodeSubnet(
  host: CloudHost,
  change: { readonly preflight?: boolean; readonly clusterId: string; readonly overlay: boolean },
  subnetId: string,
  demands: readonly NodeDemand[],
): Resource | undefined {
  const subnet = referenced(host, change, subnetId, SUBNET_TYPE, "agentPoolProfile.vnetSubnetID", "VnetSubnetNotFound");
  if (subnet === undefined) return undefined;
  const delegated = delegationsOf(subnet)[0];
  if (delegated !== undefined) {
    throw badRequest(
      "SubnetIsDelegated",
      `subnet ${subnetId} is delegated to ${delegated}; nodes need a subnet without delegation`,
      "agentPoolProfile.vnetSubnetID",
    );
  }
  const range = parseCidr(textAt(subnet, "properties.addressPrefix") ?? textsAt(subnet, "properties.addressPrefixes")[0] ?? "");
  if (range === undefined) return subnet;
  const ofOthers = subnetUsers(host, subnetId).filter(
    ({ id }) => !idKey(id).startsWith(idKey(change.clusterId)) || !isOneOf(id, change.clusterId, demands),
  );
  const taken = ofOthers.reduce((sum, user) => sum + user.addresses, 0);
  const wanted = demands.reduce((sum, { pool }) => sum + addressesFor(pool, change.overlay), 0);
  const free = usableAddresses(range) - taken;
  if (wanted > free) {
    throw badRequest(
      "InsufficientSubnetSize",
      `subnet ${subnetId}, ${range.text} with ${cidrSize(range)} addresses, has ${Math.max(0, free)} left; the pools ${demands.map(({ name }) => name).join(", ")} need ${wanted}`,
      "agentPoolProfile.vnetSubnetID",
    );
  }
  return subnet;
}

/** The cluster's own pools are counted by what is asked for now, not by what they hold. */
function isOneOf(userId: string, clusterId: string, demands: readonly NodeDemand[]): boolean {
  return (
    idKey(userId) === idKey(clusterId) || demands.some(({ name }) => idKey(userId) === idKey(`${clusterId}/agentPools/${name}`))
  );
}

function addressesFor(pool: PoolProfile, overlay: boolean): number {
  const nodes = Math.max(numberAt(pool, "count") ?? 1, numberAt(pool, "maxCount") ?? 0);
  const perNode = overlay ? 1 : 1 + (numberAt(pool, "maxPods") ?? 30);
  return (nodes + surgeOf(pool, nodes)) * perNode;
}

/** Nodes that an upgrade adds for a while: `33%` or `1`. */
function surgeOf(pool: PoolProfile, nodes: number): number {
  const text = textAt(pool, "upgradeSettings.maxSurge") ?? "1";
  return text.endsWith("%") ? Math.ceil((nodes * Number.parseFloat(text)) / 100) : Number(text);
}

export function delegationsOf(subnet: Resource): string[] {
  return objectsAt(subnet, "properties.delegations").flatMap((delegation) => textAt(delegation, "properties.serviceName") ?? []);
}

/** The API server's subnet is its own: delegated, at least a /28, and without nodes. */
export function checkApiServerSubnet(
  host: CloudHost,
  change: { readonly preflight?: boolean; readonly clusterId: string },
  subnetId: string,
  nodeSubnets: readonly string[],
): void {
  const place = "properties.apiServerAccessProfile.subnetId";
  if (nodeSubnets.some((other) => idKey(other) === idKey(subnetId))) {
    throw badRequest(
      "ApiServerSubnetInUse",
      `${place} is also the subnet of a pool; the API server needs a subnet of its own`,
      place,
    );
  }
  const subnet = referenced(host, change, subnetId, SUBNET_TYPE, place, "VnetSubnetNotFound");
  if (subnet === undefined) return;
  if (!delegationsOf(subnet).some((service) => service.toLowerCase() === DELEGATION.toLowerCase())) {
    throw badRequest(
      "ApiServerSubnetNotDelegated",
      `subnet ${subnetId} is not delegated to ${DELEGATION}; the API server needs that`,
      place,
    );
  }
  const range = parseCidr(textAt(subnet, "properties.addressPrefix") ?? textsAt(subnet, "properties.addressPrefixes")[0] ?? "");
  if (range !== undefined && range.prefixLength > LEAST_API_SERVER_PREFIX) {
    throw badRequest(
      "InsufficientSubnetSize",
      `subnet ${subnetId} is ${range.text}; the API server needs at least a /${LEAST_API_SERVER_PREFIX}`,
      place,
    );
  }
  const other = subnetUsers(host, subnetId).find(({ id }) => !idKey(id).startsWith(idKey(change.clusterId)));
  if (other !== undefined)
    throw badRequest(
      "ApiServerSubnetInUse",
      `subnet ${subnetId} is in use by ${other.id}; the API server needs a subnet of its own`,
      place,
    );
}
