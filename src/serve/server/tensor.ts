import { numberToHalf } from "./float16.ts";

/** The element types that can be served, in ONNX Runtime's spelling. */
export type ElementType =
  | "bool"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "float16"
  | "float32"
  | "float64"
  | "string";

export type TensorData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | string[];

/** Row-major; `data.length` is the product of `dims`. Booleans are bytes 0 and 1, halves their 16 bits. */
export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** What a model takes or gives; `null` is a dimension that the request decides. */
export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | null)[];
}

interface ElementRule {
  /** The Open Inference Protocol's name. */
  readonly oip: string;
  /** For messages: `wants a finite number`. */
  readonly wants: string;
  /** Bytes of an element in binary tensors; none for texts, whose elements differ in length. */
  readonly size?: number;
  readonly create: (length: number) => TensorData;
  readonly accepts: (value: unknown) => boolean;
}

export const ELEMENTS: Readonly<Record<ElementType, ElementRule>> = {
  bool: {
    oip: "BOOL",
    wants: "true or false",
    size: 1,
    create: (n) => new Uint8Array(n),
    accepts: (v) => typeof v === "boolean",
  },
  uint8: integer("UINT8", 0, 2 ** 8 - 1, (n) => new Uint8Array(n)),
  uint16: integer("UINT16", 0, 2 ** 16 - 1, (n) => new Uint16Array(n)),
  uint32: integer("UINT32", 0, 2 ** 32 - 1, (n) => new Uint32Array(n)),
  // JSON numbers are doubles: beyond 2^53 they are no longer the integer that was written.
  uint64: integer("UINT64", 0, Number.MAX_SAFE_INTEGER, (n) => new BigUint64Array(n)),
  int8: integer("INT8", -(2 ** 7), 2 ** 7 - 1, (n) => new Int8Array(n)),
  int16: integer("INT16", -(2 ** 15), 2 ** 15 - 1, (n) => new Int16Array(n)),
  int32: integer("INT32", -(2 ** 31), 2 ** 31 - 1, (n) => new Int32Array(n)),
  int64: integer("INT64", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, (n) => new BigInt64Array(n)),
  float16: {
    oip: "FP16",
    wants: "a number from -65504 to 65504",
    size: 2,
    create: (n) => new Uint16Array(n),
    accepts: (v) => typeof v === "number" && Math.abs(v) < 65_520,
  },
  float32: {
    oip: "FP32",
    wants: "a finite 32-bit number",
    size: 4,
    create: (n) => new Float32Array(n),
    accepts: (v) => typeof v === "number" && Number.isFinite(Math.fround(v)),
  },
  float64: {
    oip: "FP64",
    wants: "a finite number",
    size: 8,
    create: (n) => new Float64Array(n),
    accepts: (v) => Number.isFinite(v),
  },
  string: {
    oip: "BYTES",
    wants: "a string",
    create: (n) => Array.from({ length: n }, () => ""),
    accepts: (v) => typeof v === "string",
  },
};

/** Puts a value that the type accepts where it belongs. */
export function store(data: TensorData, at: number, value: unknown, type: ElementType): void {
  if (type === "float16") data[at] = numberToHalf(value as number);
  else if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[at] = BigInt(value as number);
  // `accepts` has matched the value with the array; a boolean becomes 0 or 1.
  else (data as unknown[])[at] = typeof value === "boolean" ? Number(value) : value;
}

export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) count *= dim;
  return count;
}

function integer(oip: string, min: number, max: number, create: (length: number) => TensorData): ElementRule {
  return {
    oip,
    wants: `an integer from ${min} to ${max}`,
    size: Number(/\d+$/.exec(oip)?.[0]) / 8,
    create,
    accepts: (v) => Number.isInteger(v) && (v as number) >= min && (v as number) <= max,
  };
}
