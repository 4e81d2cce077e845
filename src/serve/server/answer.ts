import type { IncomingMessage, ServerResponse } from "node:http";
import { RequestFault } from "../fault.ts";
import type { Log } from "../log.ts";
import { checkRequestIds, type RequestIds, requestIds } from "../request-ids.ts";
import { SERVER_VERSION } from "../version.ts";
import { type BodyLimits, bodyLimit } from "./body-limit.ts";
import type { Reply } from "./call.ts";
import type { Collector } from "./collection/collector.ts";
import { receive } from "./receive.ts";
import { refusal } from "./refusal.ts";
import type { RequestMetrics } from "./request-metrics.ts";
import type { Route, RouteName, Router } from "./routes.ts";

export interface AnswerOptions {
  readonly route: Router;
  readonly requests: RequestMetrics;
  readonly limits: BodyLimits;
  readonly collector?: Collector | undefined;
  readonly draining: () => boolean;
  readonly log: Log;
}

/**
 * Answers one HTTP request. Callbacks instead of promises as long as nothing waits: a prediction of an own evaluator is
 * answered in the turn in which its body ended.
 */
export function createAnswer({ route, requests, limits, collector, draining, log }: AnswerOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const started = performance.now();
    const url = request.url ?? "/";
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const found = route(path);
    const ids = requestIds(request.headers);
    let received: Buffer | undefined;

    receive(request, bodyLimit(request.headers, limits), (body) => {
      try {
        if (body instanceof RequestFault) throw body;
        received = body;
        checkRequestIds(request.headers);
        const query = mark < 0 ? "" : url.slice(mark + 1);
        // The same answer; Node leaves its body out.
        const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
        const reply = found.handle({ method, path, query, headers: request.headers, body, ids });
        if (reply instanceof Promise) reply.then(finish, fail);
        else finish(reply);
      } catch (cause) {
        fail(cause);
      }
    });

    function fail(cause: unknown): void {
      const reply = refusal(cause, found.dialect);
      if (reply.status >= 500) log("error", "request.failed", described(found, reply, cause));
      finish(reply);
    }

    function described({ name }: Route, { status }: Reply, cause: unknown) {
      const { headers } = request;
      return {
        path,
        route: name,
        status,
        message: cause instanceof RequestFault ? cause.message : String(cause instanceof Error ? (cause.stack ?? cause) : cause),
        requestId: String(headers["x-request-id"] ?? ""),
        ...(typeof headers.traceparent === "string" ? { traceparent: headers.traceparent.slice(0, 60) } : {}),
      };
    }

    function finish(reply: Reply): void {
      response.writeHead(reply.status, headersOf(reply, request.headers, ids, draining()));
      response.end(reply.body);
      requests.done(found.name, reply.status, (performance.now() - started) / 1000);
      if (collector?.wantsExchanges === true && received !== undefined && SCORING.has(found.name))
        collector.exchanged({
          method: request.method ?? "GET",
          path: url,
          headers: request.headers,
          ids,
          body: received,
          status: reply.status,
          contentType: reply.contentType,
          answer: reply.body,
        });
    }
  };
}

/** What has the model compute: other requests are not collected. */
const SCORING: ReadonlySet<RouteName> = new Set(["score", "infer", "invocations", "predict"]);

/** Names and values in turns: what Node writes without looking at each again. */
function headersOf(
  { contentType, body, headers }: Reply,
  asked: IncomingMessage["headers"],
  ids: RequestIds,
  draining: boolean,
): string[] {
  const list = [
    "content-type",
    contentType,
    "content-length",
    String(typeof body === "string" ? Buffer.byteLength(body) : body.length),
    "x-ms-server-version",
    SERVER_VERSION,
    "x-request-id",
    ids["x-request-id"],
    "x-ms-request-id",
    ids["x-ms-request-id"],
  ];
  const client = ids["x-ms-client-request-id"];
  if (client !== undefined) list.push("x-ms-client-request-id", client);
  // Azure's front end reads it from every answer.
  if (headers?.["x-ms-run-function-failed"] === undefined) list.push("x-ms-run-function-failed", "False");
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !(draining && name === "connection")) list.push(name, value);
  }
  // W3C Trace Context: the answer names the trace that it belongs to, so that a caller without a tracer can find it.
  const { traceparent, traceid } = asked;
  if (typeof traceparent === "string" && TRACEPARENT.test(traceparent)) list.push("traceparent", traceparent);
  if (typeof traceid === "string" && traceid.length <= 100) list.push("traceid", traceid);
  if (draining) list.push("connection", "close");
  return list;
}

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
