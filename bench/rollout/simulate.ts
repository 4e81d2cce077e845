import { argo } from "./argo.ts";
import { CELLS, type Cell } from "./cells.ts";
import { flagger } from "./flagger.ts";
import { quayside } from "./quayside.ts";
import { seeded } from "./random.ts";
import type { Run, Strategy } from "./strategy.ts";

export interface Figures {
  readonly cell: string;
  readonly requestsPerSecond: number;
  readonly truth: Cell["truth"];
  readonly rules: string;
  readonly runs: number;
  readonly promoted: number;
  readonly rolledBack: number;
  readonly undecided: number;
  readonly medianSeconds: number;
  readonly p95Seconds: number;
  readonly medianFailed: number;
}

const STRATEGIES: Readonly<Record<string, Strategy>> = { Flagger: flagger, "Argo Rollouts": argo, Quayside: quayside };

/** Every set of rules in every cell, `runs` times each; the same seed gives the same figures. */
export function simulate(runs: number, seed: number): Figures[] {
  return CELLS.flatMap((cell, at) =>
    Object.entries(STRATEGIES).map(([rules, strategy], which) => {
      const random = seeded(seed + 1000 * at + which);
      return figures(
        cell,
        rules,
        Array.from({ length: runs }, () => strategy(cell, random)),
      );
    }),
  );
}

function figures(cell: Cell, rules: string, runs: readonly Run[]): Figures {
  const share = (outcome: Run["outcome"]) => runs.filter((run) => run.outcome === outcome).length / runs.length;
  const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b);
  const failed = runs.map((run) => run.failed).sort((a, b) => a - b);
  return {
    cell: cell.name,
    requestsPerSecond: cell.requestsPerSecond,
    truth: cell.truth,
    rules,
    runs: runs.length,
    promoted: share("promoted"),
    rolledBack: share("rolled back"),
    undecided: share("undecided"),
    medianSeconds: quantile(seconds, 0.5),
    p95Seconds: quantile(seconds, 0.95),
    medianFailed: quantile(failed, 0.5),
  };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
