import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OnnxAttribute } from "../../../../examples/iris/src/onnx.ts";
import { createOwnEvaluator } from "./own-evaluator.ts";
import { inDoubles, inVersion5, randomTrees } from "./testing.ts";
import { classifier, expectSame, names, regressor, seed, sizes } from "./testing-same.ts";

const TRANSFORMS = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"] as const;
const transforms = fc.constantFrom(...TRANSFORMS);
const RUNS = { numRuns: 150 };

type Attributes = Readonly<Record<string, OnnxAttribute>>;

const baseOf = (values: readonly number[]): Attributes => (values.length === 0 ? {} : { base_values: { floats: values } });
const inPrecision = (attributes: Attributes, isDouble: boolean) => (isDouble ? inDoubles(attributes) : attributes);

describe("the answers are ONNX Runtime's", () => {
  test("for forests of three classes and more, of every branch mode, whether each leaf scores every class or not", async () => {
    const flags = fc.record({ isDouble: fc.boolean(), sparse: fc.boolean(), positive: fc.boolean(), withBase: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(sizes, seed, transforms, flags, async ({ width, classes: some, rows }, random, transform, flag) => {
        const classes = some + 1;
        const isProbit = transform === "PROBIT";
        const { isDouble, sparse, positive, withBase } = flag;
        // With so many trees every class has a vote in nearly every row.
        const trees = randomTrees(random, { width, targets: classes, trees: 9, depth: 5, prefix: "class", sparse, positive });
        const attributes = { ...trees.attributes, ...baseOf(withBase ? trees.numbers(classes) : []) };
        const model = classifier(
          {
            op: "TreeEnsembleClassifier",
            attributes: {
              ...inPrecision(attributes, isDouble),
              classlabels_strings: { strings: names(classes) },
              post_transform: { s: transform },
            },
          },
          width,
          classes,
          "string",
          isDouble,
        );
        await expectSame({ model, x: trees.rows(rows), rows, width, type: isDouble ? "float64" : "float32", isProbit });
      }),
      RUNS,
    );
  });

  test("for forests of two classes: those that score one of them, or both, with up to two base values", async () => {
    const flags = fc.record({
      isDouble: fc.boolean(),
      sparse: fc.boolean(),
      positive: fc.boolean(),
      scored: fc.constantFrom([0], [1], [0, 1]),
      bases: fc.constantFrom(0, 1, 2),
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(sizes, seed, transforms, flags, async ({ width, rows }, random, transform, flag) => {
        const { isDouble, sparse, positive, scored, bases } = flag;
        const [first = 0] = scored;
        const isProbit = transform === "PROBIT";
        const labels = scored.length === 2 && random % 4 > 0 ? [0, 1] : [10, 20];
        const options = { width, targets: scored.length, first, trees: 5, depth: 4, prefix: "class", sparse, positive } as const;
        const trees = randomTrees(random, options);
        const attributes = { ...trees.attributes, ...baseOf(trees.numbers(bases)) };
        const model = classifier(
          {
            op: "TreeEnsembleClassifier",
            attributes: {
              ...inPrecision(attributes, isDouble),
              classlabels_int64s: { ints: labels },
              post_transform: { s: transform },
            },
          },
          width,
          2,
          "int64",
          isDouble,
        );
        if (
          !isComputed(
            model,
            /^TreeEnsembleClassifier (of two classes with (1 base values|one score and post_transform PROBIT)|that scores two classes whose labels are not 0 and 1)$/,
          )
        )
          return void refused++;
        await expectSame({ model, x: trees.rows(rows), rows, width, type: isDouble ? "float64" : "float32", isProbit });
      }),
      RUNS,
    );
    expect(refused).toBeLessThan(RUNS.numRuns / 2);
  });

  test("for regressions by trees under every aggregate and transform", async () => {
    const aggregates = fc.constantFrom("SUM", "AVERAGE", "MIN", "MAX");
    const flags = fc.record({ isDouble: fc.boolean(), sparse: fc.boolean(), positive: fc.boolean(), withBase: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        seed,
        aggregates,
        transforms,
        flags,
        async ({ width, classes, rows }, random, aggregate, transform, flag) => {
          const { isDouble, sparse, positive, withBase } = flag;
          const targets = classes - 1;
          const isProbit = transform === "PROBIT";
          // ONNX Runtime reads the one weight of every leaf when there is one target.
          const options = {
            width,
            targets,
            trees: 6,
            depth: 4,
            prefix: "target",
            positive,
            sparse: sparse && targets > 1,
          } as const;
          const trees = randomTrees(random, options);
          const attributes = { ...trees.attributes, ...baseOf(withBase ? trees.numbers(targets) : []) };
          const model = regressor(
            {
              op: "TreeEnsembleRegressor",
              attributes: {
                ...inPrecision(attributes, isDouble),
                n_targets: { i: targets },
                aggregate_function: { s: aggregate },
                post_transform: { s: transform },
              },
            },
            width,
            targets,
            isDouble ? { input: "double" } : {},
          );
          await expectSame({ model, x: trees.rows(rows), rows, width, type: isDouble ? "float64" : "float32", isProbit });
        },
      ),
      RUNS,
    );
  });

  test("for ai.onnx.ml 5's TreeEnsemble in 32 and 64 bits", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        seed,
        fc.constantFrom(0, 1, 2, 3),
        fc.constantFrom(0, 1, 2, 3, 4),
        fc.boolean(),
        async ({ width, rows }, random, aggregate, transform, isDouble) => {
          const isProbit = transform === 4;
          const trees = randomTrees(random, { width, targets: 1, trees: 6, depth: 4, prefix: "target", positive: true });
          const model = regressor(
            {
              op: "TreeEnsemble",
              attributes: {
                ...inVersion5(trees.attributes, isDouble),
                n_targets: { i: 1 },
                aggregate_function: { i: aggregate },
                post_transform: { i: transform },
              },
            },
            width,
            1,
            { version: 5, ...(isDouble ? { input: "double", output: "double" } : {}) },
          );
          await expectSame({ model, x: trees.rows(rows), rows, width, type: isDouble ? "float64" : "float32", isProbit });
        },
      ),
      RUNS,
    );
  });
});

/** False when the own evaluators leave it to ONNX Runtime, which they may for the given reason alone. */
function isComputed(model: Uint8Array, reason: RegExp): boolean {
  try {
    createOwnEvaluator(model);
    return true;
  } catch (cause) {
    expect(String(cause instanceof Error ? cause.message : cause)).toMatch(reason);
    return false;
  }
}
