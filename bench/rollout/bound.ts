import { normalCdf, normalQuantile } from "../../src/mlops/statistics/normal.ts";
import { CELLS, type Cell } from "./cells.ts";
import { HORIZON_SECONDS, MARGIN, RULES } from "./defaults.ts";

export interface Bound {
  readonly cell: string;
  readonly requestsPerSecond: number;
  /** Share of good releases that stay undecided. */
  readonly undecided: number;
}

/**
 * The least share of good releases that any rule at all must leave undecided which promotes at most 5 % of those exactly
 * at the margin: the Neyman-Pearson test between the two, looked at once, with every request of the two hours and half of
 * them on the candidate from the first second. By the normal approximation; there are thousands of requests.
 */
export function leastUndecided(cell: Cell): Bound {
  const requests = cell.requestsPerSecond * HORIZON_SECONDS;
  const stable = cell.stable(0);
  const variance = (share: number) => share * (1 - share);
  const deviation = Math.sqrt((variance(stable) + variance(stable + MARGIN)) / (requests / 2));
  return {
    cell: cell.name,
    requestsPerSecond: cell.requestsPerSecond,
    undecided: normalCdf(normalQuantile(1 - RULES.confidence.falsePromotion) - MARGIN / deviation),
  };
}

/** Of the good releases with steady rates; those that two hours decide without loss are left out. */
export function bounds(): Bound[] {
  return CELLS.filter(({ truth, stable }) => truth === "good" && stable(0) === stable(120))
    .map(leastUndecided)
    .filter(({ undecided }) => undecided >= 0.001);
}
