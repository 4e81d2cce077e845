import { readFile } from "node:fs/promises";
import { EXIT, QuaysideError, type Reporter } from "../../report/index.ts";
import { addBlocks, type Block, EMPTY } from "../statistics/two-rates.ts";
import type { Answered } from "./answers.ts";

/** Judges answers to the sample requests by a file that holds the right ones. */
export interface SampleTruth {
  answered(answer: Answered): void;
  take(): Promise<Block>;
}

/**
 * `file`: a JSON array beside the requests, for each the right predictions, or null while nobody knows. Read again each
 * time; a file that is being written, or spoilt meanwhile, is warned about, and what it said before still holds.
 */
export async function sampleTruth(file: string, reporter: Reporter): Promise<SampleTruth> {
  let truth = await readTruth(file);
  // Truth comes late: answers wait for it as counts by request and prediction, not one by one.
  let waiting = new Map<string, { arm: keyof Block; body: number; predictions: string; count: number }>();
  return {
    answered({ arm, body, rows }) {
      if (body === undefined) return;
      const predictions = `[${rows.join(",")}]`;
      const key = `${arm} ${body} ${predictions}`;
      const one = waiting.get(key) ?? { arm, body, predictions, count: 0 };
      one.count++;
      waiting.set(key, one);
    },
    async take() {
      truth = await readTruth(file).catch((error: QuaysideError) => {
        reporter.emit("warning", { code: error.code, message: error.message });
        return truth;
      });
      const still: typeof waiting = new Map();
      let wrong: Block = EMPTY;
      for (const [key, one] of waiting) {
        const known = truth[one.body];
        if (known === undefined || known === null) still.set(key, one);
        else {
          const events = JSON.stringify(Array.isArray(known) ? known : [known]) === one.predictions ? 0 : one.count;
          wrong = addBlocks(wrong, { ...EMPTY, [one.arm]: { requests: one.count, events } });
        }
      }
      waiting = still;
      return wrong;
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
      exitCode: EXIT.diagnostics,
      cause,
    },
  );
}
