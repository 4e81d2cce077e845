import { z } from "zod";
import type { Workspace } from "../../arm/index.ts";
import { parseJson } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { HOLDOUT_FILE } from "../gate.ts";
import { isotonic } from "../statistics/calibration.ts";
import { readModelFile } from "../train.ts";

const holdout = z.object({
  rows: z
    .array(
      z.object({
        truth: z.union([z.string(), z.number()]),
        prediction: z.union([z.string(), z.number()]),
        probabilities: z.array(z.number()).min(1),
      }),
    )
    .min(1),
});

/** How often a version is right at a confidence, from its held-out rows. */
export async function calibrationOf(
  workspace: Workspace,
  modelUri: string,
  signal: AbortSignal,
): Promise<(confidence: number) => number> {
  const content = await readModelFile(workspace, modelUri, HOLDOUT_FILE, signal);
  const parsed = holdout.safeParse(parseJson(content.toString("utf8")));
  if (!parsed.success)
    throw new QuaysideError(`${HOLDOUT_FILE} of ${modelUri} has rows without probabilities; quality.estimate needs them`, {
      code: "mlops.bad-holdout",
      fault: "user",
    });
  return isotonic(
    parsed.data.rows.map(({ truth, prediction, probabilities }) => ({
      confidence: Math.max(...probabilities),
      right: truth === prediction,
    })),
  );
}
