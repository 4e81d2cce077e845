import { ModelFault } from "../../fault.ts";
import type { Log } from "../../log.ts";
import type { Model } from "../model.ts";
import type { CollectedEvent, Collection, Sink } from "./event.ts";
import { type Exchange, exchangeEvents, type Observed, type Prediction, predictionEvents } from "./observation.ts";
import { columnNames } from "./rows.ts";

export interface CollectorOptions {
  readonly sink: Sink;
  readonly modelVersion: string;
  /** Shares of requests, 0 to 1, by what is collected of them. */
  readonly rates: Readonly<Partial<Record<Collection, number>>>;
  /** Columns that are never written: what may identify a person. */
  readonly dropColumns: readonly string[];
  /** Names in lower case of headers that come with the collected request. */
  readonly captureHeaders: readonly string[];
  /** Rows, and bytes of bodies, that wait to be written; requests beyond are counted and forgotten. */
  readonly maxQueuedRows: number;
  readonly maxQueuedBytes: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

export const COLLECTOR_DEFAULTS = {
  rates: { model_inputs: 1, model_outputs: 1 },
  dropColumns: [],
  captureHeaders: [],
  maxQueuedRows: 20_000,
  maxQueuedBytes: 16 * 2 ** 20,
  now: () => Date.now(),
  random: Math.random,
} as const satisfies Partial<CollectorOptions>;

export interface Collector {
  /** Throws a `ModelFault` when a column that is never to be written is none of this model's: a slip would write what it names. */
  check(model: Model): void;
  /** Whether anybody asked for requests and responses as they were. */
  readonly wantsExchanges: boolean;
  /** Both keep a reference and return: nothing is printed or written in the request's turn. */
  predicted(prediction: Prediction): void;
  exchanged(exchange: Exchange): void;
  readonly counts: { readonly collected: number; readonly dropped: number; readonly sampledOut: number; readonly failed: number };
  /** Writes what is queued. */
  flush(): Promise<void>;
}

interface Queued {
  readonly rows: number;
  readonly bytes: number;
  readonly prediction?: Observed<Prediction>;
  readonly exchange?: Observed<Exchange>;
}

/** How long rows wait for others before they are written together. */
const FLUSH_AFTER_MS = 1_000;
/** Printed in one turn of the event loop: about 2 ms. */
const ROWS_PER_TURN = 500;
const BYTES_PER_TURN = 512 * 1024;

export function createCollector(options: CollectorOptions): Collector {
  const { sink, modelVersion, rates, captureHeaders, maxQueuedRows, maxQueuedBytes, now, random, log } = options;
  const dropped = new Set(options.dropColumns);
  const counts = { collected: 0, dropped: 0, sampledOut: 0, failed: 0 };
  let queue: Queued[] = [];
  let queuedRows = 0;
  let queuedBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  /** One draw decides for both sides of a request, so that they are found together. */
  function draw(collections: readonly Collection[]): Collection[] | undefined {
    if (collections.every((collection) => rates[collection] === undefined)) return undefined;
    const share = random();
    const wanted = collections.filter((collection) => share < (rates[collection] ?? 0));
    if (wanted.length > 0) return wanted;
    counts.sampledOut++;
    return undefined;
  }

  function enqueue(one: Queued): void {
    if (queuedRows + one.rows > maxQueuedRows || queuedBytes + one.bytes > maxQueuedBytes) {
      counts.dropped++;
      return;
    }
    queuedRows += one.rows;
    queuedBytes += one.bytes;
    queue.push(one);
    timer ??= setTimeout(() => void flush(), FLUSH_AFTER_MS).unref();
  }

  async function write(): Promise<void> {
    while (queue.length > 0) {
      const turn = takeTurn(queue);
      queue = queue.slice(turn.length);
      try {
        await sink(eventsOf(turn));
        counts.collected += turn.length;
      } catch (cause) {
        counts.failed += turn.length;
        log("warn", "collection.failed", { message: cause instanceof Error ? cause.message : String(cause) });
      }
      // Only now is there room again: whoever writes slowly must not let memory grow.
      for (const { rows, bytes } of turn) {
        queuedRows -= rows;
        queuedBytes -= bytes;
      }
    }
  }

  function eventsOf(turn: readonly Queued[]): CollectedEvent[] {
    const predictions = turn.flatMap(({ prediction }) => prediction ?? []);
    return [
      ...predictionEvents(predictions, "model_inputs", modelVersion, dropped),
      ...predictionEvents(predictions, "model_outputs", modelVersion, dropped),
      ...turn.flatMap(({ exchange }) => (exchange === undefined ? [] : exchangeEvents(exchange, modelVersion, captureHeaders))),
    ];
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    check: (model) => checkDropped(dropped, model),
    wantsExchanges: rates.request !== undefined || rates.response !== undefined,
    counts,
    flush,
    predicted(what) {
      const wanted = draw(["model_inputs", "model_outputs"]);
      if (wanted === undefined) return;
      const rows = what.inputs[what.model.evaluator.inputs[0]?.name ?? ""]?.dims[0] ?? 1;
      enqueue({ rows, bytes: 0, prediction: { what, time: now(), wanted } });
    },
    exchanged(what) {
      const wanted = draw(["request", "response"]);
      if (wanted === undefined) return;
      enqueue({ rows: 1, bytes: what.body.length + what.answer.length, exchange: { what, time: now(), wanted } });
    },
  };
}

/** Named in a message. */
const MOST_NAMED = 20;

function checkDropped(dropped: ReadonlySet<string>, { name, evaluator, columns }: Model): void {
  const known = [...columnNames(evaluator.inputs, columns), ...columnNames(evaluator.outputs, undefined)];
  const isKnown = (column: string) => known.includes(column) || known.includes(column.replace(/_\d+$/, "_*"));
  const unknown = [...dropped].find((column) => !isKnown(column));
  if (unknown === undefined) return;
  const named = known.length > MOST_NAMED ? [...known.slice(0, MOST_NAMED), `${known.length - MOST_NAMED} more`] : known;
  throw new ModelFault(
    "serve.unknown-column",
    `column ${unknown} is to be left out of what is collected, and model "${name}" has no such column; it has ${named.join(", ")}`,
  );
}

function takeTurn(queue: readonly Queued[]): Queued[] {
  const turn: Queued[] = [];
  let rows = 0;
  let bytes = 0;
  for (const one of queue) {
    rows += one.rows;
    bytes += one.bytes;
    if (turn.length > 0 && (rows > ROWS_PER_TURN || bytes > BYTES_PER_TURN)) break;
    turn.push(one);
  }
  return turn;
}
