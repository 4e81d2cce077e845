import type { Rules } from "./rules.ts";
import { startVerdict, type VerdictState } from "./verdict.ts";

/**
 * The state with which a release goes on after a crash. One of other rules, after the plan was edited, is no use. Quality of
 * collected answers begins anew: they and their labels are all still there and are read again from the release's start.
 */
export function carriedOver(left: VerdictState | undefined, { metrics }: Rules): VerdictState {
  const fits = metrics.every(({ name, fineBelow }) => left?.metrics[name]?.fine.length === fineBelow.length);
  if (left === undefined || !fits) return startVerdict(metrics);
  const kept = metrics.filter(({ answers }) => answers !== "collected").map(({ name }) => [name, left.metrics[name]]);
  return { ...startVerdict(metrics), ...left, metrics: { ...startVerdict(metrics).metrics, ...Object.fromEntries(kept) } };
}
