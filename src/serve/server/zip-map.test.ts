import { describe, expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { LINEAR, ZIPMAP } from "../testing/models.ts";
import { post, testServer } from "../testing/server.ts";
import { chooseEngine } from "./engine.ts";
import type { Tensors } from "./tensor.ts";
import { withoutZipMaps } from "./zip-map.ts";

const ml = "ai.onnx.ml";

/** Two classes by the sign of the first column, with maps from `labels` to probabilities. */
function zipped(
  labels: { readonly strings: string[] } | { readonly ints: number[] },
  opsets: Readonly<Record<string, number>>,
): Uint8Array {
  const isText = "strings" in labels;
  return encodeModel({
    name: "zipped",
    opsets,
    inputs: [{ name: "X", type: "float", shape: ["rows", 2] }],
    // The writer knows no lists of maps; what a file says of this output is replaced anyway.
    outputs: [
      { name: "label", type: isText ? "string" : "int64", shape: ["rows"] },
      { name: "probability", type: "float", shape: [] },
    ],
    nodes: [
      {
        op: "LinearClassifier",
        domain: ml,
        inputs: ["X"],
        outputs: ["label", "scores"],
        attributes: {
          coefficients: { floats: [1, 0, 0, 1] },
          intercepts: { floats: [0, 0.5] },
          post_transform: { s: "SOFTMAX" },
          ...(isText ? { classlabels_strings: labels } : { classlabels_ints: labels }),
        },
      },
      {
        op: "ZipMap",
        domain: ml,
        inputs: ["scores"],
        outputs: ["probability"],
        attributes: isText ? { classlabels_strings: labels } : { classlabels_int64s: labels },
      },
    ],
  });
}

const both = { "": 15, [ml]: 2 };
const feeds: Tensors = { X: { type: "float32", dims: [2, 2], data: Float32Array.of(2, 0, -1, 1) } };
const share = (a: number, b: number) => Math.exp(a) / (Math.exp(a) + Math.exp(b));

describe.each(["own", "onnxruntime"] as const)("%s", (engine) => {
  test.each([
    ["texts", zipped({ strings: ["no", "yes"] }, both), ["no", "yes"]],
    ["whole numbers", zipped({ ints: [3, -300] }, both), ["3", "-300"]],
    ["no import of the standard operators", zipped({ ints: [3, 4] }, { [ml]: 2 }), ["3", "4"]],
    ["a file of another writer", ZIPMAP, ["0", "1"]],
  ])("lists of maps become a table with a column for each class: %s", async (_, model, labels) => {
    const { evaluator } = await chooseEngine(engine, withoutZipMaps(model), "zipped.onnx");
    const outputs = await evaluator.run(feeds);
    await evaluator.close();

    expect(evaluator.outputs.at(-1)?.shape).toEqual([null, 2]);
    const [label, probability] = Object.values(outputs);
    expect(Array.from(label?.data ?? [], String)).toEqual(labels);
    expect(probability?.dims).toEqual([2, 2]);
    const bias = model === ZIPMAP ? 0 : 0.5;
    const expected = [share(2, bias), share(bias, 2), share(-1, 1 + bias), share(1 + bias, -1)];
    for (const [at, value] of expected.entries()) expect(Number(probability?.data[at])).toBeCloseTo(value, 6);
  });
});

test("a classifier with ZipMap is served like one without", async () => {
  await using server = await testServer(ZIPMAP);

  expect(await (await post(`${server.url}/score`, { data: [[2, 0]] })).json()).toEqual({
    predictions: [0],
    probabilities: [[0.8807971, 0.11920292]],
  });
  expect(await (await fetch(`${server.url}/v2/models/m`)).json()).toMatchObject({
    outputs: [{ name: "label" }, { name: "output_probability", datatype: "FP32", shape: [-1, 2] }],
  });
});

test("every other file is left as it is", () => {
  for (const bytes of [
    encodeModel(LINEAR),
    Buffer.from("ZipMap"),
    Buffer.from("no model"),
    encodeModel({ ...LINEAR, name: "ZipMap" }),
  ])
    expect(withoutZipMaps(bytes)).toBe(bytes);
});
