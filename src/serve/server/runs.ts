/** What a model has done so far; times in milliseconds, summed. */
export interface Runs {
  /** Runs of the model. */
  readonly count: number;
  readonly rows: number;
  /** How long runs took. */
  readonly computedMs: number;
  /** Milliseconds since the epoch of the last run; 0 before it. */
  readonly lastAt: number;
  /** Runs by their number of rows. */
  readonly sizes: ReadonlyMap<number, { readonly count: number; readonly ms: number }>;
  /** Requests that were answered with outputs, and how long they took with waiting. */
  succeeded: number;
  succeededMs: number;
  failed: number;
  failedMs: number;
  /** How long requests waited for their run. */
  queuedMs: number;
  ran(rows: number, tookMs: number): void;
}

/** Sizes that are kept apart; runs of others are counted in the totals alone. */
const MAX_SIZES = 1024;

export function createRuns(): Runs {
  const sizes = new Map<number, { count: number; ms: number }>();
  const runs = {
    count: 0,
    rows: 0,
    computedMs: 0,
    lastAt: 0,
    sizes,
    succeeded: 0,
    succeededMs: 0,
    failed: 0,
    failedMs: 0,
    queuedMs: 0,
    ran(rows: number, tookMs: number): void {
      runs.count++;
      runs.rows += rows;
      runs.computedMs += tookMs;
      runs.lastAt = Date.now();
      const known = sizes.get(rows);
      if (known !== undefined) {
        known.count++;
        known.ms += tookMs;
      } else if (sizes.size < MAX_SIZES) sizes.set(rows, { count: 1, ms: tookMs });
    },
  };
  return runs;
}
