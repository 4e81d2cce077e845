import { z } from "zod";

const share = z.number().gt(0).max(0.5);
const chance = z.number().gt(0).max(0.5);

/** What a sequential verdict rests on. Margins are shares of requests by which the candidate may be worse than the stable version. */
const evidence = z.strictObject({
  /** Requests that were not answered with 200. */
  errors: z.strictObject({ margin: share.default(0.005) }).prefault({}),
  /** Requests slower than the stable version's p99 times `slowerBy`, or plus `atLeastMs` where that is more. */
  latency: z
    .strictObject({
      margin: share.default(0.02),
      slowerBy: z.number().min(1).default(1.25),
      atLeastMs: z.number().min(0).default(5),
    })
    .prefault({}),
  /** Mirrored requests that the two versions answer differently. */
  disagreement: z.strictObject({ limit: share.default(0.05) }).prefault({}),
  /** Wrong answers. */
  quality: z
    .strictObject({
      /** JSON lines `{"request_id", "label"}`, appended as truth becomes known; read on at each look. */
      labels: z.string().optional(),
      /** A JSON array, one entry for each sample request: the right predictions, or null as long as nobody knows. */
      truth: z.string().optional(),
      /**
       * Where the model servers collect what users were answered: `azureml://datastores/...`, or a folder. Without it the
       * release's own answers are judged.
       */
      collected: z.string().optional(),
      margin: share.default(0.02),
      /** While truth is late: wrong answers as the model's calibrated confidence expects them (CBPE). */
      estimate: z.boolean().default(false),
    })
    .optional(),
  /** Chance that a version that is no worse goes back, over all metrics and looks. */
  falseRollback: chance.default(0.01),
  /** Chance that a version worse by exactly a margin is promoted. */
  falsePromotion: chance.default(0.05),
  checkSeconds: z.number().min(0.1).max(600).default(10),
  /** Undecided by then, the release ends; the stable version takes all traffic, or the split stays with `hold`. */
  giveUpAfterSeconds: z.number().positive().max(604_800).default(7200),
  undecided: z.enum(["back", "hold"]).default("back"),
});

const steps = z
  .array(z.int().min(1).max(100))
  .min(1)
  .refine((values) => values.at(-1) === 100, "the last step must be 100")
  .refine((values) => values.every((step, at) => at === 0 || step > (values[at - 1] ?? 0)), "steps must rise");

/** How traffic moves to the candidate, and what lets it or sends it back. */
export const rolloutPlan = z
  .strictObject({
    /** A file with a JSON array of request bodies: the smoke test, the load and the mirrored copies are these. */
    requests: z.string(),
    smoke: z.strictObject({ requests: z.int().min(1).max(10_000) }),
    /**
     * `canary`: users in steps. `mirror-first`: copies of requests before any user, then steps. `blue-green`: copies
     * alone, then all traffic at once. `ab`: one split until a stated effect is shown or excluded.
     */
    strategy: z.enum(["canary", "mirror-first", "blue-green", "ab"]).default("canary"),
    /** Percent of traffic for the candidate, rising, ending at 100. */
    steps: steps.optional(),
    /** Requests a second that the release needs. `send` says which of them it sends itself: what users' lack, all beside theirs, none. */
    load: z.strictObject({
      requestsPerSecond: z.int().min(1).max(5000),
      connections: z.int().min(1).max(512).default(8),
      send: z.enum(["missing", "always", "never"]).default("missing"),
    }),
    /** `sequential` compares with the stable version and takes as long as the evidence does; `fixed` holds each step and its limits. */
    verdict: z.enum(["sequential", "fixed"]).default("sequential"),
    evidence: evidence.prefault({}),
    /** Of `ab`: share of users on the candidate, and the fall of a metric that would make it worth having. */
    ab: z
      .strictObject({ percent: z.int().min(1).max(99).default(50), metric: z.enum(["errors", "slow", "wrong"]), effect: share })
      .optional(),
    /** Of `fixed`: how long each step lasts. */
    holdSeconds: z.number().positive().max(3600).optional(),
    /** Of `fixed`: what the candidate may show during a step; beyond it the traffic goes back. */
    limits: z.strictObject({ errorRate: z.number().min(0).max(1), p99Ms: z.number().positive() }).optional(),
  })
  .superRefine((plan, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: path.split("."), message });
    const fixed = plan.verdict === "fixed";
    for (const key of ["holdSeconds", "limits"] as const) {
      if (fixed && plan[key] === undefined) refuse(key, `${key} is needed by verdict: fixed`);
      if (!fixed && plan[key] !== undefined) refuse(key, `${key} belongs to verdict: fixed; this plan's verdict is sequential`);
    }
    if (fixed && plan.strategy !== "canary")
      refuse("strategy", `strategy ${plan.strategy} compares versions; it needs verdict: sequential`);
    if (plan.strategy === "ab" && plan.ab === undefined) refuse("ab", "strategy: ab needs ab with a metric and an effect");
    if (plan.strategy !== "ab" && plan.ab !== undefined)
      refuse("ab", `ab belongs to strategy: ab; this plan's strategy is ${plan.strategy}`);
    const { quality } = plan.evidence;
    if (fixed && quality !== undefined)
      refuse("evidence.quality", "evidence.quality belongs to verdict: sequential; this plan's verdict is fixed");
    if (plan.ab?.metric === "wrong" && quality?.truth === undefined && quality?.labels === undefined)
      refuse("ab", "ab.metric wrong needs evidence.quality.labels or truth");
    if (quality?.truth !== undefined && (quality.labels ?? quality.collected) !== undefined)
      refuse("evidence.quality", "quality.truth is about the sample requests; it goes neither with labels nor with collected");
    if (quality !== undefined && quality.truth === undefined && quality.labels === undefined && !quality.estimate)
      refuse("evidence.quality", "quality needs labels, truth or estimate: true");
    if (plan.load.send === "never") {
      const needs = needsOwnRequests(plan);
      if (needs !== undefined)
        refuse("load.send", `load.send never leaves nothing for ${needs}, which is about the release's own requests`);
    }
    if (plan.steps !== undefined && (plan.strategy === "blue-green" || plan.strategy === "ab"))
      refuse("steps", `strategy ${plan.strategy} has no steps`);
  });

interface Needs {
  readonly verdict: string;
  readonly evidence: { readonly quality?: { readonly collected?: string | undefined } | undefined };
}

/** Whose answers have to be known or copied. */
function needsOwnRequests({ verdict, evidence: { quality } }: Needs): string | undefined {
  if (verdict === "fixed") return "verdict: fixed";
  return quality === undefined || quality.collected !== undefined ? undefined : "evidence.quality without collected";
}

export type RolloutPlan = z.output<typeof rolloutPlan>;
