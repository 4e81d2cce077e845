/** Counts of latencies in buckets that grow by 2 %, so that a quantile is at most 2 % too high and memory does not grow with traffic. */
export interface LatencyHistogram {
  add(ms: number): void;
  /** Nearest rank; 0 when empty. Milliseconds. */
  quantile(q: number): number;
  readonly count: number;
}

const SMALLEST_MS = 0.01;
const GROWTH = Math.log(1.02);

export function latencyHistogram(): LatencyHistogram {
  const buckets = new Map<number, number>();
  let count = 0;
  return {
    add: (ms) => {
      const bucket = Math.max(0, Math.ceil(Math.log(ms / SMALLEST_MS) / GROWTH));
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      count++;
    },
    quantile: (q) => {
      const rank = Math.max(1, Math.ceil(q * count));
      let seen = 0;
      for (const [bucket, amount] of [...buckets].sort(([a], [b]) => a - b)) {
        seen += amount;
        if (seen >= rank) return SMALLEST_MS * Math.exp(bucket * GROWTH);
      }
      return 0;
    },
    get count() {
      return count;
    },
  };
}
