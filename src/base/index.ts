export { assert, InternalError, unreachable } from "./assert.ts";
export { type Clock, systemClock } from "./clock.ts";
export { guid } from "./guid.ts";
export {
  asString,
  canonicalJson,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonPrimitive,
  type JsonValue,
  jsonEqual,
} from "./json.ts";
export { uniqueString } from "./unique-string.ts";
