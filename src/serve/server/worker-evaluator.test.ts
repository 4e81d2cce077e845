import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tensors } from "./tensor.ts";
import { createWorkerEvaluator, type Thread } from "./worker-evaluator.ts";

const ROW: Tensors = { x: { type: "float32", dims: [1], data: Float32Array.of(1) } };

interface FakeThread extends Thread {
  readonly runs: PromiseWithResolvers<Tensors>[];
  die(): void;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function fakeThreads() {
  const started: FakeThread[] = [];
  const start = () => {
    const runs: PromiseWithResolvers<Tensors>[] = [];
    const ended = Promise.withResolvers<void>();
    const thread: FakeThread = {
      inputs: [],
      outputs: [],
      runs,
      running: () => runs.length,
      run() {
        const run = Promise.withResolvers<Tensors>();
        runs.push(run);
        return run.promise;
      },
      ended: ended.promise,
      die() {
        for (const run of runs.splice(0)) run.reject(new Error("died"));
        ended.resolve();
      },
      async close() {
        ended.resolve();
      },
    };
    started.push(thread);
    return Promise.resolve(thread);
  };
  return { started, start };
}

test("a run goes to the thread that has the fewest", async () => {
  const { started, start } = fakeThreads();
  const evaluator = await createWorkerEvaluator(new Uint8Array(), "m", 3, start);

  for (let at = 0; at < 6; at++) void evaluator.run(ROW);

  expect(started.map(({ runs }) => runs.length)).toEqual([2, 2, 2]);
});

test("a thread that dies takes only its runs with it, gets no more, and is replaced", async () => {
  const { started, start } = fakeThreads();
  const evaluator = await createWorkerEvaluator(new Uint8Array(), "m", 2, start);
  const [first, second] = started;
  const lost = Promise.resolve(evaluator.run(ROW));
  const kept = Promise.resolve(evaluator.run(ROW));

  const outcome = lost.catch((cause: Error) => cause.message);
  first?.die();
  expect(await outcome).toBe("died");
  second?.runs[0]?.resolve(ROW);
  expect(await kept).toBe(ROW);
  void evaluator.run(ROW);
  expect([first?.runs.length, second?.runs.length]).toEqual([0, 2]);

  await vi.advanceTimersByTimeAsync(1_000);
  expect(started).toHaveLength(3);
  void evaluator.run(ROW);
  expect(started[2]?.runs).toHaveLength(1);
});

test("without a thread every run is refused at once, until there is one again", async () => {
  const { started, start } = fakeThreads();
  const evaluator = await createWorkerEvaluator(new Uint8Array(), "m", 1, start);
  started[0]?.die();
  await vi.advanceTimersByTimeAsync(0);

  await expect(evaluator.run(ROW)).rejects.toThrow("the model's threads have died; they are being replaced");
  await vi.advanceTimersByTimeAsync(1_000);
  void evaluator.run(ROW);
  expect(started[1]?.runs).toHaveLength(1);
});

test("after the end no thread is started any more", async () => {
  const { started, start } = fakeThreads();
  const evaluator = await createWorkerEvaluator(new Uint8Array(), "m", 2, start);

  await evaluator.close();
  await vi.advanceTimersByTimeAsync(10_000);

  expect(started).toHaveLength(2);
});
