import type { Node } from "./node.ts";

/** What is known to hold where something is printed: the conditions that all are true there, as text to compare. */
export type Given = ReadonlySet<string>;

/** Where nothing is known to hold. */
export const NOTHING: Given = new Set();

/** What holds where a resource with this condition is there. */
export function given(condition: Node | undefined): Given {
  return new Set(conjuncts(condition).map((node) => JSON.stringify(node)));
}

/** True where a resource with this condition is there as well. */
export function implies(known: Given, condition: Node | undefined): boolean {
  return conjuncts(condition).every((node) => known.has(JSON.stringify(node)));
}

/** A node, or the branch of it that is taken where these conditions hold. */
export function settled(known: Given, node: Node): Node {
  if (node.kind !== "condition") return node;
  const { test, consequent, alternate } = node;
  if (implies(known, test)) return settled(known, consequent);
  return implies(known, { kind: "call", name: "not", args: [test] }) ? settled(known, alternate) : node;
}

function conjuncts(condition: Node | undefined): readonly Node[] {
  if (condition === undefined) return [];
  return condition.kind === "call" && condition.name === "and" ? condition.args.flatMap(conjuncts) : [condition];
}
