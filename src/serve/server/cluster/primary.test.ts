import { afterEach, expect, test, vi } from "vitest";
import { ModelFault } from "../../fault.ts";
import { silentLog } from "../../log.ts";
import { createRuns } from "../runs.ts";
import type { PrimaryApi, WorkerApi } from "./api.ts";
import { createCalls } from "./calls.ts";
import type { WorkerEnd, WorkerProcess } from "./fork.ts";
import { backoffMs, createPrimary } from "./primary.ts";

/** A worker without a process: what it is told, and the means to end it. */
interface FakeWorker extends WorkerProcess {
  readonly told: string[];
  readonly primary: PrimaryApi;
  end(how: string): void;
}

afterEach(() => vi.useRealTimers());

function crew(options: { workers?: number; api?: (worker: number) => Partial<WorkerApi> } = {}) {
  const forked: FakeWorker[] = [];
  const slept: number[] = [];
  let now = 0;
  const primary = createPrimary({
    workers: options.workers ?? 2,
    port: 0,
    drainLimitMs: 1_000,
    clock: {
      now: () => now,
      sleep: (ms) => {
        slept.push(ms);
        return new Promise((resolve) => setImmediate(resolve));
      },
    },
    log: silentLog,
    fork(_, api) {
      const worker = fakeWorker(api, options.api?.(forked.length) ?? {});
      forked.push(worker);
      return worker;
    },
  });
  return { primary, forked, slept, pass: (ms: number) => (now += ms) };
}

function fakeWorker(primary: PrimaryApi, own: Partial<WorkerApi>): FakeWorker {
  const told: string[] = [];
  const ended = Promise.withResolvers<WorkerEnd>();
  const note =
    <T>(name: string, value: T) =>
    (): Promise<T> => {
      told.push(name);
      return Promise.resolve(value);
    };
  const api: WorkerApi = {
    report: () => ({ families: [], runs: createRuns() }),
    prepare: note("prepare", "file 1"),
    commit: note("commit", undefined),
    abandon: note("abandon", undefined),
    unload: note("unload", undefined),
    serve(port) {
      told.push(`serve ${port}`);
      return Promise.resolve(port === 0 ? 4711 : port);
    },
    ...own,
  };
  // Both ends of the channel, in one process.
  let toWorker: (message: never) => void = () => {};
  let toPrimary: (message: never) => void = () => {};
  createCalls({ send: (message) => toPrimary(message as never), onMessage: (listener) => (toWorker = listener as never) }, api);
  const calls = createCalls<WorkerApi, PrimaryApi>(
    { send: (message) => toWorker(message as never), onMessage: (listener) => (toPrimary = listener as never) },
    primary,
  );
  const end = (how: string) => {
    calls.end(how);
    ended.resolve({ how, isClean: how === "exit code 0" });
  };
  return {
    pid: undefined,
    told,
    primary,
    calls,
    ended: ended.promise,
    end,
    drain: () => end("exit code 0"),
    kill: () => end("signal SIGKILL"),
  };
}

test("no worker takes connections before all have loaded; then all ask for the same port", async () => {
  const slow = Promise.withResolvers<string>();
  const { primary, forked } = crew({ api: (at) => (at === 1 ? { prepare: () => slow.promise } : {}) });

  const started = primary.start();
  await vi.waitFor(() => expect(forked[0]?.told).toEqual(["prepare"]));
  slow.resolve("file 1");

  expect(await started).toBe(4711);
  expect(forked.map(({ told }) => told)).toEqual([
    ["prepare", "commit", "serve 0"],
    ["commit", "serve 0"],
  ]);
});

test("a model that cannot be served stops the start with the worker's own fault", async () => {
  const { primary } = crew({
    api: () => ({ prepare: () => Promise.reject(new ModelFault("serve.model-missing", "it is not there")) }),
  });

  await expect(primary.start()).rejects.toMatchObject({
    name: "ModelFault",
    code: "serve.model-missing",
    message: "it is not there",
  });
});

test("a worker that ends is replaced, later each time it ends soon, and at once again after it served for long", async () => {
  const { primary, forked, slept, pass } = crew({ workers: 1 });
  await primary.start();
  const endLast = async () => {
    const before = forked.length;
    forked.at(-1)?.end("signal SIGKILL");
    await vi.waitFor(() => {
      expect(forked).toHaveLength(before + 1);
      expect(forked.at(-1)?.told.at(-1)).toMatch(/^serve/);
    });
  };

  for (let turn = 0; turn < 3; turn++) await endLast();
  pass(60_000);
  await endLast();

  expect(slept).toEqual([250, 500, 1000, 250]);
  // Alone, it held the port: its successor must ask for the one that callers know.
  expect(forked[1]?.told).toEqual(["prepare", "commit", "serve 4711"]);
  expect([0, 1, 6, 50].map(backoffMs)).toEqual([0, 250, 5_000, 5_000]);
});

test("a model is changed everywhere or nowhere", async () => {
  let file = "file 1";
  const prepare = vi.fn(() => Promise.resolve(file));
  const broken = vi.fn(() => Promise.resolve(file));
  const { primary, forked } = crew({ api: (at) => ({ prepare: at === 0 ? prepare : broken }) });
  await primary.start();
  const [first, second] = forked;
  if (first === undefined || second === undefined) throw new Error("no workers");
  first.told.length = second.told.length = 0;

  broken.mockRejectedValueOnce(new ModelFault("serve.model-not-onnx", "no model"));
  await expect(first.primary.load()).rejects.toThrow("no model");
  expect([first.told, second.told]).toEqual([["abandon"], ["abandon"]]);

  prepare.mockResolvedValueOnce("file 2");
  await expect(second.primary.load()).rejects.toMatchObject({ code: "serve.model-changed" });

  file = "file 2";
  first.told.length = second.told.length = 0;
  await second.primary.load();
  expect([first.told, second.told]).toEqual([["commit"], ["commit"]]);
});

