import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeModel, type OnnxNode } from "../../../../examples/iris/src/onnx.ts";
import { createOnnxEvaluator } from "../onnx-evaluator.ts";
import type { Tensors } from "../tensor.ts";
import { createOwnEvaluator } from "./own-evaluator.ts";
import { randomTrees } from "./testing.ts";

/** What both engines answer may differ by, for answers about as large as 1. */
const TOLERANCE = 1e-6;

const float = (most: number) => fc.double({ min: -most, max: most, noNaN: true, noDefaultInfinity: true }).map(Math.fround);
const sizes = fc.record({
  width: fc.integer({ min: 1, max: 6 }),
  classes: fc.integer({ min: 2, max: 5 }),
  rows: fc.integer({ min: 1, max: 9 }),
});
const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });

interface Case {
  readonly model: Uint8Array;
  readonly x: readonly number[];
  readonly rows: number;
  readonly width: number;
}

async function expectSame({ model, x, rows, width }: Case): Promise<void> {
  const feeds: Tensors = { X: { type: "float32", dims: [rows, width], data: Float32Array.from(x) } };
  const own = createOwnEvaluator(model);
  const reference = await createOnnxEvaluator(model, "test");
  const expected = await reference.run(feeds);
  const actual = await own.run(feeds);
  await reference.close();

  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { type, dims, data }] of Object.entries(expected)) {
    const answer = actual[name];
    expect([answer?.type, answer?.dims]).toEqual([type, [...dims]]);
    if (type !== "float32") {
      expect(Array.from(answer?.data ?? [], String)).toEqual(Array.from(data, String));
      continue;
    }
    const worst = Math.max(
      ...Array.from(
        data as Float32Array,
        (value, at) => Math.abs(value - Number(answer?.data[at])) / Math.max(1, Math.abs(value)),
      ),
    );
    expect(worst).toBeLessThanOrEqual(TOLERANCE);
  }
}

const ml = "ai.onnx.ml";
const rowsOf = (name: string, width: number) => ({ name, type: "float", shape: ["rows", width] }) as const;
const label = (type: "int64" | "string") => ({ name: "label", type, shape: ["rows"] }) as const;
const names = (classes: number) => Array.from({ length: classes }, (_, at) => `class ${at}`);

function classifier(
  node: Omit<OnnxNode, "domain" | "inputs" | "outputs">,
  width: number,
  classes: number,
  type: "int64" | "string",
): Uint8Array {
  return encodeModel({
    name: "classifier",
    inputs: [rowsOf("X", width)],
    outputs: [label(type), rowsOf("p", classes)],
    nodes: [{ ...node, domain: ml, inputs: ["X"], outputs: ["label", "p"] }],
  });
}

function regressor(node: Omit<OnnxNode, "domain" | "inputs" | "outputs">, width: number, targets: number): Uint8Array {
  return encodeModel({
    name: "regressor",
    inputs: [rowsOf("X", width)],
    outputs: [rowsOf("y", targets)],
    nodes: [{ ...node, domain: ml, inputs: ["X"], outputs: ["y"] }],
  });
}

