import fc from "fast-check";
import { expect, test } from "vitest";
import { flatJson, float32Text, tensorJson } from "./numbers.ts";

test.each([
  [0.9815728664398193, "0.98157287"],
  [Math.fround(0.1), "0.1"],
  [Math.fround(1 / 3), "0.33333334"],
  [1, "1"],
  [-0.5, "-0.5"],
  [Math.fround(1e-30), "1e-30"],
])("%d prints as %s", (value, text) => {
  expect(float32Text(value)).toBe(text);
});

test("every 32-bit float is read back as it was, from at most 9 digits", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = float32Text(value);
      expect(Math.fround(Number(text)) === value).toBe(true);
      const digits = text
        .replace(/e.*/, "")
        .replace(/^-?0?\.?0*/, "")
        .replaceAll(/\D/g, "").length;
      expect(Number.isInteger(value) || digits <= 9).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("tensors nest by their dimensions, and infinities and NaN are null", () => {
  const data = Float32Array.of(1, 2, Number.NaN, Number.POSITIVE_INFINITY, 0.5, -1);

  expect(tensorJson({ type: "float32", dims: [2, 3], data })).toBe("[[1,2,null],[null,0.5,-1]]");
  expect(tensorJson({ type: "float32", dims: [3, 1, 2], data })).toBe("[[[1,2]],[[null,null]],[[0.5,-1]]]");
  expect(tensorJson({ type: "float32", dims: [], data: Float32Array.of(4) })).toBe("4");
  expect(tensorJson({ type: "float32", dims: [0, 3], data: new Float32Array(0) })).toBe("[]");
  expect(flatJson({ type: "float32", dims: [2, 3], data })).toBe("[1,2,null,null,0.5,-1]");
  expect(tensorJson({ type: "bool", dims: [2], data: Uint8Array.of(0, 1) })).toBe("[false,true]");
  expect(tensorJson({ type: "string", dims: [1], data: ['"'] })).toBe('["\\""]');
  expect(tensorJson({ type: "int64", dims: [1], data: BigInt64Array.of(-5n) })).toBe("[-5]");
});
