import { nameOf } from "../../arm/index.ts";
import type { JsonObject } from "../../base/index.ts";

/** What others stand in comes first: namespaces, kinds, the whole cluster's objects, then those of namespaces. */
const RANKS = [
  ({ kind }: JsonObject) => kind === "Namespace",
  ({ kind }: JsonObject) => kind === "CustomResourceDefinition",
  (object: JsonObject) => nameOf(object).namespace === undefined,
];

/** Objects in the order in which they can be applied; among equals as they are given. */
export function inOrder(objects: readonly JsonObject[]): JsonObject[] {
  const rank = (object: JsonObject) => {
    const found = RANKS.findIndex((is) => is(object));
    return found === -1 ? RANKS.length : found;
  };
  return objects.toSorted((a, b) => rank(a) - rank(b));
}
