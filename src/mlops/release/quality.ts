import { readFile } from "node:fs/promises";
import { QuaysideError } from "../../report/index.ts";
import { addBlocks, type Block, EMPTY } from "../statistics/two-rates.ts";

/** Judges answers once their truth is known, and estimates how many are wrong before. */
export interface Quality {
  answered(arm: keyof Block, body: number, answer: string): void;
  /** `wrong`: answers whose truth has become known; `estimated-wrong`: by confidence, for answers as they came. */
  take(): Promise<Readonly<Record<string, Block>>>;
}

export interface QualityOptions {
  /** A JSON array beside the requests: for each the right predictions, or null while nobody knows. Read again each time. */
  readonly truthFile?: string | undefined;
  /** For each version, the chance to be right at a confidence; without it nothing is estimated. */
  readonly calibrated?: Readonly<Record<keyof Block, (confidence: number) => number>> | undefined;
}

export function createQuality({ truthFile, calibrated }: QualityOptions): Quality {
  // Truth comes late: answers wait for it as counts by request and prediction, not one by one.
  let waiting = new Map<string, { arm: keyof Block; body: number; predictions: string; count: number }>();
  let estimated: Block = EMPTY;

  return {
    answered(arm, body, answer) {
      const read = readAnswer(answer);
      if (read === undefined) return;
      if (truthFile !== undefined) {
        const key = `${arm} ${body} ${read.predictions}`;
        const one = waiting.get(key) ?? { arm, body, predictions: read.predictions, count: 0 };
        one.count++;
        waiting.set(key, one);
      }
      if (calibrated !== undefined && read.confidence !== undefined)
        estimated = addBlocks(estimated, {
          ...EMPTY,
          [arm]: { requests: 1, events: 1 - calibrated[arm](read.confidence) },
        });
    },
    async take() {
      const blocks: Record<string, Block> = {};
      if (calibrated !== undefined) blocks["estimated-wrong"] = estimated;
      estimated = EMPTY;
      if (truthFile === undefined) return blocks;
      const truth = await readTruth(truthFile);
      const still: typeof waiting = new Map();
      let wrong: Block = EMPTY;
      for (const [key, one] of waiting) {
        const known = truth[one.body];
        if (known === undefined || known === null) still.set(key, one);
        else {
          const events = JSON.stringify(known) === one.predictions ? 0 : one.count;
          wrong = addBlocks(wrong, { ...EMPTY, [one.arm]: { requests: one.count, events } });
        }
      }
      waiting = still;
      return { ...blocks, wrong };
    },
  };
}

async function readTruth(file: string): Promise<readonly unknown[]> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    if (Array.isArray(value)) return value;
  } catch (cause) {
    throw badTruth(file, cause);
  }
  throw badTruth(file);
}

function badTruth(file: string, cause?: unknown): QuaysideError {
  return new QuaysideError(
    `${file} must be a JSON array with the right predictions of each request, null where they are unknown`,
    {
      code: "mlops.bad-truth",
      fault: "user",
      cause,
    },
  );
}

/** Predictions as text, and the mean of the rows' highest probabilities where the answer has them. */
function readAnswer(answer: string): { readonly predictions: string; readonly confidence: number | undefined } | undefined {
  try {
    const value = JSON.parse(answer) as { predictions?: unknown; probabilities?: unknown } | null;
    const { predictions = value, probabilities } = value ?? {};
    return { predictions: JSON.stringify(predictions), confidence: confidenceOf(probabilities) };
  } catch {
    return undefined;
  }
}

function confidenceOf(probabilities: unknown): number | undefined {
  if (!Array.isArray(probabilities) || probabilities.length === 0) return undefined;
  const highest = probabilities.map((row: unknown) => (Array.isArray(row) ? Math.max(...row.map(Number)) : Number.NaN));
  const mean = highest.reduce((sum, value) => sum + value, 0) / highest.length;
  return mean >= 0 && mean <= 1 ? mean : undefined;
}
