import { judge, see, startVerdict } from "../../src/mlops/release/verdict.ts";
import { CHECK_SECONDS, HORIZON_SECONDS, RULES } from "./defaults.ts";
import { type Strategy, traffic } from "./strategy.ts";

const { positions, confidence } = RULES;
const ERRORS = RULES.metrics.filter(({ name }) => name === "errors");

/** The controller's defaults: the same functions that decide a release, fed with simulated requests. */
export const quayside: Strategy = (cell, random) => {
  let state = startVerdict(ERRORS);
  let [step, failed] = [0, 0];
  for (let second = 0; second < HORIZON_SECONDS; second += CHECK_SECONDS) {
    const percent = positions[step] ?? 100;
    const block = traffic(cell, random, second, CHECK_SECONDS, percent);
    failed += block.candidate.events;
    const { candidate, stable } = block;
    const split = { candidate: candidate.requests, total: candidate.requests + stable.requests, share: percent / 100 };
    const outlook = { pace: { users: cell.requestsPerSecond, own: 0 }, secondsLeft: HORIZON_SECONDS - second };
    state = see(ERRORS, state, { blocks: { errors: block }, split }, outlook, confidence);
    const verdict = judge(ERRORS, state, confidence);
    const seconds = second + CHECK_SECONDS;
    if (verdict.kind !== "more-data") return { outcome: "rolled back", seconds, failed };
    if (verdict.cleared > step) step++;
    if (positions[step] === 100) return { outcome: "promoted", seconds, failed };
  }
  return { outcome: "undecided", seconds: HORIZON_SECONDS, failed };
};
