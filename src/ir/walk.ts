import { fold } from "./fold.ts";
import type { Node, NodeOf } from "./node.ts";

const childrenOf = fold<readonly Node[]>({
  literal: () => [],
  array: (node) => node.items,
  object: ({ entries }) => {
    const children: Node[] = []; // flat() takes six times as long, and every walk comes through here
    for (const [key, value] of entries) children.push(key, value);
    return children;
  },
  concat: (node) => node.parts,
  parameter: () => [],
  variable: () => [],
  resource: () => [],
  access: (node) => [node.of, node.key],
  call: (node) => node.args,
  condition: (node) => [node.test, node.consequent, node.alternate],
  item: ({ otherwise }) => (otherwise === undefined ? [] : [otherwise]),
  member: (node) => [node.key],
  map: (node) => [node.list, node.value],
});

/** Visits a node and all below it, parents first. A visitor that answers `false` keeps the walk out of that node. */
export function walk(node: Node, visit: (node: Node) => boolean | undefined | void): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

/** A chain of accesses, taken apart: `profile.sku["name"]` is the variable `profile` and two keys. */
export interface AccessChain {
  readonly root: Node;
  readonly keys: readonly Node[];
  /** How many keys lead to a value whose type is told. */
  readonly typed?: { readonly depth: number; readonly type: NonNullable<NodeOf<"access">["type"]> };
}

export function accessChain(node: Node): AccessChain {
  if (node.kind !== "access") return { root: node, keys: [] };
  const { root, keys, typed } = accessChain(node.of);
  const told = typed ?? (node.type && { depth: keys.length + 1, type: node.type });
  return { root, keys: [...keys, node.key], ...(told ? { typed: told } : {}) };
}

/** `root.a.b` as a node. */
export function accessPath(root: Node, path: readonly string[]): Node {
  return path.reduce<Node>((of, word) => ({ kind: "access", of, key: { kind: "literal", value: word } }), root);
}

/** The text of a key that is known without evaluation. */
export function literalKey(key: Node | undefined): string | undefined {
  return key?.kind === "literal" && typeof key.value === "string" ? key.value : undefined;
}

/** Members of a resource that are known before it is deployed; all others are read back from Azure. */
const DEPLOY_TIME_MEMBERS = new Set(["id", "name", "type", "apiVersion"]);

/** True for an access such as `cluster.properties.fqdn`, whose value exists only after the deployment of the resource. */
export function isRuntimeAccess(chain: AccessChain): boolean {
  if (chain.root.kind !== "resource") return false;
  const member = literalKey(chain.keys[0]);
  return member === undefined || !DEPLOY_TIME_MEMBERS.has(member);
}

/** A string with expressions in it as text and expressions in turn; nested joins are flattened, texts that meet are one. */
export function textParts(node: Node): (string | Node)[] {
  if (node.kind === "literal" && typeof node.value === "string") return node.value === "" ? [] : [node.value];
  if (node.kind !== "concat") return [node];
  const parts: (string | Node)[] = [];
  for (const part of node.parts.flatMap(textParts)) {
    const before = parts.at(-1);
    if (typeof part === "string" && typeof before === "string") parts[parts.length - 1] = before + part;
    else parts.push(part);
  }
  return parts;
}
