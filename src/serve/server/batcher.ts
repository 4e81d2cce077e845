import type { RequestIds } from "../request-ids.ts";
import { admit } from "./admission.ts";
import { createBatchLimit } from "./batch-limit.ts";
import { canBatch, type Evaluator } from "./evaluator.ts";
import { createRuns, type Runs, ran } from "./runs.ts";
import type { Tensors } from "./tensor.ts";
import { canJoin, checkRows, commonRows, concatenate, sliceRows } from "./tensor-rows.ts";

export interface Batcher {
  /** The outputs for these inputs alone: at once when the engine gives them at once. Throws a 429 when they would come too late. */
  predict(inputs: Tensors): Tensors | Promise<Tensors>;
  /** Told of every request that was answered with outputs. */
  readonly observe?: Observer;
  readonly runs: Readonly<Runs>;
  /** Rows that wait or are being computed. */
  pendingRows(): number;
  /** The most rows of a run at the moment. */
  rowLimit(): number;
}

export type Observer = (ids: RequestIds, inputs: Tensors, outputs: Tensors) => void;

export interface BatchOptions {
  /** Rows of different requests that may share a run; 1 for a model whose rows influence each other. */
  readonly maxRows: number;
  /** How long the first request may wait for others to share its run; 0 waits for nobody. */
  readonly maxWaitMs: number;
  /** The latency that the row limit is kept for: it falls while the 99th percentile is above, and grows else. */
  readonly targetP99Ms: number | undefined;
  /** A request that would have to wait for longer is refused when it comes. */
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly observe?: Observer;
  /** Where runs are counted; by itself unless given. */
  readonly runs?: Runs;
}

/** 1,024 rows: large enough for one turn's requests, small enough that one run does not hold the event loop for long. */
export const BATCH_DEFAULTS: BatchOptions = {
  maxRows: 1024,
  maxWaitMs: 0,
  targetP99Ms: undefined,
  // What Azure ML grants a request unless told otherwise.
  deadlineMs: 5_000,
  now: () => performance.now(),
};

interface Waiting {
  readonly inputs: Tensors;
  /** Rows of every input; `undefined` when the inputs do not agree, then the request runs alone. */
  readonly rows: number | undefined;
  readonly since: number;
  readonly resolve: (outputs: Tensors) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Micro-batching: requests that were parsed in the same turn of the event loop, or while the model ran, share one run. It
 * begins in `setImmediate`, which Node calls after the turn's I/O; nobody waits for a timer unless `maxWaitMs` says so.
 */
export function createBatcher(evaluator: Evaluator, options: Partial<BatchOptions> = {}): Batcher {
  const { maxRows, maxWaitMs, targetP99Ms, deadlineMs, now, observe } = { ...BATCH_DEFAULTS, ...options };
  const batchable = canBatch(evaluator);
  const limit = createBatchLimit({ maxRows, targetP99Ms, blocks: evaluator.offLoop !== true });
  const runs = options.runs ?? createRuns();
  const concurrency = evaluator.concurrency ?? 1;
  const queue: Waiting[] = [];
  let queuedRows = 0;
  let runningRows = 0;
  let running = 0;
  let next: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (next !== undefined || queue.length === 0 || running >= concurrency) return;
    const [oldest] = queue;
    const wait = queuedRows >= limit.rows() || oldest === undefined ? 0 : oldest.since + maxWaitMs - now();
    if (wait > 0) {
      timer ??= setTimeout(flush, wait);
      return;
    }
    clearTimeout(timer);
    next = setImmediate(flush);
  }

  function flush(): void {
    next = timer = undefined;
    while (running < concurrency && queue.length > 0) void runNext(takeBatch());
    schedule();
  }

  /** In order of arrival, up to the row limit or to a request of another shape. */
  function takeBatch(): Waiting[] {
    const most = limit.rows();
    let rows = 0;
    let count = 0;
    for (const one of queue) {
      const [first] = queue;
      if (
        count > 0 &&
        (one.rows === undefined || first?.rows === undefined || rows + one.rows > most || !canJoin(first.inputs, one.inputs))
      )
        break;
      rows += one.rows ?? 1;
      count++;
    }
    queuedRows -= rows;
    return queue.splice(0, count);
  }

