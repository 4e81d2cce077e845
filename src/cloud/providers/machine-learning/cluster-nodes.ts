import { idKey, quotasOf, type VmSize, vmSize } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { numberAt, textAt } from "../common/body.ts";
import { statusOf } from "./jobs/job-status.ts";
import { openJobs } from "./jobs/open-jobs.ts";
import { NAMESPACE } from "./versions.ts";

/** Nodes of a training cluster: those that it keeps, or one for each job that runs. They go when their job ends. */
export function nodesOf(host: CloudHost, cluster: Resource): number {
  return Math.max(keptNodes(cluster), jobsOf(host, cluster).running);
}

/** Nodes that were started because the cluster never has fewer. */
export function keptNodes(cluster: Resource): number {
  return numberAt(cluster.properties, "properties.currentNodeCount") ?? 0;
}

export function jobsOf(host: CloudHost, cluster: Resource): { readonly running: number; readonly waiting: number } {
  const statuses = openJobs(host)
    .filter(({ properties }) => idKey(textAt(properties, "computeId") ?? "") === idKey(cluster.id))
    .map(statusOf)
    .filter((status) => status !== "NotStarted");
  const waiting = statuses.filter((status) => status === "Queued").length;
  return { waiting, running: statuses.length - waiting };
}

export function sizeOf(cluster: Resource): VmSize | undefined {
  return vmSize(textAt(cluster.properties, "properties.vmSize") ?? "");
}

/** Of one node. */
export function vCpusOf(cluster: Resource): number {
  return sizeOf(cluster)?.vCpus ?? 0;
}

export function isLowPriority(cluster: Resource): boolean {
  return textAt(cluster.properties, "properties.vmPriority")?.toLowerCase() === "lowpriority";
}

export function quotasOfCluster(cluster: Resource): readonly string[] {
  return quotasOf(NAMESPACE, sizeOf(cluster)?.family ?? "", isLowPriority(cluster));
}
