import { expect, test } from "vitest";
import { durationMs } from "./duration.ts";
import { startupBudgetMs } from "./probe.ts";
import { isFilled, scaling, toProbe } from "./settings.ts";

test.each([
  ["PT5S", 5_000],
  ["PT0.5S", 500],
  ["PT1M30S", 90_000],
  ["P1DT2H", 93_600_000],
])("%s lasts %d ms", (text, ms) => {
  expect(durationMs(text, "x")).toBe(ms);
});

test.each(["", "P", "PT", "P1DT", "5", "PT5", "-PT5S", "P1M"])("%j is no duration", (text) => {
  expect(() => durationMs(text, "x")).toThrow("ISO 8601");
});

test("a deployment that says nothing gets Azure's probe: ready within 310 seconds or not at all", () => {
  expect(startupBudgetMs(toProbe(undefined, "/", "probe"))).toBe(310_000);
});

test("the number of instances comes from the capacity, or from the least of a range", () => {
  expect(scaling({ capacity: 3 }, undefined)).toMatchObject({ instances: 3, scaleSettings: { scaleType: "Default" } });
  const range = { scaleType: "TargetUtilization", minInstances: 2, maxInstances: 6 };
  expect(scaling({ capacity: 1 }, range)).toMatchObject({
    instances: 2,
    sku: { capacity: 2 },
    scaleSettings: { targetUtilizationPercentage: 70 },
  });
  expect(() => scaling({ capacity: 0 }, undefined)).toThrow("sku.capacity is 0");
  expect(() => scaling({ capacity: 17 }, undefined)).toThrow("more than 16 instances");
});

test("null and empty objects count as not given", () => {
  expect([undefined, null, {}].map(isFilled)).toEqual([false, false, false]);
  expect([{ a: 1 }, "", 0, []].map(isFilled)).toEqual([true, true, true, true]);
});
