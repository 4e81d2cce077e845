import { canonicalJson, isObject, type JsonObject, type JsonValue, jsonEqual } from "../../../base/index.ts";
import {
  type Args,
  ArgumentError,
  arg,
  arrayArg,
  entriesOf,
  findKey,
  fromEntries,
  integerArg,
  mismatch,
  objectArg,
  stringArg,
} from "../values.ts";
import { ANY, eager, type FunctionTable } from "./function.ts";
import { toText } from "./text.ts";

function concat(args: Args): JsonValue {
  if (Array.isArray(arg(args, 0))) return args.flatMap((_, at) => arrayArg(args, at));
  return args
    .map((value, at) => {
      if (value === null || typeof value === "object") throw mismatch("a string or a number", value, at);
      return toText(value);
    })
    .join("");
}

function contains(args: Args): JsonValue {
  const [container, wanted] = [arg(args, 0), arg(args, 1)];
  if (typeof container === "string") return container.includes(stringArg(args, 1));
  if (Array.isArray(container)) return container.some((item) => jsonEqual(item, wanted));
  if (isObject(container)) return findKey(container, stringArg(args, 1)) !== undefined;
  throw mismatch("a string, an array or an object", container, 0);
}

function length(args: Args): JsonValue {
  const value = arg(args, 0);
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (isObject(value)) return entriesOf(value).length;
  throw mismatch("a string, an array or an object", value, 0);
}

function empty(args: Args): JsonValue {
  const value = arg(args, 0);
  return value === null || length([value]) === 0;
}

/** `take` and `skip` clamp where `substring` throws. */
function slice(args: Args, from: number, to: number): JsonValue {
  const value = arg(args, 0);
  if (typeof value === "string" || Array.isArray(value)) return value.slice(from, to);
  throw mismatch("a string or an array", value, 0);
}

function end(args: Args, at: 0 | -1): JsonValue {
  const value = arg(args, 0);
  if (typeof value === "string") return value.at(at) ?? "";
  return arrayArg(args, 0).at(at) ?? null;
}

function unique(values: readonly JsonValue[]): JsonValue[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = canonicalJson(value);
    return seen.has(key) ? false : seen.add(key);
  });
}

function union(args: Args): JsonValue {
  if (Array.isArray(arg(args, 0))) return unique(args.flatMap((_, at) => arrayArg(args, at)));
  return args.map((_, at) => objectArg(args, at)).reduce(mergeDeep);
}

/** Objects merge member by member; arrays and scalars of the later one win. */
function mergeDeep(a: JsonObject, b: JsonObject): JsonObject {
  const merged = new Map(entriesOf(a));
  for (const [key, value] of entriesOf(b)) {
    const existing = findKey(a, key);
    const previous = existing === undefined ? undefined : merged.get(existing);
    merged.set(existing ?? key, isObject(previous) && isObject(value) ? mergeDeep(previous, value) : value);
  }
  return fromEntries(merged);
}

function intersection(args: Args): JsonValue {
  if (Array.isArray(arg(args, 0))) {
    const others = args.slice(1).map((_, at) => arrayArg(args, at + 1));
    return unique(arrayArg(args, 0)).filter((value) => others.every((other) => other.some((item) => jsonEqual(item, value))));
  }
  const others = args.slice(1).map((_, at) => objectArg(args, at + 1));
  return fromEntries(
    entriesOf(objectArg(args, 0)).filter(([key, value]) => others.every((other) => jsonEqual(other[key], value) && key in other)),
  );
}

function indexOf(args: Args, last: boolean): JsonValue {
  const container = arg(args, 0);
  if (typeof container === "string") {
    // The engine looks for text without regard to case here, unlike in `contains`.
    const [text, wanted] = [container.toLowerCase(), stringArg(args, 1).toLowerCase()];
    return last ? text.lastIndexOf(wanted) : text.indexOf(wanted);
  }
  const matches = (item: JsonValue) => jsonEqual(item, arg(args, 1));
  return last ? arrayArg(args, 0).findLastIndex(matches) : arrayArg(args, 0).findIndex(matches);
}

function flatten(args: Args): JsonValue {
  const items = arrayArg(args, 0);
  return items.flatMap((item, at) => (Array.isArray(item) ? item : refuse(item, at)));
}

function refuse(value: JsonValue, at: number): never {
  throw new ArgumentError(`expects an array of arrays; item ${at} is ${JSON.stringify(value)}`);
}

export const collections: FunctionTable = {
  array: eager(1, 1, (args) => (Array.isArray(arg(args, 0)) ? arg(args, 0) : [arg(args, 0)])),
  createArray: eager(0, ANY, (args) => [...args]),
  concat: eager(1, ANY, concat),
  contains: eager(2, 2, contains),
  length: eager(1, 1, length),
  empty: eager(1, 1, empty),
  first: eager(1, 1, (args) => end(args, 0)),
  last: eager(1, 1, (args) => end(args, -1)),
  take: eager(2, 2, (args) => slice(args, 0, Math.max(0, integerArg(args, 1)))),
  skip: eager(2, 2, (args) => slice(args, Math.max(0, integerArg(args, 1)), Number.MAX_SAFE_INTEGER)),
  union: eager(1, ANY, union),
  intersection: eager(1, ANY, intersection),
  distinct: eager(1, 1, (args) => unique(arrayArg(args, 0))),
  flatten: eager(1, 1, flatten),
  indexOf: eager(2, 2, (args) => indexOf(args, false)),
  lastIndexOf: eager(2, 2, (args) => indexOf(args, true)),
};
