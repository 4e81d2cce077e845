import type { IncomingMessage, ServerResponse } from "node:http";
import { RequestFault } from "../fault.ts";
import { createHttpServer, type HttpLimits } from "../http-server.ts";
import { closeGracefully, listen } from "../listen.ts";
import type { Log } from "../log.ts";
import { addBuildInfo, addProcessMetrics, createMetrics, METRICS_CONTENT_TYPE, metricsText } from "../metrics.ts";
import type { RoutesMessage } from "../protocol.ts";
import { readBody } from "../read-body.ts";
import { checkRequestIds, newRequestId, requestIds } from "../request-ids.ts";
import { type Choice, chooseDeployment, chooseInstance, type Draw } from "./choose.ts";
import { checkCredential } from "./credentials.ts";
import { createExchanger } from "./exchange.ts";
import { HealthChecks } from "./health.ts";
import { retire } from "./instance.ts";
import { readPath } from "./path.ts";
import { passedFields } from "./request-head.ts";
import { stickyValue } from "./sticky.ts";
import { watchStrain } from "./strain.ts";
import { buildTable, EMPTY_TABLE, type Endpoint, type Mirror } from "./table.ts";

export interface RouterOptions extends HttpLimits {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  readonly drainTimeoutMs: number;
  readonly log: Log;
  /** Uniform in [0, 1); decides which deployment gets a request and who gets a copy. */
  readonly random?: () => number;
  /** Whether copies are to be left out for now; by default when the event loop has no rest. */
  readonly strained?: () => boolean;
}

export const ROUTER_DEFAULTS = {
  host: "127.0.0.1",
  port: 0,
  maxBodyBytes: 16 * 2 ** 20,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 60_000,
  drainTimeoutMs: 30_000,
} as const;

export interface Router {
  readonly port: number;
  /** From its return on, new requests go by this table; requests in flight finish where they are. */
  apply(routes: RoutesMessage): void;
  /** Takes no more connections and waits for requests in flight; false when some had to be cut off. */
  drain(): Promise<boolean>;
}

const NOBODY: readonly Mirror[] = [];

const single = (value: string | string[] | undefined) => (typeof value === "string" ? value : undefined);

