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
    readonly modes?: readonly string[];
  },
): RandomTrees {
  const { width, targets, first = 0, prefix, positive = false, modes = MODES } = options;
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
