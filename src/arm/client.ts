import { createHttpPoller, type OperationResponse } from "@azure/core-lro";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";
import { isObject, type JsonObject, type JsonValue } from "../base/index.ts";
import { addressOf, ownAddress } from "./address.ts";
import { type Connection, proxySettings } from "./connection.ts";
import { errorFromBody, NetworkError } from "./error.ts";
import { waitWithin } from "./time-limit.ts";

/** Requests to one Azure: signed in, retried when throttled, long-running operations followed to their end. */
export interface ArmClient {
  readonly connection: Connection;
  /** Milliseconds that one long-running operation is waited for. */
  readonly longestWaitMs: number;
  /** Paths are below the endpoint (`/subscriptions/...`) or absolute addresses of the same cloud. */
  get(path: string, apiVersion: string, signal?: AbortSignal): Promise<JsonObject>;
  /** `undefined` instead of a 404. */
  find(path: string, apiVersion: string, signal?: AbortSignal): Promise<JsonObject | undefined>;
  /** All pages of a collection. */
  list(path: string, apiVersion: string, signal?: AbortSignal): Promise<JsonObject[]>;
  /** Ends when the operation has ended; the result is the resource. */
  put(path: string, apiVersion: string, body: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
  post(path: string, apiVersion: string, body?: JsonValue, signal?: AbortSignal): Promise<JsonObject>;
  /** Ends when the resource is gone; a resource that is not there is gone. */
  delete(path: string, apiVersion: string, signal?: AbortSignal): Promise<void>;
  /** A PUT whose operation goes on; the caller follows it in its own way. */
  start(path: string, apiVersion: string, body: JsonObject, signal?: AbortSignal): Promise<JsonObject>;
  /** Any method and body as they are: the data planes of Azure ML and MLflow. */
  send(method: HttpMethods, path: string, body?: JsonValue, signal?: AbortSignal): Promise<JsonObject>;
}

/** Polls that the server gives no interval for. */
const DEFAULT_POLL_MS = 2000;

/** A cluster with its extensions takes most of an hour on a slow day. */
export const DEFAULT_LONGEST_WAIT_MS = 2 * 3_600_000;

export function createArmClient(connection: Connection, longestWaitMs: number = DEFAULT_LONGEST_WAIT_MS): ArmClient {
  const pipeline = createPipelineFromOptions({
    // The policy waits for `Retry-After` on 429 and 503 and backs off on 5xx and cut connections.
    retryOptions: { maxRetries: 5, retryDelayInMs: 300, maxRetryDelayInMs: 20_000 },
    userAgentOptions: { userAgentPrefix: "quayside" },
    telemetryOptions: { clientRequestIdHeaderName: "x-ms-client-request-id" },
    ...(connection.proxy === undefined ? {} : { proxyOptions: proxySettings(connection.proxy) }),
  });
  pipeline.addPolicy(
    bearerTokenAuthenticationPolicy({ credential: connection.credential, scopes: [`${connection.audience}/.default`] }),
    {
      phase: "Sign",
    },
  );
  const http = createDefaultHttpClient();

  const url = (path: string, apiVersion?: string) => addressOf(connection, path, apiVersion);

  const request = async (
    method: HttpMethods,
    address: string,
    body?: JsonValue,
    signal?: AbortSignal,
  ): Promise<PipelineResponse> => {
    const headers = createHttpHeaders({ accept: "application/json" });
    if (body !== undefined) headers.set("content-type", "application/json");
    const pipelineRequest = createPipelineRequest({
      url: address,
      method,
      headers,
      timeout: 120_000,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    try {
      return await pipeline.sendRequest(http, pipelineRequest);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof Error && (error.name === "RestError" || error.name === "AbortError"))
        throw new NetworkError(`${method} ${new URL(address).pathname}: ${error.message}`, error);
      throw error;
    }
  };

  const exchange = async (
    method: HttpMethods,
    address: string,
    body?: JsonValue,
    signal?: AbortSignal,
  ): Promise<PipelineResponse> => {
    const response = await request(method, address, body, signal);
    if (response.status >= 400) {
      throw errorFromBody(response.status, parse(response.bodyAsText), response.headers.get("x-ms-correlation-request-id"));
    }
    return response;
  };

  const operation = (
    method: HttpMethods,
    path: string,
    apiVersion: string,
    body?: JsonValue,
    signal?: AbortSignal,
  ): Promise<JsonObject> =>
    waitWithin({ what: `${method} ${path.split("?")[0]}`, ms: longestWaitMs, hint: WAIT_HINT }, signal, (limited) =>
      follow(method, path, apiVersion, body, limited),
    );

  const follow = async (
    method: HttpMethods,
    path: string,
    apiVersion: string,
    body: JsonValue | undefined,
    signal: AbortSignal,
  ): Promise<JsonObject> => {
    const initial = await exchange(method, url(path, apiVersion), body, signal);
    const respond = (response: PipelineResponse): OperationResponse => {
      const { "retry-after": retryAfter, ...headers } = response.headers.toJSON();
      return {
        flatResponse: parse(response.bodyAsText),
        rawResponse: {
          statusCode: response.status,
          // core-lro reads Retry-After alone; where Azure gives the finer header, that one decides (below).
          headers:
            retryAfter === undefined || preciseInterval(response) !== undefined
              ? headers
              : { ...headers, "retry-after": retryAfter },
          body: parse(response.bodyAsText) ?? {},
          request: { method, url: url(path, apiVersion) },
        },
      };
    };
    const poller = createHttpPoller<JsonValue | undefined, { status: never; result?: JsonValue | undefined }>(
      {
        sendInitialRequest: async () => respond(initial),
        sendPollRequest: async (address) =>
          respond(await exchange("GET", ownAddress(url(address), connection), undefined, signal)),
      },
      {
        intervalInMs: preciseInterval(initial) ?? DEFAULT_POLL_MS,
        resolveOnUnsuccessful: true,
        processResult: async (result) => result as JsonValue | undefined,
      },
    );
    const result = await poller.pollUntilDone({ abortSignal: signal });
    const state = poller.operationState as { status: string; error?: Error & { code?: string } } | undefined;
    if (state?.status === "failed" || state?.status === "canceled") {
      const error =
        isObject(result) && isObject(result.error)
          ? result
          : {
              error: {
                code: state.error?.code ?? "OperationFailed",
                message: state.error?.message ?? `the operation ended ${state.status}`,
              },
            };
      throw errorFromBody(200, error);
    }
    return isObject(result) ? result : {};
  };

  const read = async (path: string, apiVersion: string, signal?: AbortSignal) =>
    object((await exchange("GET", url(path, apiVersion), undefined, signal)).bodyAsText);

  return {
    connection,
    longestWaitMs,
    get: read,
    find: (path, apiVersion, signal) =>
      read(path, apiVersion, signal).catch((error: unknown) => {
        if (error instanceof Error && "status" in error && error.status === 404) return undefined;
        throw error;
      }),
    list: async (path, apiVersion, signal) => {
      const items: JsonObject[] = [];
      let next: string | undefined = url(path, apiVersion);
      while (next !== undefined) {
        const page: JsonObject = object((await exchange("GET", next, undefined, signal)).bodyAsText);
        if (Array.isArray(page.value)) items.push(...page.value.filter(isObject));
        next = typeof page.nextLink === "string" && page.nextLink !== "" ? ownAddress(page.nextLink, connection) : undefined;
      }
      return items;
    },
    put: (path, apiVersion, body, signal) => operation("PUT", path, apiVersion, body, signal),
    post: (path, apiVersion, body, signal) => operation("POST", path, apiVersion, body, signal),
    delete: async (path, apiVersion, signal) => {
      await operation("DELETE", path, apiVersion, undefined, signal).catch((error: unknown) => {
        if (!(error instanceof Error && "status" in error && error.status === 404)) throw error;
      });
    },
    start: async (path, apiVersion, body, signal) =>
      object((await exchange("PUT", url(path, apiVersion), body, signal)).bodyAsText),
    send: async (method, path, body, signal) => object((await exchange(method, url(path), body, signal)).bodyAsText),
  };
}

/** For whatever was waited for too long. */
export const WAIT_HINT = "look at it with quayside status, or wait longer with --timeout";

function preciseInterval(response: PipelineResponse): number | undefined {
  const milliseconds = Number(response.headers.get("x-ms-retry-after-ms"));
  return milliseconds > 0 ? milliseconds : undefined;
}

function parse(text: string | null | undefined): JsonValue | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function object(text: string | null | undefined): JsonObject {
  const value = parse(text);
  return isObject(value) ? value : {};
}
