import { z } from "zod";
import type { StoredFiles } from "../../arm/index.ts";
import { parseJson } from "../../base/index.ts";
import type { Block } from "../statistics/two-rates.ts";
import type { Answered } from "./answers.ts";
import type { Pair } from "./collector.ts";
import { type Tail, tailOf } from "./jsonl-tail.ts";

/** The column by which the model server's collector ties rows to their request: `{request}/{row}`. */
const ROW_ID = "quayside_row_id";
const event = z.object({ time: z.string(), data: z.array(z.record(z.string(), z.unknown())) });

/** Answers to users, from what the model servers collected of their outputs. */
export interface CollectedAnswers {
  /** Those that came since the last call. */
  read(): Promise<Answered[]>;
}

export interface CollectedOptions {
  /** Hold `{endpoint}/{deployment}/model_outputs/{yyyy}/{MM}/{dd}/...jsonl`, by universal time. */
  readonly files: StoredFiles;
  readonly endpoint: string;
  readonly pair: Pair;
  /** Milliseconds since the epoch; older rows are of other releases. */
  readonly since: number;
  readonly now: () => number;
  /** Told when reading no longer works that did: what is there is read once it does again, and is no evidence until then. */
  readonly failed: (cause: unknown) => void;
}

const DAY_MS = 86_400_000;

export function collectedAnswers({ files, endpoint, pair, since, now, failed }: CollectedOptions): CollectedAnswers {
  const tails = new Map<string, Tail>();
  let before: "nothing" | "read" | "failed" = "nothing";

  async function readNew(arm: keyof Block, path: string, size: number): Promise<Answered[]> {
    const tail = tails.get(path) ?? tailOf((from, bytes) => files.read(path, from, bytes));
    tails.set(path, tail);
    return (await tail.readTo(size)).flatMap(({ text }) => {
      const parsed = event.safeParse(parseJson(text));
      return parsed.success && Date.parse(parsed.data.time) >= since ? answersOf(arm, parsed.data.data) : [];
    });
  }

  async function readFolder(arm: keyof Block, prefix: string, answers: Answered[]): Promise<void> {
    for (const [path, size] of await files.sizes(prefix))
      if (path.endsWith(".jsonl")) answers.push(...(await readNew(arm, path, size)));
  }

  return {
    async read() {
      const answers: Answered[] = [];
      try {
        await readDays(answers);
        before = "read";
      } catch (cause) {
        // A place that was never there is a mistake in the plan.
        if (before === "nothing") throw cause;
        if (before === "read") failed(cause);
        before = "failed";
      }
      return answers;
    },
  };

  async function readDays(answers: Answered[]): Promise<void> {
    for (let day = Math.floor(since / DAY_MS); day * DAY_MS <= now(); day++) {
      const date = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "/");
      for (const arm of ["candidate", "stable"] as const)
        await readFolder(arm, `${endpoint}/${pair[arm]}/model_outputs/${date}/`, answers);
    }
  }
}

/** Collectors batch rows: those of one request are put together again, in their order. */
function answersOf(arm: keyof Block, data: readonly Readonly<Record<string, unknown>>[]): Answered[] {
  const byRequest = Map.groupBy(data, (row) => /^(.+)\/\d+$/.exec(String(row[ROW_ID]))?.[1] ?? "");
  return [...byRequest].map(([requestId, rows]) => {
    const confidences = rows.map(confidenceOf);
    const mean = confidences.reduce((sum, value) => sum + value, 0) / confidences.length;
    return { arm, requestId, rows: rows.map(predictionOf), ...(mean >= 0 && mean <= 1 ? { confidence: mean } : {}) };
  });
}

/** The first output is the prediction, as it is in the model's own answer. */
function predictionOf(row: Readonly<Record<string, unknown>>): string {
  const [, prediction] = Object.entries(row).find(([name]) => name !== ROW_ID) ?? [];
  return JSON.stringify(prediction ?? null);
}

function confidenceOf(row: Readonly<Record<string, unknown>>): number {
  return Math.max(
    ...Object.entries(row).map(([name, value]) => (name.startsWith("probabilit") ? Number(value) : Number.NEGATIVE_INFINITY)),
  );
}
