import { type Given, given, literalKey, type Table } from "../../ir/index.ts";
import { type Doc, hardline, indent } from "../doc/index.ts";
import { hasComputedDefault, type TerraformContext } from "./context.ts";
import { createPrinter, type Place, type TerraformPrinter } from "./expression.ts";
import { type Attribute, attributes, breaks, commented, rows } from "./layout.ts";
import { variableName } from "./names.ts";
import { objectKey } from "./quote.ts";

export interface PrintedLocals {
  readonly doc: Doc | undefined;
  /** The table of a loop, to stand before it. */
  table(table: Table): Doc;
  /** The resources that a local refers to, also through other locals. */
  resourcesOf(name: string): ReadonlySet<string>;
}

/** Computed defaults and the definition's variables, by the names of the definition. */
export function printLocals(context: TerraformContext): PrintedLocals {
  const { program } = context;
  const printers = new Map<string, TerraformPrinter[]>();
  const printerOf = (name: string, place: Place): TerraformPrinter => {
    const printer = createPrinter(context, place);
    printers.set(name, [...(printers.get(name) ?? []), printer]);
    return printer;
  };
  const entries = [
    ...program.parameters.flatMap((parameter) => {
      if (!hasComputedDefault(parameter) || !parameter.default) return [];
      const given = `var.${variableName(parameter)}`;
      const value: Doc = [
        `${given} != null ? ${given} : `,
        printerOf(parameter.name, { at: `parameters.${parameter.name}` }).print(parameter.default),
      ];
      return [{ key: context.local(parameter.name), value, description: undefined }];
    }),
    ...program.variables.map(({ name, value, description }) => ({
      key: context.local(name),
      value: printerOf(name, { at: `variables.${name}` }).print(value),
      description,
    })),
  ];
  const tables = new Map(
    loopedTables(context).map((table) => {
      const docs = table.rows.map(({ key, fields }) => {
        const place = { at: `tables.${table.name}.${key}`, given: givenOf(context, table, key), inTable: true };
        const printer = printerOf(table.name, place);
        return {
          key: objectKey(key),
          fields: fields.entries.map(([name, value]) => ({
            key: objectKey(literalKey(name) ?? ""),
            value: printer.print(value),
          })),
        };
      });
      return [table.name, localsBlock([{ key: context.local(table.name), value: rows(docs), description: undefined }])];
    }),
  );
  const resourcesOf = (name: string): ReadonlySet<string> =>
    new Set(
      (printers.get(name) ?? []).flatMap(({ resources, locals }) => [
        ...resources,
        ...[...locals].flatMap((other) => [...resourcesOf(other)]),
      ]),
    );
  return {
    doc: entries.length === 0 ? undefined : localsBlock(entries),
    table: ({ name }) => tables.get(name) ?? "",
    resourcesOf,
  };
}

function loopedTables({ places }: TerraformContext): Table[] {
  return [...new Map([...places.values()].map(({ loop }) => [loop.table.name, loop.table])).values()];
}

/** What holds whenever something is made of a row. */
function givenOf({ places, resource }: TerraformContext, { name }: Table, key: string): Given {
  const [first = new Set<string>(), ...rest] = [...places]
    .filter(([, place]) => place.loop.table.name === name && place.key === key)
    .map(([symbol]) => given(resource(symbol).condition));
  return new Set([...first].filter((condition) => rest.every((other) => other.has(condition))));
}

/** Locals of one line without a comment stay together, the others stand alone. */
function localsBlock(entries: readonly (Attribute & { readonly description: string | undefined })[]): Doc {
  const runs: (typeof entries)[number][][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const isPlain = (one: (typeof entries)[number] | undefined) =>
      one !== undefined && one.description === undefined && !breaks(one.value);
    if (run && isPlain(run.at(-1)) && isPlain(entry)) run.push(entry);
    else runs.push([entry]);
  }
  const docs = runs.map((run): Doc => {
    const lines = attributes(run);
    return commented(
      run[0]?.description,
      lines.flatMap((doc, at) => (at === 0 ? [doc] : [hardline, doc])),
    );
  });
  return [
    "locals {",
    indent([hardline, docs.flatMap((doc, at) => (at === 0 ? [doc] : [hardline, hardline, doc]))]),
    hardline,
    "}",
  ];
}
