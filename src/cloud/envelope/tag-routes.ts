import { parseResourceId } from "../../azure/index.ts";
import { isObject, type JsonObject } from "../../base/index.ts";
import type { ArmHandler, ArmRequest, ArmResponse, Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import { checkLocks } from "./guards.ts";
import { readJson } from "./read-json.ts";

const TAGS = /^(.+)\/providers\/microsoft\.resources\/tags\/default$/i;
const OPERATIONS = ["Merge", "Replace", "Delete"] as const;
const SUBSCRIPTION_TAGS = "subscription-tags";

/** Tags of a subscription, a group or a resource as a thing of their own (`az tag`). */
export function createTagRoutes(envelope: Envelope): ArmHandler {
  return async (request) => {
    const scope = TAGS.exec(request.path)?.[1];
    return scope === undefined ? undefined : answer(envelope, request, scope);
  };
}

function answer(envelope: Envelope, request: ArmRequest, scope: string): ArmResponse {
  const { authorizer } = envelope.host;
  const verb = request.method === "GET" ? "read" : request.method === "DELETE" ? "delete" : "write";
  const action = `Microsoft.Resources/tags/${verb}`;
  if (!authorizer.allows(request.caller, action, scope)) throw faults.unauthorized(request.caller, action, scope);
  const target = find(envelope, scope);
  if (request.method !== "GET") checkLocks(envelope, scope, "write");
  switch (request.method) {
    case "GET":
      return shown(scope, target.tags);
    case "PUT":
      return shown(scope, target.save(readTags(readBody(request))));
    case "PATCH": {
      const body = readBody(request);
      const asked = typeof body.operation === "string" ? body.operation.toLowerCase() : undefined;
      const operation = OPERATIONS.find((known) => known.toLowerCase() === asked);
      if (operation === undefined)
        throw faults.invalidContent(
          `operation is ${JSON.stringify(body.operation)}; it must be one of ${OPERATIONS.join(", ")}`,
          "operation",
        );
      return shown(scope, target.save(apply(operation, target.tags, readTags(body))));
    }
    case "DELETE":
      target.save({});
      return { status: 200 };
    default:
      throw faults.methodNotAllowed(request.method, `'${request.path}'`);
  }
}

type Tags = Record<string, string>;

function apply(operation: (typeof OPERATIONS)[number], before: Tags, change: Tags): Tags {
  switch (operation) {
    case "Merge":
      return { ...before, ...change };
    case "Replace":
      return change;
    case "Delete":
      return Object.fromEntries(Object.entries(before).filter(([name, value]) => change[name] !== value));
  }
}

function find(envelope: Envelope, scope: string): { tags: Tags; save: (tags: Tags) => Tags } {
  const parsed = parseResourceId(scope);
  const { store, subscriptionId } = envelope.host;
  if (parsed !== undefined && parsed.resourceGroup === undefined && parsed.providers.length === 0) {
    if (parsed.subscriptionId?.toLowerCase() !== subscriptionId.toLowerCase())
      throw faults.subscriptionNotFound(parsed.subscriptionId ?? "");
    const save = (tags: Tags) => {
      store.put(SUBSCRIPTION_TAGS, subscriptionId, tags);
      return tags;
    };
    return { tags: store.get<Tags>(SUBSCRIPTION_TAGS, subscriptionId) ?? {}, save };
  }
  const resource: Resource | undefined = envelope.documents.get(scope);
  if (resource === undefined || parsed === undefined) {
    if (parsed !== undefined && parsed.providers.length === 0) throw faults.groupNotFound(parsed.resourceGroup ?? "");
    throw faults.resourceNotFound(parsed ?? { providers: [] }, "resource");
  }
  const save = (tags: Tags) => {
    envelope.documents.save({ ...resource, tags });
    return tags;
  };
  return { tags: resource.tags ?? {}, save };
}

function readBody(request: ArmRequest): JsonObject {
  const body = readJson(request.text);
  if (!isObject(body)) throw faults.invalidContent("the body is not a JSON object");
  return body;
}

function readTags(body: JsonObject): Tags {
  const tags = isObject(body.properties) ? body.properties.tags : undefined;
  if (!isObject(tags)) throw faults.invalidContent("properties.tags is required and is an object of strings", "properties.tags");
  const entries = Object.entries(tags).map(([name, value]): [string, string] => {
    if (typeof value !== "string") throw faults.invalidContent(`the tag '${name}' is not a string`, "properties.tags");
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function shown(scope: string, tags: Tags): ArmResponse {
  return {
    status: 200,
    body: {
      id: `${scope}/providers/Microsoft.Resources/tags/default`,
      name: "default",
      type: "Microsoft.Resources/tags",
      properties: { tags },
    },
  };
}
