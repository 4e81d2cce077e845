import type { Clock } from "../../../base/index.ts";
import { ModelFault } from "../../fault.ts";
import type { Log } from "../../log.ts";
import { addProcessMetrics, createMetrics } from "../../metrics.ts";
import { createRuns } from "../runs.ts";
import type { PrimaryApi } from "./api.ts";
import { coalesce } from "./coalesce.ts";
import type { Fork, WorkerProcess } from "./fork.ts";
import { mergeFamilies } from "./merge.ts";
import { createTally, type Tally } from "./reports.ts";

export interface PrimaryOptions {
  readonly workers: number;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long workers may take to drain before they are killed. */
  readonly drainLimitMs: number;
  readonly fork: Fork;
  readonly clock: Clock;
  readonly log: Log;
}

/** Several model servers behind one port. */
export interface Primary {
  /** Starts the workers; the port opens when all of them have loaded the model, and is given when all serve. Throws what stops the first. */
  start(): Promise<number>;
  /** Every worker finishes what it has; false when one was cut off. */
  drain(): Promise<boolean>;
}

/** A seat for one worker after another. */
interface Place {
  readonly number: number;
  readonly tally: Tally;
  readonly firstServed: PromiseWithResolvers<void>;
  worker?: WorkerProcess;
  /** Has the worker's counts tallied. */
  hear(): Promise<void>;
  isPrepared: boolean;
  isServing: boolean;
  /** Workers in a row that ended soon. */
  failures: number;
}

/** A worker that served for so long did not fail at its start. */
const STABLE_MS = 10_000;
/** A worker whose model computes for longer than this is reported by what it last said. */
const REPORT_MS = 1_000;
/** How often workers are heard without a scrape: what one that is killed counted since then is lost. */
const HEAR_EVERY_MS = 1_000;

export const backoffMs = (failures: number): number => (failures === 0 ? 0 : Math.min(5_000, 125 * 2 ** failures));

