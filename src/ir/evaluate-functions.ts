import { type JsonValue, jsonEqual } from "../base/index.ts";
import { guid, uniqueString } from "../base/names/index.ts";
import type { FunctionName } from "./functions.ts";
import { isRecord, type Value } from "./value.ts";

/** Where a deployment happens; what `resourceGroup()` and its like answer. */
export interface Surroundings {
  readonly resourceGroup: Value;
  readonly subscription: Value;
  readonly tenant: Value;
  readonly environment: Value;
  readonly subscriptionId: string;
}

/** `and`, `or` and `coalesce` stop early, so the evaluator takes them. */
export type EagerFunction = Exclude<FunctionName, "and" | "or" | "coalesce">;

type Implementation = (args: readonly Value[], surroundings: Surroundings) => Value;

/** These look only at the outside of their arguments, so unknown parts inside do no harm. */
export const STRUCTURAL: ReadonlySet<FunctionName> = new Set(["concat", "union", "length", "empty", "first", "last"]);

/** Arguments of the wrong type: ARM fails the deployment at this place. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

/** ARM's functions with ARM's semantics, which are not always JavaScript's. */
export const IMPLEMENTATIONS: Record<EagerFunction, Implementation> = {
  resourceGroup: (_, surroundings) => surroundings.resourceGroup,
  subscription: (_, surroundings) => surroundings.subscription,
  tenant: (_, surroundings) => surroundings.tenant,
  environment: (_, surroundings) => surroundings.environment,

  uniqueString: (args) => uniqueString(...args.map(string)),
  guid: (args) => guid(...args.map(string)),
  subscriptionResourceId: ([type, ...names], { subscriptionId }) =>
    `/subscriptions/${subscriptionId}/providers/${idPath(string(type), names.map(string))}`,

  toLower: ([text]) => string(text).toLowerCase(),
  substring: ([text, start, length]) => substring(string(text), int(start), length === undefined ? undefined : int(length)),
  take: ([of, count]) => sequence(of).slice(0, Math.max(0, int(count))),
  replace: ([text, from, to]) => replace(string(text), string(from), string(to)),
  split: ([text, by]) => split(string(text), Array.isArray(by) ? by.map(string) : [string(by)]),
  string: ([value]) => asText(value ?? null),
  base64: ([text]) => base64(string(text)),
  json: ([text]) => parse(string(text)),

  cidrHost: ([range, index]) => hostOf(string(range), int(index)),

  concat: (args) => (args.every(Array.isArray) ? args.flat() : args.map((arg) => joined(arg)).join("")),
  union: (args) => union(args),
  contains: ([within, what]) => contains(within ?? null, what ?? null),
  length: ([of]) => (of !== undefined && isRecord(of) ? Object.keys(of).length : sequence(of).length),
  empty: ([of]) => of === null || (of !== undefined && isRecord(of) ? Object.keys(of).length === 0 : sequence(of).length === 0),
  first: ([of]) => (typeof of === "string" ? of.slice(0, 1) : (list(of)[0] ?? null)),
  last: ([of]) => (typeof of === "string" ? of.slice(-1) : (list(of).at(-1) ?? null)),

  equals: ([a, b]) => jsonEqual(json(a), json(b)),
  not: ([value]) => !bool(value),
  greater: ([a, b]) => compare(a, b) > 0,
  greaterOrEquals: ([a, b]) => compare(a, b) >= 0,
  less: ([a, b]) => compare(a, b) < 0,
  lessOrEquals: ([a, b]) => compare(a, b) <= 0,

  add: ([a, b]) => int(a) + int(b),
  sub: ([a, b]) => int(a) - int(b),
  mul: ([a, b]) => int(a) * int(b) + 0, // integers have no negative zero
  min: (args) => Math.min(...numbers(args)),
  max: (args) => Math.max(...numbers(args)),
};

/** A resource type and its names, alternating: `Microsoft.Network/virtualNetworks/vnet/subnets/nodes`. */
export function idPath(type: string, names: readonly string[]): string {
  const [namespace = "", ...types] = type.split("/");
  if (types.length !== names.length) throw new EvaluationError(`${type} takes ${types.length} names, not ${names.length}`);
  return [namespace, ...types.flatMap((segment, at) => [segment, names[at] ?? ""])].join("/");
}

