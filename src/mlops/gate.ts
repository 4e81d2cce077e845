import { z } from "zod";
import { type ModelVersion, type Workspace } from "../arm/index.ts";
import { parseJson } from "../base/index.ts";
import { QuaysideError } from "../report/index.ts";
import type { PipelineContext } from "./context.ts";
import type { ReleasePlan } from "./files/release.ts";
import { comparePairs, differenceLowerBound, mcNemarWorse } from "./statistics/paired.ts";
import { readModelFile, type Training } from "./train.ts";

/** Written by the training into the model's folder: the frozen held-out rows and what the model says about them. */
export const HOLDOUT_FILE = "holdout-predictions.json";

const holdout = z.object({
  rows: z
    .array(
      z.object({
        id: z.union([z.string(), z.number()]).transform(String),
        truth: z.union([z.string(), z.number()]),
        prediction: z.union([z.string(), z.number()]),
      }),
    )
    .min(1)
    // A row that stands there twice would count twice.
    .refine((rows) => new Set(rows.map(({ id }) => id)).size === rows.length),
});

type Holdout = z.output<typeof holdout>;

/** The gate's decision with every number that it rests on. */
export interface Verdict {
  readonly accepted: boolean;
  /** One line for each rule, in the order they were judged. */
  readonly reasons: readonly string[];
  readonly comparison?: {
    readonly champion: string;
    readonly rows: number;
    readonly gained: number;
    readonly lost: number;
    readonly lowerBound: number;
    readonly pWorse: number;
  };
}

/** Judges a training: absolute minimums first, then the champion on the same held-out rows. No champion, no comparison. */
export async function judge(
  workspace: Workspace,
  release: ReleasePlan,
  training: Training,
  champion: ModelVersion | undefined,
  context: PipelineContext,
): Promise<Verdict> {
  const reasons: string[] = [];
  let accepted = true;
  const rule = (passes: boolean, text: string) => {
    accepted &&= passes;
    reasons.push(`${passes ? "passed" : "refused"}: ${text}`);
  };
  for (const [metric, minimum] of Object.entries(release.gate.minimum)) {
    const value = training.run.metrics[metric];
    if (value === undefined) rule(false, `${metric} was not logged by job ${training.job}`);
    else rule(value >= minimum, `${metric} ${value.toFixed(4)} against a minimum of ${minimum}`);
  }
  if (champion === undefined) {
    reasons.push("passed: there is no champion to compare with");
    return { accepted, reasons };
  }
  const [own, theirs] = await Promise.all([
    readHoldout(workspace, training.modelUri, context.signal),
    readHoldout(workspace, champion.uri, context.signal),
  ]);
  const paired = comparePairs(...alignRows(own, theirs, champion));
  const { margin, confidence } = release.gate.champion;
  const lowerBound = differenceLowerBound(paired, confidence);
  const pWorse = mcNemarWorse(paired);
  rule(
    lowerBound > -margin,
    `against champion ${champion.name}:${champion.version} on ${paired.rows} held-out rows: gained ${paired.gained}, lost ${paired.lost}; ` +
      `accuracy is at worst ${(lowerBound * 100).toFixed(1)} points different with ${confidence * 100} % confidence, allowed ${(-margin * 100).toFixed(1)} (exact McNemar p of being worse ${pWorse.toFixed(3)})`,
  );
  return { accepted, reasons, comparison: { champion: champion.version, ...paired, lowerBound, pWorse } };
}

async function readHoldout(workspace: Workspace, modelUri: string, signal: AbortSignal): Promise<Holdout> {
  const content = await readModelFile(workspace, modelUri, HOLDOUT_FILE, signal);
  const parsed = holdout.safeParse(parseJson(content.toString("utf8")));
  if (!parsed.success)
    throw new QuaysideError(
      `${HOLDOUT_FILE} of ${modelUri} is not { rows: [{ id, truth, prediction }] } with an id for each row`,
      {
        code: "mlops.bad-holdout",
        fault: "user",
      },
    );
  return parsed.data;
}

/** The comparison is paired only if both were judged on the same rows with the same truth. */
function alignRows(own: Holdout, theirs: Holdout, champion: ModelVersion): [boolean[], boolean[]] {
  const byId = new Map(theirs.rows.map((row) => [row.id, row]));
  const ownRight: boolean[] = [];
  const theirRight: boolean[] = [];
  for (const row of own.rows) {
    const other = byId.get(row.id);
    if (other === undefined || other.truth !== row.truth || own.rows.length !== theirs.rows.length) {
      throw new QuaysideError(
        `the held-out rows differ from those of champion ${champion.name}:${champion.version}; a paired comparison needs the same rows`,
        { code: "mlops.holdout-differs", fault: "user" },
      );
    }
    ownRight.push(row.prediction === row.truth);
    theirRight.push(other.prediction === other.truth);
  }
  return [ownRight, theirRight];
}
