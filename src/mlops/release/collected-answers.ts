import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
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
  /** Holds `{endpoint}/{deployment}/model_outputs/{yyyy}/{MM}/{dd}/{HH}/*.jsonl`. */
  readonly folder: string;
  readonly endpoint: string;
  readonly pair: Pair;
  /** Milliseconds since the epoch; older rows are of other releases. */
  readonly since: number;
  readonly now: () => number;
}

const HOUR_MS = 3_600_000;

export function collectedAnswers({ folder, endpoint, pair, since, now }: CollectedOptions): CollectedAnswers {
  const tails = new Map<string, { readonly tail: Tail; readonly arm: keyof Block; readonly hour: number }>();
  let hour = Math.floor(since / HOUR_MS);

  /** Rows are written a second or so after their request: the hour before may still grow. */
  const findFiles = async () => {
    const current = Math.floor(now() / HOUR_MS);
    for (let at = hour; at <= current; at++) {
      for (const arm of ["candidate", "stable"] as const) {
        const [date = "", clock = ""] = new Date(at * HOUR_MS).toISOString().split("T");
        const place = join(folder, endpoint, pair[arm], "model_outputs", ...date.split("-"), clock.slice(0, 2));
        for (const name of await readdir(place).catch(() => []))
          if (name.endsWith(".jsonl") && !tails.has(join(place, name)))
            tails.set(join(place, name), { tail: tailOf(join(place, name)), arm, hour: at });
      }
    }
    hour = Math.max(hour, current - 1);
  };

  return {
    async read() {
      await findFiles();
      const answers: Answered[] = [];
      for (const { tail, arm } of tails.values())
        for (const { text } of await tail.read()) {
          const parsed = event.safeParse(parse(text));
          if (parsed.success && Date.parse(parsed.data.time) >= since) answers.push(...answersOf(arm, parsed.data.data));
        }
      for (const [file, tail] of tails) if (tail.hour < hour) tails.delete(file);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
