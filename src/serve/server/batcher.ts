import { canBatch, type Evaluator } from "./evaluator.ts";
import { ELEMENTS, type Tensor, type TensorData, type Tensors } from "./tensor.ts";

export interface Batcher {
  /** Resolves with the outputs for these inputs alone. */
  predict(inputs: Tensors): Promise<Tensors>;
  readonly runs: { readonly count: number; readonly rows: number };
}

/** Large enough for one turn's requests, small enough that one run does not hold the event loop for long. */
export const MAX_BATCH_ROWS = 1024;

interface Waiting {
  readonly inputs: Tensors;
  /** Rows of every input; `undefined` when the inputs do not agree, then the request runs alone. */
  readonly rows: number | undefined;
  readonly resolve: (outputs: Tensors) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Micro-batching: requests that were parsed in the same turn of the event loop share one run, in `setImmediate`, which Node
 * calls after the turn's I/O. Nobody waits for a timer, so a lone request costs what it cost before.
 */
export function createBatcher(evaluator: Evaluator, maxRows = MAX_BATCH_ROWS): Batcher {
  const batchable = canBatch(evaluator);
  const runs = { count: 0, rows: 0 };
  let queue: Waiting[] = [];

  function flush(): void {
    const waiting = queue;
    queue = [];
    for (const batch of split(waiting, maxRows)) void run(batch);
  }

  async function run(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    runs.count++;
    for (const { rows } of batch) runs.rows += rows ?? 1;
    try {
      if (batch.length === 1) return first.resolve(await evaluator.run(first.inputs));
      const outputs = await evaluator.run(concatenate(batch.map(({ inputs }) => inputs)));
      checkRows(outputs, batch);
      let from = 0;
      for (const { rows = 0, resolve } of batch) {
        resolve(slice(outputs, from, from + rows));
        from += rows;
      }
    } catch (cause) {
      if (batch.length === 1) return first.reject(cause);
      // One request's values may be what the model cannot compute: the others must not pay for it.
      for (const one of batch) void run([one]);
    }
  }

  return {
    runs,
    predict: (inputs) =>
      new Promise((resolve, reject) => {
        if (queue.length === 0) setImmediate(flush);
        queue.push({ inputs, rows: batchable ? commonRows(inputs) : undefined, resolve, reject });
      }),
  };
}

/** Shapes are only a promise of the model: an output that does not have one row for each given row cannot be shared out. */
function checkRows(outputs: Tensors, batch: readonly Waiting[]): void {
  const given = batch.reduce((sum, { rows = 0 }) => sum + rows, 0);
  for (const name in outputs) {
    const answered = outputs[name]?.dims[0];
    if (answered !== given) throw new Error(`output "${name}" has ${answered} rows for ${given}`);
  }
}

/** In order of arrival; a batch ends where the rows would exceed the limit or the shapes differ. */
function split(waiting: readonly Waiting[], maxRows: number): Waiting[][] {
  const batches: Waiting[][] = [];
  let current: Waiting[] = [];
  let total = 0;
  for (const one of waiting) {
    const [first] = current;
    if (first !== undefined && (!canShare(first, one) || total + (one.rows ?? 0) > maxRows)) {
      batches.push(current);
      current = [];
      total = 0;
    }
    current.push(one);
    total += one.rows ?? 0;
  }
  if (current.length > 0) batches.push(current);
  return batches;
}

function canShare(a: Waiting, b: Waiting): boolean {
  if (a.rows === undefined || b.rows === undefined) return false;
  for (const name in a.inputs) {
    const left = a.inputs[name]?.dims ?? [];
    const right = b.inputs[name]?.dims ?? [];
    if (left.length !== right.length) return false;
    for (let at = 1; at < left.length; at++) if (left[at] !== right[at]) return false;
  }
  return true;
}

function commonRows(inputs: Tensors): number | undefined {
  let rows: number | undefined;
  for (const name in inputs) {
    const own = inputs[name]?.dims[0];
    if (rows !== undefined && own !== rows) return undefined;
    rows = own;
  }
  return rows;
}

function concatenate(all: readonly Tensors[]): Tensors {
  const joined: Record<string, Tensor> = {};
  for (const name in all[0]) {
    const parts = all.map((inputs) => inputs[name]).filter((part) => part !== undefined);
    const [first] = parts;
    if (first === undefined) continue;
    const data = ELEMENTS[first.type].create(parts.reduce((sum, part) => sum + part.data.length, 0));
    let at = 0;
    for (const part of parts) {
      copy(part.data, data, at);
      at += part.data.length;
    }
    joined[name] = {
      type: first.type,
      dims: [parts.reduce((sum, part) => sum + (part.dims[0] ?? 0), 0), ...first.dims.slice(1)],
      data,
    };
  }
  return joined;
}

function copy(from: TensorData, to: TensorData, at: number): void {
  // Both sides were created for the same element type.
  if (Array.isArray(to)) for (const [index, value] of (from as string[]).entries()) to[at + index] = value;
  else (to as Float32Array).set(from as Float32Array, at);
}

function slice(outputs: Tensors, from: number, to: number): Tensors {
  const part: Record<string, Tensor> = {};
  for (const name in outputs) {
    const whole = outputs[name];
    if (whole === undefined) continue;
    const width = whole.data.length / Math.max(whole.dims[0] ?? 1, 1);
    const data = Array.isArray(whole.data)
      ? whole.data.slice(from * width, to * width)
      : whole.data.subarray(from * width, to * width);
    part[name] = { type: whole.type, dims: [to - from, ...whole.dims.slice(1)], data };
  }
  return part;
}
