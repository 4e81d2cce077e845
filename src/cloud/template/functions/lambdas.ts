import { isObject, type JsonValue } from "../../../base/index.ts";
import type { Scope } from "../scope.ts";
import type { Expression } from "../syntax.ts";
import { ArgumentError, entriesOf, fromEntries, mismatch, typeName } from "../values.ts";
import { type Evaluate, eager, type FunctionTable, lazy } from "./function.ts";

/** Reads `lambda('a', 'b', body)`; the names take as many of the values offered as there are names. */
function readLambda(
  expression: Expression | undefined,
  scope: Scope,
  evaluate: Evaluate,
): (...values: readonly JsonValue[]) => JsonValue {
  if (expression?.kind !== "call" || expression.name.toLowerCase() !== "lambda") throw new ArgumentError("expects a lambda");
  const body = expression.args.at(-1);
  const names = expression.args.slice(0, -1).map((name) => evaluate(name, scope));
  if (body === undefined || !names.every((name) => typeof name === "string"))
    throw new ArgumentError("expects a lambda of names and a body");
  return (...values) => {
    if (names.length > values.length)
      throw new ArgumentError(`calls its lambda with ${values.length} values, but it has ${names.length} names`);
    const lambdas = new Map(scope.lambdas);
    names.forEach((name, at) => lambdas.set(name.toLowerCase(), values[at] ?? null));
    return evaluate(body, { ...scope, lambdas });
  };
}

function itemsOf(expression: Expression | undefined, scope: Scope, evaluate: Evaluate): JsonValue[] {
  const value = expression === undefined ? null : evaluate(expression, scope);
  if (!Array.isArray(value)) throw mismatch("an array", value, 0);
  return value;
}

function decision(value: JsonValue): boolean {
  if (typeof value !== "boolean")
    throw new ArgumentError(`has a lambda that gives a value of type '${typeName(value)}' instead of a boolean`);
  return value;
}

function key(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw new ArgumentError(`has a lambda that gives a key of type '${typeName(value)}' instead of a string`);
}

/** Stable merge sort: the lambda says whether its first argument comes before the second, and need not be consistent. */
function sort(items: readonly JsonValue[], before: (a: JsonValue, b: JsonValue) => boolean): JsonValue[] {
  if (items.length < 2) return [...items];
  const middle = items.length >> 1;
  const [left, right] = [sort(items.slice(0, middle), before), sort(items.slice(middle), before)];
  const sorted: JsonValue[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length)
    sorted.push(before(right[r] ?? null, left[l] ?? null) ? (right[r++] ?? null) : (left[l++] ?? null));
  return [...sorted, ...left.slice(l), ...right.slice(r)];
}

export const lambdas: FunctionTable = {
  map: lazy(2, 2, (args, scope, evaluate) => {
    const lambda = readLambda(args[1], scope, evaluate);
    return itemsOf(args[0], scope, evaluate).map((item, index) => lambda(item, index));
  }),
  filter: lazy(2, 2, (args, scope, evaluate) => {
    const lambda = readLambda(args[1], scope, evaluate);
    return itemsOf(args[0], scope, evaluate).filter((item, index) => decision(lambda(item, index)));
  }),
  reduce: lazy(3, 3, (args, scope, evaluate) => {
    const lambda = readLambda(args[2], scope, evaluate);
    const items = itemsOf(args[0], scope, evaluate);
    return items.reduce<JsonValue>((sum, item, index) => lambda(sum, item, index), evaluate(args[1] as Expression, scope));
  }),
  sort: lazy(2, 2, (args, scope, evaluate) => {
    const lambda = readLambda(args[1], scope, evaluate);
    return sort(itemsOf(args[0], scope, evaluate), (a, b) => decision(lambda(a, b)));
  }),
  toObject: lazy(2, 3, (args, scope, evaluate) => {
    const [keyOf, valueOf] = [readLambda(args[1], scope, evaluate), args[2] && readLambda(args[2], scope, evaluate)];
    return fromEntries(
      itemsOf(args[0], scope, evaluate).map((item) => [key(keyOf(item)), valueOf === undefined ? item : valueOf(item)] as const),
    );
  }),
  groupBy: lazy(2, 3, (args, scope, evaluate) => {
    const [keyOf, valueOf] = [readLambda(args[1], scope, evaluate), args[2] && readLambda(args[2], scope, evaluate)];
    const groups = Map.groupBy(itemsOf(args[0], scope, evaluate), (item) => key(keyOf(item)));
    return fromEntries(
      [...groups].map(([name, items]) => [name, valueOf === undefined ? items : items.map((item) => valueOf(item))] as const),
    );
  }),
  mapValues: lazy(2, 2, (args, scope, evaluate) => {
    const lambda = readLambda(args[1], scope, evaluate);
    const value = evaluate(args[0] as Expression, scope);
    if (!isObject(value)) throw mismatch("an object", value, 0);
    return fromEntries(entriesOf(value).map(([name, item]) => [name, lambda(item)] as const));
  }),
  lambda: lazy(1, 9, () => {
    throw new ArgumentError(
      "is not expected at this location: a lambda is an argument of map, filter, reduce, sort, toObject, groupBy or mapValues",
    );
  }),
  lambdaVariables: eager(1, 1, ([name = null], scope) => {
    const value = typeof name === "string" ? scope.lambdas.get(name.toLowerCase()) : undefined;
    if (value === undefined) throw new ArgumentError(`knows no variable ${JSON.stringify(name)} here`);
    return value;
  }),
};
