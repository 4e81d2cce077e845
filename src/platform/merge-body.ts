import { isObject } from "../base/index.ts";
import { type AnyInput, call, type Expr, expression, isExpression, literalKey, type Node, toNode } from "../ir/index.ts";
import { EXIT, QuaysideError } from "../report/index.ts";

/** A value that takes the place of what is there, as every expression does, instead of being merged with it. */
export function replaced(value: AnyInput): Expr {
  return expression(toNode(value));
}

/** What is declared, with some members changed. Computed objects are joined with `union`, which every target can say. */
export function mergeBody(node: Node, given: AnyInput, at: string): Node {
  if (isExpression(given) || !isObject(given)) return toNode(given);
  switch (node.kind) {
    case "object":
      return mergeMembers(node.entries, given, at);
    case "variable":
    case "parameter":
    case "call":
      return call("union", expression(node), given).node;
    case "array":
    case "literal":
    case "concat":
      return toNode(given);
    default:
      // A condition may give null, which nothing can be merged with.
      throw new QuaysideError(`${at} is computed, so members of it cannot be changed one by one`, {
        code: "config.computed-member",
        fault: "user",
        hint: "give all of it: replaced({ ... }), or when(test, { ... }, { ... })",
        exitCode: EXIT.diagnostics,
      });
  }
}

type Entry = readonly [key: Node, value: Node];

function mergeMembers(entries: readonly Entry[], given: Readonly<Record<string, AnyInput | undefined>>, at: string): Node {
  const left = new Map(Object.entries(given).filter(([, value]) => value !== undefined));
  const merged = entries.map(([key, value]): Entry => {
    const name = literalKey(key);
    const change = name === undefined ? undefined : left.get(name);
    if (name === undefined || change === undefined) return [key, value];
    left.delete(name);
    return [key, mergeBody(value, change, `${at}.${name}`)];
  });
  return {
    kind: "object",
    entries: [...merged, ...[...left].map(([name, value]): Entry => [toNode(name), toNode(value as AnyInput)])],
  };
}
