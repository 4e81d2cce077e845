import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Models are data here; tests write them as ONNX with `encodeModel` of the iris example, which production code must not import.

const rowsOf = <Type extends string>(name: string, type: Type, width: number) =>
  ({ name, type, shape: ["rows", width] }) as const;

/** A linear classifier of four numbers and three classes, with an integer label: answers differ for every row. */
export const LINEAR = {
  name: "linear",
  inputs: [rowsOf("X", "float", 4)],
  outputs: [{ name: "label", type: "int64", shape: ["rows"] }, rowsOf("probabilities", "float", 3)],
  nodes: [
    { op: "MatMul", inputs: ["X", "W"], outputs: ["scores"] },
    { op: "Softmax", inputs: ["scores"], outputs: ["probabilities"], attributes: { axis: { i: 1 } } },
    { op: "ArgMax", inputs: ["scores"], outputs: ["label"], attributes: { axis: { i: 1 }, keepdims: { i: 0 } } },
  ],
  weights: [{ name: "W", dims: [4, 3], data: [0.4, 0.1, -0.6, 0.9, -0.2, -0.5, -1.2, 0.3, 0.8, -0.6, -0.4, 1.1] }],
} as const;

/** One output, as a regression has; `y` is the sum of the row. */
export const SUM = {
  name: "sum",
  inputs: [rowsOf("X", "float", 2)],
  outputs: [{ name: "y", type: "float", shape: ["rows"] }],
  nodes: [{ op: "MatMul", inputs: ["X", "ones"], outputs: ["y"] }],
  weights: [{ name: "ones", dims: [2], data: [1, 1] }],
} as const;

/** Gives back what it gets, for each element type that a request can carry here. */
export const ECHO = {
  name: "echo",
  inputs: (["float", "double", "int64", "bool", "string"] as const).map((type) => rowsOf(type, type, 2)),
  outputs: (["float", "double", "int64", "bool", "string"] as const).map((type) => rowsOf(`${type}_out`, type, 2)),
  nodes: (["float", "double", "int64", "bool", "string"] as const).map((type) => ({
    op: "Identity",
    inputs: [type],
    outputs: [`${type}_out`],
  })),
} as const;

/** What ECHO answers to `/v2/models/M/infer`. */
export const ECHO_REQUEST = JSON.stringify({
  inputs: [
    { name: "float", shape: [1, 2], datatype: "FP32", data: [0.5, -1] },
    { name: "double", shape: [1, 2], datatype: "FP64", data: [0.1, 2] },
    { name: "int64", shape: [1, 2], datatype: "INT64", data: [1, -2] },
    { name: "bool", shape: [1, 2], datatype: "BOOL", data: [true, false] },
    { name: "string", shape: [1, 2], datatype: "BYTES", data: ["a", ""] },
  ],
});

/** TensorProto.DataType of each type that the Open Inference Protocol names. */
const ELEMENT_TYPES = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
} as const;

export const DATATYPES = Object.keys(ELEMENT_TYPES) as (keyof typeof ELEMENT_TYPES)[];

/** Two columns as model without work to do, to be encoded and then given a type by `retype`. */
export const IDENTITY = {
  name: "identity",
  inputs: [rowsOf("x", "bool", 2)],
  outputs: [rowsOf("y", "bool", 2)],
  nodes: [{ op: "Identity", inputs: ["x"], outputs: ["y"] }],
} as const;

/** IDENTITY with another element type: field 1 of both tensors' types, a byte each. */
export function retype(identity: Uint8Array, to: keyof typeof ELEMENT_TYPES): Uint8Array {
  const bytes = Uint8Array.from(identity);
  for (let at = 0; at + 1 < bytes.length; at++)
    if (bytes[at] === 0x08 && bytes[at + 1] === ELEMENT_TYPES.BOOL) bytes[at + 1] = ELEMENT_TYPES[to];
  return bytes;
}

