import type { ServerResponse } from "node:http";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost } from "../../contract.ts";
import { textAt } from "../../providers/common/body.ts";
import { requireAccess } from "./access/authorize.ts";
import { review } from "./access/reviews.ts";
import { control } from "./controllers/index.ts";
import { NAMESPACE } from "./kinds/index.ts";
import { type Kind, READ_VERBS, type Verb } from "./kinds/kind.ts";
import { REVIEWS, SELF_ACCESS_REVIEW, SELF_REVIEW, SELF_RULES_REVIEW } from "./kinds/review.ts";
import { type Call, existing } from "./objects/call.ts";
import { create, patch, replace, rescale, type Written } from "./objects/handle.ts";
import { sendLog } from "./objects/log.ts";
import { remove } from "./objects/remove.ts";
import { scaleOf } from "./objects/scale.ts";
import { selectorOf } from "./objects/selectors.ts";
import { nothingHere } from "./wire/place.ts";
import { notFound, Refusal, unsupported } from "./wire/refusal.ts";
import { type Reply, send } from "./wire/reply.ts";
import { type KubernetesRequest, objectBody } from "./wire/request.ts";
import { objectList, oneObject, type Shape } from "./wire/table.ts";
import { watch } from "./wire/watch.ts";

/** Does what a request asks of objects, once its user may. */
export function act(call: Call, response: ServerResponse): void {
  const { cluster, kind, namespace, name, subresource, request, access, user } = call;
  const verb = verbOf(call);
  if (REVIEWS.includes(kind)) return send(response, answerReview(call, verb));
  if (subresource === undefined && !kind.verbs.includes(verb))
    throw new Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  // About a namespace decides who decides within it.
  const within = kind === NAMESPACE && name !== "" ? name : namespace;
  requireAccess(access, cluster, user, kind.kind, {
    verb,
    group: kind.group,
    resource: kind.plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(within === undefined ? {} : { namespace: within }),
    ...(name === "" ? {} : { name }),
  });
  if (kind.namespaced && namespace === undefined && !READ_VERBS.some((read) => read === verb)) throw nothingHere();
  if (subresource === "log") return sendLog(call, response);
  const shape = shapeOf(call.host, request);
  if (verb === "watch")
    return watch(response, {
      ...call,
      cluster: cluster.uid,
      selects: selectorOf(kind, withName(request.query, name)),
      query: request.query,
      shape,
    });
  send(response, reply(call, verb, shape));
}

function reply(call: Call, verb: Verb, shape: Shape): Reply {
  const { host, objects, cluster, kind, subresource } = call;
  const write = (work: () => Reply) =>
    host.store.transaction(() => {
      const done = work();
      control(host, objects, cluster);
      return done;
    });
  switch (verb) {
    case "get":
    case "list":
      return { status: 200, body: subresource === "scale" ? scaleOf(existing(call)) : read(call, shape) };
    case "create":
      return write(() => written(kind, create(call), shape));
    case "update":
      return write(() => (subresource === "scale" ? plain(rescale(call)) : written(kind, replace(call), shape)));
    case "patch":
      return write(() => (subresource === "scale" ? plain(rescale(call)) : written(kind, patch(call), shape)));
    case "deletecollection": {
      // Each is removed by itself, as the API server does it: the first refusal takes none of them back.
      const body = removeAll(call, shape);
      return write(() => ({ status: 200, body }));
    }
    default:
      return write(() => ({ status: 200, body: deleted(kind, remove(call)) }));
  }
}

function verbOf({ request: { method, query }, name, subresource, kind }: Call): Verb {
  if (method === "GET" && subresource === undefined && ["true", "1"].includes(query.get("watch") ?? "")) return "watch";
  if (method === "GET" || method === "HEAD") return name === "" ? "list" : "get";
  if (method === "POST" && name === "") return "create";
  if (subresource === "log") throw unsupported(`${method} on the log of a pod`);
  if (method === "PUT" && name !== "") return "update";
  if (method === "PATCH" && name !== "") return "patch";
  if (method === "DELETE" && subresource === undefined) return name === "" ? "deletecollection" : "delete";
  throw unsupported(`${method} on ${name === "" ? "the collection" : "one"} of ${kind.plural}`);
}

/** Everybody may ask about themselves; about others only who may make such reviews. */
function answerReview(call: Call, verb: Verb): Reply {
  const { access, cluster, user, kind, namespace, request } = call;
  if (verb !== "create" || (kind.namespaced && namespace === undefined)) throw nothingHere();
  if (kind !== SELF_ACCESS_REVIEW && kind !== SELF_REVIEW && kind !== SELF_RULES_REVIEW)
    requireAccess(access, cluster, user, kind.kind, {
      verb,
      group: kind.group,
      resource: kind.plural,
      ...(namespace === undefined ? {} : { namespace }),
    });
  return { status: 201, body: review(call, objectBody(request)) };
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

/** Those that the selectors choose, one after another; the first refusal ends it. */
function removeAll(call: Call, shape: Shape): JsonObject {
  const { objects, cluster, kind, namespace, request } = call;
  const chosen = objects.list(cluster.uid, kind, namespace).filter(selectorOf(kind, request.query));
  const removed = chosen.map((object) => remove({ ...call, name: textAt(object, "metadata.name") ?? "" }));
  return objectList(kind, removed, objects.version(cluster.uid), shape);
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

function plain({ status, object }: Written): Reply {
  return { status, body: object };
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
