import { expect, test } from "vitest";
import { createBatcher } from "./batcher.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Tensors } from "./tensor.ts";

/** Doubles each row; `runs` holds the number of rows of every run. */
function doubler(
  options: {
    readonly rows?: number | null;
    readonly fail?: (values: readonly number[]) => boolean;
    readonly extraRows?: number;
  } = {},
) {
  const runs: number[] = [];
  const spec = (name: string) => ({ name, type: "float32", shape: [options.rows ?? null, null] }) as const;
  const evaluator: Evaluator = {
    engine: "test",
    inputs: [spec("x")],
    outputs: [spec("y")],
    run({ x }) {
      if (!(x?.data instanceof Float32Array)) throw new Error("x is not there");
      runs.push(x.dims[0] ?? 0);
      if (options.fail?.([...x.data])) throw new Error("cannot");
      return {
        y: {
          type: "float32",
          dims: [(x.dims[0] ?? 0) + (options.extraRows ?? 0), ...x.dims.slice(1)],
          data: x.data.map((value) => value * 2),
        },
      };
    },
    close: () => Promise.resolve(),
  };
  return { evaluator, runs };
}

const rows = (width: number, ...values: number[]): Tensors => ({
  x: { type: "float32", dims: [values.length / width, width], data: Float32Array.from(values) },
});

const valuesOf = ({ y }: Tensors) => [...(y?.data ?? [])];

test("requests of one turn share one run and each gets its own rows", async () => {
  const { evaluator, runs } = doubler();
  const batcher = createBatcher(evaluator);

  const answers = await Promise.all([
    batcher.predict(rows(2, 1, 2)),
    batcher.predict(rows(2, 3, 4, 5, 6)),
    batcher.predict(rows(2, 7, 8)),
  ]);

  expect(runs).toEqual([4]);
  expect(answers.map(valuesOf)).toEqual([
    [2, 4],
    [6, 8, 10, 12],
    [14, 16],
  ]);
  expect(answers.map(({ y }) => y?.dims)).toEqual([
    [1, 2],
    [2, 2],
    [1, 2],
  ]);
  expect(batcher.runs).toMatchObject({ count: 1, rows: 4, succeeded: 3, failed: 0 });
});

test("a request of the next turn does not wait for it", async () => {
  const { evaluator, runs } = doubler();
  const batcher = createBatcher(evaluator);

  await batcher.predict(rows(1, 1));
  await batcher.predict(rows(1, 2));

  expect(runs).toEqual([1, 1]);
});

test("a run takes at most the given rows, but a larger request is not split", async () => {
  const { evaluator, runs } = doubler();
  const batcher = createBatcher(evaluator, { maxRows: 3 });

  const answers = await Promise.all(
    [rows(1, 1, 2), rows(1, 3), rows(1, 4), rows(1, 5, 6, 7, 8, 9)].map((inputs) => batcher.predict(inputs)),
  );

  expect(runs).toEqual([3, 1, 5]);
  expect(answers.map(valuesOf)).toEqual([[2, 4], [6], [8], [10, 12, 14, 16, 18]]);
});

test("rows of different widths do not share a run", async () => {
  const { evaluator, runs } = doubler();
  const batcher = createBatcher(evaluator);

  const answers = await Promise.all([rows(1, 1), rows(2, 2, 3), rows(2, 4, 5)].map((inputs) => batcher.predict(inputs)));

  expect(runs).toEqual([1, 2]);
  expect(answers.map(valuesOf)).toEqual([[2], [4, 6], [8, 10]]);
});

test("a model with a fixed number of rows runs once for each request", async () => {
  const { evaluator, runs } = doubler({ rows: 1 });
  const batcher = createBatcher(evaluator);

  await Promise.all([batcher.predict(rows(1, 1)), batcher.predict(rows(1, 2))]);

  expect(runs).toEqual([1, 1]);
});

test("a failing request fails alone", async () => {
  const { evaluator } = doubler({ fail: (values) => values.includes(13) });
  const batcher = createBatcher(evaluator);

  const results = await Promise.allSettled([1, 13, 3].map((value) => batcher.predict(rows(1, value))));

  expect(results.map((result) => (result.status === "fulfilled" ? valuesOf(result.value) : result.reason))).toEqual([
    [2],
    new Error("cannot"),
    [6],
  ]);
});

test("an output without a row for each given row is never shared out", async () => {
  const { evaluator, runs } = doubler({ extraRows: 1 });
  const batcher = createBatcher(evaluator);

  await Promise.all([batcher.predict(rows(1, 1)), batcher.predict(rows(1, 2))]);

  expect(runs).toEqual([2, 1, 1]);
});
