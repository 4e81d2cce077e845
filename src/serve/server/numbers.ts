import { halfText, halfToNumber } from "./float16.ts";
import type { Tensor } from "./tensor.ts";

/** Forests vote in a few distinct shares, so most texts are found here; the bound keeps regressions from filling memory. */
const shortest = new Map<number, string>();
const MAX_REMEMBERED = 4096;

/** The shortest decimal that reads back as the same 32-bit float: 0.98157287, not the double's 0.9815728664398193. */
export function float32Text(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const known = shortest.get(value);
  if (known !== undefined) return known;
  const text = shortestText(value);
  if (shortest.size < MAX_REMEMBERED) shortest.set(value, text);
  return text;
}

function shortestText(value: number): string {
  // 9 significant digits always identify a 32-bit float (IEEE 754).
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(9)));
}

/** A tensor as JSON, nested by its dimensions. NaN and infinities, for which JSON has no word, become null. */
export function tensorJson({ type, dims, data }: Tensor): string {
  return nested(0, 0, data.length);

  function nested(depth: number, from: number, to: number): string {
    const dim = dims[depth];
    if (dim === undefined) return scalar(from);
    const step = dim === 0 ? 0 : (to - from) / dim;
    let out = "[";
    for (let at = 0; at < dim; at++) {
      const start = from + at * step;
      out += (at === 0 ? "" : ",") + (depth === dims.length - 1 ? scalar(start) : nested(depth + 1, start, start + step));
    }
    return `${out}]`;
  }

  function scalar(at: number): string {
    return elementJson(type, data[at]);
  }
}

/** The same values without nesting, row-major: what the Open Inference Protocol calls flattened. */
export function flatJson({ type, data }: Tensor): string {
  let out = "[";
  for (let at = 0; at < data.length; at++) out += (at === 0 ? "" : ",") + elementJson(type, data[at]);
  return `${out}]`;
}

function elementJson(type: Tensor["type"], value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (type === "float16") return Number.isFinite(halfToNumber(Number(value))) ? halfText(Number(value)) : "null";
  if (type === "bool") return value === 0 ? "false" : "true";
  if (typeof value === "number" && !Number.isFinite(value)) return "null";
  return type === "float32" ? float32Text(Number(value)) : String(value);
}
