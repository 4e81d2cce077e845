import { dependencies, existingDependencies, findCycle, resourceReferences } from "./graph.ts";
import { inferTypes } from "./infer.ts";
import type { Loop, Table, Template } from "./loop.ts";
import type { Node, NodeOf } from "./node.ts";
import { perProgram } from "./per-program.ts";
import type { Program, Resource } from "./program.ts";
import { accessChain, isRuntimeAccess, literalKey, walk } from "./walk.ts";

/** A loop as it may be printed, with the resources that it makes in the order of its rows. */
export interface LoopedResources {
  readonly loop: Loop;
  /** Without the rows that a loop of the table would not do justice to. */
  readonly table: Table;
  readonly members: readonly Resource[];
}

/** Where a resource is made by a loop. */
export interface LoopPlace {
  readonly loop: LoopedResources;
  readonly key: string;
  readonly index: number;
}

type Places = ReadonlyMap<string, LoopPlace>;

/**
 * The resources that loops may say, by symbol. A row stays out, and its resources stand alone, when one of them was changed
 * after it was declared, is read after its deployment, or refers to one that stands alone. A table stays out when the target
 * cannot say its loops, when a field that some rows leave out may be null in others, when a single row is left, and when its
 * loops, each of which comes before or after another resource as a whole, would make a circle.
 */
export function loopPlaces(program: Program, canSay: (table: Table, loops: readonly Loop[]) => boolean): Places {
  let tables = program.tables.filter((table) => canSay(table, loopsOver(program, table)) && !mayBeNull(program, table));
  for (;;) {
    const places = placesOf(program, tables);
    const circle = loopsInCircle(program, places);
    const left = tables
      .filter((table) => !loopsOver(program, table).some(({ name }) => circle.has(name)))
      .map((table) => ({ ...table, rows: table.rows.filter(({ key }) => isSound(program, table, key, places)) }))
      .filter(({ rows }) => rows.length > 1);
    if (rowsIn(left) === rowsIn(tables)) return places;
    tables = left;
  }
}

/** Languages differ in whether a null is taken for a field that is left out. */
function mayBeNull(program: Program, table: Table): boolean {
  const optional = new Set<string>();
  for (const { template } of loopsOver(program, table))
    for (const start of nodesOf(template))
      walk(start, (node) => {
        if (node.kind === "item" && node.of === table.name && node.otherwise) optional.add(node.field ?? "");
      });
  const typeOf = inferTypes(program);
  return table.rows.some(({ fields }) =>
    fields.entries.some(([field, value]) => optional.has(literalKey(field) ?? "") && typeOf(value).nullable),
  );
}

/** Everywhere that a template has an expression. */
export const nodesOf = ({ name, parent, scope, condition, body }: Template): Node[] =>
  [name, parent, scope, condition, body].filter((node) => node !== undefined);

const rowsIn = (tables: readonly Table[]) => tables.reduce((sum, { rows }) => sum + rows.length, 0);

const loopsOver = (program: Program, { name }: Table) => program.loops.filter(({ table }) => table === name);

/** True for a row whose resources are as the loops made them, of which nothing is read back, and which refer to such by key. */
function isSound(program: Program, table: Table, key: string, places: Places): boolean {
  const declared = declaredIn(program);
  return loopsOver(program, table).every(({ members }) => {
    const member = members.find((candidate) => candidate.key === key);
    if (!member || !declared.has(member.resource) || readBack(program).has(member.resource.symbol)) return false;
    return member.refersTo.every(([loop, other]) =>
      [...places.values()].some((place) => place.loop.loop.name === loop && place.key === other),
    );
  });
}

const declaredIn = perProgram(({ resources }): ReadonlySet<Resource> => new Set(resources));

/** Symbols of the resources that something is read of after their deployment. */
const readBack = perProgram((program): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (start: Node) =>
    walk(start, (node) => {
      if (node.kind !== "access") return;
      const chain = accessChain(node);
      if (chain.root.kind === "resource" && isRuntimeAccess(chain)) found.add(chain.root.symbol);
    });
  for (const { value } of [...program.variables, ...program.outputs]) visit(value);
  for (const { body } of program.resources) visit(body);
  return found;
});

function placesOf(program: Program, tables: readonly Table[]): Places {
  const places = new Map<string, LoopPlace>();
  for (const table of tables) {
    for (const loop of loopsOver(program, table)) {
      const rows = table.rows.flatMap(({ key }) => loop.members.filter((member) => member.key === key));
      const looped = { loop, table, members: rows.map(({ resource }) => resource) };
      for (const [index, { key, resource }] of rows.entries()) places.set(resource.symbol, { loop: looped, key, index });
    }
  }
  return places;
}

/** Loops that would have to come before themselves: each waits for what any of its members and any row of its table refers to. */
function loopsInCircle(program: Program, places: Places): ReadonlySet<string> {
  const nameOf = (symbol: string) => places.get(symbol)?.loop.loop.name ?? symbol;
  const graph = new Map<string, Set<string>>();
  const add = (name: string, before: Iterable<string>) => {
    const own = graph.get(name) ?? new Set();
    graph.set(name, own);
    for (const symbol of before) own.add(nameOf(symbol));
  };
  for (const [symbol, before] of dependencies(program)) add(nameOf(symbol), before);
  const referred = resourceReferences(program);
  const existing = new Map(program.existing.map((referent) => [referent.symbol, referent]));
  for (const { loop, table } of new Set([...places.values()].map((place) => place.loop))) {
    const symbols = table.rows.flatMap(({ fields }) => [...referred(fields)]);
    for (const symbol of symbols) {
      const referent = existing.get(symbol);
      add(loop.name, referent ? existingDependencies(program, referent) : [symbol]);
    }
  }
  return new Set(findCycle(graph));
}

/** A member of a loop that another loop refers to by key, with the loop and the table that it is of. */
export interface KeyedMember {
  readonly node: NodeOf<"member">;
  readonly loop: Loop;
  readonly table: Table;
}

/** The lists that what a loop repeats makes of others. */
export function listsIn({ template }: Loop): NodeOf<"map">[] {
  const found: NodeOf<"map">[] = [];
  for (const start of nodesOf(template)) walk(start, (node) => void (node.kind === "map" && found.push(node)));
  return found;
}

export function membersByKey({ loops, tables }: Program, { template }: Loop): KeyedMember[] {
  const found: KeyedMember[] = [];
  for (const start of nodesOf(template)) {
    walk(start, (node) => {
      const of = node.kind === "member" ? loops.find((loop) => loop.name === node.loop) : undefined;
      const table = tables.find((candidate) => candidate.name === of?.table);
      if (node.kind === "member" && of && table) found.push({ node, loop: of, table });
    });
  }
  return found;
}
