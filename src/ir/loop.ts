import { assert } from "../base/index.ts";
import { fold } from "./fold.ts";
import type { Node, NodeOf } from "./node.ts";
import type { Resource } from "./program.ts";
import { literalKey, textParts } from "./walk.ts";

/** What resources that are alike differ in: a row for each, by key. Targets that have loops print it as a table. */
export interface Table {
  readonly name: string;
  /** What one row is called: `alert`. */
  readonly item: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly key: string;
  readonly fields: NodeOf<"object">;
}

/** Resources of one shape, one for each row of a table. The program has them one by one as well. */
export interface Loop {
  readonly name: string;
  readonly table: string;
  readonly members: readonly Member[];
  readonly template: Template;
}

/** What a loop made of a row. Whoever changes the resource puts another one in its place, and the loop no longer speaks for it. */
export interface Member {
  readonly key: string;
  readonly resource: Resource;
  /** Names of other loops with the keys of those of their members that this one refers to by key. */
  readonly refersTo: readonly (readonly [loop: string, key: string])[];
}

/** A resource in which fields of the row stand where its members differ. */
export interface Template extends Omit<Resource, "symbol" | "parent" | "scope" | "dependsOn" | "at"> {
  /** A resource, or a member of another loop. */
  readonly parent?: Node;
  readonly scope?: Node;
}

/** The field of every row that holds its key. */
export const ROW_KEY = "key";

/** The symbol of what a loop made of the row with a key. */
export function memberSymbol(loops: readonly Loop[], name: string, key: string): string {
  const member = loops.find((loop) => loop.name === name)?.members.find((candidate) => candidate.key === key);
  assert(member, `${name} has a member ${key}`);
  return member.resource.symbol;
}

/** What a template makes of a row. Order that no reference shows is not the template's to say. */
export function makeMember(
  { parent, scope, ...template }: Template,
  { item }: Table,
  row: Row,
  called: { readonly symbol: string; readonly dependsOn: readonly string[]; readonly loops: readonly Loop[] },
): Member {
  const refersTo: (readonly [string, string])[] = [];
  const symbolOf = (loop: string, key: string) => {
    refersTo.push([loop, key]);
    return memberSymbol(called.loops, loop, key);
  };
  const bindings = new Map([[item, keyed(row)]]);
  const fill = (node: Node) => substitute(node, bindings, symbolOf);
  const place = (node: Node) => {
    const filled = fill(node);
    assert(filled.kind === "resource", "what a resource lies in is a resource");
    return filled.symbol;
  };
  const resource: Resource = {
    ...template,
    symbol: called.symbol,
    name: fill(template.name),
    ...(parent === undefined ? {} : { parent: place(parent) }),
    ...(scope === undefined ? {} : { scope: place(scope) }),
    ...(template.condition === undefined ? {} : { condition: fill(template.condition) }),
    body: fill(template.body),
    dependsOn: called.dependsOn,
  };
  return { key: row.key, resource, refersTo };
}

/** The row as an object that holds its key as well. */
export function keyed({ key, fields }: Row): NodeOf<"object"> {
  const entry = [literal(ROW_KEY), literal(key)] as const;
  return { kind: "object", entries: [entry, ...fields.entries] };
}

const literal = (value: string): Node => ({ kind: "literal", value });

/** A node with items, members and lists of a loop replaced by what they are for one row. */
function substitute(start: Node, bindings: ReadonlyMap<string, Node>, symbolOf: (loop: string, key: string) => string): Node {
  const bound = ({ name, field, otherwise }: NodeOf<"item">): Node => {
    const value = bindings.get(name);
    assert(value, `${name} is used inside of its loop`);
    if (field === undefined) return value;
    const found = fieldOf(value, field) ?? otherwise;
    assert(found, `each ${name} has the field ${field}`);
    return found;
  };
  const go = fold<Node>({
    literal: (node) => node,
    array: (node, fill) => ({ ...node, items: node.items.map(fill) }),
    object: (node, fill) => ({ ...node, entries: node.entries.map(([key, value]) => [fill(key), fill(value)] as const) }),
    concat: (node, fill) => joined(node.parts.map(fill)),
    parameter: (node) => node,
    variable: (node) => node,
    resource: (node) => node,
    access: (node, fill) => ({ ...node, of: fill(node.of), key: fill(node.key) }),
    call: (node, fill) => (node.name === "and" ? both(node.args.map(fill)) : { ...node, args: node.args.map(fill) }),
    condition: (node, fill) => ({
      ...node,
      test: fill(node.test),
      consequent: fill(node.consequent),
      alternate: fill(node.alternate),
    }),
    item: bound,
    member: (node, fill) => {
      const key = literalKey(fill(node.key));
      assert(key !== undefined, `the key of a member of ${node.loop} is known`);
      return { kind: "resource", symbol: symbolOf(node.loop, key) };
    },
    map: (node, fill) => {
      const list = fill(node.list);
      assert(list.kind === "array", `the list of ${node.item} is written out`);
      const items = list.items.map((item) => substitute(node.value, new Map([...bindings, [node.item, item]]), symbolOf));
      return { kind: "array", items };
    },
  });
  return go(start);
}

export function fieldOf(value: Node, field: string): Node | undefined {
  return value.kind === "object" ? value.entries.find(([key]) => literalKey(key) === field)?.[1] : undefined;
}

function joined(parts: readonly Node[]): Node {
  const node: Node = { kind: "concat", parts };
  const [only = "", ...more] = textParts(node);
  return typeof only === "string" && more.length === 0 ? literal(only) : node;
}

/** What a row leaves open does not show in its condition. */
function both(args: readonly Node[]): Node {
  const left = args.filter((arg) => arg.kind !== "literal" || arg.value !== true);
  const [only, ...more] = left;
  if (only === undefined) return { kind: "literal", value: true };
  return more.length === 0 ? only : { kind: "call", name: "and", args: left };
}
