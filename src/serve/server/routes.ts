import { RequestFault } from "../fault.ts";
import { type Family, METRICS_CONTENT_TYPE, metricsText } from "../metrics.ts";
import { VERSION } from "../version.ts";
import type { Batcher } from "./batcher.ts";
import { type Call, type Handler, json, type Reply, text } from "./call.ts";
import { createInvocations } from "./mlflow.ts";
import type { Model } from "./model.ts";
import { createOpenInference, methodFault } from "./open-inference.ts";
import type { Dialect } from "./refusal.ts";
import { createRepository, type RepositoryModel } from "./repository.ts";
import type { Runs } from "./runs.ts";
import { createScore } from "./score.ts";
import { statisticsJson } from "./statistics.ts";
import { createSwagger } from "./swagger.ts";
import { createTensorFlow } from "./tensorflow.ts";

/** A model that can answer, with everything that was prepared for it. */
export interface Loaded {
  readonly model: Model;
  readonly batcher: Batcher;
}

/** What the routes answer for the whole server: for this process, or for all that are behind the same port. */
export interface Whole {
  metrics(): Family[] | Promise<Family[]>;
  runs(): Runs | Promise<Runs>;
  /** Reads the model from its place again; rejects with a `ModelFault`. The old one answers until then. */
  load(): Promise<void>;
  unload(): Promise<void>;
}

/** What the routes need to know about the process. */
export interface ServerState {
  /** `undefined` until the model has answered its warm-up. */
  loaded(): Loaded | undefined;
  draining(): boolean;
  readonly repository: RepositoryModel;
  readonly whole: Whole;
}

/** Names of routes in metrics: few, whatever clients ask for. */
export type RouteName =
  | "health"
  | "score"
  | "swagger"
  | "metrics"
  | "metadata"
  | "infer"
  | "invocations"
  | "predict"
  | "repository"
  | "other";

export interface Route {
  readonly name: RouteName;
  readonly handle: Handler;
  readonly dialect: Dialect;
}

/** The route of a path; unknown paths get one that answers 404. */
export type Router = (path: string) => Route;

