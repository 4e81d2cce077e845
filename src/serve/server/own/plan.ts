import type { TensorData } from "../tensor.ts";
import {
  absolute,
  add,
  argMaxOfRow,
  cast,
  concat,
  divide,
  exponential,
  identity,
  multiply,
  negate,
  normalizer,
  relu,
  reshape,
  scaler,
  sigmoid,
  softmax,
  subtract,
  tanh,
} from "./elementwise.ts";
import { type Column, type Kernel, type Operand, type Step, Unsupported } from "./kernel.ts";
import { gemm, linearClassifier, linearRegressor, matMul } from "./linear.ts";
import { ONNX_DOUBLE, ONNX_FLOAT, type OnnxConstant, type OnnxFile, type OnnxNode, type OnnxValue } from "./onnx-file.ts";
import { treeEnsembleClassifier } from "./tree-classifier.ts";
import { treeEnsemble, treeEnsembleRegressor } from "./tree-regressor.ts";

/** What can be evaluated here, by domain and operator. */
const KERNELS: Readonly<Record<string, Readonly<Record<string, Kernel>>>> = {
  "": {
    Abs: absolute,
    Add: add,
    ArgMax: argMaxOfRow,
    Cast: cast,
    Concat: concat,
    Div: divide,
    Exp: exponential,
    Gemm: gemm,
    Identity: identity,
    MatMul: matMul,
    Mul: multiply,
    Neg: negate,
    Relu: relu,
    Reshape: reshape,
    Sigmoid: sigmoid,
    Softmax: softmax,
    Sub: subtract,
    Tanh: tanh,
  },
  "ai.onnx.ml": {
    LinearClassifier: linearClassifier,
    LinearRegressor: linearRegressor,
    Normalizer: normalizer,
    Scaler: scaler,
    TreeEnsemble: treeEnsemble,
    TreeEnsembleClassifier: treeEnsembleClassifier,
    TreeEnsembleRegressor: treeEnsembleRegressor,
  },
};

/** A model as a straight line of steps over numbered places. */
export interface Plan {
  readonly inputs: readonly { readonly name: string; readonly column: Column; readonly place: number }[];
  readonly outputs: readonly { readonly name: string; readonly column: Column; readonly place: number }[];
  /** Nanoseconds for a row, roughly. */
  readonly cost: number;
  /** Arrays by place in, arrays by place out: `places` is extended. */
  run(places: TensorData[], rows: number): void;
}

/** Throws `Unsupported` with the first thing in the file that only ONNX Runtime can compute. */
export function planOf(file: OnnxFile): Plan {
  const operands = new Map<string, Operand>();
  const places = new Map<string, number>();
  const constants = new Map(file.constants);
  const steps: { readonly step: Step; readonly from: readonly number[]; readonly to: readonly number[] }[] = [];
  const place = (name: string): number => {
    const known = places.get(name) ?? places.size;
    places.set(name, known);
    return known;
  };

  const inputs = file.inputs.map((value) => {
    const column = columnOf(value);
    operands.set(value.name, { column });
    return { name: value.name, column, place: place(value.name) };
  });
  for (const node of file.nodes) {
    if (node.op === "Constant" && node.domain === "") {
      constants.set(node.outputs[0] ?? "", constantOf(node));
      continue;
    }
    const given = node.inputs.map((name) => operandOf(name, node));
    const step = kernelOf(node)({ node, opset: file.opset, inputs: given });
    const from = node.inputs.map((name) => (constants.has(name) ? -1 : place(name)));
    for (const [at, name] of node.outputs.entries()) {
      const column = step.outputs[at];
      if (column === undefined) throw new Unsupported(`${node.op} with ${node.outputs.length} outputs`);
      operands.set(name, { column });
    }
    steps.push({ step, from, to: node.outputs.map(place) });
  }
  const outputs = file.outputs.map(({ name }) => {
    const operand = operands.get(name);
    if (operand === undefined || !("column" in operand)) throw new Unsupported(`output "${name}", which no node computes`);
    return { name, column: operand.column, place: place(name) };
  });
  return {
    inputs,
    outputs,
    cost: steps.reduce((sum, { step }) => sum + step.cost, 0),
    run(values, rows) {
      for (const { step, from, to } of steps) {
        const results = step.run(
          from.map((at) => values[at] ?? []),
          rows,
        );
        for (let at = 0; at < to.length; at++) values[to[at] as number] = results[at] ?? [];
      }
    },
  };

  function operandOf(name: string, node: OnnxNode): Operand {
    const constant = constants.get(name);
    const operand = constant === undefined ? operands.get(name) : { constant };
    if (operand === undefined) throw new Unsupported(`${node.op} whose input "${name}" is not known yet`);
    return operand;
  }
}

function kernelOf(node: OnnxNode): Kernel {
  const { op, domain } = node;
  const known = Object.hasOwn(KERNELS, domain) ? KERNELS[domain] : undefined;
  const kernel = known !== undefined && Object.hasOwn(known, op) ? known[op] : undefined;
  if (kernel === undefined) throw new Unsupported(`operator ${domain === "" ? "" : `${domain}.`}${op}`);
  return kernel;
}

function constantOf(node: OnnxNode): OnnxConstant {
  const tensor = node.attributes.get("value")?.tensor;
  if (tensor === undefined) throw new Unsupported("Constant without a tensor");
  return tensor;
}

/** An input must be rows of floats whose width is known. */
function columnOf({ name, elementType, shape }: OnnxValue): Column {
  const width = shape?.length === 2 ? shape[1] : undefined;
  const type = elementType === ONNX_FLOAT ? "float32" : elementType === ONNX_DOUBLE ? "float64" : undefined;
  if (type === undefined || shape?.[0] !== null || typeof width !== "number" || width < 1)
    throw new Unsupported(`input "${name}" that is not [rows, width] of floats`);
  return { type, rank: 2, width };
}
