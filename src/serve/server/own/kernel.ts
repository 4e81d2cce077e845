import type { TensorData } from "../tensor.ts";
import type { OnnxConstant, OnnxNode } from "./onnx-file.ts";

/** What a value is for each row: `[rows]` when rank is 1, `[rows, width]` when it is 2. */
export interface Column {
  readonly type: "float32" | "float64" | "int64" | "string";
  readonly rank: 1 | 2;
  /** 1 for rank 1. */
  readonly width: number;
}

/** An input of a node: known before any request, or computed for each row. */
export type Operand = { readonly constant: OnnxConstant } | { readonly column: Column };

export interface NodeContext {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly inputs: readonly Operand[];
}

/** A node made ready: what it gives, and how. Arrays are row-major; `run` gives new arrays, one for each output. */
export interface Step {
  readonly outputs: readonly Column[];
  readonly run: (inputs: readonly TensorData[], rows: number) => readonly TensorData[];
  /** Nanoseconds for a row, roughly: what a large request is cut by. */
  readonly cost: number;
}

/** Prepares nodes of one operator; throws `Unsupported` where only ONNX Runtime will do. */
export type Kernel = (context: NodeContext) => Step;

/** Why a model is left to ONNX Runtime. */
export class Unsupported extends Error {
  override readonly name = "Unsupported";
}

/** The input as rows of 32-bit floats. */
export function floatRows({ node, inputs }: NodeContext, at: number): Column {
  const operand = inputs[at];
  if (operand === undefined || !("column" in operand) || operand.column.type !== "float32")
    throw new Unsupported(`input ${at} of ${node.op} is not rows of 32-bit floats`);
  return operand.column;
}

/** The input as rows of 32-bit or 64-bit floats. */
export function numberRows({ node, inputs }: NodeContext, at: number): Column {
  const operand = inputs[at];
  if (operand === undefined || !("column" in operand) || !operand.column.type.startsWith("float"))
    throw new Unsupported(`input ${at} of ${node.op} is not rows of floats`);
  return operand.column;
}

/** The input as constant 32-bit floats, with their shape. */
export function floatConstant(
  { node, inputs }: NodeContext,
  at: number,
): { readonly dims: readonly number[]; readonly values: Float32Array } {
  const operand = inputs[at];
  if (operand !== undefined && "constant" in operand && operand.constant.values instanceof Float32Array)
    return { dims: operand.constant.dims, values: operand.constant.values };
  throw new Unsupported(`input ${at} of ${node.op} is not constant 32-bit floats`);
}

export function integer({ attributes }: OnnxNode, name: string, fallback: number): number {
  return attributes.get(name)?.integer ?? fallback;
}

export function float({ attributes }: OnnxNode, name: string, fallback: number): number {
  return attributes.get(name)?.float ?? fallback;
}

export function word({ attributes }: OnnxNode, name: string, fallback: string): string {
  return attributes.get(name)?.text ?? fallback;
}

export function floats({ attributes }: OnnxNode, name: string): Float32Array {
  return Float32Array.from(attributes.get(name)?.floats ?? []);
}

/** True when an axis of a `[rows, width]` value runs along the row. */
export function alongRow(axis: number): boolean {
  return axis === 1 || axis === -1;
}

export const matrix = (width: number): Column => ({ type: "float32", rank: 2, width });
