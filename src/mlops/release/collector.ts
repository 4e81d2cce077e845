import { addBlocks, type Block, EMPTY } from "../statistics/two-rates.ts";
import type { Outcome } from "./load.ts";
import type { Quality } from "./quality.ts";
import { ENOUGH, REMEMBERED, type SlowRule, slowBeyond } from "./slow-limit.ts";
import { latencyStride } from "./thinning.ts";
import type { Observation } from "./verdict.ts";

export interface Pair {
  readonly stable: string;
  readonly candidate: string;
}

/** A live request and its copy. */
export interface Mirrored {
  readonly live: Outcome;
  readonly copy: Outcome;
}

/** Turns single outcomes into blocks for the verdict. */
export interface Collector {
  live(outcome: Outcome): void;
  mirrored(pair: Mirrored): void;
  /**
   * The share of the candidate from now on, in percent; `undefined` while it is being changed. With `isCounted` somebody
   * else counts what was answered, and only what nobody answered is left to count here.
   */
  expect(percent: number | undefined, isCounted?: boolean): void;
  /** What was seen since the last call. */
  take(): Promise<Observation>;
}

export interface CollectorOptions {
  readonly pair: Pair;
  readonly slow: SlowRule;
  /** Of the live load. */
  readonly requestsPerSecond: number;
  readonly quality?: Quality | undefined;
}

export function createCollector({ pair, slow, requestsPerSecond, quality }: CollectorOptions): Collector {
  const recent: number[] = [];
  let at = 0;
  let percent: number | undefined;
  let isCounted = false;
  let since = 0;
  let slowMs: number | undefined;
  let blocks: Record<string, Block> = {};
  let split = { candidate: 0, total: 0 };

  const count = (metric: string, arm: keyof Block, event: number, weight = 1) => {
    const one = { ...EMPTY, [arm]: { requests: weight, events: event * weight } };
    blocks[metric] = addBlocks(blocks[metric] ?? EMPTY, one);
  };
  let stride = { candidate: 1, stable: 1 };
  const turn = { candidate: 0, stable: 0 };
  const arrived = (arm: keyof Block, outcome: Outcome) => {
    const { ok, ms } = outcome;
    if (!isCounted) {
      count("errors", arm, ok ? 0 : 1);
      if (slowMs !== undefined && turn[arm]++ % stride[arm] === 0) count("slow", arm, ms > slowMs ? 1 : 0);
      if (arm === "stable" && ok) remember(ms);
    }
    if (ok) quality?.answered(arm, outcome);
  };
  const remember = (ms: number) => {
    recent[at] = ms;
    at = (at + 1) % REMEMBERED;
  };

  return {
    live(outcome) {
      const { deployment } = outcome;
      if (deployment === pair.stable) arrived("stable", outcome);
      else if (deployment === pair.candidate) arrived("candidate", outcome);
      else {
        // Nobody says whose failure it is: it counts for each by its share. A candidate that vanishes shows in the split.
        const share = (percent ?? 0) / 100;
        count("errors", "candidate", 1, share);
        count("errors", "stable", 1, 1 - share);
        return;
      }
      if (isCounted || percent === undefined || percent === 0 || outcome.dueAt < since) return;
      split.total++;
      if (deployment === pair.candidate) split.candidate++;
    },
    mirrored({ live, copy }) {
      arrived("candidate", copy);
      if (live.ok && copy.ok) count("disagreement", "candidate", sameAnswer(live.answer, copy.answer) ? 0 : 1);
    },
    expect(next, counted = false) {
      percent = next;
      isCounted = counted;
      const share = (next ?? 0) / 100;
      // At 0 % the candidate gets a copy of every request.
      const candidates = share === 0 ? requestsPerSecond : requestsPerSecond * share;
      stride = { candidate: latencyStride(candidates), stable: latencyStride(requestsPerSecond * (1 - share)) };
      since = performance.now();
    },
    async take() {
      const judged = await quality?.take();
      const observation: Observation = {
        blocks: { ...blocks, ...judged?.blocks },
        ...(judged?.truth === undefined ? {} : { truth: judged.truth }),
        ...(percent === undefined || split.total === 0 ? {} : { split: { ...split, share: percent / 100 } }),
      };
      blocks = {};
      split = { candidate: 0, total: 0 };
      // Taken from what is past alone: the bets on the next block must not know it.
      if (recent.length >= ENOUGH) {
        const p99 = recent.toSorted((a, b) => a - b)[Math.ceil(0.99 * recent.length) - 1] ?? 0;
        slowMs = slowBeyond(p99, slow);
      }
      return observation;
    },
  };
}

/** Predictions where both name them, since probabilities of two good models differ; the whole answer otherwise. */
function sameAnswer(a: string, b: string): boolean {
  return a === b || predictionsOf(a) === predictionsOf(b);
}

function predictionsOf(answer: string): string {
  try {
    const value = JSON.parse(answer) as { predictions?: unknown } | null;
    return JSON.stringify(value?.predictions ?? value);
  } catch {
    return answer;
  }
}
