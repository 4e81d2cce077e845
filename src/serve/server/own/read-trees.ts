import { Unsupported } from "./kernel.ts";
import type { OnnxNode } from "./onnx-file.ts";
import { MODES, misfit, type Numbers, type Trees, treesOf } from "./trees.ts";

/** Reads numbers of an attribute in the precision of the model. */
export type ReadNumbers = (name: string) => Numbers;

/** Numbers are 32 bits for rows of 32-bit floats and 64 for rows of 64: the tensor form of an attribute must be of the rows' own type. */
export function numbersOf({ attributes, op }: OnnxNode, isDouble: boolean): ReadNumbers {
  const Type = isDouble ? Float64Array : Float32Array;
  return (name) => {
    const tensor = (attributes.get(`${name}_as_tensor`) ?? attributes.get(name))?.tensor;
    if (tensor === undefined) return Type.from(attributes.get(name)?.floats ?? []);
    if (!(tensor.values instanceof Type)) throw new Unsupported(`${op} whose ${name} are not of the type of its input`);
    return tensor.values;
  };
}

/** The node tables of TreeEnsembleClassifier (`prefix` is `class`) and TreeEnsembleRegressor (`target`). */
export function readTrees(node: OnnxNode, prefix: "class" | "target", width: number, numbers: ReadNumbers): Trees {
  const { attributes, op } = node;
  const integers = (name: string) => Int32Array.from(attributes.get(name)?.integers ?? [], Number);
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
    integers(name).map((to, at) => (feature[at] === -1 ? 0 : (place.get(`${tree[at]}/${to}`) ?? misfit(op))));
  const missingTrue = new Uint8Array(count);
  missingTrue.set((attributes.get("nodes_missing_value_tracks_true")?.integers ?? []).map(Number));
  return treesOf({
    op,
    width,
    roots: Int32Array.from(tree.keys()).filter((at) => at === 0 || tree[at] !== tree[at - 1]),
    feature,
    threshold: numbers("nodes_values"),
    whenTrue: child("nodes_truenodeids"),
    whenFalse: child("nodes_falsenodeids"),
    mode,
    missingTrue,
    weights: readWeights(),
  });

  function readWeights() {
    const trees = integers(`${prefix}_treeids`);
    const nodes = integers(`${prefix}_nodeids`);
    const targets = integers(`${prefix}_ids`);
    const weights = numbers(`${prefix}_weights`);
    if ([trees, nodes, targets].some(({ length }) => length !== weights.length)) misfit(op);
    return Array.from(nodes, (owner, at) => ({
      node: place.get(`${trees[at]}/${owner}`) ?? misfit(op),
      target: targets[at] ?? 0,
      weight: weights[at] ?? 0,
    }));
  }
}

/** The node tables of ai.onnx.ml 5's TreeEnsemble: leaves are apart from nodes, and each has one weight. */
export function readTreesOfVersion5(node: OnnxNode, width: number, numbers: ReadNumbers): Trees {
  const { attributes, op } = node;
  const integers = (name: string) => Int32Array.from(attributes.get(name)?.integers ?? [], Number);
  const feature = integers("nodes_featureids");
  const count = feature.length;
  const leafTargets = integers("leaf_targetids");
  const leafWeights = numbers("leaf_weights");
  const leaves = leafTargets.length;
  if (count === 0 || leafWeights.length !== leaves) misfit(op);
  const modes = attributes.get("nodes_modes")?.tensor?.values;
  if (!(modes instanceof Uint8Array) || modes.some((mode) => mode >= MODES.length))
    throw new Unsupported(`${op} with nodes that test membership`);

  // Leaves come after the nodes in our tables.
  const child = (branch: "true" | "false") => {
    const isLeaf = integers(`nodes_${branch}leafs`);
    const to = integers(`nodes_${branch}nodeids`);
    if (isLeaf.length !== count || to.length !== count) misfit(op);
    return withLeaves(
      to.map((at, node) => {
        if (at < 0 || at >= (isLeaf[node] === 1 ? leaves : count)) misfit(op);
        return isLeaf[node] === 1 ? count + at : at;
      }),
      leaves,
    );
  };
  const splits = numbers("nodes_splits");
  const threshold = splits instanceof Float64Array ? new Float64Array(count + leaves) : new Float32Array(count + leaves);
  if (splits.length !== count || modes.length !== count) misfit(op);
  threshold.set(splits);
  const mode = new Uint8Array(count + leaves);
  mode.set(modes);
  const missingTrue = new Uint8Array(count + leaves);
  missingTrue.set((attributes.get("nodes_missing_value_tracks_true")?.integers ?? []).map(Number));
  const roots = integers("tree_roots");
  if (roots.length === 0 || roots.some((root) => root < 0 || root >= count)) misfit(op);
  return treesOf({
    op,
    width,
    roots,
    feature: withLeaves(feature, leaves, -1),
    threshold,
    whenTrue: child("true"),
    whenFalse: child("false"),
    mode,
    missingTrue,
    weights: Array.from(leafTargets, (target, at) => ({ node: count + at, target, weight: leafWeights[at] ?? 0 })),
  });
}

function withLeaves(table: Int32Array, leaves: number, value = 0): Int32Array {
  const longer = new Int32Array(table.length + leaves).fill(value, table.length);
  longer.set(table);
  return longer;
}

function modeOf(name: string): number {
  const at = MODES.findIndex((mode) => mode === name);
  if (at < 0) throw new Unsupported(`tree nodes of mode ${name}`);
  return at;
}
