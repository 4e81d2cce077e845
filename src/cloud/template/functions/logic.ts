import { type JsonValue, jsonEqual } from "../../../base/index.ts";
import type { Expression } from "../syntax.ts";
import { ArgumentError, arg, booleanArg, compareText, typeName } from "../values.ts";
import { ANY, type Evaluate, eager, type FunctionTable, lazy } from "./function.ts";

const operand = (value: JsonValue, at: number) =>
  booleanArg(
    Array.from({ length: at + 1 }, () => value),
    at,
  );

function compare(a: JsonValue, b: JsonValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  throw new ArgumentError(`compares two integers or two strings, not '${typeName(a)}' and '${typeName(b)}'`);
}

/** Only the branch that is taken is evaluated. */
export function takenBranch(args: readonly Expression[], condition: JsonValue): Expression {
  return args[operand(condition, 0) ? 1 : 2] as Expression;
}

const firstThat = (args: readonly Expression[], evaluate: (expression: Expression) => JsonValue, wanted: boolean): boolean =>
  args.some((expression, at) => operand(evaluate(expression), at) === wanted);

export const logic: FunctionTable = {
  if: lazy(3, 3, (args, scope, evaluate: Evaluate) => evaluate(takenBranch(args, evaluate(args[0] as Expression, scope)), scope)),
  and: lazy(2, ANY, (args, scope, evaluate) => !firstThat(args, (expression) => evaluate(expression, scope), false)),
  or: lazy(2, ANY, (args, scope, evaluate) => firstThat(args, (expression) => evaluate(expression, scope), true)),
  coalesce: lazy(1, ANY, (args, scope, evaluate) => {
    for (const expression of args) {
      const value = evaluate(expression, scope);
      if (value !== null) return value;
    }
    return null;
  }),
  not: eager(1, 1, (args) => !booleanArg(args, 0)),
  true: eager(0, 0, () => true),
  false: eager(0, 0, () => false),
  null: eager(0, 0, () => null),
  equals: eager(2, 2, (args) => jsonEqual(arg(args, 0), arg(args, 1))),
  less: eager(2, 2, (args) => compare(arg(args, 0), arg(args, 1)) < 0),
  lessOrEquals: eager(2, 2, (args) => compare(arg(args, 0), arg(args, 1)) <= 0),
  greater: eager(2, 2, (args) => compare(arg(args, 0), arg(args, 1)) > 0),
  greaterOrEquals: eager(2, 2, (args) => compare(arg(args, 0), arg(args, 1)) >= 0),
  bool: eager(1, 1, (args) => {
    const value = arg(args, 0);
    if (typeof value === "boolean") return value;
    if (typeof value === "number") return value !== 0;
    if (typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
    throw new ArgumentError(`cannot make a boolean of ${JSON.stringify(value)}`);
  }),
};
