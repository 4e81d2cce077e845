/**
 * What Azure ML does when quota is short. It looks at the limits when a cluster is made, and at what is left when a node is
 * wanted: a cluster for which not one node would fit fails (`ClusterMinNodesExceedCoreQuota`); a job for whose node too little
 * is left waits as Queued, and the cluster's `errors` say why (`ClusterCoreQuotaReached`); a job that no longer fits the limit
 * at all fails (`JobNodeCountExceedsCoreQuota`). No reference lists these codes; where they were seen is in docs/decisions.md.
 */
import type { JsonObject } from "../../../base/index.ts";
import { ArmFault, type CloudHost, type Resource } from "../../contract.ts";
import { numberAt, objectAt } from "../common/body.ts";
import { isLowPriority, jobsOf, nodesOf, quotasOfCluster, sizeOf, vCpusOf } from "./cluster-nodes.ts";
import { mlLimits, mlUsage } from "./quotas.ts";

/** Starts the nodes that a cluster keeps, as many as fit; throws, and the cluster is Failed, where not one could ever start. */
export function allocate(host: CloudHost, cluster: Resource): JsonObject {
  const least = leastNodes(cluster);
  const isNew = numberAt(cluster.properties, "properties.currentNodeCount") === undefined;
  const short = isNew ? beyondLimit(host, cluster, Math.max(1, least)) : undefined;
  if (short !== undefined)
    throw new ArmFault(
      400,
      "ClusterMinNodesExceedCoreQuota",
      `${short.what}, and compute ${cluster.name} asks for ${Math.max(1, least)} nodes of ${vCpusOf(cluster)} vCPUs at the least; ask for more quota or take a smaller size`,
    );
  const fitting = Math.floor(vCpusLeft(host, cluster) / Math.max(1, vCpusOf(cluster)));
  return {
    properties: { ...objectAt(cluster.properties, "properties"), currentNodeCount: Math.min(least, Math.max(0, fitting)) },
  };
}

/** Whether one more node could start now, could start once others are gone, or never. */
export function roomForNode(host: CloudHost, cluster: Resource): "now" | "later" | ArmFault {
  if (cannotBeLowPriority(cluster)) return "later";
  const short = beyondLimit(host, cluster, 1);
  if (short !== undefined)
    return new ArmFault(
      400,
      "JobNodeCountExceedsCoreQuota",
      `${short.what}, less than the ${vCpusOf(cluster)} vCPUs of the node that the job asks for; ask for more quota`,
    );
  return vCpusLeft(host, cluster) >= vCpusOf(cluster) * (nodesOf(host, cluster) + 1) ? "now" : "later";
}

/** A cluster as GET shows it. */
export function presentCluster(host: CloudHost, cluster: Resource): Resource {
  const { running, waiting } = jobsOf(host, cluster);
  const nodes = nodesOf(host, cluster);
  const most = numberAt(cluster.properties, "properties.scaleSettings.maxNodeCount") ?? 0;
  const target = Math.max(nodes, leastNodes(cluster), Math.min(most, running + waiting));
  const error = target > nodes ? allocationError(host, cluster, target - nodes) : undefined;
  const state: JsonObject = {
    allocationState: "Steady",
    currentNodeCount: nodes,
    targetNodeCount: target,
    nodeStateCounts: {
      idleNodeCount: nodes - running,
      runningNodeCount: running,
      leavingNodeCount: 0,
      preemptedNodeCount: 0,
      preparingNodeCount: 0,
      unusableNodeCount: 0,
    },
    errors: error === undefined ? [] : [{ error }],
  };
  return {
    ...cluster,
    properties: { ...cluster.properties, properties: { ...objectAt(cluster.properties, "properties"), ...state } },
  };
}

function allocationError(host: CloudHost, cluster: Resource, missing: number): JsonObject | undefined {
  if (cannotBeLowPriority(cluster))
    return {
      code: "UnsupportedVMSizeForLowPriority",
      message: `compute ${cluster.name} is of low priority, and its size starts only as Dedicated; take another size, or make it Dedicated`,
    };
  const wanted = vCpusOf(cluster) * missing;
  const left = vCpusLeft(host, cluster) - vCpusOf(cluster) * nodesOf(host, cluster);
  if (wanted <= left) return undefined;
  return {
    code: "ClusterCoreQuotaReached",
    message: `compute ${cluster.name} wants ${missing} more nodes, which take ${wanted} vCPUs, and ${Math.max(0, left)} are left of quota ${quotasOfCluster(cluster).join(" or ")} in ${cluster.location ?? ""}; ask for more quota, or wait for other nodes to go`,
  };
}

function beyondLimit(host: CloudHost, cluster: Resource, nodes: number): { readonly what: string } | undefined {
  const location = cluster.location ?? "";
  const limits = mlLimits(host);
  const name = quotasOfCluster(cluster).find((quota) => limits.limit(location, quota) < nodes * vCpusOf(cluster));
  return name === undefined ? undefined : { what: `quota ${name} is ${limits.limit(location, name)} vCPUs in ${location}` };
}

/** Of the tightest quota, with nothing counted for the cluster itself. */
function vCpusLeft(host: CloudHost, cluster: Resource): number {
  const location = cluster.location ?? "";
  const used = mlUsage(host, location, cluster.id);
  const limits = mlLimits(host);
  return Math.min(...quotasOfCluster(cluster).map((name) => limits.limit(location, name) - (used.get(name) ?? 0)));
}

const leastNodes = (cluster: Resource) => numberAt(cluster.properties, "properties.scaleSettings.minNodeCount") ?? 0;
const cannotBeLowPriority = (cluster: Resource) => isLowPriority(cluster) && sizeOf(cluster)?.dedicatedOnly === true;
