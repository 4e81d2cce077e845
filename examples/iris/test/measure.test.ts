import { expect, test } from "vitest";
import { measure } from "../src/measure.ts";

const row = (truth: string, prediction: string, ...probabilities: number[]) => ({ truth, prediction, probabilities });

test("accuracy, macro F1 and log loss by hand", () => {
  const rows = [row("a", "a", 0.8, 0.2), row("a", "b", 0.4, 0.6), row("b", "b", 0.5, 0.5), row("b", "b", 0, 1)];

  const { accuracy, macro_f1, log_loss } = measure(rows, ["a", "b"]);

  expect(accuracy).toBe(0.75);
  // a: precision 1, recall 1/2; b: precision 2/3, recall 1.
  expect(macro_f1).toBeCloseTo((2 / 3 + 4 / 5) / 2, 12);
  expect(log_loss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.4) + Math.log(0.5) + Math.log(1)) / 4, 12);
});

test("a truth that was given no chance costs much, but not infinitely", () => {
  expect(measure([row("a", "b", 0, 1)], ["a", "b"]).log_loss).toBeCloseTo(-Math.log(1e-15), 9);
});

test("a class that nobody has and nobody names counts as 0", () => {
  expect(measure([row("a", "a", 1, 0)], ["a", "b"]).macro_f1).toBe(0.5);
});
