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
    [rows(1, 1, 2), rows(1, 3), rows(1, 4), rows(1, 5, 6, 7, 8, 9)].map(async (inputs) => batcher.predict(inputs)),
  );

  expect(runs).toEqual([3, 1, 5]);
  expect(answers.map(valuesOf)).toEqual([[2, 4], [6], [8], [10, 12, 14, 16, 18]]);
});

test("rows of different widths do not share a run", async () => {
  const { evaluator, runs } = doubler();
  const batcher = createBatcher(evaluator);

  const answers = await Promise.all([rows(1, 1), rows(2, 2, 3), rows(2, 4, 5)].map(async (inputs) => batcher.predict(inputs)));

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

  const results = await Promise.allSettled([1, 13, 3].map(async (value) => batcher.predict(rows(1, value))));

  expect(results.map((result) => (result.status === "fulfilled" ? valuesOf(result.value) : result.reason))).toEqual([
    [2],
    new Error("cannot"),
    [6],
  ]);
});

test.each(["queued", "at once", "in parts"])("a request that cannot be computed is counted as failed: %s", async (way) => {
  const { evaluator } = doubler({ fail: ([first]) => first === 0 });
  const inParts = { run: async (inputs: Tensors) => evaluator.run(inputs) };
  const batcher = createBatcher({ ...evaluator, ...(way === "in parts" ? inParts : {}), immediate: way !== "queued" });

  const bad = (async () => batcher.predict(rows(2, 0, 0)))();
  await expect(bad).rejects.toThrow("cannot");
  await batcher.predict(rows(2, 1, 2));
  await new Promise((resolve) => setImmediate(resolve));

  expect(batcher.runs).toMatchObject({ count: 1, failed: 1, succeeded: 1 });
  expect(batcher.pendingRows()).toBe(0);
});

test("requests that share a run which fails are said to have waited once, though they run again", async () => {
  let now = 0;
  const { evaluator } = doubler({ fail: (values) => values.includes(0) });
  const run = (inputs: Tensors) => {
    now += 10;
    return evaluator.run(inputs);
  };
  const batcher = createBatcher({ ...evaluator, run }, { now: () => now });

  await Promise.allSettled([batcher.predict(rows(2, 0, 0)), batcher.predict(rows(2, 1, 2))]);

  expect(batcher.runs).toMatchObject({ failed: 1, succeeded: 1, queuedMs: 0 });
});

test("an output without a row for each given row is never shared out", async () => {
  const { evaluator, runs } = doubler({ extraRows: 1 });
  const batcher = createBatcher(evaluator);

  await Promise.all([batcher.predict(rows(1, 1)), batcher.predict(rows(1, 2))]);

  expect(runs).toEqual([2, 1, 1]);
});

/** An evaluator that costs as many milliseconds for each row as the test says, on the test's clock. */
function timed(msPerRow: number) {
  const clock = { ms: 0 };
  const { evaluator, runs } = doubler();
  const run = evaluator.run.bind(evaluator);
  const slow: Evaluator = {
    ...evaluator,
    async run(inputs) {
      clock.ms += (inputs.x?.dims[0] ?? 0) * msPerRow;
      return run(inputs);
    },
  };
  return { evaluator: slow, runs, clock, now: () => clock.ms };
}

test("requests that come while the model runs share the next run", async () => {
  const { evaluator, runs } = doubler();
  const gate = Promise.withResolvers<void>();
  const batcher = createBatcher({
    ...evaluator,
    async run(inputs) {
      if (runs.length === 0) {
        runs.push(0);
        await gate.promise;
      }
      return evaluator.run(inputs);
    },
  });

  const first = batcher.predict(rows(1, 1));
  await new Promise((resolve) => setImmediate(resolve));
  const later = [rows(1, 2), rows(1, 3, 4)].map(async (inputs) => batcher.predict(inputs));
  await new Promise((resolve) => setImmediate(resolve));
  gate.resolve();

  expect(valuesOf(await first)).toEqual([2]);
  expect((await Promise.all(later)).map(valuesOf)).toEqual([[4], [6, 8]]);
  expect(runs).toEqual([0, 1, 3]);
});

test("a request whose turn would come after its deadline is refused at once, with the time after which to come again", async () => {
  const { evaluator, now } = timed(100);
  const batcher = createBatcher(evaluator, { now, deadlineMs: 1_000, maxRows: 1 });
  await batcher.predict(rows(1, 0));
  await new Promise((resolve) => setImmediate(resolve));

  const admitted = Array.from({ length: 11 }, async (_, at) => batcher.predict(rows(1, at)));
  const refused = (async () => batcher.predict(rows(1, 12)))();

  await expect(refused).rejects.toMatchObject({ status: 429, code: "serve.overloaded", headers: { "retry-after": "1" } });
  expect((await Promise.all(admitted)).length).toBe(11);
  await new Promise((resolve) => setImmediate(resolve));
  expect(valuesOf(await batcher.predict(rows(1, 5)))).toEqual([10]);
});

test("the first request of a run waits for others no longer than it is told to", async () => {
  const { evaluator, runs } = doubler();
  const batcher = createBatcher(evaluator, { maxWaitMs: 20 });

  const first = batcher.predict(rows(1, 1));
  await new Promise((resolve) => setImmediate(resolve));
  const second = batcher.predict(rows(1, 2));
  await Promise.all([first, second]);
  // A full run waits for nobody.
  const full = createBatcher(evaluator, { maxWaitMs: 600_000, maxRows: 2 });
  await Promise.all([full.predict(rows(1, 1)), full.predict(rows(1, 2))]);

  expect(runs).toEqual([2, 2]);
});

test("the row limit falls while the 99th percentile is above its target, and grows back when it is below", async () => {
  const { evaluator, clock, now } = timed(0);
  const batcher = createBatcher(evaluator, { now, targetP99Ms: 10, maxRows: 100 });
  const answer200 = async (tookMs: number) => {
    for (let at = 0; at < 200; at++) {
      const answered = batcher.predict(rows(1, at));
      clock.ms += tookMs;
      await answered;
    }
  };

  await answer200(50);
  const fallen = batcher.rowLimit();
  await answer200(1);
  const grown = batcher.rowLimit();

  expect([fallen, grown]).toEqual([90, 91]);
});

test("a request of many rows is computed in parts, so that none holds the event loop", async () => {
  const { evaluator, runs, now } = timed(1);
  const batcher = createBatcher(evaluator, { now });
  await batcher.predict(rows(1, 0));

  const answer = await batcher.predict(rows(1, ...Array.from({ length: 20 }, (_, at) => at)));

  expect(valuesOf(answer)).toEqual(Array.from({ length: 20 }, (_, at) => at * 2));
  expect(runs).toEqual([1, 8, 8, 4]);
});
