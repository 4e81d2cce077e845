import { fieldOf, keyed, type Table } from "./loop.ts";
import type { Node, NodeOf } from "./node.ts";

/** All that an item, or a field of it, stands for: one value for each row of its table or each item of its list. */
export function itemValues(tables: readonly Table[], { of, field, otherwise }: NodeOf<"item">): readonly Node[] {
  const items = typeof of === "string" ? rowsOf(tables, of) : listsOf(tables, of).flatMap((list) => list.items);
  return field === undefined ? items : items.flatMap((item) => fieldOf(item, field) ?? otherwise ?? []);
}

const rowsOf = (tables: readonly Table[], name: string): readonly Node[] =>
  tables.flatMap((table) => (table.name === name ? table.rows.map(keyed) : []));

/** Lists that loops go through are written out, in the rows of a table or where they are used. */
function listsOf(tables: readonly Table[], list: Node): NodeOf<"array">[] {
  const values = list.kind === "item" ? itemValues(tables, list) : [list];
  return values.filter((value) => value.kind === "array");
}