describe("the answers are ONNX Runtime's", () => {
  test("for linear classifiers under every transform", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom("NONE", "LOGISTIC", "SOFTMAX"),
        fc.boolean(),
        fc.infiniteStream(float(2)),
        async ({ width, classes, rows }, transform, texts, numbers) => {
          const take = (count: number) => [...numbers.take(count)];
          // With one score for two classes ONNX Runtime knows no softmax.
          const scores = classes === 2 && transform !== "SOFTMAX" ? 1 : classes;
          const model = classifier(
            {
              op: "LinearClassifier",
              attributes: {
                coefficients: { floats: take(width * scores) },
                intercepts: { floats: take(scores) },
                post_transform: { s: transform },
                ...(texts
                  ? { classlabels_strings: { strings: names(classes) } }
                  : { classlabels_ints: { ints: Array.from({ length: classes }, (_, at) => at * 7 - 3) } }),
              },
            },
            width,
            classes,
            texts ? "string" : "int64",
          );
          await expectSame({ model, x: take(rows * width), rows, width });
        },
      ),
      { numRuns: 80 },
    );
  });

  test("for linear regressors with several targets", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.infiniteStream(float(2)), async ({ width, classes: targets, rows }, numbers) => {
        const take = (count: number) => [...numbers.take(count)];
        const model = regressor(
          {
            op: "LinearRegressor",
            attributes: {
              coefficients: { floats: take(width * targets) },
              intercepts: { floats: take(targets) },
              targets: { i: targets },
            },
          },
          width,
          targets,
        );
        await expectSame({ model, x: take(rows * width), rows, width });
      }),
      { numRuns: 40 },
    );
  });

  test("for a scaled network of Gemm, Add, Relu, Sigmoid and Softmax with a label", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom("Relu", "Sigmoid", "Tanh", "Abs", "Neg"),
        fc.boolean(),
        fc.infiniteStream(float(1)),
        async ({ width, classes, rows }, middle, turned, numbers) => {
          const take = (count: number) => [...numbers.take(count)];
          const hidden = 4;
          const model = encodeModel({
            name: "network",
            inputs: [rowsOf("X", width)],
            outputs: [{ name: "label", type: "int64", shape: ["rows", 1] }, rowsOf("p", classes), rowsOf("n", classes)],
            nodes: [
              {
                op: "Scaler",
                domain: ml,
                inputs: ["X"],
                outputs: ["scaled"],
                attributes: { offset: { floats: take(width) }, scale: { floats: take(width) } },
              },
              {
                op: "Gemm",
                inputs: ["scaled", "A", "a"],
                outputs: ["h"],
                attributes: { alpha: { f: 0.5 }, beta: { f: 2 }, transB: { i: Number(turned) } },
              },
              { op: middle, inputs: ["h"], outputs: ["hh"] },
              { op: "MatMul", inputs: ["hh", "B"], outputs: ["s"] },
              { op: "Add", inputs: ["s", "b"], outputs: ["scores"] },
              { op: "Softmax", inputs: ["scores"], outputs: ["p"], attributes: { axis: { i: 1 } } },
              { op: "ArgMax", inputs: ["scores"], outputs: ["label"], attributes: { axis: { i: 1 } } },
              { op: "Normalizer", domain: ml, inputs: ["p"], outputs: ["n"], attributes: { norm: { s: "L2" } } },
            ],
            weights: [
              { name: "A", dims: turned ? [hidden, width] : [width, hidden], data: take(width * hidden) },
              { name: "a", dims: [hidden], data: take(hidden) },
              { name: "B", dims: [hidden, classes], data: take(hidden * classes) },
              { name: "b", dims: [1, classes], data: take(classes) },
            ],
          });
          await expectSame({ model, x: take(rows * width), rows, width });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("for forests of every branch mode that score every class", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        seed,
        fc.constantFrom("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"),
        fc.boolean(),
        async ({ width, classes, rows }, random, transform, withBase) => {
          const trees = randomTrees(random, { width, targets: classes, trees: 7, depth: 5, prefix: "class" });
          const base: NonNullable<OnnxNode["attributes"]> =
            withBase && classes > 2 ? { base_values: { floats: trees.numbers(classes) } } : {};
          const model = classifier(
            {
              op: "TreeEnsembleClassifier",
              attributes: {
                ...trees.attributes,
                ...base,
                classlabels_strings: { strings: names(classes) },
                post_transform: { s: transform },
              },
            },
            width,
            classes,
            "string",
          );
          await expectSame({ model, x: trees.rows(rows), rows, width });
        },
      ),
      { numRuns: 80 },
    );
  });

  test("for forests of two classes that score one of them", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        seed,
        fc.constantFrom("NONE", "LOGISTIC", "SOFTMAX"),
        fc.constantFrom(0, 1),
        fc.boolean(),
        fc.boolean(),
        async ({ width, rows }, random, transform, scored, positive, withBase) => {
          const trees = randomTrees(random, { width, targets: 1, first: scored, trees: 5, depth: 4, prefix: "class", positive });
          const base: NonNullable<OnnxNode["attributes"]> =
            withBase && scored === 0 ? { base_values: { floats: trees.numbers(1) } } : {};
          const model = classifier(
            {
              op: "TreeEnsembleClassifier",
              attributes: {
                ...trees.attributes,
                ...base,
                classlabels_int64s: { ints: [10, 20] },
                post_transform: { s: transform },
              },
            },
            width,
            2,
            "int64",
          );
          await expectSame({ model: model, x: trees.rows(rows), rows, width });
        },
      ),
      { numRuns: 80 },
    );
  });

  test("for regressions by trees under every aggregate", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        seed,
        fc.constantFrom("SUM", "AVERAGE", "MIN", "MAX"),
        fc.boolean(),
        async ({ width, classes, rows }, random, aggregate, withBase) => {
          const targets = classes - 1;
          const trees = randomTrees(random, { width, targets, trees: 6, depth: 4, prefix: "target" });
          const base: NonNullable<OnnxNode["attributes"]> = withBase ? { base_values: { floats: trees.numbers(targets) } } : {};
          const model = regressor(
            {
              op: "TreeEnsembleRegressor",
              attributes: { ...trees.attributes, ...base, n_targets: { i: targets }, aggregate_function: { s: aggregate } },
            },
            width,
            targets,
          );
          await expectSame({ model, x: trees.rows(rows), rows, width });
        },
      ),
      { numRuns: 80 },
    );
  });
});
