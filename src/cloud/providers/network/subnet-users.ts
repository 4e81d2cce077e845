import { idKey } from "../../../azure/index.ts";
import type { CloudHost } from "../../contract.ts";
import { numberAt, objectsAt, textAt } from "../common/body.ts";
import { FIREWALL_TYPE, firewallSubnets } from "./firewall-configurations.ts";

export interface SubnetUser {
  readonly id: string;
  readonly addresses: number;
}

/** What holds addresses in a subnet. A subnet with a user can be neither deleted nor moved to another range. */
export function subnetUsers(host: CloudHost, subnetId: string): SubnetUser[] {
  const key = idKey(subnetId);
  const here = (id: string | undefined) => id !== undefined && idKey(id) === key;
  const users: SubnetUser[] = [];
  for (const pool of host.resources.ofType("Microsoft.ContainerService/managedClusters/agentPools")) {
    if (here(textAt(pool, "properties.vnetSubnetID")))
      users.push({ id: pool.id, addresses: numberAt(pool, "properties.count") ?? 0 });
  }
  for (const cluster of host.resources.ofType("Microsoft.ContainerService/managedClusters")) {
    if (here(textAt(cluster, "properties.apiServerAccessProfile.subnetId"))) users.push({ id: cluster.id, addresses: 2 });
    const inline = objectsAt(cluster, "properties.agentPoolProfiles").find((pool) => here(textAt(pool, "vnetSubnetID")));
    // While the cluster is being made its pools are not resources yet.
    if (inline !== undefined && !users.some(({ id }) => idKey(id).startsWith(`${idKey(cluster.id)}/`))) {
      users.push({ id: cluster.id, addresses: numberAt(inline, "count") ?? 0 });
    }
  }
  for (const endpoint of host.resources.ofType("Microsoft.Network/privateEndpoints")) {
    if (here(textAt(endpoint, "properties.subnet.id"))) users.push({ id: endpoint.id, addresses: 1 });
  }
  for (const firewall of host.resources.ofType(FIREWALL_TYPE)) {
    if (firewallSubnets(firewall).some(here)) users.push({ id: firewall.id, addresses: 2 });
  }
  for (const compute of host.resources.ofType("Microsoft.MachineLearningServices/workspaces/computes")) {
    if (here(textAt(compute, "properties.properties.subnet.id"))) users.push({ id: compute.id, addresses: 1 });
  }
  return users;
}
