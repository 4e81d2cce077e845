import type { Node, ValueType } from "../../ir/index.ts";

const PRIMITIVE: ReadonlySet<string> = new Set(["string", "int", "bool"]);

/**
 * True when the branches of `?:` come out as they went in. Terraform converts both to one type: objects with other members
 * become maps, and in maps and lists a number beside a text becomes a text.
 */
export function haveOneType(nodes: readonly [Node, Node], types: readonly [ValueType, ValueType]): boolean {
  if (nodes.some((node) => node.kind === "literal" && node.value === null)) return true;
  const [a, b] = types;
  if (a.kind !== b.kind) return false;
  if (PRIMITIVE.has(a.kind)) return true;
  if (a.kind === "array") {
    const items = nodes.map((node, at) => (isEmptyArray(node) ? undefined : (types[at]?.item?.kind ?? "unknown")));
    const kinds = new Set(items.filter((kind) => kind !== undefined));
    return kinds.size <= 1 && [...kinds].every((kind) => PRIMITIVE.has(kind));
  }
  return a.kind === "object" && isSimple(nodes[0], a) && isSimple(nodes[1], b) && sameMembers(a, b);
}

const isEmptyArray = (node: Node) => node.kind === "array" && node.items.length === 0;

/** Only of an object that is written out are all members known. */
function isSimple(node: Node, { members }: ValueType): boolean {
  return (
    node.kind === "object" &&
    members?.size === node.entries.length &&
    [...members.values()].every(({ kind }) => PRIMITIVE.has(kind))
  );
}

function sameMembers(a: ValueType, b: ValueType): boolean {
  const names = [...(a.members?.keys() ?? [])];
  return names.length === b.members?.size && names.every((name) => a.members?.get(name)?.kind === b.members?.get(name)?.kind);
}
