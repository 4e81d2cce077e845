import { type Column, integer, type Kernel, matrix, type NodeContext, numberRows, Unsupported, word } from "./kernel.ts";
import { postTransform } from "./post-transform.ts";
import { numbersOf, readTrees, readTreesOfVersion5 } from "./read-trees.ts";
import { addLeaves, everyLeafVotes, leafOf, markVotes, type Numbers, type Trees, treesCost } from "./trees.ts";

/** What becomes of the leaves of one row; `AVERAGE` is a sum that is divided at the end. The order is that of ai.onnx.ml 5. */
const AGGREGATES = ["AVERAGE", "SUM", "MIN", "MAX"] as const;
const TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"] as const;

export const treeEnsembleRegressor: Kernel = (context) => {
  const { node } = context;
  const { width, type } = numberRows(context, 0);
  const numbers = numbersOf(node, type === "float64");
  return regression(context, {
    trees: readTrees(node, "target", width, numbers),
    base: numbers("base_values"),
    aggregate: word(node, "aggregate_function", "SUM"),
    transform: word(node, "post_transform", "NONE"),
    output: "float32",
  });
};

/** ai.onnx.ml 5: what comes in is of the type that goes out. */
export const treeEnsemble: Kernel = (context) => {
  const { node } = context;
  const { width, type } = numberRows(context, 0);
  return regression(context, {
    trees: readTreesOfVersion5(node, width, numbersOf(node, type === "float64")),
    base: new Float32Array(0),
    aggregate: AGGREGATES[integer(node, "aggregate_function", 1)] ?? "",
    transform: TRANSFORMS[integer(node, "post_transform", 0)] ?? "",
    output: type,
  });
};

interface Regression {
  readonly trees: Trees;
  readonly base: Numbers;
  readonly aggregate: string;
  readonly transform: string;
  readonly output: Column["type"];
}

function regression({ node, inputs }: NodeContext, { trees, base, aggregate: wanted, transform: name, output }: Regression) {
  const { width, type } = numberRows({ node, inputs, opset: 0 }, 0);
  const targets = integer(node, "n_targets", 1);
  const aggregate = AGGREGATES.find((one) => one === wanted);
  if (aggregate === undefined || (base.length !== 0 && base.length !== targets))
    throw new Unsupported(`${node.op} with ${aggregate ?? "another aggregate"} and ${base.length} base values`);
  if (trees.weightOf.some((id) => id < 0 || id >= targets))
    throw new Unsupported("a tree that adds to a target which is not there");
  // One target alone is only transformed by PROBIT, whatever the model says (as ONNX Runtime does).
  const transform = postTransform(targets === 1 && name !== "PROBIT" ? "NONE" : name);
  const isExtreme = aggregate === "MIN" || aggregate === "MAX";
  const votesDiffer = !everyLeafVotes(trees, new Set(Array.from({ length: targets }, (_, at) => at)));
  if (targets === 1 && votesDiffer) throw new Unsupported(`${node.op} with leaves without a weight`);
  const divisor = aggregate === "AVERAGE" ? trees.roots.length : 1;
  const isDouble = type === "float64";
  return {
    outputs: [{ ...matrix(targets), type: output }],
    cost: treesCost(trees) * (votesDiffer ? 2 : 1) + 10 * targets,
    run: ([x]: readonly unknown[], rows: number) => {
      const values = x as Numbers;
      const scores = isDouble ? new Float64Array(rows * targets) : new Float32Array(rows * targets);
      const votes = new Uint8Array(targets).fill(1);
      for (let row = 0; row < rows; row++) {
        const at = row * targets;
        if (isExtreme) takeExtreme(trees, aggregate, values, row * width, scores.subarray(at, at + targets));
        else addLeaves(trees, values, row * width, scores, at);
        if (votesDiffer) markVotes(trees, values, row * width, votes);
        for (let one = 0; one < targets; one++) {
          // Stored in between, so that each step rounds as the model's precision does.
          scores[at + one] = (scores[at + one] ?? 0) / divisor;
          scores[at + one] = (scores[at + one] ?? 0) + (base[one] ?? 0);
          // A target that no leaf adds to is 0, whatever its base value.
          if (votes[one] === 0) scores[at + one] = 0;
        }
        transform(scores, at, targets);
      }
      return [isDouble && output === "float32" ? Float32Array.from(scores) : scores];
    },
  };
}

function takeExtreme(trees: Trees, aggregate: "MIN" | "MAX", x: Numbers, row: number, scores: Numbers): void {
  scores.fill(aggregate === "MIN" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  for (const root of trees.roots) {
    const leaf = leafOf(trees, root, x, row);
    for (let entry = trees.first[leaf] ?? 0; entry < (trees.first[leaf + 1] ?? 0); entry++) {
      const to = trees.weightOf[entry] ?? 0;
      scores[to] = Math[aggregate === "MIN" ? "min" : "max"](scores[to] ?? 0, trees.weight[entry] ?? 0);
    }
  }
}
