import { assert } from "../../base/index.ts";
import {
  type Given,
  given,
  type KeyedMember,
  keyed,
  type Loop,
  type LoopedResources,
  literalKey,
  membersByKey,
  NOTHING,
  type Node,
  nodesOf,
  ROW_KEY,
  type Table,
  walk,
} from "../../ir/index.ts";
import { type Doc, flatWidth, hardline, indent, join } from "../doc/index.ts";
import type { BicepContext } from "./context.ts";
import { type BicepScope, bicepExpression, compactObject, forExpression, object } from "./expression.ts";
import { propertyName } from "./quote.ts";
import { bodyDoc, conditional, declarationDoc, ownOrder, placeMembers } from "./resource.ts";

/** The table of a loop, which is printed before the first loop over it, and the loop. */
export function loopDocs(
  context: BicepContext,
  { loop, table, members }: LoopedResources,
  scopeWhere: (known: Given) => BicepScope,
): Doc[] {
  const byKey = membersByKey(context.program, loop);
  const scope: BicepScope = {
    ...scopeWhere(NOTHING),
    member: (node, print) => {
      const member = byKey.find((candidate) => candidate.node === node);
      assert(member, "the loop has the member that is printed");
      return memberDoc(context, table, member, print);
    },
  };
  const { parent, scope: on, condition } = loop.template;
  const printer = bicepExpression(scope);
  const within = bicepExpression({ ...scope, resource: scopeWhere(given(condition)).resource });
  const usesIndex = byKey.some((member) => isOfRow(table, member));
  const item = usesIndex ? `(${table.item}, ${indexName(context)})` : table.item;
  const order = ownOrder(context, members).map((other) => context.places.get(other)?.loop.loop.name ?? other);
  const place = placeMembers(parent && printer(parent), on && printer(on));
  const body = bodyDoc(loop.template, place, [...new Set(order)], within);
  const value = conditional(condition && printer(condition), body);
  const isFirst = context.program.loops.find((other) => other.table === table.name)?.name === loop.name;
  return [
    ...(isFirst ? tableDocs(context, table, bicepExpression({ ...scope, compact: true })) : []),
    declarationDoc(loop.name, loop.template, forExpression(item, table.name, value)),
  ];
}

/** Columns of a row that stands on one line. */
const ROW_WIDTH = 100;

/** A row is on one line if all are. */
function tableDocs(context: BicepContext, table: Table, printer: (node: Node) => Doc): Doc[] {
  const { name, item, rows } = table;
  const looped = [...new Set([...context.places.values()].map(({ loop }) => loop))];
  const isLookedUp = looped.some(({ loop, table: own }) =>
    membersByKey(context.program, loop).some((member) => member.table.name === name && !isOfRow(own, member)),
  );
  const isKeyed =
    isLookedUp || rows.some(({ fields }) => fields.entries.length === 0) || looped.some(({ loop }) => usesKey(loop, name));
  const printed = rows.map((row) =>
    (isKeyed ? keyed(row) : row.fields).entries.map(
      ([field, value]): Doc => [propertyName(literalKey(field) ?? ""), ": ", printer(value)],
    ),
  );
  const isShort = printed.every((members) => flatWidth(compactObject(members)) <= ROW_WIDTH);
  return [
    [`var ${name} = [`, indent([hardline, join(hardline, printed.map(isShort ? compactObject : object))]), hardline, "]"],
    ...(isLookedUp ? [[`var ${keysName(context, table)} = `, forExpression(item, name, `${item}.${ROW_KEY}`)]] : []),
  ];
}

/** True for a loop that prints the keys of a table's rows; another loop's member of the same row goes by its index. */
function usesKey({ table, template }: Loop, name: string): boolean {
  let found = false;
  for (const start of nodesOf(template))
    walk(start, (node) => {
      if (node.kind === "member") return table !== name;
      found ||= node.kind === "item" && node.of === name && (node.field ?? ROW_KEY) === ROW_KEY;
      return !found;
    });
  return found;
}

/**
 * `privateEndpoints[i]` for the row that the loop is at. Collections are numbered, so any other key is looked up among the
 * keys of their table.
 */
function memberDoc(context: BicepContext, table: Table, member: KeyedMember, print: (node: Node) => Doc): Doc {
  const { node, loop } = member;
  if (isOfRow(table, member)) return `${loop.name}[${indexName(context)}]`;
  return [loop.name, "[indexOf(", keysName(context, member.table), ", ", print(node.key), ")]"];
}

/** True for the member that another loop over the same table makes of the same row. */
function isOfRow(table: Table, { node: { key }, table: other }: KeyedMember): boolean {
  return other.name === table.name && key.kind === "item" && key.of === table.name && key.field === ROW_KEY;
}

const indexName = (context: BicepContext): string => context.nameFor("the index of a loop", "i");

/** `privateZoneKeys` of `privateZoneNames`. */
const keysName = (context: BicepContext, { name }: Table): string =>
  context.nameFor(`keys of ${name}`, `${name.replace(/ies$/, "y").replace(/(Names|s)$/, "")}Keys`);
