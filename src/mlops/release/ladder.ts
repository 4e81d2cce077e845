import type { MetricRule } from "./metric-test.ts";

/** How much worse the candidate may be, as a share of all requests. */
export interface Tolerance {
  readonly name: string;
  readonly margin: number;
  readonly prior: MetricRule["prior"];
}

/**
 * The rule of a metric on a ladder of traffic shares (percent, rising). A share is given once the evidence excludes that
 * it would add more than `margin` events to all requests together: at 10 % the candidate may still be ten margins worse,
 * at 100 % one. So a bad version is found while few users meet it, and a good one moves as fast as the evidence does.
 */
export function ladderRule({ name, margin, prior }: Tolerance, steps: readonly number[]): MetricRule {
  const fineBelow = steps.map((percent) => Math.min(LOOSEST, (margin * 100) / percent));
  return { name, worseAbove: 0, fineBelow, scale: margin, prior };
}

/** Even a sliver of traffic takes some evidence. */
const LOOSEST = 0.5;

/** A gain of `effect` is demanded: better than stable promotes, evidence of less than the effect goes back. */
export function gainRule(name: string, effect: number, steps: number, prior: MetricRule["prior"]): MetricRule {
  return { name, worseAbove: -effect, fineBelow: Array.from({ length: steps }, () => 0), scale: effect, prior };
}

/** A share of the candidate alone, at most `limit` from the first step on. */
export function limitRule(name: string, limit: number, steps: number, prior: MetricRule["prior"]): MetricRule {
  return {
    name,
    worseAbove: limit,
    fineBelow: Array.from({ length: steps }, () => limit),
    scale: limit,
    against: "none",
    prior,
  };
}
