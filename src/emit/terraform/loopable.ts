import {
  given,
  implies,
  type KeyedMember,
  type Loop,
  listsIn,
  membersByKey,
  type Node,
  type Program,
  type Table,
  walk,
} from "../../ir/index.ts";
import { isIdentifier } from "./quote.ts";
import { isPurgedByCall } from "./soft-delete.ts";

/** Names that mean something else where items are named: they would hide what the rest of the block refers to. */
const TAKEN: ReadonlySet<string> = new Set(
  "each key count self var local data module path terraform azapi_resource azapi_update_resource".split(" "),
);

/** Whether `for_each` can say the loops over a table; what it cannot say is printed block by block. */
export function canLoop(program: Program, table: Table, loops: readonly Loop[]): boolean {
  return (
    [table.item, ...loops.flatMap(listsIn).map(({ item }) => item)].every((item) => isIdentifier(item) && !TAKEN.has(item)) &&
    loops.every(
      (loop) =>
        !isPurgedByCall(loop.template) &&
        membersByKey(program, loop).every((member) => isThere(loop.template.condition, table, member)),
    )
  );
}

/** What another loop makes has an address only where its condition holds, which the rows of another table say for themselves. */
function isThere(own: Node | undefined, table: Table, { loop, table: other }: KeyedMember): boolean {
  const { condition } = loop.template;
  return implies(given(own), condition) && (other.name === table.name || condition === undefined || !holdsItem(condition));
}

function holdsItem(start: Node): boolean {
  let found = false;
  walk(start, (node) => {
    found ||= node.kind === "item";
  });
  return found;
}
