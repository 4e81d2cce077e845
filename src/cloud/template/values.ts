import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";

/** What a function says about its arguments; the evaluator adds the function's name. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

export type Args = readonly JsonValue[];

export function typeName(value: JsonValue): string {
  if (value === null) return "Null";
  if (Array.isArray(value)) return "Array";
  if (typeof value === "object") return "Object";
  if (typeof value === "number") return Number.isInteger(value) ? "Integer" : "Float";
  return typeof value === "string" ? "String" : "Boolean";
}

export const arg = (args: Args, at: number): JsonValue => args[at] ?? null;

export function stringArg(args: Args, at: number): string {
  const value = arg(args, at);
  if (typeof value !== "string") throw mismatch("a string", value, at);
  return value;
}

export function integerArg(args: Args, at: number): number {
  const value = arg(args, at);
  if (typeof value !== "number" || !Number.isInteger(value)) throw mismatch("an integer", value, at);
  return value;
}

export function booleanArg(args: Args, at: number): boolean {
  const value = arg(args, at);
  if (typeof value !== "boolean") throw mismatch("a boolean", value, at);
  return value;
}

export function arrayArg(args: Args, at: number): JsonValue[] {
  const value = arg(args, at);
  if (!Array.isArray(value)) throw mismatch("an array", value, at);
  return value;
}

export function objectArg(args: Args, at: number): JsonObject {
  const value = arg(args, at);
  if (!isObject(value)) throw mismatch("an object", value, at);
  return value;
}

export function mismatch(expected: string, value: JsonValue, at: number): ArgumentError {
  return new ArgumentError(`expects ${expected} as argument ${at + 1}, not a value of type '${typeName(value)}'`);
}

/** ARM finds members without regard to case; the exact spelling wins. */
export function findKey(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const wanted = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === wanted);
}

export function member(object: JsonObject, name: string): JsonValue | undefined {
  const key = findKey(object, name);
  return key === undefined ? undefined : object[key];
}

/** Objects are built from entries, so that a key such as `__proto__` stays data. */
export function fromEntries(entries: Iterable<readonly [string, JsonValue]>): JsonObject {
  return Object.fromEntries(entries);
}

export function entriesOf(object: JsonObject): [string, JsonValue][] {
  return Object.entries(object).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
}

/** Keys as `items` and `objectKeys` order them: without regard to case, lower case first when only case differs. */
export function sortedEntries(object: JsonObject): [string, JsonValue][] {
  return entriesOf(object).sort(([a], [b]) => compareText(a.toLowerCase(), b.toLowerCase()) || compareText(b, a));
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
