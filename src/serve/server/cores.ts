import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Processors that this process may use, from the limit of its control group: `cpu.max` of version 2 (`200000 100000` is two),
 * `cpu.cfs_quota_us` of version 1 (-1 is no limit). At least 1; never more than the machine lets the process run on.
 */
export function usableCores(read: (path: string) => string | undefined = readText, machine = availableParallelism()): number {
  const [quota, period] = (read("/sys/fs/cgroup/cpu.max") ?? versionOne(read) ?? "max").trim().split(/\s+/);
  const limit = Number(quota) / Number(period);
  return limit > 0 ? Math.max(1, Math.min(machine, Math.floor(limit))) : machine;
}

function versionOne(read: (path: string) => string | undefined): string | undefined {
  const quota = read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const period = read("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  return quota === undefined || period === undefined ? undefined : `${quota.trim()} ${period.trim()}`;
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
