import fc from "fast-check";
import { describe, test } from "vitest";
import { encodeModel } from "../../../../examples/iris/src/onnx.ts";
import { classifier, expectSame, float, ml, names, regressor, rowsOf, sizes } from "./testing-same.ts";

describe("the answers are ONNX Runtime's", () => {
  test("for linear classifiers under every transform", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom("NONE", "LOGISTIC", "SOFTMAX", "PROBIT"),
        fc.boolean(),
        fc.infiniteStream(float(2)),
        async ({ width, classes, rows }, transform, texts, numbers) => {
          const take = (count: number) => [...numbers.take(count)];
          // With one score for two classes ONNX Runtime knows neither.
          const scores = classes === 2 && transform !== "SOFTMAX" && transform !== "PROBIT" ? 1 : classes;
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
          await expectSame({ model, x: take(rows * width), rows, width, isProbit: transform === "PROBIT" });
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
        fc.constantFrom("L1", "L2", "MAX"),
        fc.boolean(),
        fc.infiniteStream(float(1)),
        async ({ width, classes, rows }, middle, norm, turned, numbers) => {
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
              { op: "Normalizer", domain: ml, inputs: ["p"], outputs: ["n"], attributes: { norm: { s: norm } } },
            ],
            weights: [
              { name: "A", dims: turned ? [hidden, width] : [width, hidden], data: take(width * hidden) },
              { name: "a", dims: [hidden], data: take(hidden) },
              { name: "B", dims: [hidden, classes], data: take(hidden * classes) },
              { name: "b", dims: [1, classes], data: take(classes) },
            ],
          });
          await expectSame({ model, x: take(rows * width), rows, width, labelledBy: "p" });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("for rows that are normalised by their largest value, of whatever sign", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.infiniteStream(float(2)), async ({ width, rows }, numbers) => {
        const model = encodeModel({
          name: "normalizer",
          inputs: [rowsOf("X", width)],
          outputs: [rowsOf("y", width)],
          nodes: [{ op: "Normalizer", domain: ml, inputs: ["X"], outputs: ["y"], attributes: { norm: { s: "MAX" } } }],
        });
        const x = [...numbers.take(rows * width)].map((value, at) => (at < width ? -Math.abs(value) : value));
        await expectSame({ model, x, rows, width });
      }),
      { numRuns: 60 },
    );
  });

  test("for rows of 64-bit floats that are made 32-bit ones", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.infiniteStream(fc.double({ min: -9, max: 9, noNaN: true })),
        async ({ width, rows }, numbers) => {
          const model = encodeModel({
            name: "cast",
            inputs: [rowsOf("X", width, "double")],
            outputs: [rowsOf("y", width)],
            nodes: [
              { op: "Cast", inputs: ["X"], outputs: ["x"], attributes: { to: { i: 1 } } },
              { op: "Neg", inputs: ["x"], outputs: ["y"] },
            ],
          });
          await expectSame({ model, x: [...numbers.take(rows * width)], rows, width, type: "float64" });
        },
      ),
      { numRuns: 30 },
    );
  });
});