export async function startRouter(options: RouterOptions): Promise<Router> {
  const { log, random = Math.random } = options;
  const metrics = createMetrics();
  addProcessMetrics(metrics);
  addBuildInfo(metrics);
  let table = EMPTY_TABLE;
  let draining = false;
  let drained: Promise<boolean> | undefined;
  const strain = watchStrain();
  const exchange = createExchanger({
    table: () => table,
    draining: () => draining,
    strained: options.strained ?? strain.isHigh,
    refuse,
    metrics,
    log,
  });
  const checks = new HealthChecks(log);
  metrics.gauge("quayside_router_table_version", "Version of the routing table in force.", {}, () => table.version);

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? "/";
    try {
      if (url === "/healthz")
        return reply(response, request, draining ? 503 : 200, "text/plain; charset=utf-8", draining ? "draining" : "ok");
      if (url === "/metrics") return reply(response, request, 200, METRICS_CONTENT_TYPE, metricsText(metrics.families()));
      route(request, response, url);
    } catch (cause) {
      refuse(response, request, cause);
    }
  }

  function route(request: IncomingMessage, response: ServerResponse, url: string): void {
    const started = performance.now();
    const method = request.method ?? "GET";
    const target = readPath(method, url);
    const endpoint = endpointOf(target.endpoint);
    const { headers } = request;
    checkCredential(endpoint, headers.authorization, Date.now());
    checkRequestIds(headers);
    readBody(request, options.maxBodyBytes, (body) => {
      try {
        if (body instanceof RequestFault) throw body;
        // The body took time: weights may have changed since.
        const current = endpointOf(target.endpoint);
        const pinned = single(headers["azureml-model-deployment"]);
        const draw = (current.sticky && stickyValue(current.sticky, headers)) ?? random();
        const choice = choose(current, pinned, draw);
        const fields = passedFields(headers, single(headers["x-request-id"]) || newRequestId());
        exchange(
          {
            request,
            response,
            started,
            upstream: { method, path: target.path, fields, body },
            endpoint: current.name,
            pinned: pinned !== undefined,
            draw,
            mirrors: mirrorsOf(current, method),
          },
          choice,
        );
      } catch (cause) {
        refuse(response, request, cause);
      }
    });
  }

  function endpointOf(name: string): Endpoint {
    const endpoint = table.endpoints.get(name);
    if (endpoint === undefined) throw new RequestFault(404, "serve.unknown-endpoint", `no endpoint "${name.slice(0, 60)}"`);
    return endpoint;
  }

  /** Only scoring is mirrored: the other routes describe one deployment. */
  function mirrorsOf({ mirrors }: Endpoint, method: string): readonly Mirror[] {
    if (mirrors.length === 0 || method !== "POST") return NOBODY;
    return mirrors.filter(({ share }) => random() < share);
  }

  function choose(endpoint: Endpoint, pinned: string | undefined, draw: Draw): Choice {
    const now = performance.now();
    if (pinned !== undefined && !endpoint.deployments.has(pinned)) {
      throw new RequestFault(
        404,
        "serve.unknown-deployment",
        `endpoint "${endpoint.name}" has no deployment "${pinned.slice(0, 60)}" (header azureml-model-deployment)`,
      );
    }
    // As Azure answers: 404 when nothing is meant to serve, 503 when what should serve is not ready.
    if (pinned === undefined && !endpoint.hasWeight)
      throw new RequestFault(404, "serve.no-traffic", `no deployment of endpoint "${endpoint.name}" has a positive weight`);
    const deployment = pinned === undefined ? chooseDeployment(endpoint, now, draw) : endpoint.deployments.get(pinned);
    const instance = deployment === undefined ? undefined : chooseInstance(deployment, now);
    if (deployment === undefined || instance === undefined) {
      throw new RequestFault(
        503,
        "serve.not-ready",
        `${pinned === undefined ? `endpoint "${endpoint.name}"` : `deployment "${pinned}"`} has no ready instance`,
        { "retry-after": "1" },
      );
    }
    return { deployment, instance };
  }

  function refuse(
    response: ServerResponse,
    request: IncomingMessage,
    cause: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    // Part of an answer is out already: only a broken connection tells the caller that it is not whole.
    if (response.headersSent) return void response.destroy();
    const fault =
      cause instanceof RequestFault
        ? cause
        : new RequestFault(500, "serve.bug", "internal error, this is a bug; the log has more");
    if (fault.status === 500)
      log("error", "request.failed", { message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
    refused(fault);
    reply(response, request, fault.status, "application/json", JSON.stringify({ message: fault.message }), {
      ...headers,
      ...fault.headers,
    });
  }

  function refused({ status, code }: RequestFault): void {
    const labels = { code: String(status), reason: code };
    metrics.counter("quayside_router_refusals_total", "Answers of the router itself.", labels).value++;
  }

  function reply(
    response: ServerResponse,
    request: IncomingMessage,
    status: number,
    type: string,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    response.writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(body),
      ...requestIds(request.headers),
      ...headers,
      ...(draining ? { connection: "close" } : {}),
    });
    response.end(body);
  }

  async function drain(): Promise<boolean> {
    draining = true;
    checks[Symbol.dispose]();
    strain[Symbol.dispose]();
    const whole = await closeGracefully(server, options.drainTimeoutMs);
    await Promise.all([...table.instances.values()].map(retire));
    return whole;
  }

  const server = createHttpServer(answer, { limits: options, bodyLimit: () => options.maxBodyBytes, refused });
  const port = await listen(server, options.host, options.port);

  return {
    port,
    apply(routes) {
      const before = table;
      table = buildTable(routes, before, metrics);
      for (const [origin, instance] of before.instances) {
        if (!table.instances.has(origin)) void retire(instance);
      }
      checks.apply(table);
      log("info", "routes.applied", { version: routes.version, endpoints: routes.endpoints.length });
    },
    drain: () => (drained ??= drain()),
  };
}
