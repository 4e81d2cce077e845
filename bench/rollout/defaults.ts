import { rolloutPlan } from "../../src/mlops/files/rollout.ts";
import { rulesOf } from "../../src/mlops/release/rules.ts";

/** A rollout that says no more than it must. */
const plan = rolloutPlan.parse({ requests: "requests.json", smoke: { requests: 1 }, load: { requestsPerSecond: 50 } });

export const RULES = rulesOf(plan);
export const { checkSeconds: CHECK_SECONDS, giveUpAfterSeconds: HORIZON_SECONDS } = plan.evidence;
/** What the sequential rules are told to tolerate; exactly there, promotion is wrong with a bounded chance. */
export const MARGIN = plan.evidence.errors.margin;
