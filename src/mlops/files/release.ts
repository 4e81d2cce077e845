import { z } from "zod";
import { MODEL_NAME } from "./common.ts";

const literal = z.union([z.string(), z.number(), z.boolean()]);

/** `release.yml`: what Azure ML has no word for - which trainings compete, what they must reach, and how traffic moves. */
export const releasePlan = z.strictObject({
  model: z.string().regex(MODEL_NAME, "expected letters, digits, dots, hyphens and underscores"),
  description: z.string().default(""),
  /** The Azure ML files beside this one. */
  job: z.string().default("job.yml"),
  endpoint: z.string().default("endpoint.yml"),
  deployment: z.string().default("deployment.yml"),
  /** Trainings in order; each changes inputs of the job. */
  candidates: z.array(z.strictObject({ name: z.string(), inputs: z.record(z.string(), literal).default({}) })).min(1),
  gate: z.strictObject({
    /** Lowest acceptable value of each metric that the job logs. */
    minimum: z.record(z.string(), z.number()),
    champion: z.strictObject({
      /** How much worse on the held-out set a candidate may be at most, as a share of rows. */
      margin: z.number().min(0).max(1),
      /** Of the one-sided paired interval. */
      confidence: z.number().min(0.5).max(0.9999).default(0.95),
    }),
  }),
  rollout: z.strictObject({
    /** A file with a JSON array of request bodies: the smoke test and the load send these. */
    requests: z.string(),
    smoke: z.strictObject({ requests: z.int().min(1).max(10_000) }),
    /** Percent of traffic for the candidate, rising, ending at 100. */
    steps: z
      .array(z.int().min(1).max(100))
      .min(1)
      .refine((steps) => steps.at(-1) === 100, "the last step must be 100")
      .refine((steps) => steps.every((step, at) => at === 0 || step > (steps[at - 1] ?? 0)), "steps must rise"),
    holdSeconds: z.number().positive().max(3600),
    load: z.strictObject({ requestsPerSecond: z.int().min(1).max(5000), connections: z.int().min(1).max(512).default(8) }),
    /** What the candidate may show during a step; beyond it the traffic goes back. */
    limits: z.strictObject({ errorRate: z.number().min(0).max(1), p99Ms: z.number().positive() }),
  }),
});

export type ReleasePlan = z.output<typeof releasePlan>;
