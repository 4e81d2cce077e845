import type { IncomingMessage, ServerResponse } from "node:http";
import { type Clock, systemClock } from "../../base/index.ts";
import { closeGracefully, listen } from "../listen.ts";
import type { Log } from "../log.ts";
import { addBuildInfo, addProcessMetrics, createMetrics, type Metrics } from "../metrics.ts";
import { createAnswer } from "./answer.ts";
import { BATCH_DEFAULTS, createBatcher } from "./batcher.ts";
import type { Collector } from "./collection/collector.ts";
import type { Engine, Threads } from "./engine.ts";
import { loadModel, type Model } from "./model.ts";
import type { RepositoryModel } from "./repository.ts";
import { createRequestMetrics } from "./request-metrics.ts";
import { createRouter, type Loaded } from "./routes.ts";
import { warmUp } from "./warm-up.ts";

// Not an import: that would read every name the module has, and with them load TLS, HTTP/2 and undici for nobody.
const { createServer } = process.getBuiltinModule("node:http");

export interface ModelServerOptions {
  /** A model file, or a folder that holds one. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  /** What computes the model. */
  readonly engine: Engine;
  readonly threads: Threads;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
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
  readonly clock: Clock;
  readonly log: Log;
}

export const MODEL_SERVER_DEFAULTS = {
  engine: "auto",
  threads: "auto",
  host: "127.0.0.1",
  port: 0,
  maxBodyBytes: 8 * 2 ** 20,
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

/** How often a replaced model is asked whether it has finished. */
const RETIRE_POLL_MS = 5;

export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { log, maxBodyBytes, maxRows, collector } = options;
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  if (collector !== undefined) addCollectorMetrics(metrics, options, collector);
  let loaded: Loaded | undefined;
  let draining = false;
  let unloaded = false;
  const repository: RepositoryModel = {
    name: options.name,
    version: options.version,
    state: () => (loaded !== undefined ? "READY" : unloaded ? "UNAVAILABLE" : "LOADING"),
    reason: () => (unloaded ? "unloaded" : ""),
    load,
    async unload() {
      unloaded = true;
      await replace(undefined);
    },
  };
  const route = createRouter({ loaded: () => loaded, draining: () => draining, repository }, metrics, { maxRows });
  const requests = createRequestMetrics(metrics, options.name, options.version);

  const answer = createAnswer({ route, requests, maxBodyBytes, draining: () => draining, log });
  const server = createServer(
    // The router keeps idle connections for less: whoever reuses one must not meet its end (see router/upstream.ts).
    { keepAliveTimeout: 75_000, headersTimeout: 20_000, requestTimeout: 60_000, noDelay: true },
    answer,
  );
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    // A body that will be refused need not be sent.
    if (Number(request.headers["content-length"] ?? 0) <= maxBodyBytes) response.writeContinue();
    answer(request, response);
  });
  const port = await listen(server, options.host, options.port);

  async function load(): Promise<void> {
    const model = await loadModel(options.place, options.name, options.version, options.engine, options.threads);
    await warmUp(model);
    const batcher = createBatcher(model.evaluator, {
      maxRows: options.maxBatchRows,
      maxWaitMs: options.maxBatchWaitMs,
      targetP99Ms: options.targetP99Ms,
      deadlineMs: options.deadlineMs,
      ...(collector === undefined ? {} : { observe: (ids, inputs, outputs) => collector.observe(model, ids, inputs, outputs) }),
    });
    unloaded = false;
    await replace({ model, batcher });
    addModelMetrics(metrics, model, () => loaded);
    log("info", "model.ready", {
      name: model.name,
      version: model.version,
      engine: model.evaluator.engine,
      ...(model.engineReason === undefined ? {} : { notOwnBecause: model.engineReason }),
    });
  }

  /** The old model goes when it has answered whoever asked it. */
  async function replace(next: Loaded | undefined): Promise<void> {
    const old = loaded;
    loaded = next;
    if (old === undefined) return;
    while (old.batcher.pendingRows() > 0) await new Promise((resolve) => setTimeout(resolve, RETIRE_POLL_MS));
    await old.model.evaluator.close();
  }

  return {
    port,
    load,
    async drain() {
      draining = true;
      if (options.drainDelayMs > 0) await options.clock.sleep(options.drainDelayMs);
      const whole = await closeGracefully(server, options.drainTimeoutMs);
      await loaded?.model.evaluator.close();
      await collector?.flush();
      return whole;
    },
  };
}

function addCollectorMetrics(metrics: Metrics, { name, version }: ModelServerOptions, { counts }: Collector): void {
  const outcomes = { collected: "collected", dropped: "dropped", sampledOut: "sampled-out", failed: "failed" } as const;
  for (const [key, outcome] of Object.entries(outcomes)) {
    const labels = { model: name, version, outcome };
    const help = "Requests by what became of their collection; dropped ones found the queue full.";
    metrics.reading("quayside_collected_requests_total", help, labels, () => counts[key as keyof typeof outcomes]);
  }
}

function addModelMetrics(metrics: Metrics, { name, version, evaluator }: Model, loaded: () => Loaded | undefined): void {
  const labels = { model: name, version };
  metrics.gauge(
    "quayside_model_info",
    "The served model; the value is always 1.",
    { ...labels, engine: evaluator.engine },
    () => 1,
  );
  metrics.reading(
    "quayside_model_runs_total",
    "Runs of the model; fewer than requests when requests shared a run.",
    labels,
    () => loaded()?.batcher.runs.count ?? 0,
  );
  metrics.reading(
    "quayside_model_rows_total",
    "Rows that the model has computed.",
    labels,
    () => loaded()?.batcher.runs.rows ?? 0,
  );
  metrics.gauge(
    "quayside_model_pending_rows",
    "Rows that wait or are being computed.",
    labels,
    () => loaded()?.batcher.pendingRows() ?? 0,
  );
  metrics.gauge(
    "quayside_model_batch_row_limit",
    "The most rows of a run at the moment.",
    labels,
    () => loaded()?.batcher.rowLimit() ?? 0,
  );
}
