import type { JsonValue } from "../../base/index.ts";

/** Plain JSON of a typed value; what JSON cannot say is left out. */
export function toJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}
