import { setTimeout as sleep } from "node:timers/promises";

/** A container probe, with times in milliseconds. */
export interface Probe {
  readonly path: string;
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** How long a container may take to become ready before Kubernetes gives up on it. */
export const startupBudgetMs = (probe: Probe) => probe.initialDelayMs + probe.periodMs * probe.failureThreshold;

/** The HTTP status of one look, or what went wrong instead. */
export async function look(origin: string, probe: Probe): Promise<number | string> {
  try {
    const response = await fetch(origin + probe.path, { signal: AbortSignal.timeout(probe.timeoutMs), redirect: "manual" });
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    return cause instanceof Error && cause.name === "TimeoutError" ? `no answer in ${probe.timeoutMs} ms` : "connection failed";
  }
}

export const isHealthy = (seen: number | string) => typeof seen === "number" && seen >= 200 && seen < 400;

/** Reports each change between healthy and not, by the probe's thresholds, until the signal ends it. Starts as healthy. */
export async function watch(
  origin: string,
  probe: Probe,
  signal: AbortSignal,
  changed: (healthy: boolean) => void,
): Promise<void> {
  let healthy = true;
  let streak = 0;
  if (!(await pause(probe.initialDelayMs, signal))) return;
  do {
    const seen = isHealthy(await look(origin, probe));
    streak = seen === healthy ? 0 : streak + 1;
    if (streak >= (healthy ? probe.failureThreshold : probe.successThreshold)) {
      healthy = !healthy;
      streak = 0;
      if (!signal.aborted) changed(healthy);
    }
  } while (await pause(probe.periodMs, signal));
}

/** Wall time: what is watched is a real process. False when the signal came first. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
