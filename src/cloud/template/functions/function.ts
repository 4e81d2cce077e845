import type { JsonValue } from "../../../base/index.ts";
import type { Scope } from "../scope.ts";
import type { Expression } from "../syntax.ts";
import type { Args } from "../values.ts";

export type Evaluate = (expression: Expression, scope: Scope) => JsonValue;

/** A function of the template language; `lazy` ones decide themselves which arguments are evaluated, and with what in scope. */
export type TemplateFunction =
  | { readonly arity: Arity; readonly run: (args: Args, scope: Scope) => JsonValue; readonly lazy?: undefined }
  | { readonly arity: Arity; readonly lazy: (args: readonly Expression[], scope: Scope, evaluate: Evaluate) => JsonValue };

export type Arity = readonly [least: number, most: number];

/** By the name that Microsoft spells. */
export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

export const ANY = Number.POSITIVE_INFINITY;

export const eager = (least: number, most: number, run: (args: Args, scope: Scope) => JsonValue): TemplateFunction => ({
  arity: [least, most],
  run,
});

export const lazy = (
  least: number,
  most: number,
  run: (args: readonly Expression[], scope: Scope, evaluate: Evaluate) => JsonValue,
): TemplateFunction => ({ arity: [least, most], lazy: run });
