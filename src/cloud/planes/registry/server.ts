import type { IncomingMessage, ServerResponse } from "node:http";
import type { CloudHost, Resource } from "../../contract.ts";
import { textAt } from "../../providers/common/body.ts";
import { missingForPrivateReach } from "../../providers/network/index.ts";
import { exchange, token } from "./access/oauth.ts";
import { covers, type Scope, scopeText } from "./access/scopes.ts";
import { registryTokens } from "./access/tokens.ts";
import { Content } from "./content/content.ts";
import { createUpkeep } from "./content/upkeep.ts";
import { Uploads } from "./content/uploads.ts";
import { RegistryRefusal, unsupported } from "./refusal.ts";
import { ACR_ROUTES } from "./routes/acr.ts";
import { BLOB_ROUTES } from "./routes/blobs.ts";
import { type Call, type Reply, type Route, readBytes } from "./routes/call.ts";
import { DELETED_ROUTES } from "./routes/deleted.ts";
import { MANIFEST_ROUTES } from "./routes/manifests.ts";

const REGISTRY_TYPE = "Microsoft.ContainerRegistry/registries";
const ROUTES: readonly Route[] = [...BLOB_ROUTES, ...MANIFEST_ROUTES, ...DELETED_ROUTES, ...ACR_ROUTES];
const MOST_FORM_BYTES = 64 * 1024;
/** Clients look for it to know that this is a registry. */
const VERSION = { "docker-distribution-api-version": "registry/2.0" };

export type RegistryServer = (loginServer: string, request: IncomingMessage, response: ServerResponse) => void;

/** Answers for every registry: the OCI distribution API, Azure's own additions and the tokens for both. */
export function createRegistryServer(host: CloudHost): RegistryServer {
  const own = { host, uploads: new Uploads(host.clock), upkeep: createUpkeep(host) };
  return (loginServer, request, response) => {
    answer(own, loginServer, request, response)
      .catch((error: unknown) => refusalReply(host, request, error))
      .then((reply) => {
        if (reply !== undefined) send(request, response, reply);
      })
      .catch(() => response.destroy());
  };
}

interface Own {
  readonly host: CloudHost;
  readonly uploads: Uploads;
  readonly upkeep: ReturnType<typeof createUpkeep>;
}

async function answer(
  { host, uploads, upkeep }: Own,
  loginServer: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Reply | undefined> {
  const registry = host.resources.ofType(REGISTRY_TYPE).find(({ properties }) => properties.loginServer === loginServer);
  // On Azure the host name does not resolve.
  if (registry === undefined) throw new RegistryRefusal(404, "NAME_UNKNOWN", `there is no registry ${loginServer}`);
  requireReach(host, registry);
  const url = new URL(request.url ?? "/", `https://${loginServer}`);
  const path = decodeURIComponent(url.pathname);
  if (path === "/oauth2/exchange" || path === "/oauth2/token")
    return { status: 200, body: await issue(host, registry, loginServer, path, request, url.searchParams) };
  const granted = await grantedOf(host, loginServer, request);
  if (granted === undefined) throw challenge(request, loginServer);
  if (path === "/v2" || path === "/v2/") return { status: 200, body: {} };
  const content = new Content(host, registry);
  await upkeep(registry, content);
  const call: Call = {
    host,
    registry,
    content,
    uploads,
    request,
    response,
    method: request.method ?? "GET",
    query: url.searchParams,
    granted,
    requireScope(scope) {
      if (!covers(granted, scope)) throw challenge(request, loginServer, scope);
    },
  };
  return route(call, path);
}

async function route(call: Call, path: string): Promise<Reply | undefined> {
  const there = ROUTES.filter((candidate) => candidate.path.test(path));
  const found = there.find(({ method }) => method.includes(call.method));
  if (found === undefined)
    throw unsupported(`${call.method} ${path.startsWith("/acr/") ? "of this path below /acr/v1" : path} of registries`);
  return found.run(call, (found.path.exec(path) ?? []).slice(1));
}

async function issue(
  host: CloudHost,
  registry: Resource,
  loginServer: string,
  path: string,
  request: IncomingMessage,
  query: URLSearchParams,
) {
  const { method, headers } = request;
  if (method !== "POST" && (method !== "GET" || path !== "/oauth2/token")) throw unsupported(`${method} ${path}`);
  const values = method === "GET" ? query : new URLSearchParams((await readBytes(request, MOST_FORM_BYTES)).toString("utf8"));
  const asked = { host, registry, loginServer, authorization: headers.authorization, values };
  return path === "/oauth2/exchange" ? exchange(asked) : token(asked);
}

/** What the request's token opens; `undefined` without a token of this registry. */
async function grantedOf(
  host: CloudHost,
  loginServer: string,
  { headers }: IncomingMessage,
): Promise<readonly Scope[] | undefined> {
  const [, bearer] = /^bearer (.+)$/i.exec(headers.authorization ?? "") ?? [];
  return bearer === undefined ? undefined : registryTokens(host, loginServer).readAccess(bearer);
}

/** Where to get a token, and for what. */
function challenge({ headers }: IncomingMessage, loginServer: string, scope?: Scope): RegistryRefusal {
  const origin = headers.host ?? loginServer;
  const wanted = scope === undefined ? "" : `,scope="${scopeText(scope)}",error="insufficient_scope"`;
  const message = "authentication required, visit https://aka.ms/acr/authorization for more information.";
  return new RegistryRefusal(401, "UNAUTHORIZED", message, {
    headers: { "www-authenticate": `Bearer realm="https://${origin}/oauth2/token",service="${loginServer}"${wanted}` },
    ...(scope === undefined ? {} : { detail: { Type: scope.type, Name: scope.name, Action: scope.actions.join(",") } }),
  });
}

/** With public access disabled, only names that resolve to a private endpoint lead to the registry. */
function requireReach(host: CloudHost, registry: Resource): void {
  if (textAt(registry, "properties.publicNetworkAccess")?.toLowerCase() !== "disabled") return;
  const missing = missingForPrivateReach(host, registry.id, "registry");
  if (missing === undefined) return;
  throw new RegistryRefusal(403, "DENIED", `public network access to ${registry.name} is disabled, and ${missing}`);
}

function refusalReply(host: CloudHost, request: IncomingMessage, error: unknown): Reply {
  if (error instanceof RegistryRefusal) {
    // What is left of a body that nobody reads would be taken for the next request.
    const rest: Readonly<Record<string, string>> = request.complete ? {} : { connection: "close" };
    return { status: error.status, body: error.toBody(), headers: { ...rest, ...error.headers } };
  }
  if (request.destroyed && !request.complete) return { status: 499, body: {} };
  host.log("registry.failed", { error: error instanceof Error ? (error.stack ?? error.message) : "unknown" });
  return {
    status: 500,
    body: new RegistryRefusal(500, "UNKNOWN", "the registry failed; the cloud's log has the details").toBody(),
  };
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...VERSION,
    ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
    ...(status === 204 ? {} : { "content-length": bytes.length }),
    ...headers,
  });
  response.end(method === "HEAD" ? undefined : bytes);
}
