export { assert, InternalError, unreachable } from "./assert.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
  asObject,
  asObjects,
  asString,
  canonicalJson,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonPrimitive,
  type JsonValue,
  jsonEqual,
  parseJson,
} from "./json.ts";
