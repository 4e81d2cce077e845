import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import type { Resource } from "../contract.ts";
import { faults } from "./faults.ts";

/** What a PATCH may change beside `properties`. */
const MEMBERS = ["tags", "sku", "kind", "identity", "zones", "plan", "location"];

/** The body of the PUT that a PATCH stands for: tags are replaced as a whole, properties are merged (RFC 7396). */
export function merge(current: Resource, change: JsonObject): JsonObject {
  const { id: _id, name: _name, type: _type, etag: _etag, systemData: _systemData, ...body } = current as JsonObject;
  for (const [member, value] of Object.entries(change)) {
    if (member === "properties") continue;
    if (!MEMBERS.includes(member) && !["id", "name", "type"].includes(member)) {
      throw faults.invalidContent(`'${member}' cannot be patched; the members are properties, ${MEMBERS.join(", ")}`, member);
    }
    if (MEMBERS.includes(member)) body[member] = member === "tags" ? value : mergeValue(body[member], value);
  }
  return { ...body, properties: mergeValue(current.properties, change.properties ?? {}) ?? {} };
}

function mergeValue(target: JsonValue | undefined, change: JsonValue | undefined): JsonValue | undefined {
  if (!isObject(change)) return change;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = mergeValue(result[key], value);
  }
  return result;
}
