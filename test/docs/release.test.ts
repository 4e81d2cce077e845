import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Kept, withFigures } from "../../bench/rollout/document.ts";
import { goals } from "../../bench/rollout/goals.ts";
import { simulate } from "../../bench/rollout/simulate.ts";

const root = join(import.meta.dirname, "..", "..");
const kept = JSON.parse(readFileSync(join(root, "bench/rollout/figures.json"), "utf8")) as Kept;

test("docs/release.md shows the figures that are kept", () => {
  const document = readFileSync(join(root, "docs/release.md"), "utf8");

  expect(withFigures(document, kept)).toBe(document);
});

test("the kept figures are of a thousand runs or more and reach every goal", () => {
  expect(kept.runs).toBeGreaterThanOrEqual(1000);
  expect(goals(kept.figures).filter(({ met }) => !met)).toEqual([]);
});

test("the decision code of today still gives such figures", () => {
  const again = simulate(40, 99).filter(({ rules }) => rules === "Quayside");

  for (const row of again) {
    const before = kept.figures.find(
      ({ rules, cell, requestsPerSecond }) =>
        rules === "Quayside" && cell === row.cell && requestsPerSecond === row.requestsPerSecond,
    );
    expect(before).toBeDefined();
    // Forty runs tell medians within a factor and shares within some twenty points.
    expect(row.medianSeconds).toBeGreaterThan((before?.medianSeconds ?? 0) / 2);
    expect(row.medianSeconds).toBeLessThan((before?.medianSeconds ?? 0) * 2);
    expect(Math.abs(row.promoted - (before?.promoted ?? 0))).toBeLessThan(0.25);
  }
});
