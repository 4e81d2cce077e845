import { normalizeLocation, quotasOf, SHARED_QUOTAS, VM_SIZES, vmSize } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { numberAt, objectsAt, textAt } from "../common/body.ts";
import { parentOf } from "../common/ids.ts";
import { createQuotaLimits, type QuotaLimits } from "../common/quota-limits.ts";

const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
const NAMESPACE = "Microsoft.Compute";
export const REGIONAL_CORES = SHARED_QUOTAS.regional[NAMESPACE];
export const SPOT_CORES = SHARED_QUOTAS.spot[NAMESPACE];

/** vCPUs of a subscription that somebody uses: general families are open, one family of small GPUs is, large GPUs must be asked for. */
const DEFAULT_LIMIT = 100;
const DEFAULT_LIMITS: Readonly<Record<string, number>> = {
  [REGIONAL_CORES]: 350,
  "Standard NCASv3_T4 Family": 16,
  StandardNCADSA100v4Family: 0,
  StandardNCadsH100v5Family: 0,
};

const FAMILIES: readonly string[] = [...new Set(Object.values(VM_SIZES).map((size) => size.family))].sort();

export interface Nodes {
  readonly vmSize: string;
  readonly count: number;
  readonly isSpot: boolean;
}

/** vCPUs that may run in a region, by family and of all. */
export function computeLimits(host: CloudHost): QuotaLimits {
  const names = [REGIONAL_CORES, SPOT_CORES, ...FAMILIES];
  return createQuotaLimits(host, "compute-quotas", names, (name) => DEFAULT_LIMITS[name] ?? DEFAULT_LIMIT);
}

/** vCPUs in use by family, and in total, except those of one resource (which is about to change). */
export function quotaUsage(host: CloudHost, location: string, exceptId?: string): Map<string, number> {
  const usage = new Map<string, number>();
  for (const pool of runningPools(host, location)) {
    const size = vmSize(pool.vmSize);
    if (size === undefined || (exceptId !== undefined && isSameOrBelow(pool.id, exceptId))) continue;
    for (const key of quotasOf(NAMESPACE, size.family, pool.isSpot))
      usage.set(key, (usage.get(key) ?? 0) + size.vCpus * pool.count);
  }
  return usage;
}

function isSameOrBelow(id: string, other: string): boolean {
  const [a, b] = [id.toLowerCase(), other.toLowerCase()];
  return a === b || a.startsWith(`${b}/`);
}

function runningPools(host: CloudHost, location: string): (Nodes & { readonly id: string })[] {
  const here = (cluster: Resource | undefined) => normalizeLocation(cluster?.location ?? "") === normalizeLocation(location);
  const running = (resource: Resource | undefined) => textAt(resource, "properties.powerState.code") !== "Stopped";
  const clusters = host.resources.ofType(CLUSTER_TYPE).filter((cluster) => here(cluster) && running(cluster));
  return clusters.flatMap((cluster) => {
    const pools = host.resources.below(cluster.id, `${CLUSTER_TYPE}/agentPools`).filter(running);
    // While a cluster is being made its pools are only in its body.
    const inline = objectsAt(cluster, "properties.agentPoolProfiles").filter(
      (profile) => !pools.some((pool) => pool.name === profile.name),
    );
    return [
      ...pools
        .filter((pool) => parentOf(pool.id).toLowerCase() === cluster.id.toLowerCase())
        .map((pool) => ({ id: pool.id, ...nodes(pool.properties) })),
      ...inline.map((profile) => ({ id: `${cluster.id}/agentPools/${textAt(profile, "name") ?? ""}`, ...nodes(profile) })),
    ];
  });
}

export function isSpotPool(profile: Resource["properties"]): boolean {
  return textAt(profile, "scaleSetPriority")?.toLowerCase() === "spot";
}

function nodes(profile: Resource["properties"]): Nodes {
  return { vmSize: textAt(profile, "vmSize") ?? "", count: numberAt(profile, "count") ?? 0, isSpot: isSpotPool(profile) };
}
