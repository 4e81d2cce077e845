import type { JsonValue } from "../../base/index.ts";
import { type AnyInput, type Node, type Output, type Parameter, toNode } from "../../ir/index.ts";
import { type Doc, hardline, indent, join, print } from "../doc/index.ts";
import { bicepExpression } from "./expression.ts";
import { quote } from "./quote.ts";

const WIDTH = 110;
const COMMENT_WIDTH = 100;

const HEADER = "// Printed by Quayside from its definition. Change the definition, not this file.";

/** A file: the header, then sections with an empty line between their declarations. */
export function file(declarations: readonly Doc[]): string {
  const text = print(join([hardline, hardline], [HEADER, ...declarations]), { width: WIDTH, indent: 2 });
  return `${text}\n`;
}

export function decorated(decorators: readonly Doc[], declaration: Doc): Doc {
  return join(hardline, [...decorators, declaration]);
}

export const describe = (description: string): Doc => `@description(${quote(description)})`;

/** A parameter with its decorators; `value` prints the default, which modules do not have. */
export function parameterDoc(parameter: Parameter, value?: (node: Node) => Doc): Doc {
  const { name, type, allowed, minValue, maxValue, minLength, maxLength, description, default: initial } = parameter;
  const bounds = { minValue, maxValue, minLength, maxLength };
  const decorators = Object.entries(bounds).flatMap(([word, bound]) => (bound === undefined ? [] : [`@${word}(${bound})`]));
  return decorated(
    [describe(description), ...(allowed ? [allowedDoc(allowed)] : []), ...decorators],
    [`param ${name} ${type}`, ...(initial && value ? [" = ", value(initial)] : [])],
  );
}

export function outputDoc(output: Pick<Output, "name" | "description">, type: string, value: Doc): Doc {
  return decorated([describe(output.description)], [`output ${output.name} ${type} = `, value]);
}

/** A comment in lines of readable length. */
export function comment(text: string): Doc[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < COMMENT_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`// ${word}`);
  }
  return lines;
}

/** Allowed values, one a line. */
function allowedDoc(allowed: readonly JsonValue[]): Doc {
  const items = allowed.map((value) => literals(toNode(value as AnyInput)));
  return ["@allowed([", indent([hardline, join(hardline, items)]), hardline, "])"];
}

/** Literal values need no names. */
const literals = bicepExpression({
  parameter: (name) => name,
  variable: (identifier, keys) => ({ identifier, keys, nullable: false }),
  resource: (identifier, { keys }) => ({ identifier, keys, nullable: false }),
  hides: () => false,
});
