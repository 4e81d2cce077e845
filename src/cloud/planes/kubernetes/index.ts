import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Plane, Principal } from "../../contract.ts";
import { textAt } from "../../providers/common/body.ts";
import { isLoopbackName } from "../../suffixes.ts";
import { authenticate, requireAccess } from "./cluster/access.ts";
import { type Cluster, clusterOf, serverPath } from "./cluster/cluster.ts";
import { forgetDerived, reconcile } from "./cluster/reconcile.ts";
import { KINDS } from "./kinds/index.ts";
import { type Kind, READ_VERBS, type Verb } from "./kinds/kind.ts";
import { type Call, create, patch, remove, replace, type Written } from "./objects/handle.ts";
import { createObjects, type Objects } from "./objects/objects.ts";
import { selectorOf } from "./objects/selectors.ts";
import { coreVersions, groupList, oneGroup, resourceList } from "./wire/discovery.ts";
import { openApiDocument, openApiRoot } from "./wire/openapi.ts";
import { nothingHere, placeOf } from "./wire/place.ts";
import { notFound, Refusal, unsupported } from "./wire/refusal.ts";
import { type KubernetesRequest, readRequest } from "./wire/request.ts";
import { objectList, oneObject, type Shape } from "./wire/table.ts";
import { watch } from "./wire/watch.ts";

export { usesEntra } from "./cluster/access.ts";
export { adminToken, SERVER_APPLICATION, serverPath } from "./cluster/cluster.ts";

const PREFIX = /^\/kubernetes\/([0-9a-f]{24})(?=\/|$)/;

interface Reply {
  readonly status: number;
  readonly body: JsonObject | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API servers of the clusters, each below a path of its own on the cloud's origin. */
export function createKubernetesPlane(host: CloudHost): Plane & { forget(uid: string): void } {
  const objects = createObjects(host);
  return {
    name: "kubernetes",
    matches: (name, path) => PREFIX.test(path) && isLoopbackName(name),
    handle(request, response) {
      serve(host, objects, request, response)
        .catch((error: unknown) => send(response, refusalReply(host, error)))
        .catch(() => response.destroy());
    },
    forget(uid) {
      objects.forget(uid);
      forgetDerived(host, uid);
    },
  };
}

async function serve(host: CloudHost, objects: Objects, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const uid = PREFIX.exec(incoming.url ?? "")?.[1] ?? "";
  const request = await readRequest(incoming, serverPath(uid));
  const cluster = clusterOf(host, uid);
  if (cluster === undefined) throw new Refusal(404, "NotFound", `no cluster answers at ${serverPath(uid)}`);
  if (textAt(cluster.resource, "properties.powerState.code") === "Stopped")
    throw new Refusal(503, "ServiceUnavailable", `the cluster ${cluster.resource.name} is stopped; start it first`);
  const caller = await authenticate(host, cluster, incoming.headers.authorization);
  host.store.transaction(() => reconcile(host, objects, cluster));
  const kinds = KINDS.filter(({ feature }) => feature === undefined || cluster.features.has(feature));
  const described = request.method === "GET" ? describe(cluster, kinds, request) : undefined;
  if (described !== undefined) return send(response, described);
  const place = placeOf(kinds, request.path);
  if (place === undefined) throw nothingHere();
  if (place.at === "group-version") {
    if (request.method !== "GET") throw unsupported(`${request.method} ${request.path}`);
    return send(response, { status: 200, body: resourceList(kinds, place.group, place.version) });
  }
  const call: Call = { host, objects, cluster, request, kind: place.kind, namespace: place.namespace, name: place.name ?? "" };
  return act(call, caller, response);
}

/** What a client asks before it does anything: open to everybody who has a valid token. */
function describe(cluster: Cluster, kinds: readonly Kind[], { path, accept }: KubernetesRequest): Reply | undefined {
  const [, root, a, b] = path.split("/");
  if (["/healthz", "/livez", "/readyz"].includes(path)) return { status: 200, body: "ok" };
  if (path === "/version") return { status: 200, body: versionOf(cluster) };
  if (path === "/api") return { status: 200, body: coreVersions() };
  if (path === "/apis") return { status: 200, body: groupList(kinds) };
  if (root === "apis" && a !== undefined && b === undefined) return { status: 200, body: oneGroup(kinds, a) };
  if (path === "/openapi/v3") return { status: 200, body: openApiRoot(kinds) };
  if (path.startsWith("/openapi/v3/")) {
    if (!/json|\*\/\*|^$/.test(accept)) throw new Refusal(406, "NotAcceptable", "only JSON is available here");
    return { status: 200, body: openApiDocument(kinds, path.slice("/openapi/v3/".length)) };
  }
  if (path === "/openapi/v2")
    throw new Refusal(406, "NotAcceptable", "the embedded AKS describes itself in OpenAPI v3 only, at /openapi/v3");
  return undefined;
}

function versionOf({ resource }: Cluster): JsonObject {
  const version = textAt(resource, "properties.currentKubernetesVersion") ?? "1.0.0";
  const [major = "1", minor = "0"] = version.split(".");
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "",
    goVersion: "",
    compiler: "",
    platform: "linux/amd64",
  };
}

