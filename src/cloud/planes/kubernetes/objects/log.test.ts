import { expect, test } from "vitest";
import { overlap } from "./log.ts";

test.each<[string, readonly string[], readonly string[], number]>([
  ["a log that grew", ["a", "b"], ["a", "b", "c"], 2],
  ["a window that moved on", ["a", "b", "c"], ["b", "c", "d"], 2],
  ["a window that moved on past lines alike", ["x", "x", "y"], ["x", "y", "x"], 2],
  ["nothing new", ["a", "b"], ["a", "b"], 2],
  ["lines of others that pushed some out", ["a", "b", "c"], ["c"], 1],
  ["a log begun anew", ["a", "b"], ["c"], 0],
  ["a log that was empty", [], ["a"], 0],
])("%s", (_, seen, now, known) => {
  expect(overlap(seen, now)).toBe(known);
});
