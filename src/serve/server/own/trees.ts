import { Unsupported } from "./kernel.ts";

/** What a node compares: `value MODE threshold` leads to its true child. The order is that of ai.onnx.ml 5. */
export const MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"] as const;
const LEQ = 0;

/** 32 or 64 bits: how a model compares and adds. */
export type Numbers = Float32Array | Float64Array;

/** A sum of one leaf for each tree, in typed arrays: node `n` is the n-th of each. */
export interface Trees {
  /** In the order in which the file has them: the order of the sum. */
  readonly roots: Int32Array;
  /** Column to compare; -1 marks a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Numbers;
  readonly whenTrue: Int32Array;
  readonly whenFalse: Int32Array;
  /** Positions in MODES. */
  readonly mode: Uint8Array;
  /** 1 where a missing value (NaN) leads to the true child. */
  readonly missingTrue: Uint8Array;
  /** Of a leaf: its weights are `weightOf` and `weight` from `first[node]` up to `first[node + 1]`. */
  readonly first: Int32Array;
  readonly weightOf: Int32Array;
  readonly weight: Numbers;
  /** True when every node compares by BRANCH_LEQ and none sends missing values to the left: the usual case, walked faster. */
  readonly plain: boolean;
  /** The longest way to a leaf. */
  readonly depth: number;
}

/** Node tables as a file has them, children by position. */
export interface NodeTables extends Omit<Trees, "plain" | "depth" | "first" | "weightOf" | "weight"> {
  readonly weights: readonly { readonly node: number; readonly target: number; readonly weight: number }[];
  readonly op: string;
  /** Columns that there are to compare. */
  readonly width: number;
}

/** Throws `Unsupported` when the tables are not trees over these columns. */
export function treesOf({ weights, op, width, ...tables }: NodeTables): Trees {
  const { feature, mode, missingTrue, threshold, whenTrue, whenFalse } = tables;
  const count = feature.length;
  for (const table of [mode, missingTrue, threshold, whenTrue, whenFalse]) if (table.length !== count) misfit(op);
  if (feature.some((column) => column >= width))
    throw new Unsupported(`${op} that compares column ${Math.max(...feature)} of ${width}`);
  return {
    ...tables,
    ...weightTables(weights, count, threshold instanceof Float64Array ? Float64Array : Float32Array),
    plain: mode.every((one) => one === LEQ) && missingTrue.every((one) => one === 0),
    depth: depthOf(tables, op),
  };
}

function weightTables(
  weights: NodeTables["weights"],
  count: number,
  NumbersType: typeof Float32Array | typeof Float64Array,
): Pick<Trees, "first" | "weightOf" | "weight"> {
  const first = new Int32Array(count + 1);
  for (const { node } of weights) first[node + 1] = (first[node + 1] ?? 0) + 1;
  for (let node = 0; node < count; node++) first[node + 1] = (first[node + 1] ?? 0) + (first[node] ?? 0);
  const next = first.slice();
  const weightOf = new Int32Array(weights.length);
  const weight = new NumbersType(weights.length);
  for (const one of weights) {
    const to = next[one.node] ?? 0;
    next[one.node] = to + 1;
    weightOf[to] = one.target;
    weight[to] = one.weight;
  }
  return { first, weightOf, weight };
}

/** The leaf of a tree for the row that starts at `row` in `x`. */
export function leafOf(trees: Trees, root: number, x: Numbers, row: number): number {
  const { feature, threshold, whenTrue, whenFalse } = trees;
  let node = root;
  let column = feature[node] ?? -1;
  if (trees.plain) {
    while (column >= 0) {
      // NaN compares false, as ONNX Runtime has it.
      node = ((x[row + column] as number) <= (threshold[node] as number) ? whenTrue[node] : whenFalse[node]) as number;
      column = feature[node] as number;
    }
    return node;
  }
  while (column >= 0) {
    const value = x[row + column] ?? 0;
    const yes =
      compare(trees.mode[node] ?? LEQ, value, threshold[node] ?? 0) || (trees.missingTrue[node] === 1 && Number.isNaN(value));
    node = (yes ? whenTrue[node] : whenFalse[node]) ?? 0;
    column = feature[node] ?? -1;
  }
  return node;
}

function compare(mode: number, value: number, threshold: number): boolean {
  switch (MODES[mode]) {
    case "BRANCH_LEQ":
      return value <= threshold;
    case "BRANCH_LT":
      return value < threshold;
    case "BRANCH_GTE":
      return value >= threshold;
    case "BRANCH_GT":
      return value > threshold;
    case "BRANCH_EQ":
      return value === threshold;
    default:
      return value !== threshold;
  }
}

/** Also finds circles, in which a walk would never end. */
function depthOf(
  { roots, feature, whenTrue, whenFalse }: Omit<Trees, "plain" | "depth" | "first" | "weightOf" | "weight">,
  op: string,
): number {
  const seen = new Uint8Array(feature.length);
  let level = [...roots];
  let depth = 0;
  for (; level.length > 0; depth++) {
    const next: number[] = [];
    for (const node of level) {
      if (seen[node] === 1) throw new Unsupported(`${op} whose nodes are not trees`);
      seen[node] = 1;
      if ((feature[node] ?? -1) < 0) continue;
      const [yes = 0, no = 0] = [whenTrue[node], whenFalse[node]];
      // A tree of one leaf is a node whose children are the same.
      next.push(yes, ...(yes === no ? [] : [no]));
    }
    level = next;
  }
  return depth;
}

export function misfit(op: string): never {
  throw new Unsupported(`${op} whose node tables do not fit each other`);
}

/** Adds the leaves' weights in the order of the file, in the model's own precision, as ONNX Runtime does with one thread. */
export function addLeaves(trees: Trees, x: Numbers, row: number, scores: Numbers, at: number): void {
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

/** Marks with 1 which targets the row's leaves have a weight for: ONNX Runtime treats one without any apart. */
export function markVotes(trees: Trees, x: Numbers, row: number, votes: Uint8Array): void {
  const { roots, first, weightOf } = trees;
  votes.fill(0);
  for (const root of roots) {
    const leaf = leafOf(trees, root, x, row);
    for (let entry = first[leaf] ?? 0; entry < (first[leaf + 1] ?? 0); entry++) votes[weightOf[entry] ?? 0] = 1;
  }
}

/** Whether each leaf has a weight for each of these targets: then nobody need look at the votes. */
export function everyLeafVotes({ feature, first, weightOf }: Trees, targets: ReadonlySet<number>): boolean {
  for (let node = 0; node < feature.length; node++) {
    if (feature[node] !== -1) continue;
    const votes = new Set(weightOf.subarray(first[node], first[node + 1]));
    for (const target of targets) if (!votes.has(target)) return false;
  }
  return true;
}

/** Nanoseconds for a row: a node of a tree that is not in the nearest cache costs about four. */
export const treesCost = (trees: Trees): number => trees.roots.length * (4 * trees.depth + 6);
