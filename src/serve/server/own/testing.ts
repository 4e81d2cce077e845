import type { OnnxAttribute } from "../../../../examples/iris/src/onnx.ts";

const MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"];

export interface RandomTrees {
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** Rows whose values often equal a threshold, and sometimes are missing (NaN). */
  rows(count: number): number[];
  numbers(count: number): number[];
}

/** Trees of a random form, the same for the same seed; each leaf has a weight for each of `targets`, counted from `first`. */
export function randomTrees(
  seed: number,
  options: {
    readonly width: number;
    readonly targets: number;
    readonly first?: number;
    readonly trees: number;
    readonly depth: number;
    readonly prefix: "class" | "target";
    readonly positive?: boolean;
    /** Whether leaves leave targets out: each has one, another or both. */
    readonly sparse?: boolean;
    readonly modes?: readonly string[];
  },
): RandomTrees {
  const { width, targets, first = 0, prefix, positive = false, sparse = false, modes = MODES } = options;
  const random = mulberry32(seed);
  const below = (count: number) => Math.floor(random() * count);
  // Few different values, so that equality happens.
  const value = () => Math.fround((below(17) - 8) / 8);
  const weight = () => Math.fround(positive ? random() / options.trees : random() * 2 - 1);
  const ints: Record<string, number[]> = {};
  const floats: Record<string, number[]> = { nodes_values: [], [`${prefix}_weights`]: [] };
  const modeOf: string[] = [];
  const push = (name: string, number: number) => (ints[name] ??= []).push(number);

  for (let tree = 0; tree < options.trees; tree++) {
    let count = 0;
    grow(0);

    function grow(depth: number): number {
      const id = count++;
      const at = modeOf.length;
      const leaf = depth === options.depth || (depth > 0 && random() < 0.25);
      push("nodes_treeids", tree);
      push("nodes_nodeids", id);
      push("nodes_featureids", leaf ? 0 : below(width));
      push("nodes_missing_value_tracks_true", leaf ? 0 : below(2));
      push("nodes_truenodeids", 0);
      push("nodes_falsenodeids", 0);
      floats.nodes_values?.push(leaf ? 0 : value());
      modeOf.push(leaf ? "LEAF" : (modes[below(modes.length)] ?? "BRANCH_LEQ"));
      if (leaf) {
        for (let target = 0; target < targets; target++) {
          if (sparse && random() < 0.6) continue;
          push(`${prefix}_treeids`, tree);
          push(`${prefix}_nodeids`, id);
          push(`${prefix}_ids`, first + target);
          floats[`${prefix}_weights`]?.push(weight());
        }
        return id;
      }
      const whenTrue = grow(depth + 1);
      const whenFalse = grow(depth + 1);
      (ints.nodes_truenodeids ?? [])[at] = whenTrue;
      (ints.nodes_falsenodeids ?? [])[at] = whenFalse;
      return id;
    }
  }
  return {
    attributes: {
      ...Object.fromEntries(Object.entries(ints).map(([name, given]) => [name, { ints: given }])),
      ...Object.fromEntries(Object.entries(floats).map(([name, given]) => [name, { floats: given }])),
      nodes_modes: { strings: modeOf },
    },
    rows: (count) => Array.from({ length: count * width }, () => (random() < 0.05 ? Number.NaN : value())),
    numbers: (count) => Array.from({ length: count }, weight),
  };
}

/** A small generator with a 32-bit state. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NUMBERS = ["nodes_values", "class_weights", "target_weights", "base_values"];

/** The same trees with 64-bit numbers, which no longer are 32-bit ones: attributes of ai.onnx.ml 3. */
export function inDoubles(attributes: RandomTrees["attributes"]): RandomTrees["attributes"] {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, given]) =>
      NUMBERS.includes(name) && "floats" in given
        ? [`${name}_as_tensor`, { tensor: Float64Array.from(given.floats, (one) => one * (1 + 1e-10)) }]
        : [name, given],
    ),
  );
}

/** The same trees, each leaf with one weight, as ai.onnx.ml 5 writes them: leaves apart from nodes, modes as numbers. */
export function inVersion5(attributes: RandomTrees["attributes"], isDouble: boolean): RandomTrees["attributes"] {
  const ints = (name: string): readonly number[] => {
    const given = attributes[name];
    return given !== undefined && "ints" in given ? given.ints : [];
  };
  const floats = (name: string): readonly number[] => {
    const given = attributes[name];
    return given !== undefined && "floats" in given ? given.floats : [];
  };
  const modes = attributes.nodes_modes;
  const modeOf = modes !== undefined && "strings" in modes ? modes.strings : [];
  const key = (tree: number | undefined, node: number | undefined) => `${tree}/${node}`;
  const [trees, ids] = [ints("nodes_treeids"), ints("nodes_nodeids")];
  const nodes = modeOf.flatMap((mode, at) => (mode === "LEAF" ? [] : [at]));
  const nodeAt = new Map(nodes.map((at, place) => [key(trees[at], ids[at]), place]));
  const leafAt = new Map(ints("target_nodeids").map((node, place) => [key(ints("target_treeids")[place], node), place]));
  const child = (branch: string) => nodes.map((at) => key(trees[at], ints(`nodes_${branch}nodeids`)[at]));
  const numbers = (values: readonly number[]) => ({ tensor: isDouble ? Float64Array.from(values) : Float32Array.from(values) });
  const pick = (values: readonly number[]) => nodes.map((at) => values[at] ?? 0);
  return {
    nodes_featureids: { ints: pick(ints("nodes_featureids")) },
    nodes_splits: numbers(pick(floats("nodes_values"))),
    nodes_modes: { tensor: Uint8Array.from(nodes, (at) => MODES.indexOf(modeOf[at] ?? "")) },
    nodes_missing_value_tracks_true: { ints: pick(ints("nodes_missing_value_tracks_true")) },
    ...Object.fromEntries(
      ["true", "false"].flatMap((branch) => [
        [`nodes_${branch}leafs`, { ints: child(branch).map((to) => Number(leafAt.has(to))) }],
        [`nodes_${branch}nodeids`, { ints: child(branch).map((to) => leafAt.get(to) ?? nodeAt.get(to) ?? 0) }],
      ]),
    ),
    leaf_targetids: { ints: ints("target_ids") },
    leaf_weights: numbers(floats("target_weights")),
    tree_roots: { ints: nodes.flatMap((at, place) => (ids[at] === 0 ? [place] : [])) },
  };
}
