import type { Rules } from "./rules.ts";
import { startVerdict, type VerdictState } from "./verdict.ts";

/** What a release writes down for whoever goes on after a crash. */
export interface Kept {
  readonly state: VerdictState;
  /** What the evidence is against: `Rules.claims`. */
  readonly claims: string;
}

/** The same, and for how long that controller had watched: time in which nobody watched is not the release's. */
export interface Left extends Kept {
  readonly seconds: number;
}

/**
 * With what a release goes on after a crash. Evidence against other claims, after the plan was edited, is no use, and new
 * evidence has the whole time. Quality of collected answers begins anew: they and their labels are all still there and are
 * read again from the release's start.
 */
export function carriedOver(left: Left | undefined, { metrics, claims }: Rules): Left {
  const start = startVerdict(metrics);
  if (left?.claims !== claims) return { state: start, claims, seconds: 0 };
  const kept = metrics.flatMap(({ name, answers }) => {
    const state = answers === "collected" ? undefined : left.state.metrics[name];
    return state === undefined ? [] : [[name, state]];
  });
  return { ...left, state: { ...left.state, metrics: { ...start.metrics, ...Object.fromEntries(kept) } } };
}
