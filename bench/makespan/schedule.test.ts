import { expect, test } from "vitest";
import { criticalPath, makespan } from "./schedule.ts";

const graph = new Map([
  ["a", new Set<string>()],
  ["b", new Set(["a"])],
  ["c", new Set(["a"])],
  ["d", new Set(["b", "c"])],
  ["e", new Set<string>()],
]);
const durations = new Map(Object.entries({ a: 1, b: 5, c: 2, d: 1, e: 3 }));

test("the critical path is the longest chain", () => {
  expect(criticalPath(graph, durations)).toEqual({ length: 7, path: ["a", "b", "d"] });
});

test("with workers enough the makespan is the critical path, with one it is the sum", () => {
  expect(makespan(graph, durations, 10)).toBe(7);
  expect(makespan(graph, durations, 1)).toBe(12);
  expect(makespan(new Map([...durations.keys()].map((name) => [name, new Set()])), durations, 2)).toBe(7);
});

test("a circle is told", () => {
  expect(() => makespan(new Map([["a", new Set(["a"])]]), durations, 1)).toThrow("a circle among a");
});
