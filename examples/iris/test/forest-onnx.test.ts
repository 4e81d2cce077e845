import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDataset, splitHoldout } from "../src/data.ts";
import { type Tree, trainForest, voteShares } from "../src/forest.ts";
import { forestToOnnx, largestBelow } from "../src/forest-onnx.ts";
import { checkParity, runOnnx } from "../src/parity.ts";

const dataset = parseDataset(readFileSync(new URL("../data/iris.csv", import.meta.url)));
const { training } = splitHoldout(dataset, 0.3);
const train = (options: { trees: number; seed: number }) =>
  trainForest(
    training.map(({ features }) => features),
    training.map(({ label }) => dataset.classes.indexOf(label)),
    { maxDepth: 8, maxFeatures: 3, ...options },
  );

test("for every 32-bit x, x < threshold is x <= largestBelow(threshold)", () => {
  const real = fc.oneof(
    fc.double({ noNaN: true, min: -1e30, max: 1e30 }),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(0),
  );
  fc.assert(
    fc.property(real, fc.float({ noNaN: true }), (threshold, other) => {
      const below = largestBelow(threshold);
      expect(Math.fround(below)).toBe(below);
      for (const x of [other, below, Math.fround(threshold)]) expect(x < threshold).toBe(x <= below);
    }),
    { numRuns: 2000 },
  );
});

test("a tree takes its branches as written, also for a row right at the threshold", async () => {
  const tree: Tree = {
    feature: 1,
    threshold: 2.5,
    left: { vote: 0 },
    right: { feature: 0, threshold: 0.1, left: { vote: 1 }, right: { vote: 2 } },
  };

  const { labels, probabilities } = await runOnnx(forestToOnnx([tree], 2, ["a", "b", "c"]), [
    [0, 2.4],
    [0, 2.5],
    [Math.fround(0.1), 3],
    [0.2, 3],
  ]);

  // Math.fround(0.1) is above 0.1.
  expect(labels).toEqual(["a", "b", "c", "c"]);
  expect(probabilities).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, 1],
  ]);
});

test.each([
  { trees: 1, seed: 3 },
  { trees: 7, seed: 1 },
  { trees: 64, seed: 2 },
  { trees: 100, seed: 5 },
])("a written forest of %o says what the library says", async (options) => {
  const forest = train(options);
  const model = forestToOnnx(forest.trees, dataset.columns.length, dataset.classes);

  const { rows, maxDifference } = await checkParity(model, forest, dataset);

  expect(rows).toBeGreaterThan(150);
  expect(maxDifference).toBeLessThanOrEqual(1e-5);
});

test("a forest of two classes is refused rather than served wrong", () => {
  expect(() => forestToOnnx([{ vote: 0 }], 1, ["no", "yes"])).toThrow("three classes or more, not for 2");
});

test("the parity check finds a threshold that is off by one step", async () => {
  const forest = train({ trees: 8, seed: 1 });
  const shift = (tree: Tree): Tree =>
    "vote" in tree
      ? tree
      : { ...tree, threshold: tree.threshold * (1 + 2 ** -20), left: shift(tree.left), right: shift(tree.right) };
  const [first, ...others] = forest.trees;
  if (first === undefined) throw new Error("a tree is needed");

  const wrong = forestToOnnx([shift(first), ...others], dataset.columns.length, dataset.classes);

  await expect(checkParity(wrong, forest, dataset)).rejects.toThrow(/^parity: for .+ the library gives .+, the written model /);
});

test("the same seed grows the same forest, another seed another one", () => {
  expect(train({ trees: 5, seed: 1 }).trees).toEqual(train({ trees: 5, seed: 1 }).trees);
  expect(train({ trees: 5, seed: 1 }).trees).not.toEqual(train({ trees: 5, seed: 2 }).trees);
});

test("vote shares count every tree", () => {
  expect(voteShares([0, 2, 2, 1], 3)).toEqual([0.25, 0.25, 0.5]);
});
