import { quotasOf, vmSize } from "../../../azure/index.ts";
import type { CloudHost } from "../../contract.ts";
import { numberAt, textAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { computeLimits, isSpotPool, quotaUsage, REGIONAL_CORES, SPOT_CORES } from "../compute/index.ts";
import type { PoolProfile } from "./pool-rules.ts";

const WORDS: Readonly<Record<string, string>> = {
  [REGIONAL_CORES]: "all families together",
  [SPOT_CORES]: "spot nodes of all families",
};

/** vCPUs of all pools of one PUT together, against what the region has left when `changingId` itself is not counted. */
export function checkQuota(host: CloudHost, location: string, pools: readonly PoolProfile[], changingId: string): void {
  const wanted = new Map<string, number>();
  for (const pool of pools) {
    const size = vmSize(textAt(pool, "vmSize") ?? "");
    if (size === undefined) continue;
    const vCpus = size.vCpus * (numberAt(pool, "count") ?? 0);
    for (const key of quotasOf("Microsoft.Compute", size.family, isSpotPool(pool)))
      wanted.set(key, (wanted.get(key) ?? 0) + vCpus);
  }
  const used = quotaUsage(host, location, changingId);
  const limits = computeLimits(host);
  for (const [family, vCpus] of wanted) {
    const left = limits.limit(location, family) - (used.get(family) ?? 0);
    if (vCpus <= left) continue;
    const what = WORDS[family] ?? `family ${family}`;
    throw badRequest(
      "ErrCode_InsufficientVCPUQuota",
      `insufficient vCPU quota in ${location} for ${what}: ${vCpus} requested, ${Math.max(0, left)} left; ask for more quota or take fewer or smaller nodes`,
    );
  }
}
