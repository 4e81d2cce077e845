import type { TensorData } from "../tensor.ts";
import { type Column, Unsupported } from "./kernel.ts";
import type { OnnxNode } from "./onnx-file.ts";
import type { Numbers } from "./trees.ts";

/** The classes that a classifier names: whole numbers or texts. */
export interface Labels {
  readonly count: number;
  readonly column: Column;
  /** Whether they are texts, or 0, 1, 2 and so on. */
  readonly isPlain: boolean;
  /** One label for each row, by the class's position. */
  take(classes: Int32Array): TensorData;
}

export function readLabels({ attributes }: OnnxNode): Labels {
  const texts = attributes.get("classlabels_strings")?.texts ?? [];
  // The older attribute of LinearClassifier and the newer of TreeEnsembleClassifier share their names.
  const integers = attributes.get("classlabels_ints")?.integers ?? attributes.get("classlabels_int64s")?.integers ?? [];
  if (texts.length > 0) {
    return {
      count: texts.length,
      column: { type: "string", rank: 1, width: 1 },
      isPlain: true,
      take: (classes) => Array.from(classes, (at) => texts[at] ?? ""),
    };
  }
  if (integers.length === 0) throw new Unsupported("a classifier without labels");
  return {
    count: integers.length,
    column: { type: "int64", rank: 1, width: 1 },
    isPlain: integers.every((label, at) => label === BigInt(at)),
    take: (classes) => {
      const labels = new BigInt64Array(classes.length);
      for (let row = 0; row < classes.length; row++) labels[row] = integers[classes[row] ?? 0] ?? 0n;
      return labels;
    },
  };
}

/** The first of the largest. */
export function argMax(scores: Numbers, at: number, width: number): number {
  let best = at;
  for (let index = at + 1; index < at + width; index++) if ((scores[index] ?? 0) > (scores[best] ?? 0)) best = index;
  return best - at;
}
