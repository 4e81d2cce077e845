import { floatRows, floats, integer, type Kernel, matrix, Unsupported, word } from "./kernel.ts";
import { argMax, readLabels } from "./labels.ts";
import { logistic, postTransform } from "./post-transform.ts";
import { leafOf, readTrees, type Trees } from "./trees.ts";

/** Adds the leaves' weights in the order of the file, in 32 bits, as ONNX Runtime does with one thread. */
function addLeaves(trees: Trees, x: Float32Array, row: number, scores: Float32Array, at: number): void {
  const { roots, first, weightOf, weight } = trees;
  for (let tree = 0; tree < roots.length; tree++) {
    const leaf = leafOf(trees, roots[tree] as number, x, row);
    const end = first[leaf + 1] as number;
    for (let entry = first[leaf] as number; entry < end; entry++) {
      const to = at + (weightOf[entry] as number);
      scores[to] = (scores[to] as number) + (weight[entry] as number);
    }
  }
}

/** Nanoseconds for a row: a node of a tree that is not in the nearest cache costs about four. */
const costOf = (trees: Trees) => trees.roots.length * (4 * trees.depth + 6);

export const treeEnsembleClassifier: Kernel = (context) => {
  const { node } = context;
  const { width } = floatRows(context, 0);
  const labels = readLabels(node);
  const trees = readTrees(node, "class", width);
  const base = floats(node, "base_values");
  const scored = new Set(trees.weightOf);
  if (trees.weightOf.some((id) => id < 0 || id >= labels.count))
    throw new Unsupported("a tree that votes for a class without label");
  const name = word(node, "post_transform", "NONE");
  const transform = postTransform(name);
  if (labels.count === 2 && scored.size === 1) return binaryClassifier(trees, labels, base, name);
  if (base.length !== 0 && (base.length !== labels.count || labels.count === 2))
    throw new Unsupported(`TreeEnsembleClassifier of ${labels.count} classes with ${base.length} base values`);
  // Whether a class got any vote decides ties with negative scores: with base values every class has one, else only all together.
  if (base.length === 0 && !everyLeafVotes(trees, labels.count)) throw new Unsupported("trees whose leaves leave classes out");
  return {
    outputs: [labels.column, matrix(labels.count)],
    cost: costOf(trees) + 30 * labels.count,
    run: ([x], rows) => {
      const scores = new Float32Array(rows * labels.count);
      const classes = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        const at = row * labels.count;
        addLeaves(trees, x as Float32Array, row * width, scores, at);
        for (let one = 0; one < base.length; one++) scores[at + one] = (scores[at + one] ?? 0) + (base[one] ?? 0);
        // With two classes ONNX Runtime asks the second one's score alone.
        classes[row] = labels.count === 2 ? Number((scores[at + 1] ?? 0) > 0) : argMax(scores, at, labels.count);
        transform(scores, at, labels.count);
      }
      return [labels.take(classes), scores];
    },
  };
};

/**
 * Two classes of which the trees score one. ONNX Runtime's rules, which the standard leaves open: with weights that are all
 * positive the score is a share and 0.5 decides, else 0 does; a score of the first class stands for the second one's.
 */
function binaryClassifier(
  trees: Trees,
  labels: ReturnType<typeof readLabels>,
  base: Float32Array,
  name: string,
): ReturnType<Kernel> {
  const scoresFirst = trees.weightOf[0] === 0;
  if (base.length > 1 || (!scoresFirst && (base.length > 0 || !everyLeafVotes(trees, 1))))
    throw new Unsupported(`TreeEnsembleClassifier of two classes with ${base.length} base values and scores for one`);
  const positive = trees.weight.every((weight) => weight >= 0);
  const transform = postTransform(name);
  return {
    outputs: [labels.column, matrix(2)],
    cost: costOf(trees) + 60,
    run: ([x], rows) => {
      const width = (x as Float32Array).length / rows;
      const scores = new Float32Array(rows * 2);
      const classes = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        const at = row * 2;
        addLeaves(trees, x as Float32Array, row * width, scores, at);
        const own = scoresFirst ? at : at + 1;
        if (base.length === 1) scores[own] = (scores[own] ?? 0) + (base[0] ?? 0);
        const score = scores[own] ?? 0;
        classes[row] = Number(score > (positive ? 0.5 : 0));
        if (!scoresFirst) {
          transform(scores, at, 2);
          continue;
        }
        scores[at] = name === "LOGISTIC" ? logistic(-score) : positive ? 1 - score : -score;
        scores[at + 1] = name === "LOGISTIC" ? logistic(score) : score;
      }
      return [labels.take(classes), scores];
    },
  };
}

/** Whether each leaf has a weight for each class; ONNX Runtime treats a class without any vote apart. */
function everyLeafVotes({ feature, first, weightOf }: Trees, classes: number): boolean {
  for (let node = 0; node < feature.length; node++) {
    if (feature[node] !== -1) continue;
    const votes = new Set(weightOf.subarray(first[node], first[node + 1]));
    if (votes.size < classes) return false;
  }
  return true;
}

/** What becomes of the leaves of one row; `AVERAGE` is a sum that is divided at the end. */
const AGGREGATES = ["SUM", "AVERAGE", "MIN", "MAX"] as const;

export const treeEnsembleRegressor: Kernel = (context) => {
  const { node } = context;
  const { width } = floatRows(context, 0);
  const targets = integer(node, "n_targets", 1);
  const trees = readTrees(node, "target", width);
  const base = floats(node, "base_values");
  const aggregate = AGGREGATES.find((one) => one === word(node, "aggregate_function", "SUM"));
  const name = word(node, "post_transform", "NONE");
  if (aggregate === undefined || name !== "NONE" || (base.length !== 0 && base.length !== targets))
    throw new Unsupported(
      `TreeEnsembleRegressor with ${aggregate ?? "another aggregate"}, ${name} and ${base.length} base values`,
    );
  if (trees.weightOf.some((id) => id < 0 || id >= targets))
    throw new Unsupported("a tree that adds to a target which is not there");
  const extreme = aggregate === "MIN" || aggregate === "MAX";
  if (extreme && !everyLeafVotes(trees, targets)) throw new Unsupported(`${aggregate} over leaves that leave targets out`);
  return {
    outputs: [matrix(targets)],
    cost: costOf(trees) + 10 * targets,
    run: ([x], rows) => {
      const scores = new Float32Array(rows * targets);
      for (let row = 0; row < rows; row++) {
        const at = row * targets;
        if (extreme) takeExtreme(trees, aggregate, x as Float32Array, row * width, scores.subarray(at, at + targets));
        else addLeaves(trees, x as Float32Array, row * width, scores, at);
        for (let one = 0; one < targets; one++) {
          const score = scores[at + one] ?? 0;
          scores[at + one] = Math.fround(aggregate === "AVERAGE" ? score / trees.roots.length : score) + (base[one] ?? 0);
        }
      }
      return [scores];
    },
  };
};

function takeExtreme(trees: Trees, aggregate: "MIN" | "MAX", x: Float32Array, row: number, scores: Float32Array): void {
  scores.fill(aggregate === "MIN" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  for (const root of trees.roots) {
    const leaf = leafOf(trees, root, x, row);
    for (let entry = trees.first[leaf] ?? 0; entry < (trees.first[leaf + 1] ?? 0); entry++) {
      const to = trees.weightOf[entry] ?? 0;
      scores[to] = Math[aggregate === "MIN" ? "min" : "max"](scores[to] ?? 0, trees.weight[entry] ?? 0);
    }
  }
}
