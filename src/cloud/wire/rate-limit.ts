/** Resource Manager's token buckets for one principal and subscription: how many requests at once, and how many more a second. */
const BUCKETS = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
} as const;

type Kind = keyof typeof BUCKETS;

const KINDS: Readonly<Record<string, Kind>> = { GET: "reads", HEAD: "reads", DELETE: "deletes" };

/**
 * Counts as Azure does and tells the client what is left. An empty bucket refuses nothing: a rehearsal's virtual hours
 * pass in seconds, so real rates would throttle what Azure does not; throttling is rehearsed with injected faults.
 */
export function createRateLimits(now: () => number): (objectId: string, method: string) => Record<string, string> {
  const buckets = new Map<string, { left: number; at: number }>();
  return (objectId, method) => {
    const kind = KINDS[method] ?? "writes";
    const { perSecond, size } = BUCKETS[kind];
    const key = `${objectId} ${kind}`;
    const bucket = buckets.get(key) ?? { left: size, at: now() };
    const refilled = Math.min(size, bucket.left + ((now() - bucket.at) / 1000) * perSecond);
    const left = Math.max(1, Math.floor(refilled) - 1);
    buckets.set(key, { left, at: now() });
    return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(left) };
  };
}