test("a successor that would serve another file waits until all load it, and one of an unloaded model unloads", async () => {
  let file = "file 1";
  const { primary, forked } = crew({ api: () => ({ prepare: () => Promise.resolve(file) }) });
  await primary.start();
  const [first] = forked;

  file = "file 2";
  forked[1]?.end("signal SIGKILL");
  await vi.waitFor(() => expect(forked.length).toBeGreaterThan(4));
  expect(
    forked
      .slice(2)
      .flatMap(({ told }) => told)
      .some((word) => word.startsWith("serve")),
  ).toBe(false);
  await first?.primary.load();
  await vi.waitFor(() => expect(forked.at(-1)?.told).toEqual(["commit", "serve 0"]));

  await first?.primary.unload();
  forked.at(-1)?.end("signal SIGKILL");
  await vi.waitFor(() => expect(forked.at(-1)?.told).toEqual(["commit", "unload", "serve 0"]));
});

test("when all are gone, their successors agree on the file that is there by then, and on the port that callers know", async () => {
  let file = "file 1";
  const broken = new ModelFault("serve.model-not-onnx", "no model");
  const prepare = () => (file === "" ? Promise.reject(broken) : Promise.resolve(file));
  const { primary, forked } = crew({ api: () => ({ prepare }) });
  await primary.start();

  file = "";
  for (const worker of forked.slice()) worker.end("signal SIGKILL");
  await vi.waitFor(() => expect(forked.length).toBeGreaterThan(6));
  file = "file 2";

  await vi.waitFor(() => {
    const serving = forked.slice(2).filter(({ told }) => told.some((word) => word.startsWith("serve")));
    expect(serving.map(({ told }) => told)).toEqual([
      ["commit", "serve 4711"],
      ["commit", "serve 4711"],
    ]);
  });
});

test("a worker that gets another port than the others have does not stay", async () => {
  const { primary, forked } = crew({ api: (at) => (at === 2 ? { serve: () => Promise.resolve(4712) } : {}) });
  await primary.start();

  forked[1]?.end("signal SIGKILL");
  await vi.waitFor(() => expect(forked.at(3)?.told).toEqual(["prepare", "commit", "serve 0"]));

  expect(await forked[2]?.ended).toMatchObject({ how: "signal SIGKILL" });
});

test("what a worker counted stays counted when it is gone, and gauges do not", async () => {
  const report = (requests: number): ReturnType<WorkerApi["report"]> => ({
    families: [
      {
        name: "quayside_requests_total",
        help: "",
        type: "counter",
        merge: "sum",
        samples: [["quayside_requests_total", requests]],
      },
      { name: "pending", help: "", type: "gauge", merge: "sum", samples: [["pending", 5]] },
    ],
    runs: { ...createRuns(), rows: requests },
  });
  const { primary, forked } = crew({ api: (at) => ({ report: () => report(at === 2 ? 1 : 10) }) });
  await primary.start();
  const [first] = forked;
  const samples = async () => Object.fromEntries((await first?.primary.metrics())?.flatMap((family) => family.samples) ?? []);

  const before = await samples();
  forked[1]?.end("signal SIGKILL");
  await vi.waitFor(async () => expect((await samples()).quayside_workers).toBe(2));

  expect(before).toMatchObject({ quayside_requests_total: 20, pending: 10, quayside_worker_restarts_total: 0 });
  expect(await samples()).toMatchObject({
    quayside_requests_total: 21,
    pending: 10,
    quayside_worker_restarts_total: 1,
    'quayside_worker_requests_total{worker="1"}': 11,
  });
  expect((await first?.primary.runs())?.rows).toBe(21);
});

test("a worker that does not report in time is reported by what it last said, and is not asked again meanwhile", async () => {
  vi.useFakeTimers();
  let silent = false;
  let asked = 0;
  const report = () => ({
    families: [{ name: "c", help: "", type: "counter", merge: "sum", samples: [["c", 7]] }] as const,
    runs: createRuns(),
  });
  const { primary, forked } = crew({
    workers: 1,
    api: () => ({
      report() {
        asked++;
        return silent ? (new Promise(() => {}) as never) : report();
      },
    }),
  });
  await primary.start();
  await forked[0]?.primary.metrics();

  silent = true;
  asked = 0;
  const later = forked[0]?.primary.metrics();
  await vi.advanceTimersByTimeAsync(1_500);
  await vi.advanceTimersByTimeAsync(60_000);

  expect(asked).toBe(1);
  expect((await later)?.find(({ name }) => name === "c")?.samples).toEqual([["c", 7]]);
});

test("the end waits for every worker, and says whether one had to be cut off", async () => {
  const { primary, forked } = crew();
  await primary.start();
  const kept = crew();
  await kept.primary.start();
  const [, stubborn] = kept.forked;
  if (stubborn !== undefined) Object.assign(stubborn, { drain: () => {} });

  expect(await primary.drain()).toBe(true);
  const cut = kept.primary.drain();
  stubborn?.end("exit code 1");

  expect(await cut).toBe(false);
  expect([forked.length, kept.forked.length]).toEqual([2, 2]);
});