  async function runNext(batch: readonly Waiting[]): Promise<void> {
    const rows = batch.reduce((sum, one) => sum + (one.rows ?? 1), 0);
    const started = now();
    for (const { since } of batch) runs.queuedMs += started - since;
    running++;
    runningRows += rows;
    await run(batch, rows);
    running--;
    runningRows -= rows;
    schedule();
  }

  async function run(batch: readonly Waiting[], rows: number): Promise<void> {
    try {
      const [only, ...more] = batch;
      const inputs = only !== undefined && more.length === 0 ? only.inputs : concatenate(batch.map((one) => one.inputs));
      const outputs = await compute(inputs, rows, batchable);
      if (more.length > 0) checkRows(outputs, rows);
      const ended = now();
      let from = 0;
      for (const { rows: own = rows, resolve, since } of batch) {
        resolve(more.length === 0 ? outputs : sliceRows(outputs, from, from + own));
        from += own;
        succeed(ended - since);
      }
    } catch (cause) {
      // One request's values may be what the model cannot compute: the others must not pay for it.
      if (batch.length > 1) for (const one of batch) await run([one], one.rows ?? 1);
      else
        for (const { reject, since } of batch) {
          fail(since);
          reject(cause);
        }
    }
  }

  /** One run, or several when one would hold the event loop for too long. */
  async function compute(inputs: Tensors, rows: number, divisible: boolean): Promise<Tensors> {
    const most = limit.rowsPerTurn();
    if (!divisible || rows <= most || maxRows === 1) return timed(inputs, rows);
    const parts: Tensors[] = [];
    for (let from = 0; from < rows; from += most) {
      if (from > 0) await new Promise((resolve) => setImmediate(resolve));
      const to = Math.min(from + most, rows);
      const part = await timed(sliceRows(inputs, from, to), to - from);
      checkRows(part, to - from);
      parts.push(part);
    }
    // What is printed of it takes its own time.
    await new Promise((resolve) => setImmediate(resolve));
    return concatenate(parts);
  }

  async function timed(inputs: Tensors, rows: number): Promise<Tensors> {
    const started = now();
    const outputs = await evaluator.run(inputs);
    const took = now() - started;
    ran(runs, rows, took);
    limit.ran(rows, took);
    return outputs;
  }

  function succeed(took: number): void {
    runs.succeeded++;
    runs.succeededMs += took;
    limit.answered(took);
  }

  function fail(since: number): void {
    runs.failed++;
    runs.failedMs += now() - since;
  }

  /** An engine that needs no company computes in the turn of the request, and gives a promise only for many rows. */
  function predictNow(inputs: Tensors): Tensors | Promise<Tensors> {
    const rows = commonRows(inputs) ?? 1;
    const started = now();
    const ended = (result: Tensors): Tensors => {
      const took = now() - started;
      ran(runs, rows, took);
      succeed(took);
      return result;
    };
    let outputs: Tensors | Promise<Tensors>;
    try {
      outputs = evaluator.run(inputs);
    } catch (cause) {
      fail(started);
      throw cause;
    }
    if (!(outputs instanceof Promise)) return ended(outputs);
    runningRows += rows;
    return outputs
      .finally(() => (runningRows -= rows))
      .then(
        (result) => {
          limit.ran(rows, now() - started);
          return ended(result);
        },
        (cause: unknown) => {
          fail(started);
          throw cause;
        },
      );
  }

  return {
    ...(observe === undefined ? {} : { observe }),
    runs,
    pendingRows: () => queuedRows + runningRows,
    rowLimit: () => limit.rows(),
    predict(inputs) {
      const waiting = queuedRows + runningRows;
      if (waiting > 0) admit((waiting * limit.msPerRow()) / concurrency, deadlineMs);
      if (evaluator.immediate === true) return predictNow(inputs);
      return new Promise((resolve, reject) => {
        const rows = batchable ? commonRows(inputs) : undefined;
        queue.push({ inputs, rows, since: now(), resolve, reject });
        queuedRows += rows ?? 1;
        schedule();
      });
    },
  };
}