/** A part of a joined string; .NET writes truth with a capital. */
export function joined(value: Value): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "";
  if (typeof value === "object") throw new EvaluationError("an object or an array cannot be joined into a string");
  return String(value);
}

export function bool(value: Value | undefined): boolean {
  return typeof value === "boolean" ? value : wrong(value, "true or false");
}

function string(value: Value | undefined): string {
  return typeof value === "string" ? value : wrong(value, "a string");
}

function int(value: Value | undefined): number {
  return typeof value === "number" && Number.isInteger(value) ? value : wrong(value, "an integer");
}

function list(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : wrong(value, "an array");
}

function sequence(value: Value | undefined): string | Value[] {
  return typeof value === "string" || Array.isArray(value) ? value : wrong(value, "a string or an array");
}

function wrong(value: Value | undefined, wanted: string): never {
  throw new EvaluationError(`${JSON.stringify(value) ?? "nothing"} is not ${wanted}`);
}

/** The evaluator hands unknown parts only to structural functions, so what remains is JSON. */
function json(value: Value | undefined): JsonValue {
  return (value ?? null) as JsonValue;
}

function asText(value: Value): string {
  if (typeof value === "string") return value;
  return value !== null && typeof value === "object" ? JSON.stringify(value) : joined(value);
}

function substring(text: string, start: number, length = text.length - start): string {
  if (start < 0 || length < 0 || start + length > text.length) {
    throw new EvaluationError(`substring from ${start}, ${length} long, is outside of ${JSON.stringify(text)}`);
  }
  return text.slice(start, start + length);
}

function replace(text: string, from: string, to: string): string {
  if (from === "") throw new EvaluationError("replace has nothing to look for");
  return text.replaceAll(from, () => to);
}

function split(text: string, by: readonly string[]): string[] {
  const separators = by.filter((separator) => separator !== "");
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const separator = separators.find((candidate) => text.startsWith(candidate, at));
    if (separator === undefined) {
      at += 1;
      continue;
    }
    pieces.push(text.slice(from, at));
    at += separator.length;
    from = at;
  }
  return [...pieces, text.slice(from)];
}

/** IPv4 only; ARM counts usable addresses, so the last one of a range is none. */
function hostOf(range: string, index: number): string {
  const [, address = "", length] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(range) ?? [];
  const octets = address.split(".").map(Number);
  const size = 2 ** (32 - Number(length));
  if (address === "" || size < 4 || octets.some((octet) => octet > 255))
    throw new EvaluationError(`${range} is no range of IPv4 addresses with hosts`);
  if (index < 0 || index >= size - 2) throw new EvaluationError(`${range} has no host ${index}`);
  const number = octets.reduce((value, octet) => value * 256 + octet, 0);
  const host = number - (number % size) + 1 + index;
  return [24, 16, 8, 0].map((shift) => Math.floor(host / 2 ** shift) % 256).join(".");
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new EvaluationError(`${JSON.stringify(text)} is not JSON`);
  }
}

function union(args: readonly Value[]): Value {
  if (args.every(Array.isArray)) {
    const items: Value[] = [];
    for (const item of args.flat() as Value[]) if (!items.some((other) => jsonEqual(json(other), json(item)))) items.push(item);
    return items;
  }
  return args.reduce((merged, next) => merge(record(merged), record(next)));
}

/** Objects merge to the bottom; anything else, arrays included, is replaced. */
function merge(under: Record<string, Value | undefined>, over: Record<string, Value | undefined>): Value {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] =
      before !== undefined && value !== undefined && isRecord(before) && isRecord(value) ? merge(before, value) : value;
  }
  return merged;
}

function record(value: Value): Record<string, Value | undefined> {
  return isRecord(value) ? value : wrong(value, "an object");
}

/** Keys of objects are found whatever their case; strings and items must match exactly. */
function contains(within: Value, what: Value): boolean {
  if (typeof within === "string") return within.includes(string(what));
  if (Array.isArray(within)) return within.some((item) => jsonEqual(json(item), json(what)));
  const key = string(what).toLowerCase();
  return Object.keys(record(within)).some((candidate) => candidate.toLowerCase() === key);
}

function compare(a: Value | undefined, b: Value | undefined): number {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  return int(a) - int(b);
}

function numbers(args: readonly Value[]): number[] {
  const [only] = args;
  return (args.length === 1 && Array.isArray(only) ? only : args).map((value) => int(value));
}
