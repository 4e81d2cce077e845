import type { JsonValue } from "../../../base/index.ts";
import { ExpressionFault } from "../fault.ts";
import { type Args, ArgumentError, arg, arrayArg, integerArg, mismatch, stringArg } from "../values.ts";
import { ANY, eager, type FunctionTable } from "./function.ts";
import { formatText, toText } from "./text.ts";

function substring(args: Args): JsonValue {
  const [text, start] = [stringArg(args, 0), integerArg(args, 1)];
  const count = args.length > 2 ? integerArg(args, 2) : text.length - start;
  if (start < 0 || count < 0 || start + count > text.length) {
    throw new ArgumentError(`reaches from ${start} to ${start + count} in a string of ${text.length} characters`);
  }
  return text.slice(start, start + count);
}

function split(args: Args): JsonValue {
  const delimiters = Array.isArray(arg(args, 1))
    ? arrayArg(args, 1).map((_, at, all) => stringArg(all, at))
    : [stringArg(args, 1)];
  const pattern = delimiters
    .filter((delimiter) => delimiter !== "")
    .map((delimiter) => delimiter.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return pattern.length === 0 ? [stringArg(args, 0)] : stringArg(args, 0).split(new RegExp(pattern.join("|")));
}

function padLeft(args: Args): JsonValue {
  const value = arg(args, 0);
  if (typeof value !== "string" && typeof value !== "number") throw mismatch("a string or an integer", value, 0);
  const width = integerArg(args, 1);
  if (width < 0 || width > 16_384) throw new ArgumentError(`has the width ${width}; it must be 0 to 16384`);
  const pad = args.length > 2 ? stringArg(args, 2) : " ";
  if (pad.length !== 1) throw new ArgumentError(`pads with one character, not with '${pad}'`);
  return toText(value).padStart(width, pad);
}

function like(args: Args): JsonValue {
  const pattern = stringArg(args, 1)
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]");
  return new RegExp(`^${pattern}$`, "i").test(stringArg(args, 0));
}

/** Docs: the search string of `startsWith` and `endsWith` is compared without regard to case. */
const folded = (args: Args, at: number) => stringArg(args, at).toLowerCase();

export const strings: FunctionTable = {
  format: eager(1, ANY, formatText),
  string: eager(1, 1, (args) => toText(arg(args, 0))),
  toLower: eager(1, 1, (args) => stringArg(args, 0).toLowerCase()),
  toUpper: eager(1, 1, (args) => stringArg(args, 0).toUpperCase()),
  trim: eager(1, 1, (args) => stringArg(args, 0).trim()),
  substring: eager(2, 3, substring),
  replace: eager(3, 3, (args) => {
    if (stringArg(args, 1) === "") throw new ArgumentError("cannot replace the empty string");
    return stringArg(args, 0).replaceAll(stringArg(args, 1), () => stringArg(args, 2));
  }),
  split: eager(2, 2, split),
  join: eager(2, 2, (args) => arrayArg(args, 0).map(toText).join(stringArg(args, 1))),
  padLeft: eager(2, 3, padLeft),
  startsWith: eager(2, 2, (args) => folded(args, 0).startsWith(folded(args, 1))),
  endsWith: eager(2, 2, (args) => folded(args, 0).endsWith(folded(args, 1))),
  like: eager(2, 2, like),
  fail: eager(1, 1, (args) => {
    throw new ExpressionFault(stringArg(args, 0));
  }),
};
