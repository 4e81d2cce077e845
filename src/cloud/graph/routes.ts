import { isObject, type JsonObject } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";
import type { Directory, DirectoryEntry } from "../entra/principals.ts";
import type { Tokens } from "../entra/tokens.ts";
import { readJson } from "../envelope/read-json.ts";
import type { Call, Reply } from "../wire/exchange.ts";

const PATH = /^\/(?:v1\.0|beta)(\/.*)$/i;
const BY_NAME = /servicePrincipalNames\/any\(\s*\w+\s*:\s*\w+\s+eq\s+'([^']*)'\s*\)/i;
const EQUALS = /^\s*(appId|displayName|id)\s+eq\s+'([^']*)'\s*$/i;

/** As much of Microsoft Graph as `az role assignment` asks: who is who. Read only. */
export function createGraph(options: { directory: Directory; tokens: Tokens; audiences: readonly string[]; origin: string }) {
  const { audiences, directory, origin, tokens } = options;
  const shown = (entry: DirectoryEntry): JsonObject => describe(entry, origin);
  const principals = () => directory.all().filter(({ kind }) => kind !== "user");

  return async (call: Call): Promise<Reply | undefined> => {
    const path = PATH.exec(call.path)?.[1]?.toLowerCase();
    if (path === undefined) return undefined;
    const caller = await tokens.authenticate(call.headers.get("authorization") ?? undefined, audiences);
    if (call.method === "POST" && path === "/directoryobjects/getbyids") {
      const body = readJson(call.text);
      const ids =
        isObject(body) && Array.isArray(body.ids)
          ? body.ids.flatMap((id) => (typeof id === "string" ? [id.toLowerCase()] : []))
          : [];
      const found = directory.all().filter(({ objectId }) => ids.includes(objectId.toLowerCase()));
      return { status: 200, body: { value: found.map(shown) } };
    }
    if (call.method !== "GET")
      throw new ArmFault(
        405,
        "Request_BadRequest",
        "the embedded directory is read-only over Graph; the control endpoint makes principals",
      );
    const [, kind, id] = path.split("/");
    switch (kind) {
      case "me": {
        const entry = directory.entry(caller.objectId);
        if (entry === undefined)
          throw new ArmFault(400, "BadRequest", "/me request is only valid with a delegated authentication flow");
        return { status: 200, body: shown(entry) };
      }
      case "serviceprincipals": {
        if (id !== undefined) return { status: 200, body: shown(one(principals(), id)) };
        const found = filter(principals(), call.query.get("$filter"));
        return { status: 200, body: { value: found.map(shown) } };
      }
      case "directoryobjects":
        if (id !== undefined) return { status: 200, body: shown(one(directory.all(), id)) };
        break;
      case "applications":
      case "users":
      case "groups":
        // The embedded directory has none; clients ask before they try service principals.
        if (id === undefined) return { status: 200, body: { value: [] } };
        throw new ArmFault(
          404,
          "Request_ResourceNotFound",
          `resource '${id}' does not exist or one of its queried reference-property objects are not present`,
        );
      default:
    }
    throw new ArmFault(400, "BadRequest", `the Graph path '${call.path}' is not supported by the embedded Azure`);
  };
}

function one(entries: readonly DirectoryEntry[], id: string): DirectoryEntry {
  const found = entries.find(({ objectId }) => objectId.toLowerCase() === id);
  if (found === undefined)
    throw new ArmFault(
      404,
      "Request_ResourceNotFound",
      `resource '${id}' does not exist or one of its queried reference-property objects are not present`,
    );
  return found;
}

function filter(entries: readonly DirectoryEntry[], text: string | null): DirectoryEntry[] {
  if (text === null || text.trim() === "") return [...entries];
  const name = BY_NAME.exec(text)?.[1]?.toLowerCase();
  if (name !== undefined)
    return entries.filter(({ clientId, objectId }) => clientId?.toLowerCase() === name || objectId.toLowerCase() === name);
  const [, field = "", value = ""] = EQUALS.exec(text) ?? [];
  const wanted = value.toLowerCase();
  switch (field.toLowerCase()) {
    case "appid":
      return entries.filter(({ clientId }) => clientId?.toLowerCase() === wanted);
    case "displayname":
      return entries.filter(({ displayName }) => displayName.toLowerCase() === wanted);
    case "id":
      return entries.filter(({ objectId }) => objectId.toLowerCase() === wanted);
    default:
      throw new ArmFault(400, "Request_UnsupportedQuery", `the $filter '${text}' is not supported by the embedded directory`);
  }
}

function describe({ clientId, displayName, kind, objectId, resourceId }: DirectoryEntry, origin: string): JsonObject {
  return {
    "@odata.type": kind === "user" ? "#microsoft.graph.user" : "#microsoft.graph.servicePrincipal",
    "@odata.context": `${origin}/v1.0/$metadata#directoryObjects/$entity`,
    id: objectId,
    displayName,
    ...(clientId === undefined ? {} : { appId: clientId, appDisplayName: displayName, servicePrincipalNames: [clientId] }),
    servicePrincipalType: kind === "managedIdentity" ? "ManagedIdentity" : "Application",
    ...(resourceId === undefined ? {} : { alternativeNames: [resourceId] }),
    accountEnabled: true,
  };
}