export function createRouter(state: ServerState, limits: { readonly maxRows: number }): Router {
  const { maxRows } = limits;
  const serving = lazily(state, ({ model, batcher }) => ({
    score: createScore(model, batcher, maxRows),
    swagger: createSwagger(model),
    openInference: createOpenInference(model, batcher, maxRows, statistics),
    invocations: createInvocations(model, batcher, maxRows),
    tensorFlow: createTensorFlow(model, batcher, maxRows),
  }));
  const statistics = () => later(state.whole.runs(), (runs) => json(200, statisticsJson(state.repository, runs)));
  const repository = createRepository(state.repository, state.whole);
  const ready = () => state.loaded() !== undefined && !state.draining();
  const health = only(["GET"], () => (ready() ? text(200, "Healthy") : text(503, state.draining() ? "draining" : "loading")));
  // MLflow's answer to a probe is one line break.
  const ping = only(["GET"], () => text(ready() ? 200 : 503, "\n"));

  const exact: Readonly<Record<string, Route>> = {
    "/": azure("health", health),
    "/score": azure(
      "score",
      only(["POST", "GET", "OPTIONS"], (call) => serving().score(call)),
    ),
    "/swagger.json": azure(
      "swagger",
      only(["GET"], ({ query }) => json(200, serving().swagger(new URLSearchParams(query).get("version") ?? "2"))),
    ),
    "/metrics": azure(
      "metrics",
      only(["GET"], () =>
        later(state.whole.metrics(), (families) => ({
          status: 200,
          contentType: METRICS_CONTENT_TYPE,
          body: metricsText(families),
        })),
      ),
    ),
    "/ping": mlflow("health", ping),
    "/health": mlflow("health", ping),
    "/version": mlflow(
      "metadata",
      only(["GET"], () => text(200, VERSION)),
    ),
    "/invocations": mlflow(
      "invocations",
      only(["POST"], (call) => serving().invocations(call)),
    ),
    "/v2": openInference(
      "metadata",
      only(["GET"], () => json(200, SERVER_METADATA)),
    ),
    // Liveness does not fail while draining, or the requests in flight would be killed with the process.
    "/v2/health/live": openInference(
      "health",
      only(["GET"], () => json(200, '{"live":true}')),
    ),
    // The protocol's text calls the key `live` here too; clients look for either.
    "/v2/health/ready": openInference(
      "health",
      only(["GET"], () => json(ready() ? 200 : 503, `{"ready":${ready()},"live":true}`)),
    ),
    "/v2/models/stats": openInference(
      "metadata",
      only(["GET"], () => {
        serving();
        return statistics();
      }),
    ),
    "/v1/models": tensorFlow(
      "metadata",
      only(["GET"], () => json(200, JSON.stringify({ models: [state.repository.name] }))),
    ),
  };
  const models: Handler = (call) =>
    serving().openInference.handle(call, call.path.slice("/v2/models/".length).split("/").map(decode));
  const infer = openInference("infer", models);
  const describe = openInference("metadata", models);
  const manage = openInference("repository", repository);
  const predict = tensorFlow("predict", (call) => serving().tensorFlow(call));
  const status = tensorFlow("metadata", (call) => serving().tensorFlow(call));
  const unknown: Readonly<Record<Dialect, Route>> = {
    azure: azure("other", notFound),
    mlflow: mlflow("other", notFound),
    "open-inference": openInference("other", notFound),
    tensorflow: tensorFlow("other", notFound),
  };

  return (path) => {
    const found = known(exact, path) ?? (path.length > 1 && path.endsWith("/") ? known(exact, path.slice(0, -1)) : undefined);
    if (found !== undefined) return found;
    if (path.startsWith("/v2/models/")) return path.endsWith("/infer") ? infer : describe;
    if (path.startsWith("/v2/repository/")) return manage;
    if (path.startsWith("/v1/models/")) return path.endsWith(":predict") ? predict : status;
    return unknown[path.startsWith("/v2") ? "open-inference" : path.startsWith("/v1") ? "tensorflow" : "azure"];
  };
}

const SERVER_METADATA = JSON.stringify({
  name: "quayside",
  version: VERSION,
  extensions: ["binary_tensor_data", "model_repository", "statistics"],
});

const azure = (name: RouteName, handle: Handler): Route => ({ name, handle, dialect: "azure" });
const mlflow = (name: RouteName, handle: Handler): Route => ({ name, handle, dialect: "mlflow" });
const openInference = (name: RouteName, handle: Handler): Route => ({ name, handle, dialect: "open-inference" });
const tensorFlow = (name: RouteName, handle: Handler): Route => ({ name, handle, dialect: "tensorflow" });

/** Goes on with a value that may not be there yet. */
function later<T, R>(value: T | Promise<T>, then: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}

function known(routes: Readonly<Record<string, Route>>, path: string): Route | undefined {
  return Object.hasOwn(routes, path) ? routes[path] : undefined;
}

function lazily<T>(state: ServerState, make: (loaded: Loaded) => T): () => T {
  let made: T | undefined;
  let madeFor: Loaded | undefined;
  return () => {
    const loaded = state.loaded();
    if (loaded === undefined)
      throw new RequestFault(
        503,
        "serve.loading",
        `the model is ${state.repository.state() === "UNAVAILABLE" ? "unloaded" : "still loading"}; ask again when / answers 200`,
        {
          "retry-after": "1",
        },
      );
    // A model that was loaded again is another one.
    if (made === undefined || madeFor !== loaded) made = make(loaded);
    madeFor = loaded;
    return made;
  };
}

function only(methods: readonly string[], handle: Handler): Handler {
  return (call) => {
    if (!methods.includes(call.method)) throw methodFault(call, methods.join(", "));
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
