import protobuf from "protobufjs";

/**
 * The part of ONNX's schema (onnx/onnx.proto, IR version 8) that models of tables need: numbers of fields and their types.
 * `repeated` fields of numbers may be packed or not; every reader takes both.
 */
const SCHEMA = {
  ModelProto: {
    irVersion: [1, "int64"],
    producerName: [2, "string"],
    graph: [7, "GraphProto"],
    opsetImport: [8, "OperatorSetIdProto", "repeated"],
  },
  OperatorSetIdProto: { domain: [1, "string"], version: [2, "int64"] },
  GraphProto: {
    node: [1, "NodeProto", "repeated"],
    name: [2, "string"],
    initializer: [5, "TensorProto", "repeated"],
    input: [11, "ValueInfoProto", "repeated"],
    output: [12, "ValueInfoProto", "repeated"],
  },
  NodeProto: {
    input: [1, "string", "repeated"],
    output: [2, "string", "repeated"],
    name: [3, "string"],
    opType: [4, "string"],
    attribute: [5, "AttributeProto", "repeated"],
    domain: [7, "string"],
  },
  AttributeProto: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    s: [4, "bytes"],
    t: [5, "TensorProto"],
    floats: [7, "float", "repeated"],
    ints: [8, "int64", "repeated"],
    strings: [9, "bytes", "repeated"],
    type: [20, "int32"],
  },
  TensorProto: { dims: [1, "int64", "repeated"], dataType: [2, "int32"], name: [8, "string"], rawData: [9, "bytes"] },
  ValueInfoProto: { name: [1, "string"], type: [2, "TypeProto"] },
  TypeProto: { tensorType: [1, "TensorType"], sequenceType: [4, "SequenceType"] },
  TensorType: { elemType: [1, "int32"], shape: [2, "TensorShapeProto"] },
  SequenceType: { elemType: [1, "TypeProto"] },
  TensorShapeProto: { dim: [1, "Dimension", "repeated"] },
  Dimension: { dimValue: [1, "int64"], dimParam: [2, "string"] },
} as const satisfies Record<string, Record<string, readonly [number, string] | readonly [number, string, "repeated"]>>;

/** TensorProto.DataType. */
const ELEMENT_TYPES = { float: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9, double: 11 } as const;

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

export interface OnnxValue {
  readonly name: string;
  readonly type: keyof typeof ELEMENT_TYPES;
  /** A text is the name of a dimension that the request decides. */
  readonly shape: readonly (number | string)[];
}

export type OnnxAttribute =
  | { readonly f: number }
  | { readonly i: number }
  | { readonly s: string }
  /** A list of numbers as a tensor: in 64 bits, or in 8. */
  | { readonly tensor: Float32Array | Float64Array | Uint8Array }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] };

export interface OnnxNode {
  readonly op: string;
  /** Empty for the standard operators. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxModel {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  /** Constants, as 32-bit floats. */
  readonly weights?: readonly { readonly name: string; readonly dims: readonly number[]; readonly data: readonly number[] }[];
  /** Versions of the operator sets, where others are meant than those that ONNX Runtime 1.10 and later know. */
  readonly opsets?: Readonly<Record<string, number>>;
}

const OPSETS = { "": 15, "ai.onnx.ml": 2 } as const;

export function encodeModel({ name, inputs, outputs, nodes, weights = [], opsets = OPSETS }: OnnxModel): Uint8Array {
  const model = root().lookupType("ModelProto");
  const message = model.fromObject({
    irVersion: 8,
    producerName: "quayside",
    opsetImport: Object.entries(opsets).map(([domain, version]) => ({ domain, version })),
    graph: {
      name,
      input: inputs.map(value),
      output: outputs.map(value),
      node: nodes.map(node),
      initializer: weights.map((weight) => ({
        name: weight.name,
        dims: weight.dims,
        dataType: ELEMENT_TYPES.float,
        rawData: new Uint8Array(new Float32Array(weight.data).buffer),
      })),
    },
  });
  return model.encode(message).finish();
}

function value({ name, type, shape }: OnnxValue): object {
  const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

function node({ op, domain = "", inputs, outputs, attributes = {} }: OnnxNode): object {
  return {
    opType: op,
    domain,
    input: inputs,
    output: outputs,
    name: `${op}-${outputs[0] ?? ""}`,
    attribute: Object.entries(attributes).map(attribute),
  };
}

function attribute([name, given]: [string, OnnxAttribute]): object {
  if ("s" in given) return { name, type: ATTRIBUTE_TYPES.s, s: Buffer.from(given.s) };
  if ("strings" in given) return { name, type: ATTRIBUTE_TYPES.strings, strings: given.strings.map((text) => Buffer.from(text)) };
  if ("floats" in given) return { name, type: ATTRIBUTE_TYPES.floats, floats: given.floats };
  if ("tensor" in given) return { name, type: ATTRIBUTE_TYPES.tensor, t: tensor(given.tensor) };
  if ("ints" in given) return { name, type: ATTRIBUTE_TYPES.ints, ints: given.ints };
  return "f" in given ? { name, type: ATTRIBUTE_TYPES.f, f: given.f } : { name, type: ATTRIBUTE_TYPES.i, i: given.i };
}

function tensor(data: Float32Array | Float64Array | Uint8Array): object {
  const type = data instanceof Float64Array ? "double" : data instanceof Float32Array ? "float" : "uint8";
  return {
    dims: [data.length],
    dataType: ELEMENT_TYPES[type],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function root(): protobuf.Root {
  const messages = Object.entries(SCHEMA).map(([message, fields]) => [
    message,
    {
      fields: Object.fromEntries(
        Object.entries(fields).map(([field, [id, type, rule]]) => [
          field,
          rule === undefined ? { id, type } : { id, type, rule },
        ]),
      ),
    },
  ]);
  return protobuf.Root.fromJSON({ nested: Object.fromEntries(messages) });
}
