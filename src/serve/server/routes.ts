import { RequestFault } from "../fault.ts";
import { METRICS_CONTENT_TYPE, type Metrics } from "../metrics.ts";
import type { Batcher } from "./batcher.ts";
import { type Call, type Handler, json, type Reply, text } from "./call.ts";
import type { Model } from "./model.ts";
import { createOpenInference, methodFault } from "./open-inference.ts";
import { createScore } from "./score.ts";
import { createSwagger } from "./swagger.ts";

/** A model that can answer, with everything that was prepared for it. */
export interface Loaded {
  readonly model: Model;
  readonly batcher: Batcher;
}

/** What the routes need to know about the process. */
export interface ServerState {
  /** `undefined` until the model has answered its warm-up. */
  loaded(): Loaded | undefined;
  draining(): boolean;
}

/** Names of routes in metrics: few, whatever clients ask for. */
export type RouteName = "health" | "score" | "swagger" | "metrics" | "metadata" | "infer" | "other";

export interface Route {
  readonly name: RouteName;
  readonly handle: Handler;
}

/** The route of a path; unknown paths get one that answers 404. */
export type Router = (path: string) => Route;

export function createRouter(state: ServerState, metrics: Metrics, limits: { readonly maxRows: number }): Router {
  const serving = lazily(state, ({ model, batcher }) => ({
    score: createScore(model, batcher, limits.maxRows),
    swagger: createSwagger(model),
    openInference: createOpenInference(model, batcher, limits.maxRows),
  }));
  const ready = () => state.loaded() !== undefined && !state.draining();

  const exact: Readonly<Record<string, Route>> = {
    "/": { name: "health", handle: only(["GET"], () => (ready() ? text(200, "Healthy") : text(503, notReady(state)))) },
    "/score": { name: "score", handle: only(["POST", "GET", "OPTIONS"], (call) => serving().score(call)) },
    "/swagger.json": {
      name: "swagger",
      handle: only(["GET"], ({ query }) => json(200, serving().swagger(new URLSearchParams(query).get("version") ?? "2"))),
    },
    "/metrics": {
      name: "metrics",
      handle: only(["GET"], () => ({ status: 200, contentType: METRICS_CONTENT_TYPE, body: metrics.text() })),
    },
    "/v2": {
      name: "metadata",
      handle: only(["GET"], () => json(200, JSON.stringify({ name: "quayside", version: "2", extensions: [] }))),
    },
    // Liveness does not fail while draining, or the requests in flight would be killed with the process.
    "/v2/health/live": { name: "health", handle: only(["GET"], () => json(200, '{"live":true}')) },
    // The protocol's text calls the key `live` here too; clients look for either.
    "/v2/health/ready": {
      name: "health",
      handle: only(["GET"], () => json(ready() ? 200 : 503, `{"ready":${ready()},"live":true}`)),
    },
  };
  const models: Handler = (call) =>
    serving().openInference.handle(call, call.path.slice("/v2/models/".length).split("/").map(decode));

  return (path) => {
    const found = exact[path] ?? (path.length > 1 && path.endsWith("/") ? exact[path.slice(0, -1)] : undefined);
    if (found !== undefined) return found;
    if (path.startsWith("/v2/models/")) return { name: path.endsWith("/infer") ? "infer" : "metadata", handle: models };
    return { name: "other", handle: notFound };
  };
}

function notReady(state: ServerState): string {
  return state.draining() ? "draining" : "loading";
}

function lazily<T>(state: ServerState, make: (loaded: Loaded) => T): () => T {
  let made: T | undefined;
  return () => {
    const loaded = state.loaded();
    if (loaded === undefined)
      throw new RequestFault(503, "serve.loading", "the model is still loading; ask again when / answers 200", {
        "retry-after": "1",
      });
    made ??= make(loaded);
    return made;
  };
}

function only(methods: readonly string[], handle: Handler): Handler {
  return (call) => {
    const method = call.method === "HEAD" ? "GET" : call.method;
    if (!methods.includes(method)) throw methodFault(call, methods.join(", "));
    return handle(call);
  };
}

function notFound({ path }: Call): Reply {
  throw new RequestFault(404, "serve.not-found", `no route ${path.slice(0, 80)}`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RequestFault(400, "serve.path", `the path has a malformed escape: ${part.slice(0, 60)}`);
  }
}