/** One column for each input, as converters write pipelines. */
export const COLUMNS = {
  name: "columns",
  inputs: [rowsOf("width", "float", 1), rowsOf("height", "float", 1)],
  outputs: [rowsOf("area", "float", 1)],
  nodes: [{ op: "Mul", inputs: ["width", "height"], outputs: ["area"] }],
} as const;

/** A look-up that fails while it runs when the index is not 0, 1 or 2. */
export const LOOKUP = {
  name: "lookup",
  inputs: [rowsOf("index", "int64", 1)],
  outputs: [rowsOf("value", "float", 1)],
  nodes: [{ op: "Gather", inputs: ["table", "index"], outputs: ["value"], attributes: { axis: { i: 0 } } }],
  weights: [{ name: "table", dims: [3], data: [10, 20, 30] }],
} as const;

const SIDE = 1536;

/** A row costs seven thousand million operations, tens of milliseconds on any machine, in a file of 12 KiB: a product of two large matrices that depend on it. */
export const HEAVY = {
  name: "heavy",
  inputs: [rowsOf("X", "float", 1)],
  outputs: [rowsOf("y", "float", 1)],
  nodes: [
    { op: "Mul", inputs: ["X", "column"], outputs: ["tall"] },
    { op: "Mul", inputs: ["tall", "row"], outputs: ["square"] },
    { op: "MatMul", inputs: ["square", "square"], outputs: ["product"] },
    { op: "ReduceMean", inputs: ["product"], outputs: ["y"], attributes: { axes: { ints: [0, 1] }, keepdims: { i: 1 } } },
  ],
  weights: [
    { name: "column", dims: [SIDE, 1], data: Array.from({ length: SIDE }, (_, at) => at / SIDE) },
    { name: "row", dims: [1, SIDE], data: Array.from({ length: SIDE }, (_, at) => 1 - at / SIDE) },
  ],
} as const;

/** Takes exactly one row. */
export const ONE_ROW = {
  name: "one-row",
  inputs: [{ name: "X", type: "float", shape: [1, 2] }],
  outputs: [{ name: "y", type: "float", shape: [1, 2] }],
  nodes: [{ op: "Neg", inputs: ["X"], outputs: ["y"] }],
} as const;

/** A linear classifier whose probabilities are a sequence of maps, as skl2onnx writes them unless told otherwise. */
export const ZIPMAP = Buffer.from(
  "CAg60wIKqwEKAVgSBWxhYmVsEgZzY29yZXMiEExpbmVhckNsYXNzaWZpZXIqGQoQY2xhc3NsYWJlbHNfaW50c0AAQAGgAQcqJQoMY29lZmZpY2llbnRzPQAAgD89AAAAAD0AAAAAPQAAgD+gAQYqGQoKaW50ZXJjZXB0cz0AAAAAPQAAAACgAQYqHAoOcG9zdF90cmFuc2Zvcm0iB1NPRlRNQVigAQM6CmFpLm9ubngubWwKTQoGc2NvcmVzEhJvdXRwdXRfcHJvYmFiaWxpdHkiBlppcE1hcCobChJjbGFzc2xhYmVsc19pbnQ2NHNAAEABoAEHOgphaS5vbm54Lm1sEgZ6aXBtYXBaEQoBWBIMCgoIARIGCgAKAggCYhEKBWxhYmVsEggKBggHEgIKAGImChJvdXRwdXRfcHJvYmFiaWxpdHkSECIOCgwqCggHEgYKBAgBEgBCBAoAEA9CDgoKYWkub25ueC5tbBAC",
  "base64",
);

export interface ModelFolder extends AsyncDisposable {
  readonly path: string;
}

/** A folder of its own with these files in it, removed at the end of the scope. */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<ModelFolder> {
  const path = await mkdtemp(join(tmpdir(), "quayside-model-"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The same with `model.onnx` in it. */
export function modelFolder(model: Uint8Array, files: Readonly<Record<string, string>> = {}): Promise<ModelFolder> {
  return folderOf({ "model.onnx": model, ...files });
}
