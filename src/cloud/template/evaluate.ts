import { isObject, type JsonValue } from "../../base/index.ts";
import { ExpressionFault, invalidTemplate } from "./fault.ts";
import { FUNCTIONS } from "./functions/index.ts";
import { lookUp } from "./look-up.ts";
import { parseExpression } from "./parser.ts";
import { type Scope, type UserFunction, withLoop } from "./scope.ts";
import { type AccessExpression, type CallExpression, classify, type Expression } from "./syntax.ts";
import { ArgumentError, entriesOf, fromEntries, member, typeName } from "./values.ts";

/** ARM refuses longer loops. */
const MAX_COPIES = 800;

export function evaluate(expression: Expression, scope: Scope): JsonValue {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "call":
      return evaluateCall(expression, scope);
    case "access":
      return evaluateAccess(expression, scope);
  }
}

/** The value of a template string: an expression's value, or the text. */
export function evaluateText(text: string, scope: Scope): JsonValue {
  const parsed = classify(text);
  return parsed.kind === "text" ? parsed.value : evaluate(parseExpression(parsed.source), scope);
}

/** Called for each string, so that a caller can decide what becomes of one whose value is not known yet. */
export type TextEvaluator = (text: string, scope: Scope) => JsonValue;

/** A copy of `value` with every expression evaluated, in keys too, and every property copy expanded. */
export function evaluateValue(value: JsonValue, scope: Scope, evaluateString: TextEvaluator = evaluateText): JsonValue {
  if (typeof value === "string") return evaluateString(value, scope);
  if (Array.isArray(value)) return value.map((item) => evaluateValue(item, scope, evaluateString));
  if (!isObject(value)) return value;
  const entries: [string, JsonValue][] = [];
  for (const [key, item] of entriesOf(value)) {
    const copies = key.toLowerCase() === "copy" ? readPropertyCopies(item) : undefined;
    if (copies === undefined) entries.push([evaluateKey(key, scope, evaluateString), evaluateValue(item, scope, evaluateString)]);
    else for (const copy of copies) entries.push([copy.name, expandCopy(copy, scope, evaluateString)]);
  }
  return fromEntries(entries);
}

function evaluateKey(key: string, scope: Scope, evaluateString: TextEvaluator): string {
  if (!key.startsWith("[")) return key;
  const name = evaluateString(key, scope);
  if (typeof name !== "string")
    throw invalidTemplate(`the property name '${key}' is a value of type '${typeName(name)}'; a name must be a string`);
  return name;
}

export interface PropertyCopy {
  readonly name: string;
  readonly count: JsonValue;
  readonly input: JsonValue;
}

/** The `copy` array of variables and properties; `undefined` when the member only happens to have that name. */
export function readPropertyCopies(value: JsonValue | undefined): PropertyCopy[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const copies = value.map((item) => {
    if (!isObject(item)) return undefined;
    const [name, count, input] = [member(item, "name"), member(item, "count"), member(item, "input")];
    return typeof name === "string" && count !== undefined && input !== undefined ? { name, count, input } : undefined;
  });
  return copies.every((copy) => copy !== undefined) ? copies : undefined;
}

export function expandCopy(copy: PropertyCopy, scope: Scope, evaluateString: TextEvaluator = evaluateText): JsonValue[] {
  const count = copyCount(copy.count, scope, copy.name);
  return Array.from({ length: count }, (_, index) =>
    evaluateValue(copy.input, withLoop(scope, { name: copy.name, index, outer: false }), evaluateString),
  );
}

export function copyCount(declared: JsonValue, scope: Scope, loop: string): number {
  const count = evaluateValue(declared, scope);
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0) {
    throw invalidTemplate(`the count of copy loop '${loop}' is ${JSON.stringify(count)}; it must be an integer of 0 or more`);
  }
  if (count > MAX_COPIES)
    throw invalidTemplate(`the count of copy loop '${loop}' is ${count}; at most ${MAX_COPIES} copies are allowed`);
  return count;
}

function evaluateCall(call: CallExpression, scope: Scope): JsonValue {
  const key = call.name.toLowerCase();
  const user = scope.functions.get(key);
  if (user !== undefined) return callUserFunction(user, call, scope);
  const builtIn = FUNCTIONS.get(key);
  try {
    if (builtIn === undefined) {
      if (key.startsWith("list")) return callList(call, scope);
      throw new ArgumentError("is not valid: there is no such function");
    }
    const [least, most] = builtIn.arity;
    if (call.args.length < least || call.args.length > most) {
      throw new ArgumentError(`takes ${least === most ? least : `${least} to ${most}`} arguments, not ${call.args.length}`);
    }
    if (builtIn.lazy !== undefined) return builtIn.lazy(call.args, scope, evaluate);
    return builtIn.run(
      call.args.map((argument) => evaluate(argument, scope)),
      scope,
    );
  } catch (error) {
    if (error instanceof ArgumentError) throw new ExpressionFault(`the template function '${call.name}' ${error.message}`);
    throw error;
  }
}

/** Any `listX(id, apiVersion[, body])` is a POST to the resource. */
function callList(call: CallExpression, scope: Scope): JsonValue {
  if (scope.runtime === undefined)
    throw new ArgumentError("is not expected at this location: it is known only while the deployment runs");
  if (call.args.length < 2 || call.args.length > 3) throw new ArgumentError(`takes 2 to 3 arguments, not ${call.args.length}`);
  const [target, apiVersion, body] = call.args.map((argument) => evaluate(argument, scope));
  if (typeof target !== "string" || typeof apiVersion !== "string")
    throw new ArgumentError("expects a resource and an api-version");
  return scope.runtime.list(call.name, target, apiVersion, body);
}

/** User functions see their own parameters and each other, and nothing else. */
function callUserFunction(user: UserFunction, call: CallExpression, scope: Scope): JsonValue {
  if (call.args.length !== user.parameters.length) {
    throw new ExpressionFault(
      `the user function '${call.name}' takes ${user.parameters.length} arguments, not ${call.args.length}`,
    );
  }
  const values = new Map(user.parameters.map((name, at) => [name.toLowerCase(), evaluate(call.args[at] as Expression, scope)]));
  const { runtime: _runtime, moment: _moment, ...rest } = scope;
  return evaluateValue(user.output, {
    ...rest,
    loops: [],
    lambdas: new Map(),
    parameter: (name) => {
      const value = values.get(name.toLowerCase());
      if (value === undefined) throw new ExpressionFault(`the user function '${user.name}' has no parameter '${name}'`);
      return value;
    },
    variable: (name) => {
      throw new ExpressionFault(`the user function '${user.name}' cannot use the variable '${name}'`);
    },
  });
}

function evaluateAccess(access: AccessExpression, scope: Scope): JsonValue {
  let value = evaluate(access.of, scope);
  for (const step of access.steps) {
    const key = evaluate(step.key, scope);
    const found = lookUp(value, key);
    if (found === undefined) {
      if (step.safe) return null;
      throw missing(value, key);
    }
    value = found;
  }
  return value;
}

function missing(value: JsonValue, key: JsonValue): ExpressionFault {
  if (Array.isArray(value) && typeof key === "number")
    return new ExpressionFault(`the array index ${key} is out of bounds; the array has ${value.length} items`);
  if (isObject(value) && typeof key === "string") {
    const known = Object.keys(value);
    return new ExpressionFault(`the property '${key}' does not exist; available properties are '${known.join(", ")}'`);
  }
  return new ExpressionFault(`${JSON.stringify(key)} cannot be looked up in a value of type '${typeName(value)}'`);
}
