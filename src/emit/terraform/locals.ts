import type { Node } from "../../ir/index.ts";
import { type Doc, hardline, indent } from "../doc/index.ts";
import { hasComputedDefault, type TerraformContext } from "./context.ts";
import { createPrinter, type TerraformPrinter } from "./expression.ts";
import { type Attribute, attributes, breaks, commented } from "./layout.ts";
import { variableName } from "./names.ts";

export interface PrintedLocals {
  readonly doc: Doc | undefined;
  /** The resources that a local refers to, also through other locals. */
  resourcesOf(name: string): ReadonlySet<string>;
}

/** Computed defaults and the definition's variables, by the names of the definition. */
export function printLocals(context: TerraformContext): PrintedLocals {
  const { program } = context;
  const printers = new Map<string, TerraformPrinter>();
  const printed = (name: string, at: string, node: Node): Doc => {
    const printer = createPrinter(context, { at });
    printers.set(name, printer);
    return printer.print(node);
  };
  const entries = [
    ...program.parameters.flatMap((parameter) => {
      if (!hasComputedDefault(parameter) || !parameter.default) return [];
      const given = `var.${variableName(parameter)}`;
      const value: Doc = [
        `${given} != null ? ${given} : `,
        printed(parameter.name, `parameters.${parameter.name}`, parameter.default),
      ];
      return [{ key: context.local(parameter.name), value, description: undefined }];
    }),
    ...program.variables.map(({ name, value, description }) => ({
      key: context.local(name),
      value: printed(name, `variables.${name}`, value),
      description,
    })),
  ];
  const resourcesOf = (name: string): ReadonlySet<string> => {
    const printer = printers.get(name);
    return new Set([...(printer?.resources ?? []), ...[...(printer?.locals ?? [])].flatMap((other) => [...resourcesOf(other)])]);
  };
  return { doc: entries.length === 0 ? undefined : localsBlock(entries), resourcesOf };
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
