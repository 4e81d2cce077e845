import { given, type LoopedResources, type Node } from "../../ir/index.ts";
import { type Doc, hardline, indent } from "../doc/index.ts";
import type { TerraformContext } from "./context.ts";
import { createPrinter, type RowNames } from "./expression.ts";
import type { PrintedLocals } from "./locals.ts";
import { blockDoc } from "./resource.ts";
import { RESOURCE_GROUP_ID } from "./surroundings.ts";

/** The table of a loop as a local, before the first loop over it, and one resource with `for_each`. */
export function loopDocs(context: TerraformContext, locals: PrintedLocals, looped: LoopedResources): Doc[] {
  const { loop, table, members } = looped;
  const { template } = loop;
  const at = `loops.${loop.name}`;
  const names = (key: string, value: string): RowNames => ({ table: table.name, key, value });
  const filter = createPrinter(context, { at, row: names("key", table.item) });
  const printer = createPrinter(context, { at, given: given(template.condition), row: names("each.key", "each.value") });
  const rows = `local.${context.local(table.name)}`;
  const above = template.parent ?? template.scope;
  const doc = blockDoc(context, locals, printer, {
    ...template,
    address: context.loopAddress(loop.name),
    head: [{ key: "for_each", value: rowsOf(rows, table.item, template.condition && filter.print(template.condition)) }],
    parentId: above === undefined ? RESOURCE_GROUP_ID : printer.print(idOf(above)),
    members,
    before: [],
  });
  const isFirst = context.program.loops.find((other) => other.table === table.name)?.name === loop.name;
  return isFirst ? [locals.table(table), doc] : [doc];
}

const idOf = (of: Node): Node => ({ kind: "access", of, key: { kind: "literal", value: "id" } });

/** Keys must be known when Terraform plans, so a condition leaves rows out instead of making the whole table another. */
function rowsOf(rows: string, item: string, condition: Doc | undefined): Doc {
  if (condition === undefined) return rows;
  return ["{", indent([hardline, `for key, ${item} in ${rows} : key => ${item}`, hardline, "if ", condition]), hardline, "}"];
}
