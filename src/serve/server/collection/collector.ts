import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../log.ts";
import type { RequestIds } from "../../request-ids.ts";
import type { Model } from "../model.ts";
import type { Tensors } from "../tensor.ts";
import { type Collection, cloudEvent, folderOf, rowsOf, type Source } from "./event.ts";

export interface CollectorOptions {
  /** The root of the collected files; each process writes its own. */
  readonly folder: string;
  readonly source: Source;
  readonly collections: readonly Collection[];
  /** Share of requests, 0 to 1. */
  readonly rate: number;
  /** Columns that are never written: what may identify a person. */
  readonly dropColumns: readonly string[];
  /** Rows that wait to be written; requests beyond are counted and forgotten. */
  readonly maxQueuedRows: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

export const COLLECTOR_DEFAULTS = {
  collections: ["model_inputs", "model_outputs"],
  rate: 1,
  dropColumns: [],
  maxQueuedRows: 20_000,
  now: () => Date.now(),
  random: Math.random,
} as const satisfies Partial<CollectorOptions>;

export interface Collector {
  /** Keeps a reference and returns: nothing is printed or written in the request's turn. */
  observe(model: Model, ids: RequestIds, inputs: Tensors, outputs: Tensors): void;
  readonly counts: { readonly collected: number; readonly dropped: number; readonly sampledOut: number; readonly failed: number };
  /** Writes what is queued. */
  flush(): Promise<void>;
}

interface Observation {
  readonly model: Model;
  readonly ids: RequestIds;
  readonly inputs: Tensors;
  readonly outputs: Tensors;
  readonly rows: number;
  readonly time: number;
}

/** How long rows wait for others before they are written together. */
const FLUSH_AFTER_MS = 1_000;
/** Rows printed in one turn of the event loop: about 2 ms. */
const ROWS_PER_TURN = 500;
/** Azure's bound on the data of an event; larger data is written beside the events. */
const MAX_EVENT_BYTES = 4 * 2 ** 20;

export function createCollector(options: CollectorOptions): Collector {
  const { folder, source, collections, rate, maxQueuedRows, now, random, log } = options;
  const dropped = new Set(options.dropColumns);
  const counts = { collected: 0, dropped: 0, sampledOut: 0, failed: 0 };
  let queue: Observation[] = [];
  let queuedRows = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    while (queue.length > 0) {
      let rows = 0;
      const turn: Observation[] = [];
      for (const one of queue) {
        if (turn.length > 0 && rows + one.rows > ROWS_PER_TURN) break;
        rows += one.rows;
        turn.push(one);
      }
      queue = queue.slice(turn.length);
      try {
        for (const collection of collections) await append(collection, turn);
        counts.collected += turn.length;
      } catch (cause) {
        counts.failed += turn.length;
        log("warn", "collection.failed", { message: cause instanceof Error ? cause.message : String(cause) });
      }
      // Only now is there room again: a slow disk must not let memory grow.
      queuedRows -= rows;
    }
  }

  async function append(collection: Collection, turn: readonly Observation[]): Promise<void> {
    const lines = new Map<string, string>();
    for (const one of turn) {
      const place = folderOf(collection, one.time, source);
      lines.set(place, (lines.get(place) ?? "") + (await lineOf(collection, place, one)));
    }
    for (const [place, text] of lines) {
      await mkdir(join(folder, place), { recursive: true });
      await appendFile(join(folder, place, `${source.instance}.jsonl`), text);
    }
  }

  async function lineOf(
    collection: Collection,
    place: string,
    { model, ids, inputs, outputs, time }: Observation,
  ): Promise<string> {
    const { evaluator, columns } = model;
    const requestId = ids["x-request-id"];
    const rows =
      collection === "model_inputs"
        ? rowsOf(inputs, evaluator.inputs, columns, dropped, requestId)
        : rowsOf(outputs, evaluator.outputs, undefined, dropped, requestId);
    const event = cloudEvent(collection, rows, ids, time, source);
    const data = JSON.stringify(event.data);
    const bytes = Buffer.byteLength(data);
    const contentrange = `bytes 0-${bytes - 1}/${bytes}`;
    if (bytes <= MAX_EVENT_BYTES) return `${JSON.stringify({ ...event, contentrange })}\n`;
    const name = `${source.instance}_${event.id}.json`;
    await mkdir(join(folder, place), { recursive: true });
    await writeFile(join(folder, place, name), data);
    const { data: _, ...rest } = event;
    return `${JSON.stringify({ ...rest, contentrange, dataref: `${place}/${name}` })}\n`;
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    counts,
    flush,
    observe(model, ids, inputs, outputs) {
      if (rate < 1 && random() >= rate) {
        counts.sampledOut++;
        return;
      }
      const rows = inputs[model.evaluator.inputs[0]?.name ?? ""]?.dims[0] ?? 1;
      if (queuedRows + rows > maxQueuedRows) {
        counts.dropped++;
        return;
      }
      queuedRows += rows;
      queue.push({ model, ids, inputs, outputs, rows, time: now() });
      timer ??= setTimeout(() => void flush(), FLUSH_AFTER_MS).unref();
    },
  };
}
