import {
  accessChain,
  isRuntimeAccess,
  type Loop,
  listsIn,
  membersByKey,
  type Node,
  type NodeOf,
  type Program,
  type Table,
  walk,
} from "../../ir/index.ts";
import { isIdentifier, KEYWORD_LITERALS } from "./quote.ts";

/** Whether Bicep can say the loops over a table; what it cannot say is printed resource by resource. */
export function canLoop(
  program: Program,
  table: Table,
  loops: readonly Loop[],
  isDeclared: (identifier: string) => boolean,
): boolean {
  const [concern, ...others] = new Set([
    ...loops.map(({ template }) => template.concern),
    ...loops.flatMap((loop) => membersByKey(program, loop).map(({ loop: other }) => other.template.concern)),
  ]);
  const lists = loops.flatMap(listsIn);
  const items = [table.item, ...lists.map(({ item }) => item)];
  const isName = (name: string) => isIdentifier(name) && !KEYWORD_LITERALS.has(name);
  return (
    others.length === 0 &&
    [table.name, ...loops.map(({ name }) => name), ...items].every(isName) &&
    items.every((item) => !isDeclared(item)) &&
    lists.length === loops.flatMap(({ template }) => listsInPlace(template.body)).length &&
    table.rows.every(({ fields }) => isKnownAtStart(program, concern, fields))
  );
}

/** Lists made of others where Bicep takes them: as values of properties, not inside of another such list (BCP138, BCP142). */
function listsInPlace(node: Node): NodeOf<"map">[] {
  if (node.kind === "array") return node.items.flatMap(listsInPlace);
  if (node.kind !== "object") return [];
  return node.entries.flatMap(([, value]) => (value.kind === "map" ? [value] : listsInPlace(value)));
}

/** The length of what a loop is over is known when the deployment starts, and with it all that the table holds (BCP178). */
function isKnownAtStart(program: Program, concern: string | undefined, start: Node): boolean {
  const own = new Set(program.resources.filter((resource) => resource.concern === concern).map(({ symbol }) => symbol));
  const variables = new Map(program.variables.map(({ name, value }) => [name, value]));
  let known = true;
  const visit = (from: Node): void =>
    walk(from, (node) => {
      const chain = accessChain(node);
      if (node.kind === "access" && chain.root.kind === "resource" && own.has(chain.root.symbol))
        known &&= !isRuntimeAccess(chain);
      const value = node.kind === "variable" ? variables.get(node.name) : undefined;
      if (value) visit(value);
      return known;
    });
  visit(start);
  return known;
}
