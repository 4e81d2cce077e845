import type { Evaluator } from "../evaluator.ts";
import { ELEMENTS, type Tensor, type TensorData, type TensorSpec } from "../tensor.ts";
import { type Column, Unsupported } from "./kernel.ts";
import { type OnnxFile, readOnnx } from "./onnx-file.ts";
import { type Plan, planOf } from "./plan.ts";

/** Long enough to be worth a turn of the event loop, short enough that nobody else waits for it (the promise is 10 ms). */
const SLICE_MS = 4;

/**
 * Linear models and tree ensembles of an ONNX file by walks over typed arrays, in this process and without a library. Throws
 * `Unsupported` with the first thing that it does not compute; then ONNX Runtime may.
 */
export function createOwnEvaluator(model: Uint8Array): Evaluator {
  const plan = planOf(read(model));
  const rowsPerSlice = Math.max(1, Math.floor((SLICE_MS * 1e6) / Math.max(plan.cost, 1)));
  return {
    engine: "own",
    immediate: true,
    inputs: plan.inputs.map(({ name, column }) => spec(name, column)),
    outputs: plan.outputs.map(({ name, column }) => spec(name, column)),
    run(feeds) {
      const given = plan.inputs.map(({ name }) => feeds[name]);
      const rows = given[0]?.dims[0] ?? 0;
      if (given.some((tensor) => tensor?.dims[0] !== rows)) throw new Error("the inputs have different numbers of rows");
      const arrays = given.map((tensor) => tensor?.data ?? []);
      return rows <= rowsPerSlice ? named(plan, runPlan(plan, arrays, rows), rows) : runSlices(plan, arrays, rows, rowsPerSlice);
    },
    close: () => Promise.resolve(),
  };
}

function read(model: Uint8Array): OnnxFile {
  try {
    return readOnnx(model);
  } catch (cause) {
    throw new Unsupported(`a file that is not ONNX (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  }
}

function spec(name: string, { type, rank, width }: Column): TensorSpec {
  return { name, type, shape: rank === 1 ? [null] : [null, width] };
}

function runPlan(plan: Plan, arrays: readonly TensorData[], rows: number): TensorData[] {
  const places: TensorData[] = [];
  for (const [at, { place }] of plan.inputs.entries()) places[place] = arrays[at] ?? [];
  plan.run(places, rows);
  return plan.outputs.map(({ place }) => places[place] ?? []);
}

function named(plan: Plan, arrays: readonly TensorData[], rows: number): Record<string, Tensor> {
  const answer: Record<string, Tensor> = {};
  for (let at = 0; at < plan.outputs.length; at++) {
    const output = plan.outputs[at];
    if (output === undefined) continue;
    const { name, column } = output;
    answer[name] = { type: column.type, dims: column.rank === 1 ? [rows] : [rows, column.width], data: arrays[at] ?? [] };
  }
  return answer;
}

/** A large request, a slice in each turn of the event loop: others are answered in between. */
async function runSlices(plan: Plan, arrays: readonly TensorData[], rows: number, most: number): Promise<Record<string, Tensor>> {
  const parts: TensorData[][] = [];
  for (let from = 0; from < rows; from += most) {
    await nextTurn();
    const to = Math.min(from + most, rows);
    const slice = plan.inputs.map(({ column }, at) =>
      (arrays[at] as Float32Array).subarray(from * column.width, to * column.width),
    );
    parts.push(runPlan(plan, slice, to - from));
  }
  // The answer is printed in a turn of its own too.
  await nextTurn();
  const whole = plan.outputs.map(({ column }, at) =>
    join(
      column,
      parts.map((part) => part[at] ?? []),
      rows,
    ),
  );
  return named(plan, whole, rows);
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function join({ type, width }: Column, parts: readonly TensorData[], rows: number): TensorData {
  if (type === "string") return (parts as string[][]).flat();
  const whole = ELEMENTS[type].create(rows * width);
  let at = 0;
  for (const part of parts) {
    // One column has one type, whichever part.
    (whole as Float32Array).set(part as Float32Array, at);
    at += part.length;
  }
  return whole;
}
