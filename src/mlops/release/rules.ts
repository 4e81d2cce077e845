import { createHash } from "node:crypto";
import type { RolloutPlan } from "../files/rollout.ts";
import type { Arm } from "../statistics/two-rates.ts";
import { gainRule, ladderRule, limitRule } from "./ladder.ts";
import type { MetricRule } from "./metric-test.ts";
import type { Confidence } from "./verdict.ts";

/** A rollout plan as the verdict needs it. */
export interface Rules {
  /** Percent of live traffic for the candidate, rising to 100; at 0 it gets copies only. */
  readonly positions: readonly number[];
  readonly metrics: readonly MetricRule[];
  readonly confidence: Confidence;
  /** A hash of what in the plan says what is counted and against which claims: evidence holds for one of these alone. */
  readonly claims: string;
}

const DEFAULT_STEPS = [5, 10, 25, 50, 100];

const POSITIONS: Readonly<Record<RolloutPlan["strategy"], (plan: RolloutPlan) => readonly number[]>> = {
  canary: ({ steps = DEFAULT_STEPS }) => steps,
  "mirror-first": ({ steps = DEFAULT_STEPS }) => [0, ...steps],
  "blue-green": () => [0, 100],
  ab: ({ ab }) => [ab?.percent ?? 50, 100],
};

/** What each metric is likely to be; right or wrong, the error rates hold. */
const PRIOR = {
  errors: { requests: 100, events: 0.5 },
  slow: { requests: 100, events: 0.8 },
  wrong: { requests: 50, events: 2.5 },
  "estimated-wrong": { requests: 50, events: 2.5 },
  disagreement: { requests: 100, events: 1 },
} as const;

type Quality = RolloutPlan["evidence"]["quality"];
type Traits = Pick<MetricRule, "thinned" | "answers" | "isLate" | "standsInFor">;

/** What sets a metric apart from the share of errors. */
function traitsOf(name: string, { evidence: { quality }, ab }: RolloutPlan): Traits {
  const answers = quality?.collected === undefined ? "own" : "collected";
  switch (name) {
    case "slow":
      return { thinned: true };
    case "wrong":
      return { answers, isLate: quality?.labels !== undefined };
    case "estimated-wrong":
      // No estimate shows the gain that an A/B test is about.
      return hasTruth(quality) && ab?.metric !== "wrong" ? { answers, standsInFor: "wrong" } : { answers };
    default:
      return {};
  }
}

function hasTruth(quality: Quality): boolean {
  return quality?.truth !== undefined || quality?.labels !== undefined;
}

/** Requests that what is known of the stable version's past counts for at most. */
const MOST_PAST = 1000;

function priorOf(name: keyof typeof PRIOR, past: Arm | undefined): MetricRule["prior"] {
  if (name !== "errors" || past === undefined || past.requests === 0) return PRIOR[name];
  const requests = Math.min(MOST_PAST, past.requests);
  return { requests, events: (requests * past.events) / past.requests };
}

/** `past`: how the stable version answered before the release, where that is known; the time foretold rests on it. */
export function rulesOf(plan: RolloutPlan, past?: Arm): Rules {
  const { evidence, ab } = plan;
  const positions = POSITIONS[plan.strategy](plan);
  const { quality } = evidence;
  const margins = {
    errors: evidence.errors.margin,
    slow: evidence.latency.margin,
    ...(quality !== undefined && hasTruth(quality) ? { wrong: quality.margin } : {}),
    ...(quality?.estimate === true ? { "estimated-wrong": quality.margin } : {}),
  };
  const metrics = Object.entries(margins).map(([name, margin]) => {
    const prior = priorOf(name as keyof typeof margins, past);
    const rule =
      name === ab?.metric ? gainRule(name, ab.effect, positions.length, prior) : ladderRule({ name, margin, prior }, positions);
    return { ...rule, ...traitsOf(name, plan) };
  });
  if (positions[0] === 0)
    metrics.push(limitRule("disagreement", evidence.disagreement.limit, positions.length, PRIOR.disagreement));
  const { falseRollback, falsePromotion } = evidence;
  return { positions, metrics, confidence: { falseRollback, falsePromotion }, claims: claimsOf(metrics, plan) };
}

/** Not how sure the verdict must be, nor its time or what was expected: what was seen is as good for others. */
function claimsOf(metrics: readonly MetricRule[], { load, evidence: { latency, quality } }: RolloutPlan): string {
  const claims = metrics.map((rule) => ({ ...rule, prior: undefined }));
  const said = JSON.stringify([claims, load.send, latency, quality]);
  return createHash("sha256").update(said).digest("hex").slice(0, 16);
}
