import fc from "fast-check";
import { expect } from "vitest";
import { encodeModel, type OnnxNode } from "../../../../examples/iris/src/onnx.ts";
import { createOnnxEvaluator } from "../onnx-evaluator.ts";
import type { Tensors } from "../tensor.ts";
import { createOwnEvaluator } from "./own-evaluator.ts";

/** What both engines answer may differ by, for answers about as large as 1. */
const TOLERANCE = 1e-6;

export interface Case {
  readonly model: Uint8Array;
  readonly x: readonly number[];
  readonly rows: number;
  readonly width: number;
  readonly type?: "float32" | "float64";
  /** Under PROBIT the squares are compared: see `probitDistance`. */
  readonly isProbit?: boolean;
  /** The output by whose largest value rows get their label: where two are as good within the tolerance, either label is right. */
  readonly labelledBy?: string;
}

export async function expectSame({
  model,
  x,
  rows,
  width,
  type: rowType = "float32",
  isProbit = false,
  labelledBy,
}: Case): Promise<void> {
  const feeds: Tensors = {
    X: { type: rowType, dims: [rows, width], data: rowType === "float32" ? Float32Array.from(x) : Float64Array.from(x) },
  };
  const own = createOwnEvaluator(model);
  const reference = await createOnnxEvaluator(model, "test");
  const expected = await reference.run(feeds);
  const actual = await own.run(feeds);
  await reference.close();

  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { type, dims, data }] of Object.entries(expected)) {
    const answer = actual[name];
    expect([answer?.type, answer?.dims]).toEqual([type, [...dims]]);
    if (type !== "float32" && type !== "float64") {
      const labels = Array.from(answer?.data ?? [], String);
      const shares = labelledBy === undefined ? undefined : (expected[labelledBy]?.data as Float32Array);
      const isTie = (at: number, one: string, other: string) =>
        shares !== undefined && distance(shareOf(shares, at, one), shareOf(shares, at, other)) <= TOLERANCE;
      const same = Array.from(data as ArrayLike<unknown>, (label, at) =>
        isTie(at, String(label), labels[at] ?? "") ? (labels[at] ?? "") : String(label),
      );
      expect(labels).toEqual(same);
      continue;
    }
    const measure = isProbit ? probitDistance : distance;
    const worst = Math.max(...Array.from(data as Float32Array, (value, at) => measure(value, Number(answer?.data[at]))));
    expect(worst).toBeLessThanOrEqual(TOLERANCE);
  }

  function shareOf(shares: Float32Array, row: number, label: string): number {
    return shares[row * (shares.length / rows) + Number(label)] ?? Number.NaN;
  }
}

/** Relative where values are larger than 1; a value that is not a number, or infinite, must be the same. */
function distance(expected: number, actual: number): number {
  if (Object.is(expected, actual)) return 0;
  return Math.abs(expected - actual) / Math.max(1, Math.abs(expected));
}

/**
 * PROBIT takes the root of a difference of two 32-bit numbers between 4 and 8, so the last bit of a logarithm, which differs from
 * one C library to the next, may move it by more than 1e-6 near 0; its square is as exact as such numbers are.
 */
function probitDistance(expected: number, actual: number): number {
  return Math.sign(expected) === Math.sign(actual) || Number.isNaN(expected)
    ? distance(expected ** 2, actual ** 2) / 4
    : Number.POSITIVE_INFINITY;
}

export const ml = "ai.onnx.ml";
/** With the attributes of 64-bit trees. */
const OPSETS = { "": 15, "ai.onnx.ml": 3 };

export const rowsOf = <Type extends "float" | "double" = "float">(name: string, width: number, type?: Type) =>
  ({ name, type: type ?? "float", shape: ["rows", width] }) as const;
export const label = (type: "int64" | "string") => ({ name: "label", type, shape: ["rows"] }) as const;
export const names = (classes: number) => Array.from({ length: classes }, (_, at) => `class ${at}`);

export function classifier(
  node: Omit<OnnxNode, "domain" | "inputs" | "outputs">,
  width: number,
  classes: number,
  type: "int64" | "string",
  doubles = false,
): Uint8Array {
  return encodeModel({
    name: "classifier",
    opsets: OPSETS,
    inputs: [rowsOf("X", width, doubles ? "double" : "float")],
    outputs: [label(type), rowsOf("p", classes)],
    nodes: [{ ...node, domain: ml, inputs: ["X"], outputs: ["label", "p"] }],
  });
}

export function regressor(
  node: Omit<OnnxNode, "domain" | "inputs" | "outputs">,
  width: number,
  targets: number,
  types: { readonly input?: "float" | "double"; readonly output?: "float" | "double"; readonly version?: number } = {},
): Uint8Array {
  return encodeModel({
    name: "regressor",
    opsets: { ...OPSETS, [ml]: types.version ?? OPSETS[ml] },
    inputs: [rowsOf("X", width, types.input)],
    outputs: [rowsOf("y", targets, types.output)],
    nodes: [{ ...node, domain: ml, inputs: ["X"], outputs: ["y"] }],
  });
}

export const float = (most: number) =>
  fc.double({ min: -most, max: most, noNaN: true, noDefaultInfinity: true }).map(Math.fround);
export const sizes = fc.record({
  width: fc.integer({ min: 1, max: 6 }),
  classes: fc.integer({ min: 2, max: 5 }),
  rows: fc.integer({ min: 1, max: 9 }),
});
export const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
