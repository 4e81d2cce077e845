import { formatResourceId, parentId, parseResourceId, sameId } from "../../azure/index.ts";
import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { type ArmHandler, type ArmRequest, type ArmResponse, type Resource } from "../contract.ts";
import { act, findAction } from "./act.ts";
import { checkTypeVersion } from "./api-version.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import { type Conditions, checkPermission, checkSubscription, checkSubscriptionExists } from "./guards.ts";
import { page } from "./paging.ts";
import { merge } from "./patch.ts";
import { canonicalId, locate } from "./place.ts";
import { toBody } from "./present.ts";
import { readJson } from "./read-json.ts";
import { remove } from "./remove.ts";
import { acceptedResponse, resourceResponse } from "./responses.ts";
import { write } from "./write.ts";

/** CRUD, lists and actions of every registered type, resource groups included. Answers whatever looks like a resource path. */
export function createResourceRoutes(envelope: Envelope): ArmHandler {
  return async (request) => {
    if (parseResourceId(request.path) !== undefined) return onResource(envelope, request);
    const cut = request.path.lastIndexOf("/");
    const [above, tail] = [request.path.slice(0, cut), request.path.slice(cut + 1)];
    const collection = collectionType(above, tail);
    if (collection === undefined) return undefined;
    const registered = envelope.registry.type(collection.type);
    const isCollection = registered !== undefined && request.method !== "POST";
    if (isCollection) return list(envelope, request, collection);
    const owner = parseResourceId(above);
    const ownerType =
      owner === undefined ? undefined : envelope.registry.type(collection.type.slice(0, collection.type.lastIndexOf("/")));
    if (owner !== undefined && (request.method === "POST" || findAction(ownerType?.spec.actions, tail) !== undefined)) {
      return onAction(envelope, request, above, tail);
    }
    const namespace = collection.type.slice(0, collection.type.indexOf("/"));
    if (envelope.registry.namespace(namespace) === undefined) throw faults.invalidNamespace(namespace);
    throw faults.invalidType(collection.type, request.apiVersion);
  };
}

interface Collection {
  /** The id above the collection; empty for the tenant. */
  readonly above: string;
  readonly type: string;
}

/** `{above}/providers/{ns}/{type}` and `{resource}/{childType}`. */
function collectionType(above: string, tail: string): Collection | undefined {
  const top = /^(.*)\/providers\/([^/]+)$/i.exec(above);
  if (top) return { above: top[1] ?? "", type: `${top[2]}/${tail}` };
  const last = parseResourceId(above)?.providers.at(-1);
  return last === undefined ? undefined : { above, type: `${last.namespace}/${last.types.join("/")}/${tail}` };
}

async function onResource(envelope: Envelope, request: ArmRequest): Promise<ArmResponse> {
  const { apiVersion, caller, method, path } = request;
  switch (method) {
    case "GET":
    case "HEAD": {
      const resource = read(envelope, request);
      const status = envelope.registry.type(resource.type)?.spec.readStatus?.(resource) ?? 200;
      return method === "HEAD" ? { status: 204 } : resourceResponse(envelope, status, resource);
    }
    case "PUT": {
      const written = await write(envelope, {
        id: path,
        apiVersion,
        body: readObject(request),
        caller,
        conditions: conditionsOf(request),
      });
      const status = written.created ? written.spec.status.created : written.spec.status.updated;
      if (written.operation === undefined) return resourceResponse(envelope, status === 202 ? 200 : status, written.resource);
      return acceptedResponse(envelope, status, written.operation, toBody(envelope, written.resource));
    }
    case "PATCH":
      return patch(envelope, request);
    case "DELETE": {
      const removed = await remove(envelope, {
        id: path,
        apiVersion,
        caller,
        query: request.query,
        conditions: conditionsOf(request),
      });
      if (removed.operation !== undefined) return acceptedResponse(envelope, 202, removed.operation);
      return removed.resource === undefined
        ? { status: removed.status }
        : resourceResponse(envelope, removed.status, removed.resource);
    }
    default:
      throw faults.methodNotAllowed(method, `'${path}'`);
  }
}

function read(envelope: Envelope, { apiVersion, caller, path }: ArmRequest): Resource {
  const place = locate(envelope, path, apiVersion);
  checkTypeVersion(place.registered.type, place.registered.spec, apiVersion);
  checkPermission(envelope, place, "read", caller);
  checkSubscription(envelope, place.subscriptionId, place.registered.namespace);
  if (place.current !== undefined) return place.current;
  const { resourceGroup, providers } = place.parsed;
  if (resourceGroup !== undefined && envelope.documents.get(formatResourceId({ ...place.parsed, providers: [] })) === undefined) {
    throw faults.groupNotFound(resourceGroup);
  }
  const needsParent = place.above.includes("/providers/") && place.registered.spec.parentImplied !== true;
  if (needsParent && place.parent === undefined)
    throw faults.parentNotFound(`${place.registered.type}/${place.names.join("/")}`, place.above);
  throw providers.length === 0 ? faults.groupNotFound(place.name) : faults.resourceNotFound(place.parsed, place.registered.type);
}

