import { ladderRule } from "../../src/mlops/release/ladder.ts";
import { judge, see, startVerdict } from "../../src/mlops/release/verdict.ts";
import { MARGIN_PERCENT } from "./cells.ts";
import { HORIZON_SECONDS, type Strategy, traffic } from "./strategy.ts";

const STEPS = [5, 10, 25, 50, 100];
const CONFIDENCE = { falseRollback: 0.01, falsePromotion: 0.05 };
const CHECK_SECONDS = 10;
const RULES = [ladderRule({ name: "errors", margin: MARGIN_PERCENT / 100, prior: { requests: 100, events: 0.5 } }, STEPS)];

/** The controller's defaults: the same functions that decide a release, fed with simulated requests. */
export const quayside: Strategy = (cell, random) => {
  let state = startVerdict(RULES);
  let [step, failed] = [0, 0];
  for (let second = 0; second < HORIZON_SECONDS; second += CHECK_SECONDS) {
    const percent = STEPS[step] ?? 100;
    const block = traffic(cell, random, second, CHECK_SECONDS, percent);
    failed += block.candidate.events;
    const { candidate, stable } = block;
    const split = { candidate: candidate.requests, total: candidate.requests + stable.requests, share: percent / 100 };
    const outlook = { pace: { users: cell.requestsPerSecond, own: 0 }, secondsLeft: HORIZON_SECONDS - second };
    state = see(RULES, state, { blocks: { errors: block }, split }, outlook, CONFIDENCE);
    const verdict = judge(RULES, state, CONFIDENCE);
    const seconds = second + CHECK_SECONDS;
    if (verdict.kind !== "more-data") return { outcome: "rolled back", seconds, failed };
    if (verdict.cleared > step) step++;
    if (STEPS[step] === 100) return { outcome: "promoted", seconds, failed };
  }
  return { outcome: "undecided", seconds: HORIZON_SECONDS, failed };
};
