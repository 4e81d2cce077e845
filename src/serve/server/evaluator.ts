import type { TensorSpec, Tensors } from "./tensor.ts";

/**
 * Something that computes a model. ONNX Runtime is one; others (a walk over typed arrays for trees and linear models)
 * give the same answers without the library.
 */
export interface Evaluator {
  /** For `/v2/models/M`, logs and metrics. */
  readonly engine: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** True when a run costs less than waiting for others to share it: no library is entered. */
  readonly immediate?: boolean;
  /** True when runs leave the event loop free. */
  readonly offLoop?: boolean;
  /** Runs that may go on at once; 1 unless said. */
  readonly concurrency?: number;
  /** Every input must be there, with its type and shape. A synchronous answer saves a turn of the event loop. */
  run(inputs: Tensors): Tensors | Promise<Tensors>;
  close(): Promise<void>;
}

/** True when rows of different requests can share one run: the first dimension of every input and output is free. */
export function canBatch(evaluator: Evaluator): boolean {
  return [...evaluator.inputs, ...evaluator.outputs].every(({ shape }) => shape.length > 0 && shape[0] === null);
}
