import { literalKey, type Node, type ValueType } from "../../ir/index.ts";

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
    if (nodes.some(isEmptyArray) && nodes.some(isAlike)) return true;
    const items = nodes.map((node, at) => (isEmptyArray(node) ? undefined : (types[at]?.item?.kind ?? "unknown")));
    const kinds = new Set(items.filter((kind) => kind !== undefined));
    return kinds.size <= 1 && [...kinds].every((kind) => PRIMITIVE.has(kind));
  }
  return a.kind === "object" && isSimple(nodes[0], a) && isSimple(nodes[1], b) && sameMembers(a, b);
}

const isEmptyArray = (node: Node) => node.kind === "array" && node.items.length === 0;

/** Written out, and of one item, or of items that all have the same members: as a list it is what it was. */
function isAlike(node: Node): boolean {
  if (node.kind !== "array") return false;
  const shapes = new Set(node.items.map(literalShape));
  return node.items.length === 1 || (shapes.size === 1 && !shapes.has(undefined));
}

/** The members of an object of literals with their kinds. */
function literalShape(node: Node): string | undefined {
  if (node.kind !== "object") return undefined;
  const members = node.entries.map(([key, value]) =>
    value.kind === "literal" && value.value !== null ? `${JSON.stringify(literalKey(key))} ${typeof value.value}` : undefined,
  );
  return members.every((member) => member !== undefined) ? members.toSorted((a, b) => (a < b ? -1 : 1)).join() : undefined;
}

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
