import { normalizeLocation, SHARED_QUOTAS, VM_SIZES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, NamespaceAction, ProviderControl } from "../../contract.ts";
import { textAt } from "../common/body.ts";
import { createQuotaLimits, type QuotaLimits, quotaControls } from "../common/quota-limits.ts";
import { isLowPriority, nodesOf, quotasOfCluster, sizeOf, vCpusOf } from "./cluster-nodes.ts";
import { NAMESPACE, WORKSPACE } from "./versions.ts";

/** Azure ML counts its own nodes apart from virtual machines: by family and together, and low-priority ones of all families together. */
export const DEDICATED_CORES = SHARED_QUOTAS.regional[NAMESPACE];
export const LOW_PRIORITY_CORES = SHARED_QUOTAS.spot[NAMESPACE];
const FAMILIES: readonly string[] = [...new Set(Object.values(VM_SIZES).map(({ family }) => family))].sort();

/** vCPUs of a subscription that somebody uses: general families are open, GPUs must be asked for. */
const GENERAL = 100;
const ALL_FAMILIES = 350;
const GPU_FAMILIES = new Set(
  Object.values(VM_SIZES)
    .filter(({ gpus }) => gpus > 0)
    .map(({ family }) => family),
);

/** How Azure ML says that nothing but the quota of all families counts. */
const UNLIMITED = -1;

export const mlLimits = (host: CloudHost): QuotaLimits =>
  createQuotaLimits(host, "machine-learning-quotas", [DEDICATED_CORES, LOW_PRIORITY_CORES, ...FAMILIES], (name) => {
    if (name === DEDICATED_CORES) return ALL_FAMILIES;
    return GPU_FAMILIES.has(name) ? 0 : GENERAL;
  });

/** `granted` runs when a limit has changed. */
export function mlQuotaControls(host: CloudHost, granted: () => void): readonly ProviderControl[] {
  return quotaControls(NAMESPACE, mlLimits(host), (location) => mlUsage(host, location), granted);
}

/** `az ml compute list-usage`. A family's dedicated and low-priority rows have one name, and differ by their type. */
export function mlUsages(host: CloudHost): NamespaceAction {
  const limits = mlLimits(host);
  return {
    method: "GET",
    path: "locations/{location}/usages",
    permission: "locations/usages/read",
    run({ subscriptionId, params }) {
      const location = params.location ?? "";
      const used = mlUsage(host, location);
      const row = (type: string, name: string, localizedValue: string, currentValue: number, limit: number): JsonObject => ({
        id: `/subscriptions/${subscriptionId}/usages/${localizedValue.replaceAll(" ", "_")}`,
        type: `${NAMESPACE}/${type}/usages`,
        unit: "Count",
        currentValue,
        limit,
        name: { value: name, localizedValue },
      });
      const total = (type: string, name: string, words: string) =>
        row(type, name, words, used.get(name) ?? 0, limits.limit(location, name));
      const value = [
        total("totalDedicatedCores", DEDICATED_CORES, "Total Cluster Dedicated Regional vCPUs"),
        ...FAMILIES.map((name) => total("vmFamily/dedicatedCores", name, `${familyWords(name)} Cluster Dedicated vCPUs`)),
        total("totalLowPriorityCores", LOW_PRIORITY_CORES, "Total Cluster LowPriority Regional vCPUs"),
        ...FAMILIES.map((name) => {
          const words = `${familyWords(name)} Cluster LowPriority vCPUs`;
          return row("vmFamily/lowPriorityCores", name, words, lowPriorityUsage(host, location, name), UNLIMITED);
        }),
      ];
      return { status: 200, body: { value } };
    },
  };
}

/** `standardDSv2Family` as the portal has it: `Standard DSv2 Family`. */
const familyWords = (name: string) => `Standard ${name.replace(/^standard ?/i, "").replace(/ ?family$/i, "")} Family`;

/** vCPUs of nodes by quota, without those of one cluster. */
export function mlUsage(host: CloudHost, location: string, exceptId?: string): Map<string, number> {
  const used = new Map<string, number>();
  for (const cluster of clustersIn(host, location)) {
    if (cluster.id.toLowerCase() === exceptId?.toLowerCase()) continue;
    for (const name of quotasOfCluster(cluster))
      used.set(name, (used.get(name) ?? 0) + vCpusOf(cluster) * nodesOf(host, cluster));
  }
  return used;
}

function lowPriorityUsage(host: CloudHost, location: string, family: string): number {
  return clustersIn(host, location)
    .filter((cluster) => isLowPriority(cluster) && sizeOf(cluster)?.family === family)
    .reduce((sum, cluster) => sum + vCpusOf(cluster) * nodesOf(host, cluster), 0);
}

function clustersIn(host: CloudHost, location: string) {
  return host.resources
    .ofType(`${WORKSPACE}/computes`)
    .filter(({ properties }) => textAt(properties, "computeType") === "AmlCompute")
    .filter((cluster) => normalizeLocation(cluster.location ?? "") === normalizeLocation(location));
}
