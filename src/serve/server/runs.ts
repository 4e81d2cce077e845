/** What a model has done so far, since the process began; times in milliseconds, summed. */
export interface Runs {
  /** Runs of the model. */
  count: number;
  rows: number;
  /** How long runs took. */
  computedMs: number;
  /** Milliseconds since the epoch of the last run; 0 before it. */
  lastAt: number;
  /** Runs by their number of rows. */
  readonly sizes: Map<number, { count: number; ms: number }>;
  /** Requests that were answered with outputs, and how long they took with waiting. */
  succeeded: number;
  succeededMs: number;
  failed: number;
  failedMs: number;
  /** How long requests waited for their run. */
  queuedMs: number;
}

/** Sizes that are kept apart; runs of others are counted in the totals alone. */
const MAX_SIZES = 1024;

export function createRuns(): Runs {
  return {
    count: 0,
    rows: 0,
    computedMs: 0,
    lastAt: 0,
    sizes: new Map(),
    succeeded: 0,
    succeededMs: 0,
    failed: 0,
    failedMs: 0,
    queuedMs: 0,
  };
}

/** Counts a run. */
export function ran(runs: Runs, rows: number, tookMs: number): void {
  runs.count++;
  runs.rows += rows;
  runs.computedMs += tookMs;
  runs.lastAt = Date.now();
  addSize(runs, rows, 1, tookMs);
}

/** Adds what another process has done. */
export function addRuns(runs: Runs, other: Runs): void {
  for (const name of SUMS) runs[name] += other[name];
  runs.lastAt = Math.max(runs.lastAt, other.lastAt);
  for (const [rows, { count, ms }] of other.sizes) addSize(runs, rows, count, ms);
}

const SUMS = ["count", "rows", "computedMs", "succeeded", "succeededMs", "failed", "failedMs", "queuedMs"] as const;

function addSize({ sizes }: Runs, rows: number, count: number, ms: number): void {
  const known = sizes.get(rows);
  if (known !== undefined) {
    known.count += count;
    known.ms += ms;
  } else if (sizes.size < MAX_SIZES) sizes.set(rows, { count, ms });
}
