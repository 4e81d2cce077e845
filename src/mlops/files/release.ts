import { z } from "zod";
import { MODEL_NAME } from "./common.ts";
import { rolloutPlan } from "./rollout.ts";

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
  rollout: rolloutPlan,
});

export type ReleasePlan = z.output<typeof releasePlan>;
