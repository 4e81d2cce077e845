import type { JsonValue } from "../base/index.ts";
import type { Node } from "./node.ts";
import { literalKey } from "./walk.ts";

/** What a node is without a deployment: literals, and arrays and objects of them. Undefined when anything must be computed. */
export function constantValue(node: Node | undefined): JsonValue | undefined {
  switch (node?.kind) {
    case "literal":
      return node.value;
    case "array":
      return allKnown(node.items.map(constantValue));
    case "object": {
      const keys = allKnown(node.entries.map(([key]) => literalKey(key)));
      const values = allKnown(node.entries.map(([, value]) => constantValue(value)));
      if (keys === undefined || values === undefined) return undefined;
      return Object.fromEntries(keys.map((key, at) => [key, values[at]]));
    }
    default:
      return undefined;
  }
}

function allKnown<T>(items: readonly (T | undefined)[]): T[] | undefined {
  return items.every((item) => item !== undefined) ? (items as T[]) : undefined;
}
