import { RandomForestClassifier } from "ml-random-forest";

export interface ForestOptions {
  readonly trees: number;
  readonly seed: number;
  readonly maxDepth: number;
  /** How many of the features each tree sees. */
  readonly maxFeatures: number;
}

/** A tree as data: `x[feature] < threshold` goes left. */
export type Tree =
  | { readonly feature: number; readonly threshold: number; readonly left: Tree; readonly right: Tree }
  | { readonly vote: number };

export interface Forest {
  readonly trees: readonly Tree[];
  /** The library's own answer: for each row the class (by number) that each tree votes for. */
  votes(rows: readonly (readonly number[])[]): number[][];
  /** The library's own answer: for each row the class with the most votes. */
  predict(rows: readonly (readonly number[])[]): number[];
}

/** Trains with ml-random-forest; `labels` are class numbers from 0. */
export function trainForest(rows: readonly (readonly number[])[], labels: readonly number[], options: ForestOptions): Forest {
  const library = new RandomForestClassifier({
    nEstimators: options.trees,
    seed: options.seed,
    maxFeatures: options.maxFeatures,
    // Each tree sees different features, not one of them twice.
    replacement: false,
    useSampleBagging: true,
    noOOB: true,
    treeOptions: { maxDepth: options.maxDepth },
  });
  library.train(mutable(rows), [...labels]);
  return {
    trees: readTrees(library.toJSON()),
    votes: (given) => {
      const votes = library.predictionValues(mutable(given));
      return given.map((_, at) => votes.getRow(at));
    },
    predict: (given) => library.predict(mutable(given)),
  };
}

/** Shares of the votes: the probabilities that the model gives. */
export function voteShares(votes: readonly number[], classes: number): number[] {
  return Array.from({ length: classes }, (_, label) => votes.filter((vote) => vote === label).length / votes.length);
}

interface NodeJson {
  readonly splitColumn?: number;
  readonly splitValue?: number;
  readonly distribution?: readonly (readonly number[])[];
  readonly left?: NodeJson;
  readonly right?: NodeJson;
}

interface ForestJson {
  readonly baseModel: {
    readonly indexes: readonly (readonly number[])[];
    readonly estimators: readonly { readonly root: NodeJson }[];
  };
}

/** The library's nodes are live objects whose matrices become arrays in JSON. */
function readTrees(model: unknown): Tree[] {
  const { baseModel } = JSON.parse(JSON.stringify(model)) as ForestJson;
  return baseModel.estimators.map(({ root }, at) => readNode(root, baseModel.indexes[at] ?? []));
}

/** `features` maps the tree's columns to the data's. */
function readNode({ splitColumn, splitValue, distribution, left, right }: NodeJson, features: readonly number[]): Tree {
  if (left !== undefined && right !== undefined && splitColumn !== undefined && splitValue !== undefined) {
    const feature = features[splitColumn];
    if (feature === undefined) throw new Error(`forest: a tree splits column ${splitColumn} but has ${features.length}`);
    return { feature, threshold: splitValue, left: readNode(left, features), right: readNode(right, features) };
  }
  const shares = distribution?.[0];
  if (shares === undefined) throw new Error("forest: a leaf without a distribution");
  // As the library votes: the first of the largest.
  return { vote: shares.indexOf(Math.max(...shares)) };
}

function mutable(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((row) => [...row]);
}
