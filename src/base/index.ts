export { assert, InternalError, unreachable } from "./assert.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
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
