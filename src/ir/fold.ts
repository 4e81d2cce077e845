import type { Node, NodeKind, NodeOf } from "./node.ts";

/** What to do with each kind; `satisfies NodeTable<R>` makes a missing kind a compile error. */
export type NodeTable<R> = { readonly [Kind in NodeKind]: (node: NodeOf<Kind>, go: (node: Node) => R) => R };

/** Computes an `R` from a node, bottom up as far as the table's rows call `go`. */
export function fold<R>(table: NodeTable<R>): (node: Node) => R {
  // The row and the node have the same kind; the compiler cannot follow that through an indexed table.
  const go = (node: Node): R => (table[node.kind] as (node: Node, go: (node: Node) => R) => R)(node, go);
  return go;
}