async function patch(envelope: Envelope, request: ArmRequest): Promise<ArmResponse> {
  const place = locate(envelope, request.path, request.apiVersion);
  if (place.registered.spec.patch !== true) throw faults.methodNotAllowed("PATCH", `'${place.registered.type}'`);
  checkPermission(envelope, place, "write", request.caller);
  const current = read(envelope, request);
  const body = merge(current, readObject(request));
  const { apiVersion, caller, path } = request;
  const written = await write(envelope, { id: path, apiVersion, body, caller, conditions: conditionsOf(request) });
  if (written.operation === undefined) return resourceResponse(envelope, 200, written.resource);
  return acceptedResponse(envelope, written.spec.status.updated, written.operation, toBody(envelope, written.resource));
}

async function onAction(envelope: Envelope, request: ArmRequest, id: string, name: string): Promise<ArmResponse> {
  const { apiVersion, caller, method, query } = request;
  if (method !== "POST" && method !== "GET" && method !== "PUT") throw faults.methodNotAllowed(method, `'${request.path}'`);
  const body = request.text.trim() === "" ? undefined : readJson(request.text);
  const { operation, result } = await act(envelope, { id, name, method, apiVersion, body, query, caller });
  if (operation !== undefined) {
    const response = acceptedResponse(envelope, result.status, operation, result.body);
    return { ...response, headers: { ...response.headers, ...result.headers } };
  }
  return {
    status: result.status,
    ...(result.headers === undefined ? {} : { headers: result.headers }),
    ...(result.body === undefined ? {} : { body: result.body }),
  };
}

function list(envelope: Envelope, request: ArmRequest, collection: Collection): ArmResponse {
  if (request.method !== "GET") throw faults.methodNotAllowed(request.method, `the collection '${request.path}'`);
  const registered = envelope.registry.type(collection.type);
  if (registered === undefined) throw faults.invalidType(collection.type, request.apiVersion);
  const { namespace, spec, type } = registered;
  checkTypeVersion(type, spec, request.apiVersion);
  const parsed = parseResourceId(collection.above) ?? { providers: [] };
  checkSubscriptionExists(envelope, parsed.subscriptionId);
  const above = canonicalId(envelope, parsed);
  checkPermission(envelope, { id: above === "" ? "/" : above, registered }, "read", request.caller);
  checkSubscription(envelope, parsed.subscriptionId, namespace);
  if (
    parsed.resourceGroup !== undefined &&
    envelope.documents.get(formatResourceId({ ...parsed, providers: [] })) === undefined
  ) {
    throw faults.groupNotFound(parsed.resourceGroup);
  }
  if (
    parsed.providers.length > 0 &&
    envelope.documents.get(above) === undefined &&
    spec.parentImplied !== true &&
    spec.list === undefined
  ) {
    throw faults.parentNotFound(type, above);
  }
  const items = envelope.documents
    .below(above)
    .filter((resource) => resource.type === type && belongs(resource, above, spec.extension === true));
  const chosen = spec.list?.(items, request.query, above) ?? items;
  const bodies = chosen.map((resource): JsonValue => toBody(envelope, resource));
  return { status: 200, body: page(bodies, request, envelope.host.endpoints.arm) };
}

/** A collection below a resource holds its own; one below a group or subscription holds all there are, wherever. */
function belongs(resource: Resource, above: string, extension: boolean): boolean {
  if (!extension || !above.includes("/providers/")) return true;
  const parsed = parseResourceId(resource.id);
  const parent = parsed === undefined ? undefined : parentId(parsed);
  return parent !== undefined && sameId(formatResourceId(parent), above);
}

function conditionsOf({ headers }: ArmRequest): Conditions {
  const [ifMatch, ifNoneMatch] = [headers.get("if-match"), headers.get("if-none-match")];
  return { ...(ifMatch === null ? {} : { ifMatch }), ...(ifNoneMatch === null ? {} : { ifNoneMatch }) };
}

function readObject({ text }: ArmRequest): JsonObject {
  const body = text.trim() === "" ? {} : readJson(text);
  if (!isObject(body)) throw faults.invalidContent("the body is not a JSON object");
  return body;
}