export function createPrimary({ workers, port, drainLimitMs, fork, clock, log }: PrimaryOptions): Primary {
  const places = Array.from({ length: workers }, (_, at) => createPlace(at));
  const allPrepared = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  const serving = () => places.filter(({ isServing }) => isServing);
  const running = () => serving().flatMap(({ worker }) => worker ?? []);
  /** Changes of the model, and workers that join, one after the other: whoever serves serves the same. */
  const exclusively = createQueue();
  let started = false;
  let ending = false;
  /** What those who serve asked for, and got: 0 is any port, and the same one for all who ask while somebody holds it. */
  let askedPort = port;
  let boundPort: number | undefined;
  let stamp: string | undefined;
  let unloaded = false;

  const own = createMetrics();
  addProcessMetrics(own);
  own.gauge("quayside_workers", "Processes that serve.", {}, () => serving().length);
  own.gauge("quayside_workers_wanted", "Processes that should serve.", {}, () => workers);
  const restarts = own.counter("quayside_worker_restarts_total", "Workers that ended and were replaced.", {});

  const api: PrimaryApi = {
    async metrics() {
      await hear();
      return mergeFamilies([own.families(), ...places.map(({ tally }) => tally.families())]);
    },
    async runs() {
      await hear();
      const runs = createRuns();
      for (const { tally } of places) tally.addTo(runs);
      return runs;
    },
    load: () => exclusively(load),
    unload: () => exclusively(unload),
  };

  async function hear(): Promise<void> {
    await Promise.all(serving().map((place) => Promise.race([place.hear(), later(REPORT_MS)])));
  }

  /** Two phases: every worker loads, then every worker changes over; when one cannot load, nothing changes anywhere. */
  async function load(): Promise<void> {
    const loading = running();
    const stamps = await Promise.allSettled(loading.map(({ calls }) => calls.call("prepare")));
    const faults = stamps.flatMap((one) => (one.status === "rejected" && isFault(one.reason) ? [one.reason] : []));
    const loaded = new Set(stamps.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])));
    const [only] = loaded;
    if (faults.length > 0 || only === undefined || loaded.size > 1) {
      await Promise.allSettled(loading.map(({ calls }) => calls.call("abandon")));
      throw faults[0] ?? changed();
    }
    stamp = only;
    unloaded = false;
    // One that ends meanwhile is replaced, and its successor loads the same.
    await Promise.allSettled(loading.map(({ calls }) => calls.call("commit")));
  }

  async function unload(): Promise<void> {
    unloaded = true;
    await Promise.allSettled(running().map(({ calls }) => calls.call("unload")));
  }

  /** Keeps a worker in its place for as long as the primary lives. */
  async function keep(place: Place): Promise<void> {
    while (!ending) {
      const worker = fork(place.number, api);
      place.worker = worker;
      // A worker that has ended says nothing more, and what it said last stays.
      place.hear = coalesce(() => worker.calls.call("report").then(place.tally.heard, () => undefined));
      const servedSince = await bringUp(place, worker);
      const { how } = await worker.ended;
      place.worker = undefined;
      place.isServing = false;
      place.tally.ended();
      if (ending) return;
      place.failures = servedSince !== undefined && clock.now() - servedSince >= STABLE_MS ? 1 : place.failures + 1;
      restarts.value++;
      const waitMs = backoffMs(place.failures);
      log("warn", "worker.ended", { worker: place.number, pid: worker.pid ?? null, how, replacedInMs: waitMs });
      await clock.sleep(waitMs);
    }
  }

  /** When it began to serve; a worker that cannot is ended. */
  async function bringUp(place: Place, worker: WorkerProcess): Promise<number | undefined> {
    try {
      const prepared = await worker.calls.call("prepare");
      place.isPrepared = true;
      if (places.every(({ isPrepared }) => isPrepared)) allPrepared.resolve();
      await allPrepared.promise;
      await worker.calls.call("commit");
      await exclusively(() => admit(place, worker, prepared));
      place.firstServed.resolve();
      return clock.now();
    } catch (cause) {
      if (isFault(cause)) {
        if (!started) giveUp(cause);
        log("error", "worker.not-ready", { worker: place.number, code: cause.code, message: cause.message });
      }
      worker.kill();
      return undefined;
    }
  }

  /** What stops one worker at its first start stops all. */
  function giveUp(cause: Error): void {
    ending = true;
    failed.reject(cause);
    for (const { worker } of places) worker?.kill();
  }

  async function admit(place: Place, { calls, pid }: WorkerProcess, prepared: string): Promise<void> {
    // Where nobody serves any more, there is no other file to agree with.
    if (serving().length > 0 && prepared !== stamp) throw changed();
    stamp = prepared;
    if (unloaded) await calls.call("unload");
    if (serving().length === 0) askedPort = boundPort ?? port;
    const bound = await calls.call("serve", askedPort);
    if (bound !== (boundPort ?? bound)) throw new Error(`port ${bound} instead of ${boundPort}: nobody held it any more`);
    boundPort = bound;
    place.isServing = true;
    log("info", "worker.serving", { worker: place.number, pid: pid ?? null });
  }

  return {
    async start() {
      for (const place of places) void keep(place);
      await Promise.race([Promise.all(places.map(({ firstServed }) => firstServed.promise)), failed.promise]);
      started = true;
      setInterval(() => void hear(), HEAR_EVERY_MS).unref();
      if (boundPort === undefined) throw new RangeError("no worker has a port");
      return boundPort;
    },
    async drain() {
      ending = true;
      const left = places.flatMap(({ worker }) => worker ?? []);
      for (const worker of left) worker.drain();
      const ends = left.map(async (worker) => {
        const timer = setTimeout(() => worker.kill(), drainLimitMs);
        const { isClean } = await worker.ended;
        clearTimeout(timer);
        return isClean;
      });
      return (await Promise.all(ends)).every((isClean) => isClean);
    },
  };
}

function createPlace(number: number): Place {
  return {
    number,
    tally: createTally(number),
    firstServed: Promise.withResolvers<void>(),
    hear: () => Promise.resolve(),
    isPrepared: false,
    isServing: false,
    failures: 0,
  };
}

/** What a worker refused, with a code; that it ended has none. */
function isFault(cause: unknown): cause is Error & { readonly code: string } {
  return cause instanceof Error && "code" in cause;
}

function changed(): ModelFault {
  return new ModelFault(
    "serve.model-changed",
    "the model's file is not the one that the other workers serve; start the server again, or load it with --model-control explicit (POST /v2/repository/models/M/load)",
  );
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}

/** Runs tasks one after the other, whatever became of those before. */
function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => undefined);
    return next;
  };
}
