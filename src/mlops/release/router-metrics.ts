/** What a router's counters say about one deployment since it started. */
export interface Counted {
  readonly requests: number;
  readonly failed: number;
  /** Requests at most this long, by seconds; cumulative. */
  readonly buckets: ReadonlyMap<number, number>;
}

/** What happened between two readings. */
export interface Figures {
  readonly requestsPerSecond: number;
  /** Share of requests. */
  readonly failed: number;
  /** Upper bound of the bucket, as the buckets are all that is known; absent without requests. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

const REQUESTS = "quayside_router_requests_total";
const DURATION = "quayside_router_request_duration_seconds_bucket";

/** Reads the Prometheus text of a Quayside router; versions that a deployment held one after the other are added up. */
export function readRouterMetrics(text: string, endpoint: string): Map<string, Counted> {
  const counted = new Map<string, { requests: number; failed: number; buckets: Map<number, number> }>();
  for (const line of text.split("\n")) {
    const [, name, labelText = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name !== REQUESTS && name !== DURATION) continue;
    const labels = Object.fromEntries([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text_]) => [key, text_]));
    if (labels.endpoint !== endpoint || labels.deployment === undefined) continue;
    const own = counted.get(labels.deployment) ?? { requests: 0, failed: 0, buckets: new Map<number, number>() };
    counted.set(labels.deployment, own);
    const amount = Number(value);
    if (name === REQUESTS) {
      own.requests += amount;
      // A 4xx is the caller's fault, as it is in the verdict of every other tool.
      if (Number(labels.code) >= 500) own.failed += amount;
    } else {
      const limit = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
      own.buckets.set(limit, (own.buckets.get(limit) ?? 0) + amount);
    }
  }
  return counted;
}

export function between(before: Counted | undefined, after: Counted, seconds: number): Figures {
  const requests = after.requests - (before?.requests ?? 0);
  const failed = after.failed - (before?.failed ?? 0);
  const buckets = [...after.buckets]
    .sort(([a], [b]) => a - b)
    .map(([limit, count]) => ({ limit, count: count - (before?.buckets.get(limit) ?? 0) }));
  const total = buckets.at(-1)?.count ?? 0;
  const quantile = (q: number) => buckets.find(({ count }) => count >= q * total)?.limit;
  const [p50, p99] = total === 0 ? [] : [quantile(0.5), quantile(0.99)];
  return {
    requestsPerSecond: requests / seconds,
    failed: requests === 0 ? 0 : failed / requests,
    ...(p50 === undefined ? {} : { p50Ms: p50 * 1000 }),
    ...(p99 === undefined ? {} : { p99Ms: p99 * 1000 }),
  };
}
