import { isObject, type JsonValue } from "../../base/index.ts";
import { member } from "./values.ts";

/** What stands at an index or a name; `undefined` when there is nothing. */
export function lookUp(value: JsonValue, key: JsonValue): JsonValue | undefined {
  if (Array.isArray(value) && typeof key === "number") return value[key];
  if (isObject(value) && typeof key === "string") return member(value, key);
  return undefined;
}
