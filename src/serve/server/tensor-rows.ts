import { ELEMENTS, type Tensor, type TensorData, type Tensors } from "./tensor.ts";

/** The rows that all tensors have; `undefined` when they differ. */
export function commonRows(inputs: Tensors): number | undefined {
  let rows: number | undefined;
  for (const name in inputs) {
    const own = inputs[name]?.dims[0];
    if (rows !== undefined && own !== rows) return undefined;
    rows = own;
  }
  return rows;
}

/** The rows of all, one after the other. */
export function concatenate(all: readonly Tensors[]): Tensors {
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

/** Rows `from` up to `to` of every tensor. */
export function sliceRows(outputs: Tensors, from: number, to: number): Tensors {
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

/** Whether rows of both fit into one tensor of each name. */
export function canJoin(a: Tensors, b: Tensors): boolean {
  for (const name in a) {
    const left = a[name]?.dims ?? [];
    const right = b[name]?.dims ?? [];
    if (left.length !== right.length) return false;
    for (let at = 1; at < left.length; at++) if (left[at] !== right[at]) return false;
  }
  return true;
}

/** Shapes are only a promise of the model: an output that does not have one row for each given row cannot be shared out. */
export function checkRows(outputs: Tensors, given: number): void {
  for (const name in outputs) {
    const answered = outputs[name]?.dims[0];
    if (answered !== given) throw new Error(`output "${name}" has ${answered} rows for ${given}`);
  }
}
