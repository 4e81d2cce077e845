import { type Strategy, traffic } from "./strategy.ts";

/** The analysis of Argo Rollouts' documentation: every five minutes 95 % succeed, failureLimit 3, 20/40/60/80 % for ten minutes each. */
const RULES = { intervalSeconds: 300, minimumSuccess: 0.95, failureLimit: 3, steps: [20, 40, 60, 80], stepSeconds: 600 };

/** `failureLimit: 3` stops at the fourth failed measurement. */
export const argo: Strategy = (cell, random) => {
  let [failures, failed, second] = [0, 0, 0];
  for (const percent of RULES.steps) {
    for (let held = 0; held < RULES.stepSeconds; held += RULES.intervalSeconds) {
      const { candidate } = traffic(cell, random, second, RULES.intervalSeconds, percent);
      second += RULES.intervalSeconds;
      failed += candidate.events;
      if (candidate.requests > 0 && 1 - candidate.events / candidate.requests < RULES.minimumSuccess) failures++;
      if (failures > RULES.failureLimit) return { outcome: "rolled back", seconds: second, failed };
    }
  }
  return { outcome: "promoted", seconds: second, failed };
};
