import type { Block } from "../../src/mlops/statistics/two-rates.ts";
import type { Cell } from "./cells.ts";
import { binomial } from "./random.ts";

export interface Run {
  readonly outcome: "promoted" | "rolled back" | "undecided";
  readonly seconds: number;
  /** Requests of users that the candidate failed before the decision. */
  readonly failed: number;
}

/** What a set of rules does with a cell. */
export type Strategy = (cell: Cell, random: () => number) => Run;

/** One second's requests at a time, each going to the candidate with the chance `percent`. */
export function traffic(cell: Cell, random: () => number, from: number, seconds: number, percent: number): Block {
  let [candidates, candidateFailed, stables, stableFailed] = [0, 0, 0, 0];
  for (let second = from; second < from + seconds; second++) {
    const share = binomial(random, cell.requestsPerSecond, percent / 100);
    candidates += share;
    stables += cell.requestsPerSecond - share;
    candidateFailed += binomial(random, share, cell.candidate(second));
    stableFailed += binomial(random, cell.requestsPerSecond - share, cell.stable(second));
  }
  return {
    candidate: { requests: candidates, events: candidateFailed },
    stable: { requests: stables, events: stableFailed },
  };
}
