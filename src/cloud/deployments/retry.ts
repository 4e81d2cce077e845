import { ArmFault, type CloudHost } from "../contract.ts";

/** Attempts at what a provider answers with 429 or 5xx. */
const ATTEMPTS = 6;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
/** How long somebody else may keep a resource busy. */
const BUSY_LIMIT_MS = 2 * 3_600_000;

const SETTLED = new Set(["Succeeded", "Failed", "Canceled"]);

/** Refusals by providers that mean "not now": another operation holds this resource or the one above it. */
const BUSY_CODES = new Set([
  "AnotherOperationInProgress",
  "StorageAccountOperationInProgress",
  "ReferencedResourceNotProvisioned",
  "RetryableError",
]);

/**
 * Runs a PUT that may be refused for the moment, as ARM does inside a deployment; the delays are virtual. One that was
 * taken (the resource has another ETag) and whose operation then failed is final.
 */
export async function withRetries<T>(
  host: Pick<CloudHost, "clock" | "resources">,
  resourceId: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = host.clock.now();
  for (let attempt = 1; ; attempt++) {
    const before = host.resources.get(resourceId)?.etag;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ArmFault)) throw error;
      const accepted = host.resources.get(resourceId)?.etag !== before;
      const transient = !accepted && (error.status === 429 || error.status >= 500) && attempt < ATTEMPTS;
      const busy = !accepted && isBusy(host, resourceId, error) && host.clock.now() - startedAt < BUSY_LIMIT_MS;
      if (!transient && !busy) throw error;
      const asked = Number(error.headers["Retry-After"] ?? error.headers["retry-after"]) * 1000;
      const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 5));
      await host.clock.sleep(Number.isFinite(asked) && asked > 0 ? asked : delay, signal);
    }
  }
}

function isBusy({ resources }: Pick<CloudHost, "resources">, id: string, fault: ArmFault): boolean {
  if (fault.status !== 409) return false;
  if (BUSY_CODES.has(fault.code)) return true;
  return isUnsettled(resources.get(id)?.properties.provisioningState);
}

export function isUnsettled(state: unknown): boolean {
  return typeof state === "string" && !SETTLED.has(state);
}
