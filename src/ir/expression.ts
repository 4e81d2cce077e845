import { assert, isObject, type JsonPrimitive } from "../base/index.ts";
import { FUNCTIONS, type FunctionName } from "./functions.ts";
import type { Node } from "./node.ts";

declare const phantom: unique symbol;

/** A node that, once deployed, has a value of type `T`. */
export interface Expr<out T = unknown> {
  readonly node: Node;
  readonly [phantom]?: T;
}

/** A value that may contain expressions anywhere. `undefined` members of objects are left out. */
export type Input<T> =
  | Expr<T>
  | (T extends JsonPrimitive
      ? T
      : T extends readonly (infer Item)[]
        ? readonly Input<Item>[]
        : T extends object
          ? { readonly [Key in keyof T]: Input<T[Key]> | undefined }
          : never);

/** Any JSON with expressions in it. */
export type AnyInput = Expr | JsonPrimitive | readonly AnyInput[] | { readonly [key: string]: AnyInput | undefined };

class Expression<T> implements Expr<T> {
  declare readonly [phantom]?: T;
  readonly node: Node;

  constructor(node: Node) {
    this.node = Object.freeze(node);
    Object.freeze(this);
  }

  toString(): never {
    throw new TypeError("an expression has no text before it is deployed; build strings with text`...`, not with ${} or +");
  }

  toJSON(): never {
    return this.toString();
  }

  [Symbol.toPrimitive](): never {
    return this.toString();
  }
}

export function expression<T>(node: Node): Expr<T> {
  return new Expression<T>(node);
}

export function isExpression(value: unknown): value is Expr {
  return value instanceof Expression;
}

/** Turns plain data with expressions in it into one node. */
export function toNode(value: AnyInput): Node {
  if (isExpression(value)) return value.node;
  if (Array.isArray(value)) return Object.freeze({ kind: "array", items: value.map((item: AnyInput) => toNode(item)) });
  if (isObject(value)) {
    const entries = Object.entries(value as Record<string, AnyInput | undefined>).flatMap(([key, item]) =>
      item === undefined ? [] : [[toNode(key), toNode(item)] as const],
    );
    return Object.freeze({ kind: "object", entries });
  }
  assert(value === null || typeof value !== "object", "an expression input is JSON");
  return Object.freeze({ kind: "literal", value });
}

export function call<T>(name: FunctionName, ...args: readonly AnyInput[]): Expr<T> {
  const [least, most] = FUNCTIONS[name].arity;
  assert(args.length >= least && args.length <= most, `${name} takes ${least} to ${most} arguments, not ${args.length}`);
  return expression<T>({ kind: "call", name, args: args.map(toNode) });
}

/** A string with expressions in it: text`snet-${name}`. */
export function text(strings: TemplateStringsArray, ...values: readonly Input<string | number>[]): Expr<string> {
  const parts = strings.flatMap((string, at): Node[] => {
    const value = values[at];
    return [...(string === "" ? [] : [toNode(string)]), ...(value === undefined ? [] : [toNode(value)])];
  });
  return expression<string>({ kind: "concat", parts });
}

/** `test ? then : otherwise`, decided when deployed. */
export function when<T>(test: Input<boolean>, then: Input<T> | null, otherwise: Input<T> | null): Expr<T> {
  return expression<T>({
    kind: "condition",
    test: toNode(test),
    consequent: toNode(then),
    alternate: toNode(otherwise),
  });
}

/** A property of an expression: get(profile, "sku", "name"). */
export function get<T>(of: Expr, ...path: readonly Input<string | number>[]): Expr<T> {
  return expression<T>(path.reduce<Node>((node, key) => ({ kind: "access", of: node, key: toNode(key) }), of.node));
}

/** An object whose keys are expressions, e.g. the identities of a cluster: entries([[identity.id, {}]]). */
export function entries(pairs: readonly (readonly [key: Input<string>, value: AnyInput])[]): Expr<object> {
  return expression<object>({ kind: "object", entries: pairs.map(([key, value]) => [toNode(key), toNode(value)] as const) });
}

export const equals = (a: AnyInput, b: AnyInput): Expr<boolean> => call("equals", a, b);
export const not = (a: Input<boolean>): Expr<boolean> => call("not", a);
export const and = (a: Input<boolean>, b: Input<boolean>, ...more: readonly Input<boolean>[]): Expr<boolean> =>
  call("and", a, b, ...more);
export const or = (a: Input<boolean>, b: Input<boolean>, ...more: readonly Input<boolean>[]): Expr<boolean> =>
  call("or", a, b, ...more);
export const greater = (a: Input<number>, b: Input<number>): Expr<boolean> => call("greater", a, b);
