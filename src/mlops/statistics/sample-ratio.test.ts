import { expect, test } from "vitest";
import { chiSquareP, erfc, logGamma, logSplitEvidence } from "./sample-ratio.ts";

test.each([
  [3.841_458_820_694_124, 0.05],
  [10.827_566_170_662_733, 0.001],
  [0.454_936_423_119_572, 0.5],
])("chi-square of %d with one degree of freedom is p = %d", (statistic, p) => {
  // total * share * (1 - share) = 2500, so that a deviation of 50 * sqrt(statistic) has this statistic.
  expect(chiSquareP({ candidate: 5000 + 50 * Math.sqrt(statistic), total: 10_000, share: 0.5 })).toBeCloseTo(p, 6);
});

test("erfc and logGamma agree with their exact values", () => {
  expect(erfc(0)).toBeCloseTo(1, 6);
  expect(erfc(1)).toBeCloseTo(0.157_299_207_050_285_13, 7);
  expect(erfc(-1)).toBeCloseTo(1.842_700_792_949_715, 7);
  for (const [n, factorial] of [
    [1, 1],
    [2, 1],
    [6, 120],
    [11, 3_628_800],
  ] as const)
    expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 10);
});

test("the e-value of the split expects exactly 1 when the split is the one that was set", () => {
  let expected = 0;
  let probability = 0.9 ** 40;
  for (let candidate = 0; candidate <= 40; candidate++) {
    expected += probability * Math.exp(logSplitEvidence({ candidate, total: 40, share: 0.1 }));
    probability *= ((40 - candidate) / (candidate + 1)) * (0.1 / 0.9);
  }

  expect(expected).toBeCloseTo(1, 9);
});

test("pinned connections show as a mismatch, an honest split does not", () => {
  expect(logSplitEvidence({ candidate: 0, total: 200, share: 0.1 })).toBeGreaterThan(Math.log(1000));
  expect(logSplitEvidence({ candidate: 22, total: 200, share: 0.1 })).toBeLessThan(0);
});
