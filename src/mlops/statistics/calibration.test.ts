import { expect, test } from "vitest";
import { isotonic } from "./calibration.ts";

const row = (confidence: number, right: boolean) => ({ confidence, right });

test("violators are pooled into their mean, and the rest stays as it is", () => {
  // 0.6: 1 of 2, 0.7: 0 of 1 -> pooled 1 of 3; 0.8: 1 of 1; worked out by hand.
  const calibrated = isotonic([row(0.8, true), row(0.6, true), row(0.7, false), row(0.6, false)]);

  expect(calibrated(0.6)).toBeCloseTo(1 / 3, 12);
  expect(calibrated(0.75)).toBeCloseTo(1 / 3, 12);
  expect(calibrated(0.8)).toBe(1);
  expect(calibrated(0.1)).toBeCloseTo(1 / 3, 12);
});

test("the order of rows with equal confidence does not matter", () => {
  const rows = [row(0.5, false), row(0.9, true), row(0.9, false), row(0.9, true)];

  expect(isotonic(rows)(0.9)).toBe(isotonic(rows.toReversed())(0.9));
  expect(isotonic(rows)(0.9)).toBeCloseTo(2 / 3, 12);
});

test("it never falls", () => {
  const rows = Array.from({ length: 200 }, (_, at) => row(((at * 37) % 200) / 200, (at * 7919) % 13 > 4));
  const calibrated = isotonic(rows);
  const values = Array.from({ length: 200 }, (_, at) => calibrated(at / 200));

  expect(values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0))).toBe(true);
});
