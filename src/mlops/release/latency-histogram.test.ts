import { expect, test } from "vitest";
import { latencyHistogram } from "./latency-histogram.ts";

test("quantiles are those of the sorted values, at most 2 % too high", () => {
  const histogram = latencyHistogram();
  for (let ms = 1; ms <= 1000; ms++) histogram.add(ms);

  for (const [q, exact] of [
    [0.001, 1],
    [0.5, 500],
    [0.99, 990],
    [1, 1000],
  ] as const) {
    expect(histogram.quantile(q)).toBeGreaterThanOrEqual(exact * 0.9999);
    expect(histogram.quantile(q)).toBeLessThanOrEqual(exact * 1.02);
  }
  expect(histogram.count).toBe(1000);
});

test("without values it is 0", () => {
  expect(latencyHistogram().quantile(0.99)).toBe(0);
});
