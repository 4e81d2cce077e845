import { isObject, type JsonValue } from "../../../base/index.ts";
import { lookUp } from "../look-up.ts";
import {
  type Args,
  ArgumentError,
  arg,
  arrayArg,
  entriesOf,
  fromEntries,
  integerArg,
  mismatch,
  objectArg,
  sortedEntries,
  stringArg,
} from "../values.ts";
import { ANY, eager, type FunctionTable } from "./function.ts";

function createObject(args: Args): JsonValue {
  if (args.length % 2 !== 0) throw new ArgumentError(`takes names and values in pairs, not ${args.length} arguments`);
  return fromEntries(
    Array.from({ length: args.length / 2 }, (_, at) => [stringArg(args, at * 2), arg(args, at * 2 + 1)] as const),
  );
}

/** Follows the path as far as it goes; null when it ends early. */
function tryGet(args: Args): JsonValue {
  let value: JsonValue = arg(args, 0);
  for (const key of args.slice(1)) {
    const found = lookUp(value, key);
    if (found === undefined) return null;
    value = found;
  }
  return value;
}

function fromEnd(args: Args): JsonValue | undefined {
  const [items, index] = [arrayArg(args, 0), integerArg(args, 1)];
  return index < 1 ? undefined : items[items.length - index];
}

export const objects: FunctionTable = {
  createObject: eager(0, ANY, createObject),
  items: eager(1, 1, (args) => sortedEntries(objectArg(args, 0)).map(([key, value]) => ({ key, value }))),
  objectKeys: eager(1, 1, (args) => sortedEntries(objectArg(args, 0)).map(([key]) => key)),
  shallowMerge: eager(1, 1, (args) => {
    const parts = arrayArg(args, 0);
    return fromEntries(parts.flatMap((part, at) => (part === null ? [] : isObject(part) ? entriesOf(part) : refuse(part, at))));
  }),
  tryGet: eager(2, ANY, tryGet),
  indexFromEnd: eager(2, 2, (args) => {
    const found = fromEnd(args);
    if (found === undefined)
      throw new ArgumentError(`has the index ${integerArg(args, 1)} from the end, which is outside the array`);
    return found;
  }),
  tryIndexFromEnd: eager(2, 2, (args) => (arg(args, 0) === null ? null : (fromEnd(args) ?? null))),
};

function refuse(value: JsonValue, at: number): never {
  throw mismatch("an array of objects", value, at);
}
