import type { Reply } from "./call.ts";
import { halfText, halfToNumber } from "./float16.ts";
import { float32Text } from "./float32-text.ts";
import type { Tensor } from "./tensor.ts";

/** Text that is there, or that is being printed in parts, with others answered in between. */
export type Printed = string | Promise<string>;

/** Printed between two turns of the event loop: 2 to 3 ms of different numbers. */
const VALUES_PER_TURN = 8_000;

/** A tensor as JSON, nested by its dimensions. NaN and infinities, for which JSON has no word, become null. */
export function tensorJson(tensor: Tensor): Printed {
  const [rows] = tensor.dims;
  if (rows === undefined) return elementJson(tensor.type, tensor.data[0]);
  return listJson(rows, tensor.data.length, (row) => rowJson(tensor, row));
}

/** The same values without nesting, row-major: what the Open Inference Protocol calls flattened. */
export function flatJson({ type, data }: Tensor): Printed {
  return listJson(data.length, data.length, (at) => elementJson(type, data[at]));
}

/** One row of a tensor. */
export function rowJson(tensor: Tensor, row: number): string {
  const width = tensor.data.length / Math.max(tensor.dims[0] ?? 1, 1);
  return nested(tensor, 1, row * width, (row + 1) * width);
}

/** A list of so many items, which have so many values together. */
export function listJson(items: number, values: number, print: (item: number) => string): Printed {
  const most = values <= VALUES_PER_TURN ? items : Math.max(1, Math.floor((VALUES_PER_TURN * items) / values));
  const part = (from: number, to: number) => {
    let out = "";
    for (let at = from; at < to; at++) out += (at === 0 ? "" : ",") + print(at);
    return out;
  };
  return items <= most ? `[${part(0, items)}]` : listInTurns(items, most, part);
}

async function listInTurns(items: number, most: number, part: (from: number, to: number) => string): Promise<string> {
  let out = "";
  for (let from = 0; from < items; from += most) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    out += part(from, Math.min(from + most, items));
  }
  return `[${out}]`;
}

/** Prints one after the other and makes the answer of the texts, at once when all are there at once. */
export function whenPrinted(
  prints: readonly (() => Printed)[],
  then: (texts: readonly string[]) => Reply,
): Reply | Promise<Reply> {
  const texts: string[] = [];
  for (const print of prints) {
    const printed = print();
    if (typeof printed !== "string") return rest(texts, printed, prints.slice(texts.length + 1), then);
    texts.push(printed);
  }
  return then(texts);
}

async function rest(
  texts: string[],
  printing: Promise<string>,
  left: readonly (() => Printed)[],
  then: (texts: readonly string[]) => Reply,
): Promise<Reply> {
  texts.push(await printing);
  for (const print of left) texts.push(await print());
  return then(texts);
}

function nested(tensor: Tensor, depth: number, from: number, to: number): string {
  const { type, dims, data } = tensor;
  const dim = dims[depth];
  if (dim === undefined) return elementJson(type, data[from]);
  const step = dim === 0 ? 0 : (to - from) / dim;
  const isLast = depth === dims.length - 1;
  let out = "[";
  for (let at = 0; at < dim; at++) {
    const start = from + at * step;
    out += (at === 0 ? "" : ",") + (isLast ? elementJson(type, data[start]) : nested(tensor, depth + 1, start, start + step));
  }
  return `${out}]`;
}

function elementJson(type: Tensor["type"], value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (type === "float16") return Number.isFinite(halfToNumber(Number(value))) ? halfText(Number(value)) : "null";
  if (type === "bool") return value === 0 ? "false" : "true";
  if (typeof value === "number" && !Number.isFinite(value)) return "null";
  return type === "float32" ? float32Text(Number(value)) : String(value);
}
