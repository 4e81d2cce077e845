import fc from "fast-check";
import { expect, test } from "vitest";
import { float32Text } from "./float32-text.ts";

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
