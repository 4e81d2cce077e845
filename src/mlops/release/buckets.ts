/** Latencies as a router counts them: how many took at most so many seconds, cumulative, rising to +Inf. */
export type Buckets = ReadonlyMap<number, number>;

/** `a` with the past fading to at most `memory` requests, and then `b`. */
export function remember(a: Buckets, b: Buckets, memory: number): Buckets {
  const kept = Math.min(1, memory / Math.max(1, totalOf(a)));
  return new Map([...b].map(([limit, count]) => [limit, count + (a.get(limit) ?? 0) * kept]));
}

export function totalOf(buckets: Buckets): number {
  return buckets.get(Number.POSITIVE_INFINITY) ?? 0;
}

/** Straight lines between the bounds, as Prometheus draws them; `undefined` beyond the last one. Seconds. */
export function quantileOf(buckets: Buckets, q: number): number | undefined {
  const rank = q * totalOf(buckets);
  let [below, counted] = [0, 0];
  for (const [limit, count] of buckets) {
    if (count >= rank && count > counted)
      return Number.isFinite(limit) ? below + ((limit - below) * (rank - counted)) / (count - counted) : undefined;
    [below, counted] = [limit, count];
  }
  return undefined;
}

/** The least bound that is no less than this; `undefined` when only +Inf is. */
export function boundFrom(buckets: Buckets, seconds: number): number | undefined {
  return [...buckets.keys()].find((limit) => limit >= seconds && Number.isFinite(limit));
}
