import { pushDoubles, pushFloats, pushIntegers, readFields, text } from "./wire.ts";

/** The parts of an ONNX file (onnx/onnx.proto) that a model of tables consists of. */
export interface OnnxFile {
  /** Version of the standard operators. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxConstant>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxAttribute {
  readonly float: number;
  readonly integer: number;
  readonly text: string;
  readonly floats: readonly number[];
  readonly integers: readonly bigint[];
  readonly texts: readonly string[];
  readonly tensor: OnnxConstant | undefined;
}

export interface OnnxConstant {
  readonly dims: readonly number[];
  /** `undefined` for an element type that is not read here. */
  readonly values: Float32Array | Float64Array | Uint8Array | readonly bigint[] | undefined;
}

export interface OnnxValue {
  readonly name: string;
  /** TensorProto.DataType; 0 when it is not a tensor. */
  readonly elementType: number;
  /** `null` is a dimension that the request decides; `undefined` when the file states no shape. */
  readonly shape: readonly (number | null)[] | undefined;
}

/** TensorProto.DataType. */
export const ONNX_FLOAT = 1;
const ONNX_UINT8 = 2;
export const ONNX_INT64 = 7;
export const ONNX_STRING = 8;
export const ONNX_DOUBLE = 11;

/** Throws a `RangeError` when the bytes are not Protocol Buffers at all. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  let opset = 1;
  let graph: Uint8Array | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 7) graph = field.bytes;
    if (field.number === 8) {
      const { domain, version } = readOpset(field.bytes);
      if (domain === "") opset = version;
    }
  }
  if (graph === undefined) throw new RangeError("no graph");
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxConstant>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  for (const field of readFields(graph)) {
    if (field.number === 1) nodes.push(readNode(field.bytes));
    else if (field.number === 5) constants.set(...readTensor(field.bytes));
    else if (field.number === 11) inputs.push(readValue(field.bytes));
    else if (field.number === 12) outputs.push(readValue(field.bytes));
  }
  // Before IR version 4 constants were listed among the inputs too.
  return { opset, nodes, constants, inputs: inputs.filter(({ name }) => !constants.has(name)), outputs };
}

function readOpset(bytes: Uint8Array): { readonly domain: string; readonly version: number } {
  let domain = "";
  let version = 1;
  for (const field of readFields(bytes)) {
    if (field.number === 1) domain = text(field.bytes);
    if (field.number === 2) version = Number(field.integer);
  }
  // `ai.onnx` is the standard domain written out.
  return { domain: domain === "ai.onnx" ? "" : domain, version };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let op = "";
  let domain = "";
  for (const field of readFields(bytes)) {
    if (field.number === 1) inputs.push(text(field.bytes));
    else if (field.number === 2) outputs.push(text(field.bytes));
    else if (field.number === 4) op = text(field.bytes);
    else if (field.number === 5) attributes.set(...readAttribute(field.bytes));
    else if (field.number === 7) domain = text(field.bytes);
  }
  return { op, domain: domain === "ai.onnx" ? "" : domain, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array): [string, OnnxAttribute] {
  const floats: number[] = [];
  const integers: bigint[] = [];
  const texts: string[] = [];
  let name = "";
  let float = 0;
  let integer = 0;
  let single = "";
  let tensor: OnnxConstant | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) name = text(field.bytes);
    else if (field.number === 2) float = new DataView(field.bytes.buffer, field.bytes.byteOffset).getFloat32(0, true);
    else if (field.number === 3) integer = Number(field.integer);
    else if (field.number === 4) single = text(field.bytes);
    else if (field.number === 5) [, tensor] = readTensor(field.bytes);
    else if (field.number === 7) pushFloats(floats, field);
    else if (field.number === 8) pushIntegers(integers, field);
    else if (field.number === 9) texts.push(text(field.bytes));
  }
  return [name, { float, integer, text: single, floats, integers, texts, tensor }];
}

function readTensor(bytes: Uint8Array): [string, OnnxConstant] {
  const dims: bigint[] = [];
  const floats: number[] = [];
  const doubles: number[] = [];
  const small: bigint[] = [];
  const integers: bigint[] = [];
  let name = "";
  let type = 0;
  let raw: Uint8Array | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) pushIntegers(dims, field);
    else if (field.number === 2) type = Number(field.integer);
    else if (field.number === 4) pushFloats(floats, field);
    else if (field.number === 5) pushIntegers(small, field);
    else if (field.number === 7) pushIntegers(integers, field);
    else if (field.number === 10) pushDoubles(doubles, field);
    else if (field.number === 8) name = text(field.bytes);
    else if (field.number === 9) raw = field.bytes;
    // Field 13: the values are in another file, which only ONNX Runtime looks for.
    else if (field.number === 13) type = -1;
  }
  return [name, { dims: dims.map(Number), values: valuesOf(type, raw, { floats, doubles, small, integers }) }];
}

function valuesOf(
  type: number,
  given: Uint8Array | undefined,
  listed: { readonly floats: number[]; readonly doubles: number[]; readonly small: bigint[]; readonly integers: bigint[] },
): OnnxConstant["values"] {
  // A copy: views of wider numbers must begin at a multiple of their size.
  const raw = given === undefined ? undefined : new Uint8Array(given);
  if (type === ONNX_FLOAT) return raw === undefined ? Float32Array.from(listed.floats) : new Float32Array(raw.buffer);
  if (type === ONNX_DOUBLE) return raw === undefined ? Float64Array.from(listed.doubles) : new Float64Array(raw.buffer);
  if (type === ONNX_UINT8) return raw ?? Uint8Array.from(listed.small, Number);
  if (type === ONNX_INT64) return raw === undefined ? listed.integers : [...new BigInt64Array(raw.buffer)];
  return undefined;
}

function readValue(bytes: Uint8Array): OnnxValue {
  let name = "";
  let elementType = 0;
  let shape: (number | null)[] | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) name = text(field.bytes);
    if (field.number !== 2) continue;
    for (const type of readFields(field.bytes)) {
      if (type.number !== 1) continue;
      for (const part of readFields(type.bytes)) {
        if (part.number === 1) elementType = Number(part.integer);
        if (part.number === 2) shape = [...readFields(part.bytes)].map((dim) => readDimension(dim.bytes));
      }
    }
  }
  return { name, elementType, shape };
}

function readDimension(bytes: Uint8Array): number | null {
  for (const field of readFields(bytes)) if (field.number === 1 && field.kind === 0) return Number(field.integer);
  return null;
}
