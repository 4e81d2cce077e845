import { expect, test } from "vitest";
import { matches, parseFilter } from "./filter.ts";
import { ordered, page } from "./page.ts";
import type { Run } from "./records.ts";
import { RUN_SEARCH } from "./run-search.ts";

const run: Run = {
  id: "r1",
  experimentId: "1",
  name: "first",
  userId: "ann",
  status: "FINISHED",
  startTime: 100,
  lifecycleStage: "active",
  params: { trees: "5", "odd.name": "x" },
  tags: { "mlflow.user": "ann", note: "it's 50%_done" },
  metrics: {
    "val.acc": { key: "val.acc", value: 0.95, timestamp: 1, step: 0 },
    loss: { key: "loss", value: "NaN", timestamp: 1, step: 0 },
    low: { key: "low", value: -0.5, timestamp: 1, step: 0 },
  },
  logged: 3,
  inputs: [],
};

const holds = (filter: string) => matches(run, parseFilter(filter, RUN_SEARCH), RUN_SEARCH.lookup);

test.each([
  "",
  "metrics.val.acc > 0.9",
  "metrics.`val.acc` >= 0.95 and metrics.low = -5e-1",
  "metric.low<0",
  "params.trees = '5' AND params.`odd.name` = \"x\"",
  "tags.mlflow.user = 'ann'",
  "tags.note LIKE '%50%'",
  "tags.note = 'it''s 50%_done'",
  "attributes.status = 'FINISHED' and run_name ILIKE 'FIR__'",
  "attributes.run_id IN ('r0', 'r1')",
  "attributes.run_id NOT IN ('r0')",
  "start_time <= 100",
  "tags.absent IS NULL and params.trees IS NOT NULL",
])("%s holds", (filter) => {
  expect(holds(filter)).toBe(true);
});

test.each([
  "metrics.val.acc > 0.95",
  "metrics.absent != 3",
  "metrics.loss > 0",
  "metrics.loss <= 0",
  "params.trees = '6'",
  "params.trees LIKE '_0'",
  "tags.note LIKE '50'",
  "status != 'FINISHED'",
])("%s does not hold", (filter) => {
  expect(holds(filter)).toBe(false);
});

test.each([
  ["metrics.a ~ 3", "comparator"],
  ["metrics.a > '3'", "compared with a number"],
  ["params.a = 5", "quoted text"],
  ["params.a > '5'", "is a text"],
  ["metrics.a LIKE '5'", "compares texts"],
  ["metrics.a > 3 or metrics.b > 4", "joined by AND"],
  ["things.a = 'b'", "is none of"],
  ["params.a = 'b", "cannot read"],
  ["params.a =", "missing"],
  ["attributes.run_id IN 'a'", "parentheses"],
])("%s is refused", (filter, words) => {
  expect(() => parseFilter(filter, RUN_SEARCH)).toThrow(
    expect.objectContaining({ code: "INVALID_PARAMETER_VALUE", message: expect.stringContaining(words) }),
  );
});

test("an unknown attribute is refused", () => {
  expect(() => holds("attributes.colour = 'red'")).toThrow("no attribute colour");
});

test("runs without the value come last in either direction", () => {
  const named = (name: string, value?: number): Run => ({
    ...run,
    id: name,
    metrics: value === undefined ? {} : { m: { key: "m", value, timestamp: 0, step: 0 } },
  });
  const runs = [named("none"), named("two", 2), named("one", 1)];
  const ids = (term: string) => ordered(runs, [term], RUN_SEARCH).map(({ id }) => id);
  expect(ids("metrics.m ASC")).toEqual(["one", "two", "none"]);
  expect(ids("metrics.m DESC")).toEqual(["two", "one", "none"]);
  expect(() => ids("things.m")).toThrow("invalid order_by");
});

test("pages follow one another to the end", () => {
  const first = page([1, 2, 3], 2, undefined);
  expect(first.items).toEqual([1, 2]);
  expect(page([1, 2, 3], 2, first.nextPageToken)).toEqual({ items: [3] });
  expect(() => page([1], 2, "nonsense")).toThrow("page_token");
});
