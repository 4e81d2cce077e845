import { type Clock, systemClock } from "../../base/index.ts";
import { createHttpServer, type HttpLimits } from "../http-server.ts";
import { closeGracefully, listen } from "../listen.ts";
import type { Log } from "../log.ts";
import type { Family } from "../metrics.ts";
import { createAnswer } from "./answer.ts";
import { BATCH_DEFAULTS } from "./batcher.ts";
import { type BodyLimits, bodyLimit } from "./body-limit.ts";
import type { Collector } from "./collection/collector.ts";
import type { Engine, Threads } from "./engine.ts";
import { createHolder, type Holder } from "./holder.ts";
import type { ModelControl } from "./repository.ts";
import { createRequestMetrics } from "./request-metrics.ts";
import { createRouter, type Whole } from "./routes.ts";
import { createRuns, type Runs } from "./runs.ts";
import { addModelInfo, createServerMetrics } from "./server-metrics.ts";

export interface ModelServerOptions extends HttpLimits, BodyLimits {
  /** A model file, or a folder that holds one. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  /** Whether callers may load and unload the model. */
  readonly modelControl: ModelControl;
  /** What computes the model. */
  readonly engine: Engine;
  readonly threads: Threads;
  /** Processors that this process has for itself; what is usable unless given. */
  readonly cores?: number;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxRows: number;
  /** Rows of different requests that may share a run; 1 for a model whose rows influence each other. */
  readonly maxBatchRows: number;
  /** See `BatchOptions`. */
  readonly maxBatchWaitMs: number;
  readonly targetP99Ms?: number;
  readonly deadlineMs: number;
  /** How long to go on serving with failing readiness before connections are refused: for starters that learn of the end late. */
  readonly drainDelayMs: number;
  /** How long requests in flight may take to finish when the server is told to end. */
  readonly drainTimeoutMs: number;
  /** Keeps what the model was asked and answered. */
  readonly collector?: Collector;
  /** What is behind the same port, when that is more than this process. */
  readonly whole?: (own: OwnPart) => Whole;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a process does and knows by itself. */
export interface OwnPart extends Whole, Pick<Holder, "prepare" | "commit"> {
  metrics(): Family[];
  runs(): Runs;
}

export const MODEL_SERVER_DEFAULTS = {
  engine: "auto",
  modelControl: "none",
  threads: "auto",
  host: "127.0.0.1",
  port: 0,
  maxBodyBytes: 8 * 2 ** 20,
  maxTextBytes: 1.5 * 2 ** 20,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 60_000,
  maxRows: 10_000,
  maxBatchRows: BATCH_DEFAULTS.maxRows,
  maxBatchWaitMs: BATCH_DEFAULTS.maxWaitMs,
  deadlineMs: BATCH_DEFAULTS.deadlineMs,
  drainDelayMs: 0,
  drainTimeoutMs: 30_000,
  clock: systemClock,
} as const;

export interface ModelServer {
  readonly port: number;
  /** Loads and warms the model up; until then every route about the model answers 503. Throws a `ModelFault`. */
  load(): Promise<void>;
  /** Readiness fails first, then what is in flight finishes; false when something had to be cut off. */
  drain(): Promise<boolean>;
}

/** Before it has a port. */
export interface UnboundServer extends Omit<ModelServer, "port"> {
  /** Binds, to the port of the options unless another is given, and gives the port. */
  listen(port?: number): Promise<number>;
}

export function createModelServer(options: ModelServerOptions): UnboundServer {
  const { log, maxRows, name, version, collector } = options;
  let draining = false;
  const runs = createRuns();
  const holder = createHolder(options, runs, (next) => {
    addModelInfo(metrics, next, loaded);
    const { engineReason: reason, evaluator } = next.model;
    log("info", "model.ready", {
      name,
      version,
      engine: evaluator.engine,
      ...(reason === undefined ? {} : { notOwnBecause: reason }),
    });
  });
  const loaded = () => holder.loaded();
  const metrics = createServerMetrics(options, runs, loaded);
  const own: OwnPart = {
    ...holder,
    metrics: () => metrics.families(),
    runs: () => runs,
    load: async () => holder.commit(await holder.prepare()),
  };
  const state = () => holder.state();
  const repository = {
    name,
    version,
    control: options.modelControl,
    state,
    reason: () => (state() === "UNAVAILABLE" ? "unloaded" : ""),
  };
  const route = createRouter({ loaded, draining: () => draining, repository, whole: options.whole?.(own) ?? own }, { maxRows });
  const requests = createRequestMetrics(metrics, name, version);
  const answer = createAnswer({ route, requests, limits: options, collector, draining: () => draining, log });
  const server = createHttpServer(answer, {
    limits: options,
    bodyLimit: (headers) => bodyLimit(headers, options),
    refused: ({ status }) => requests.done("other", status, 0),
  });

  return {
    listen: (port = options.port) => listen(server, options.host, port),
    load: () => own.load(),
    async drain() {
      draining = true;
      if (options.drainDelayMs > 0) await options.clock.sleep(options.drainDelayMs);
      const whole = !server.listening || (await closeGracefully(server, options.drainTimeoutMs));
      await loaded()?.model.evaluator.close();
      if (collector !== undefined) await flushWithin(collector, options);
      return whole;
    },
  };
}

/** Whoever takes what was collected, and does not, holds up the end no longer than a request may. */
async function flushWithin(collector: Collector, { clock, drainTimeoutMs, log }: ModelServerOptions): Promise<void> {
  const flushed = new AbortController();
  const late = clock.sleep(drainTimeoutMs, flushed.signal).then(
    () => log("warn", "collection.cut-off", { afterMs: drainTimeoutMs }),
    () => undefined,
  );
  await Promise.race([collector.flush(), late]);
  flushed.abort();
}

/** Listens at once; the model is loaded later. */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const server = createModelServer(options);
  return { ...server, port: await server.listen() };
}
