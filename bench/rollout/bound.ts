import { erfc } from "../../src/mlops/statistics/sample-ratio.ts";
import { CELLS, type Cell, MARGIN_PERCENT } from "./cells.ts";
import { HORIZON_SECONDS } from "./strategy.ts";

export interface Bound {
  readonly cell: string;
  readonly requestsPerSecond: number;
  /** Share of good releases that stay undecided. */
  readonly undecided: number;
}

const FALSE_PROMOTION = 0.05;

/**
 * The least share of good releases that any rule at all must leave undecided which promotes at most 5 % of those exactly
 * at the margin: the Neyman-Pearson test between the two, looked at once, with every request of the two hours and half of
 * them on the candidate from the first second. By the normal approximation; there are thousands of requests.
 */
export function leastUndecided(cell: Cell): Bound {
  const requests = cell.requestsPerSecond * HORIZON_SECONDS;
  const [margin, stable] = [MARGIN_PERCENT / 100, cell.stable(0)];
  const variance = (share: number) => share * (1 - share);
  const deviation = Math.sqrt((variance(stable) + variance(stable + margin)) / (requests / 2));
  return {
    cell: cell.name,
    requestsPerSecond: cell.requestsPerSecond,
    undecided: upperTail(margin / deviation - quantile(1 - FALSE_PROMOTION)),
  };
}

/** Of the good releases with steady rates; those that two hours decide without loss are left out. */
export function bounds(): Bound[] {
  return CELLS.filter(({ truth, stable }) => truth === "good" && stable(0) === stable(120))
    .map(leastUndecided)
    .filter(({ undecided }) => undecided >= 0.001);
}

/** Chance that a standard normal variable is larger. */
function upperTail(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}

function quantile(p: number): number {
  let [low, high] = [-10, 10];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (1 - upperTail(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
