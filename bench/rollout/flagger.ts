import { type Strategy, traffic } from "./strategy.ts";

/** The canary of Flagger's documentation: every minute at least 99 % of the canary's requests succeed; +5 % to 50 %; ten failed checks. */
const RULES = { intervalSeconds: 60, minimumSuccess: 0.99, threshold: 10, stepPercent: 5, maxPercent: 50 };

/**
 * A failed check leaves the weight where it is and counts; no requests at all are a failed check; the count is never
 * reset within a release. At most `maxPercent`, one more good check promotes.
 */
export const flagger: Strategy = (cell, random) => {
  let [percent, failedChecks, failed, second] = [RULES.stepPercent, 0, 0, 0];
  for (;;) {
    const { candidate } = traffic(cell, random, second, RULES.intervalSeconds, percent);
    second += RULES.intervalSeconds;
    failed += candidate.events;
    const passes = candidate.requests > 0 && 1 - candidate.events / candidate.requests >= RULES.minimumSuccess;
    if (passes) {
      if (percent >= RULES.maxPercent) return { outcome: "promoted", seconds: second, failed };
      percent += RULES.stepPercent;
    } else if (++failedChecks >= RULES.threshold) return { outcome: "rolled back", seconds: second, failed };
  }
};
