/** What a run saw. Latencies in milliseconds; `failed` = answers other than 2xx, `lost` = connections that broke, `unanswered` = cut at the end. */
export interface LoadResult {
  readonly seconds: number;
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  readonly lost: number;
  readonly unanswered: number;
  readonly perSecond: number;
  readonly latencyMs: Quantiles;
}

export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Exact quantiles: a run has at most a few hundred thousand samples. */
export function quantiles(samples: readonly number[]): Quantiles {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const round = (value: number, digits = 3): number => Number(value.toFixed(digits));