async function act(call: Call, caller: Principal, response: ServerResponse): Promise<void> {
  const { host, cluster, kind, namespace, name, request } = call;
  const verb = verbOf(request, name);
  if (!kind.verbs.includes(verb))
    throw new Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  requireAccess(
    host,
    cluster,
    caller,
    kind,
    verb,
    kind === KINDS[0] && name !== "" ? name : namespace,
    name === "" ? undefined : name,
  );
  if (kind.namespaced && namespace === undefined && !READ_VERBS.some((read) => read === verb)) throw nothingHere();
  const shape = shapeOf(host, request);
  switch (verb) {
    case "get":
    case "list":
      return send(response, { status: 200, body: read(call, shape) });
    case "watch":
      return watch(response, {
        ...call,
        cluster: cluster.uid,
        selects: selectorOf(kind, withName(request.query, name)),
        query: request.query,
        shape,
      });
    case "create":
      return send(response, written(kind, create(call), shape));
    case "update":
      return send(response, written(kind, replace(call), shape));
    case "patch":
      return send(response, written(kind, patch(call), shape));
    case "delete":
      return send(response, { status: 200, body: deleted(kind, remove(call)) });
  }
}

function verbOf({ method, query }: KubernetesRequest, name: string): Verb {
  if (method === "GET" && ["true", "1"].includes(query.get("watch") ?? "")) return "watch";
  if (method === "GET" || method === "HEAD") return name === "" ? "list" : "get";
  if (method === "POST" && name === "") return "create";
  if (method === "PUT" && name !== "") return "update";
  if (method === "PATCH" && name !== "") return "patch";
  if (method === "DELETE" && name !== "") return "delete";
  throw unsupported(name === "" ? `${method} on a collection` : `${method} on an object`);
}

function read({ objects, cluster, kind, namespace, name, request }: Call, shape: Shape): JsonObject {
  if (name !== "") {
    const object = objects.get(cluster.uid, kind, namespace ?? "", name);
    if (object === undefined) throw notFound(kind, name);
    return oneObject(kind, object, shape);
  }
  const selects = selectorOf(kind, request.query);
  return objectList(kind, objects.list(cluster.uid, kind, namespace).filter(selects), objects.version(cluster.uid), shape);
}

function withName(query: URLSearchParams, name: string): URLSearchParams {
  if (name === "") return query;
  const selecting = new URLSearchParams(query);
  selecting.set("fieldSelector", `metadata.name=${name}`);
  return selecting;
}

function shapeOf(host: CloudHost, { accept, query }: KubernetesRequest): Shape {
  const types = accept.split(",").map((type) => type.trim());
  const [first = ""] = types;
  if (types.every((type) => type.includes("protobuf"))) throw new Refusal(406, "NotAcceptable", "only JSON is available here");
  if (/as=PartialObjectMetadata/.test(first))
    throw new Refusal(406, "NotAcceptable", "the embedded AKS answers whole objects and tables only");
  return {
    asTable: types.some((type) => /as=Table/.test(type) && /v=v1(;|$)/.test(type)),
    include: query.get("includeObject") ?? "Metadata",
    nowMs: host.clock.now(),
  };
}

function written(kind: Kind, { status, object, warnings }: Written, shape: Shape): Reply {
  const said = warnings.map((warning) => `299 - "${warning.replaceAll('"', '\\"')}"`);
  return {
    status,
    body: oneObject(kind, object, shape),
    ...(said.length === 0 ? {} : { headers: { warning: said.join(", ") } }),
  };
}

function deleted(kind: Kind, object: JsonObject): JsonObject {
  if (textAt(object, "metadata.deletionTimestamp") !== undefined) return object;
  const details = {
    name: textAt(object, "metadata.name"),
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.plural,
    uid: textAt(object, "metadata.uid"),
  };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}

function refusalReply(host: CloudHost, error: unknown): Reply {
  if (error instanceof Refusal) return { status: error.code, body: error.toStatus(), headers: error.headers };
  host.log("kubernetes.failed", { error: error instanceof Error ? (error.stack ?? error.message) : "unknown" });
  return refusalReply(host, new Refusal(500, "InternalError", "the API server failed; the cloud's log has the details"));
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": typeof body === "string" ? "text/plain; charset=utf-8" : "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache, private",
    ...headers,
  });
  response.end(response.req.method === "HEAD" ? "" : text);
}
