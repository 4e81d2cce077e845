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
}

const DAY_MS = 86_400_000;

export function collectedAnswers({ files, endpoint, pair, since, now }: CollectedOptions): CollectedAnswers {
  const tails = new Map<string, Tail>();

  const readNew = async (arm: keyof Block, prefix: string): Promise<Answered[]> => {
    const answers: Answered[] = [];
    for (const [path, size] of await files.sizes(prefix)) {
      if (!path.endsWith(".jsonl")) continue;
      const tail = tails.get(path) ?? tailOf((from, bytes) => files.read(path, from, bytes));
      tails.set(path, tail);
      for (const { text } of await tail.readTo(size)) {
        const parsed = event.safeParse(parseJson(text));
        if (parsed.success && Date.parse(parsed.data.time) >= since) answers.push(...answersOf(arm, parsed.data.data));
      }
    }
    return answers;
  };

  return {
    async read() {
      const answers: Answered[] = [];
      for (let day = Math.floor(since / DAY_MS); day * DAY_MS <= now(); day++) {
        const date = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "/");
        for (const arm of ["candidate", "stable"] as const)
          answers.push(...(await readNew(arm, `${endpoint}/${pair[arm]}/model_outputs/${date}/`)));
      }
      return answers;
    },
  };
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
