import { Agent } from "node:https";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpMethods,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";
import { asObject, asObjects, asString, type JsonObject, parseJson } from "../../base/index.ts";
import type { ArmClient } from "../client.ts";
import type { Connection } from "../connection.ts";
import { AKS_API_VERSION, type Cluster, SERVER_SCOPE } from "./cluster.ts";
import { readKubeconfig, type ServerAddress } from "./kubeconfig.ts";
import { FIELD_MANAGER } from "./object.ts";
import { KubernetesError, kindOfForbidden, type RefusalKind } from "./refusal.ts";

/** The Kubernetes API of one cluster, as the caller: paths begin with `/api` or `/apis`. Refusals are `KubernetesError`s about `what`. */
export interface ApiServer {
  /** `undefined` instead of a 404. */
  find(path: string, what: string, signal?: AbortSignal): Promise<JsonObject | undefined>;
  /** Server-side apply; what another manager owns is left to it and refused. */
  apply(path: string, object: JsonObject, what: string, signal?: AbortSignal): Promise<JsonObject>;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** Asks Azure where the API server is. Tokens are our own credential's, whatever the kubeconfig says of users. */
export async function openApiServer(client: ArmClient, cluster: Cluster, signal?: AbortSignal): Promise<ApiServer> {
  const answer = await client.post(`${cluster.id}/listClusterUserCredential`, AKS_API_VERSION, undefined, signal);
  const [first] = asObjects(answer.kubeconfigs);
  const text = Buffer.from(asString(first?.value), "base64").toString("utf8");
  const address = await readKubeconfig(text, cluster.name);
  const send = sender(client.connection, address, cluster.name);
  return {
    find: async (path, what, limit) => {
      const response = await send("GET", path, undefined, limit);
      return response.status === 404 ? undefined : bodyOf(response, what);
    },
    apply: async (path, object, what, limit) =>
      bodyOf(await send("PATCH", `${path}?fieldManager=${FIELD_MANAGER}&fieldValidation=Strict`, object, limit), what),
  };
}

function sender(connection: Connection, { server, ca }: ServerAddress, cluster: string) {
  // The library's own proxy support leaves out the authority of the cluster; Node's has both.
  const proxyEnv = connection.proxy === undefined ? process.env : { HTTPS_PROXY: connection.proxy };
  const pipeline = createPipelineFromOptions({
    // Of the pipeline: a request's own is not looked at.
    agent: new Agent({ keepAlive: true, proxyEnv, ...(ca === undefined ? {} : { ca }) }),
    retryOptions: { maxRetries: 3, retryDelayInMs: 300, maxRetryDelayInMs: 5_000 },
    // A redirect would carry the token elsewhere.
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "quayside" },
  });
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential: connection.credential, scopes: [SERVER_SCOPE] }), {
    phase: "Sign",
  });
  const http = createDefaultHttpClient();
  return async (method: HttpMethods, path: string, body?: JsonObject, signal?: AbortSignal): Promise<PipelineResponse> => {
    const request = createPipelineRequest({
      url: server + path,
      method,
      headers: createHttpHeaders({
        accept: "application/json",
        // JSON is YAML, and the only type under which every server takes an apply.
        ...(body === undefined ? {} : { "content-type": "application/apply-patch+yaml" }),
      }),
      timeout: REQUEST_TIMEOUT_MS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    try {
      return await pipeline.sendRequest(http, request);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof Error && (error.name === "RestError" || error.name === "AbortError"))
        throw new KubernetesError("unreachable", `the API server of ${cluster}`, error.message, error);
      throw error;
    }
  };
}

function bodyOf({ status, bodyAsText }: PipelineResponse, what: string): JsonObject {
  const body = asObject(parseJson(bodyAsText ?? ""));
  if (status < 300) return body;
  const said = asString(body.message) || `it answered ${status} without saying why`;
  throw new KubernetesError(kindOf(status, body), what, said);
}

/** By status and reason: `Status` objects have both. A path that leads nowhere is a kind that is not there, a namespace has a name. */
function kindOf(status: number, { reason, details, message }: JsonObject): RefusalKind {
  if (status === 401) return "signedOut";
  if (status === 403) return kindOfForbidden(asString(message));
  if (status === 404) return asObject(details).kind === "namespaces" ? "namespaceMissing" : "kindMissing";
  if (status === 409 && reason === "Conflict") return "conflict";
  return status === 400 || status === 422 ? "invalid" : "refused";
}
