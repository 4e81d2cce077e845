import { Unsupported } from "./kernel.ts";
import type { OnnxNode } from "./onnx-file.ts";

/** What a node compares: `value MODE threshold` leads to its true child. */
const MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"] as const;
const LEQ = 0;

/** A sum of one leaf for each tree, in typed arrays: node `n` is the n-th of each. */
export interface Trees {
  /** In the order in which the file has them: the order of the sum. */
  readonly roots: Int32Array;
  /** Column to compare; -1 marks a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly whenTrue: Int32Array;
  readonly whenFalse: Int32Array;
  /** Positions in MODES. */
  readonly mode: Uint8Array;
  /** 1 where a missing value (NaN) leads to the true child. */
  readonly missingTrue: Uint8Array;
  /** Of a leaf: its weights are `weightOf` and `weight` from `first[node]` up to `first[node + 1]`. */
  readonly first: Int32Array;
  readonly weightOf: Int32Array;
  readonly weight: Float32Array;
  /** True when every node compares by BRANCH_LEQ and none sends missing values to the left: the usual case, walked faster. */
  readonly plain: boolean;
  /** The longest way to a leaf. */
  readonly depth: number;
}

/** Reads the node tables of TreeEnsembleClassifier (`prefix` is `class`) and TreeEnsembleRegressor (`target`). */
export function readTrees({ attributes, op }: OnnxNode, prefix: "class" | "target", width: number): Trees {
  const integers = (name: string) => Int32Array.from(attributes.get(name)?.integers ?? [], Number);
  if ([...attributes.keys()].some((name) => name.endsWith("_as_tensor"))) throw new Unsupported(`${op} with 64-bit thresholds`);
  const tree = integers("nodes_treeids");
  const id = integers("nodes_nodeids");
  const count = tree.length;
  const place = new Map<string, number>();
  for (let at = 0; at < count; at++) place.set(`${tree[at]}/${id[at]}`, at);
  if (place.size !== count || count === 0) throw new Unsupported(`${op} without nodes or with a node twice`);

  const feature = integers("nodes_featureids");
  const mode = new Uint8Array(count);
  for (const [at, name] of (attributes.get("nodes_modes")?.texts ?? []).entries()) {
    if (name === "LEAF") feature[at] = -1;
    else mode[at] = modeOf(name);
  }
  const child = (name: string) =>
    integers(name).map((to, at) => (feature[at] === -1 ? 0 : (place.get(`${tree[at]}/${to}`) ?? missing(op))));
  const threshold = Float32Array.from(attributes.get("nodes_values")?.floats ?? []);
  const missingTrue = new Uint8Array(count);
  missingTrue.set((attributes.get("nodes_missing_value_tracks_true")?.integers ?? []).map(Number));
  const whenTrue = child("nodes_truenodeids");
  const whenFalse = child("nodes_falsenodeids");
  for (const table of [id, feature, threshold, whenTrue, whenFalse]) if (table.length !== count) missing(op);
  if (feature.some((column) => column >= width))
    throw new Unsupported(`${op} that compares column ${Math.max(...feature)} of ${width}`);

  const roots = Int32Array.from(tree.keys()).filter((at) => at === 0 || tree[at] !== tree[at - 1]);
  return {
    roots,
    feature,
    threshold,
    whenTrue,
    whenFalse,
    mode,
    missingTrue,
    plain: mode.every((one) => one === LEQ) && missingTrue.every((one) => one === 0),
    depth: depthOf(roots, feature, whenTrue, whenFalse, op),
    ...readWeights(),
  };

  function readWeights(): Pick<Trees, "first" | "weightOf" | "weight"> {
    const trees = integers(`${prefix}_treeids`);
    const nodes = integers(`${prefix}_nodeids`);
    const ids = integers(`${prefix}_ids`);
    const weights = attributes.get(`${prefix}_weights`)?.floats ?? [];
    if (trees.length !== weights.length || nodes.length !== weights.length || ids.length !== weights.length) missing(op);
    const owner = nodes.map((node, at) => place.get(`${trees[at]}/${node}`) ?? missing(op));
    const first = new Int32Array(count + 1);
    for (const node of owner) first[node + 1] = (first[node + 1] ?? 0) + 1;
    for (let node = 0; node < count; node++) first[node + 1] = (first[node + 1] ?? 0) + (first[node] ?? 0);
    const next = first.slice();
    const weightOf = new Int32Array(weights.length);
    const weight = new Float32Array(weights.length);
    for (const [at, node] of owner.entries()) {
      const to = next[node] ?? 0;
      next[node] = to + 1;
      weightOf[to] = ids[at] ?? 0;
      weight[to] = weights[at] ?? 0;
    }
    return { first, weightOf, weight };
  }
}

/** The leaf of a tree for the row that starts at `row` in `x`. */
export function leafOf(trees: Trees, root: number, x: Float32Array, row: number): number {
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

function modeOf(name: string): number {
  const at = MODES.findIndex((mode) => mode === name);
  if (at < 0) throw new Unsupported(`tree nodes of mode ${name}`);
  return at;
}

/** Also finds circles, in which a walk would never end. */
function depthOf(roots: Int32Array, feature: Int32Array, whenTrue: Int32Array, whenFalse: Int32Array, op: string): number {
  const seen = new Uint8Array(feature.length);
  let level = [...roots];
  let depth = 0;
  for (; level.length > 0; depth++) {
    const next: number[] = [];
    for (const node of level) {
      if (seen[node] === 1) throw new Unsupported(`${op} whose nodes are not trees`);
      seen[node] = 1;
      if ((feature[node] ?? -1) >= 0) next.push(whenTrue[node] ?? 0, whenFalse[node] ?? 0);
    }
    level = next;
  }
  return depth;
}

function missing(op: string): never {
  throw new Unsupported(`${op} whose node tables do not fit each other`);
}
