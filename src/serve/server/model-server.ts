import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Clock, systemClock } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import { closeGracefully, listen } from "../listen.ts";
import type { Log } from "../log.ts";
import { addBuildInfo, addProcessMetrics, createMetrics, type Metrics } from "../metrics.ts";
import { ClientGone, readBody } from "../read-body.ts";
import { checkRequestIds, requestIds } from "../request-ids.ts";
import { SERVER_VERSION } from "../version.ts";
import { createBatcher, MAX_BATCH_ROWS } from "./batcher.ts";
import { json, type Reply } from "./call.ts";
import type { Engine } from "./engine.ts";
import { loadModel, type Model } from "./model.ts";
import { createRequestMetrics } from "./request-metrics.ts";
import { createRouter, type Loaded } from "./routes.ts";
import { warmUp } from "./warm-up.ts";

export interface ModelServerOptions {
  /** A model file, or a folder that holds one. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  /** What computes the model. */
  readonly engine: Engine;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  readonly maxRows: number;
  /** Rows of different requests that may share a run; 1 for a model whose rows influence each other. */
  readonly maxBatchRows: number;
  /** How long to go on serving with failing readiness before connections are refused: for starters that learn of the end late. */
  readonly drainDelayMs: number;
  /** How long requests in flight may take to finish when the server is told to end. */
  readonly drainTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export const MODEL_SERVER_DEFAULTS = {
  engine: "auto",
  host: "127.0.0.1",
  port: 0,
  maxBodyBytes: 8 * 2 ** 20,
  maxRows: 10_000,
  maxBatchRows: MAX_BATCH_ROWS,
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

export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { log, maxBodyBytes, maxRows } = options;
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  let loaded: Loaded | undefined;
  let draining = false;
  const route = createRouter({ loaded: () => loaded, draining: () => draining }, metrics, { maxRows });
  const requests = createRequestMetrics(metrics, options.name, options.version);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const url = request.url ?? "/";
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const { name, handle } = route(path);
    const { headers, method = "GET" } = request;
    let reply: Reply;
    try {
      const body = await readBody(request, maxBodyBytes);
      checkRequestIds(headers);
      reply = await handle({ method, path, query: mark < 0 ? "" : url.slice(mark + 1), headers, body });
    } catch (cause) {
      if (cause instanceof ClientGone) return;
      reply = refusal(cause, path);
      if (reply.status >= 500)
        log("error", "request.failed", {
          path,
          status: reply.status,
          message: messageOf(cause),
          requestId: String(headers["x-request-id"] ?? ""),
        });
    }
    send(response, reply, headers);
    requests.done(name, reply.status, (performance.now() - started) / 1000);
  }

  function send(
    response: ServerResponse,
    { status, contentType, body, headers }: Reply,
    asked: IncomingMessage["headers"],
  ): void {
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(body),
      // Azure's front end reads it from every answer.
      "x-ms-run-function-failed": "False",
      "x-ms-server-version": SERVER_VERSION,
      ...requestIds(asked),
      ...headers,
      ...(draining ? { connection: "close" } : {}),
    });
    response.end(body);
  }

  const server = createServer(
    // The router keeps idle connections for less: whoever reuses one must not meet its end (see router/upstream.ts).
    { keepAliveTimeout: 75_000, headersTimeout: 20_000, requestTimeout: 60_000, noDelay: true },
    (request, response) => void answer(request, response),
  );
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    // A body that will be refused need not be sent.
    if (Number(request.headers["content-length"] ?? 0) <= maxBodyBytes) response.writeContinue();
    void answer(request, response);
  });
  const port = await listen(server, options.host, options.port);

  return {
    port,
    async load() {
      const model = await loadModel(options.place, options.name, options.version, options.engine);
      await warmUp(model);
      loaded = { model, batcher: createBatcher(model.evaluator, options.maxBatchRows) };
      addModelMetrics(metrics, model, loaded);
      log("info", "model.ready", {
        name: model.name,
        version: model.version,
        engine: model.evaluator.engine,
        ...(model.engineReason === undefined ? {} : { notOwnBecause: model.engineReason }),
      });
    },
    async drain() {
      draining = true;
      if (options.drainDelayMs > 0) await options.clock.sleep(options.drainDelayMs);
      const whole = await closeGracefully(server, options.drainTimeoutMs);
      await loaded?.model.evaluator.close();
      return whole;
    },
  };
}

/** Azure's routes say `message`, the Open Inference Protocol's say `error`. */
function refusal(cause: unknown, path: string): Reply {
  const fault =
    cause instanceof RequestFault ? cause : new RequestFault(500, "serve.bug", "internal error, this is a bug; the log has more");
  return json(fault.status, JSON.stringify({ [path.startsWith("/v2") ? "error" : "message"]: fault.message }), fault.headers);
}

function messageOf(cause: unknown): string {
  if (cause instanceof RequestFault) return cause.message;
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

function addModelMetrics(metrics: Metrics, { name, version, evaluator }: Model, { batcher }: Loaded): void {
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
    () => batcher.runs.count,
  );
  metrics.reading("quayside_model_rows_total", "Rows that the model has computed.", labels, () => batcher.runs.rows);
}
