import { type Args, ArgumentError, arg, integerArg, mismatch } from "../values.ts";
import { ANY, eager, type FunctionTable } from "./function.ts";

/** ARM computes with 64-bit integers; beyond what JSON readers keep exactly we refuse rather than round. */
function exact(value: number): number {
  if (!Number.isSafeInteger(value))
    throw new ArgumentError(`gives ${value}, which is beyond the integers that can be kept exactly`);
  return value === 0 ? 0 : value; // never -0, which JSON cannot say
}

function divisor(args: Args): number {
  const value = integerArg(args, 1);
  if (value === 0) throw new ArgumentError("cannot divide by zero");
  return value;
}

/** `min(1, 2)` and `min([1, 2])` are the same. */
function integers(args: Args): number[] {
  const only = arg(args, 0);
  const values = args.length === 1 && Array.isArray(only) ? only : args;
  if (values.length === 0) throw new ArgumentError("needs at least one integer");
  return values.map((_, at) => integerArg(values, at));
}

export const numbers: FunctionTable = {
  add: eager(2, 2, (args) => exact(integerArg(args, 0) + integerArg(args, 1))),
  sub: eager(2, 2, (args) => exact(integerArg(args, 0) - integerArg(args, 1))),
  mul: eager(2, 2, (args) => exact(integerArg(args, 0) * integerArg(args, 1))),
  div: eager(2, 2, (args) => exact(Math.trunc(integerArg(args, 0) / divisor(args)))),
  mod: eager(2, 2, (args) => exact(integerArg(args, 0) % divisor(args))),
  min: eager(1, ANY, (args) => Math.min(...integers(args))),
  max: eager(1, ANY, (args) => Math.max(...integers(args))),
  int: eager(1, 1, (args) => {
    const value = arg(args, 0);
    if (typeof value === "number") return exact(Math.trunc(value));
    if (typeof value !== "string") throw mismatch("a string or a number", value, 0);
    if (!/^\s*[+-]?\d+\s*$/.test(value)) throw new ArgumentError(`cannot make an integer of '${value}'`);
    return exact(Number(value));
  }),
  range: eager(2, 2, (args) => {
    const [start, count] = [integerArg(args, 0), integerArg(args, 1)];
    if (count < 0 || count > 10_000) throw new ArgumentError(`has the count ${count}; it must be 0 to 10000`);
    return Array.from({ length: count }, (_, at) => exact(start + at));
  }),
};
