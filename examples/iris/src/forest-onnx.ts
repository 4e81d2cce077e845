import type { Tree } from "./forest.ts";
import { encodeModel } from "./onnx.ts";

/**
 * A forest that votes, as ONNX: one TreeEnsembleClassifier with two tensors as outputs, the label (text) and the shares of the
 * votes in the order of `classes`. Each leaf gives its class 1 / trees.
 */
export function forestToOnnx(trees: readonly Tree[], features: number, classes: readonly string[]): Uint8Array {
  // Of two classes ONNX Runtime compares a single score with a threshold of its own choice, so shares of votes would be misread.
  if (classes.length < 3) throw new Error(`a forest is written for three classes or more, not for ${classes.length}`);
  const nodes = trees.flatMap((tree, id) => flatten(tree, id));
  const leaves = nodes.filter((node) => node.vote !== undefined);
  return encodeModel({
    name: "forest",
    inputs: [{ name: "X", type: "float", shape: ["rows", features] }],
    outputs: [
      { name: "label", type: "string", shape: ["rows"] },
      { name: "probabilities", type: "float", shape: ["rows", classes.length] },
    ],
    nodes: [
      {
        op: "TreeEnsembleClassifier",
        domain: "ai.onnx.ml",
        inputs: ["X"],
        outputs: ["label", "probabilities"],
        attributes: {
          nodes_treeids: { ints: nodes.map(({ tree }) => tree) },
          nodes_nodeids: { ints: nodes.map(({ id }) => id) },
          nodes_modes: { strings: nodes.map(({ vote }) => (vote === undefined ? "BRANCH_LEQ" : "LEAF")) },
          nodes_featureids: { ints: nodes.map(({ feature }) => feature) },
          nodes_values: { floats: nodes.map(({ threshold }) => threshold) },
          nodes_truenodeids: { ints: nodes.map(({ left }) => left) },
          nodes_falsenodeids: { ints: nodes.map(({ right }) => right) },
          class_treeids: { ints: leaves.map(({ tree }) => tree) },
          class_nodeids: { ints: leaves.map(({ id }) => id) },
          class_ids: { ints: leaves.map(({ vote }) => vote ?? 0) },
          class_weights: { floats: leaves.map(() => 1 / trees.length) },
          classlabels_strings: { strings: classes },
          post_transform: { s: "NONE" },
        },
      },
    ],
  });
}

/** The largest 32-bit float below `threshold`: for 32-bit x, `x < threshold` is `x <= largestBelow(threshold)`. */
export function largestBelow(threshold: number): number {
  const rounded = Math.fround(threshold);
  if (rounded < threshold) return rounded;
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, rounded);
  // Neighbouring floats have neighbouring bit patterns, in reverse below zero; the one below zero is the smallest negative.
  const pattern = bits.getUint32(0);
  bits.setUint32(0, rounded === 0 ? 0x8000_0001 : rounded > 0 ? pattern - 1 : pattern + 1);
  return bits.getFloat32(0);
}

interface FlatNode {
  readonly tree: number;
  readonly id: number;
  readonly feature: number;
  readonly threshold: number;
  readonly left: number;
  readonly right: number;
  readonly vote: number | undefined;
}

/** In preorder, so a node's left child follows it. */
function flatten(root: Tree, tree: number): FlatNode[] {
  const nodes: FlatNode[] = [];
  visit(root);
  return nodes;

  function visit(node: Tree): number {
    const id = nodes.length;
    if ("vote" in node) {
      nodes.push({ tree, id, feature: 0, threshold: 0, left: 0, right: 0, vote: node.vote });
      return id;
    }
    const at =
      nodes.push({
        tree,
        id,
        feature: node.feature,
        threshold: largestBelow(node.threshold),
        left: 0,
        right: 0,
        vote: undefined,
      }) - 1;
    const left = visit(node.left);
    const right = visit(node.right);
    nodes[at] = { tree, id, feature: node.feature, threshold: largestBelow(node.threshold), left, right, vote: undefined };
    return id;
  }
}
