import type { Arm, Rates } from "../statistics/two-rates.ts";
import { type MetricRule, type MetricState, type Pace, rateOf } from "./metric-test.ts";
import type { Rules } from "./rules.ts";
import { latencyStride } from "./thinning.ts";
import { judge, see, type VerdictState } from "./verdict.ts";

export interface Schedule extends Pace {
  readonly checkSeconds: number;
  readonly giveUpAfterSeconds: number;
}

/** Looks ahead that far at most; beyond it the time is only said to be longer. */
const MOST_CHECKS = 500;

/**
 * Seconds until a candidate that does just as well as the stable version is promoted, from here on: the verdict itself,
 * fed with the requests that are to be expected. `undefined` when it would take longer than the release may.
 */
export function secondsToPromotion(rules: Rules, from: VerdictState, position: number, schedule: Schedule): number | undefined {
  const { giveUpAfterSeconds } = schedule;
  const checkSeconds = Math.max(schedule.checkSeconds, giveUpAfterSeconds / MOST_CHECKS, 0.1);
  let state = from;
  let at = position;
  for (let seconds = checkSeconds; seconds <= giveUpAfterSeconds; seconds += checkSeconds) {
    const percent = rules.positions[at] ?? 100;
    const blocks = Object.fromEntries(
      rules.metrics.map((rule) => [rule.name, expected(rule, from.metrics[rule.name], schedule, percent, checkSeconds)]),
    );
    const outlook = { pace: schedule, secondsLeft: giveUpAfterSeconds - seconds + checkSeconds };
    state = see(rules.metrics, state, { blocks }, outlook, rules.confidence);
    const verdict = judge(rules.metrics, state, rules.confidence);
    if (verdict.kind !== "more-data") return undefined;
    if (verdict.cleared > at) at++;
    if (rules.positions[at] === 100) return seconds;
  }
  return undefined;
}

function expected(rule: MetricRule, seen: MetricState | undefined, pace: Pace, percent: number, seconds: number) {
  const rate = rateOf(rule, pace, percent);
  const judged = (perSecond: number) => (perSecond * seconds) / (rule.thinned === true ? latencyStride(perSecond) : 1);
  // A mirrored candidate gets a copy of every request.
  const [candidates, stables] = percent === 0 ? [rate, rate] : [(rate * percent) / 100, (rate * (100 - percent)) / 100];
  const rates = likely(rule, seen);
  return {
    candidate: arm(judged(candidates), rates.candidate),
    stable: arm(rule.against === "none" ? 0 : judged(stables), rates.stable),
  };
}

/** As the stable version does, and with the gain where one is demanded. */
function likely({ prior, worseAbove, against }: MetricRule, seen: MetricState | undefined): Rates {
  const source = against === "none" ? seen?.seen.candidate : seen?.seen.stable;
  const share = ((source?.events ?? 0) + prior.events) / ((source?.requests ?? 0) + prior.requests);
  return { stable: share, candidate: Math.max(0, against === "none" ? share : share + worseAbove) };
}

function arm(requests: number, share: number): Arm {
  return { requests, events: requests * share };
}
