/** The longest that one run may hold the event loop; nobody else is answered meanwhile. */
const TURN_MS = 8;
/** Answers between two looks at the 99th percentile: the slowest two of these are above it. */
const WINDOW = 200;

export interface BatchLimit {
  /** The most rows of different requests in a run. */
  rows(): number;
  /** The most rows that a run may have so that it ends within a turn. */
  rowsPerTurn(): number;
  /** What a row costs, from the last runs; 0 before the first. */
  msPerRow(): number;
  ran(rows: number, tookMs: number): void;
  answered(tookMs: number): void;
}

/**
 * Additive increase, multiplicative decrease (as Clipper does, NSDI 2017): while the 99th percentile is above the target the
 * limit loses a tenth at each look, else it gains a hundredth of the most.
 */
export function createBatchLimit(options: {
  readonly maxRows: number;
  readonly targetP99Ms: number | undefined;
  /** True when runs hold the event loop. */
  readonly blocks: boolean;
}): BatchLimit {
  const { maxRows, targetP99Ms, blocks } = options;
  let limit = maxRows;
  let perRow = 0;
  let latencies: number[] = [];

  const perTurn = () => (blocks && perRow > 0 ? Math.max(1, Math.floor(TURN_MS / perRow)) : maxRows);

  return {
    rows: () => Math.min(Math.floor(limit), Math.max(1, perTurn())),
    rowsPerTurn: perTurn,
    msPerRow: () => perRow,
    ran(rows, tookMs) {
      const own = tookMs / Math.max(rows, 1);
      // Runs of few rows are mostly fixed cost; a large run says more about the next large one.
      const weight = rows >= 16 || perRow === 0 ? 0.3 : 0.05;
      perRow = perRow === 0 ? own : perRow + weight * (own - perRow);
    },
    answered(tookMs) {
      if (targetP99Ms === undefined) return;
      latencies.push(tookMs);
      if (latencies.length < WINDOW) return;
      const p99 = latencies.sort((a, b) => a - b)[Math.floor(WINDOW * 0.99) - 1] ?? 0;
      latencies = [];
      limit = p99 > targetP99Ms ? Math.max(1, limit * 0.9) : Math.min(maxRows, limit + Math.max(1, maxRows / 100));
    },
  };
}
