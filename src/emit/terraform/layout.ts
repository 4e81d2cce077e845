import { type Doc, group, hardline, indent, join, line, lineOr, print, softline } from "../doc/index.ts";

const HEADER = "# Printed by Quayside from its definition. Change the definition, not this file.";
const COMMENT_WIDTH = 100;
const LIST_WIDTH = 90;

export interface Attribute {
  readonly key: string;
  readonly value: Doc;
}

/** A file: the header, then blocks with an empty line between them. */
export function file(blocks: readonly Doc[]): string {
  return `${print(join([hardline, hardline], [HEADER, ...blocks]), { width: Infinity, indent: 2 })}\n`;
}

/** On one line, for the inside of strings. */
export function oneLine(doc: Doc): string {
  return print(group(doc), { width: Infinity, indent: 0 });
}

/** Lines break unless a group holds them together, so the width of a page decides nothing and neighbours can be lined up. */
export function breaks(doc: Doc): boolean {
  if (typeof doc === "string") return false;
  if (isSequence(doc)) return doc.some(breaks);
  return doc.kind === "line" || (doc.kind === "indent" && breaks(doc.contents));
}

/** `Array.isArray` does not narrow readonly arrays. */
function isSequence(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** `terraform fmt` lines up the equals signs of neighbours that take one line each. */
export function attributes(list: readonly Attribute[]): Doc[] {
  const runs: Attribute[][] = [];
  for (const attribute of list) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && !breaks(last.value) && !breaks(attribute.value)) run.push(attribute);
    else runs.push([attribute]);
  }
  return runs.flatMap((run) => {
    const width = Math.max(...run.map(({ key }) => key.length));
    return run.map(({ key, value }): Doc => [key.padEnd(width), " = ", value]);
  });
}

/** A block; its parts are separated by empty lines: attributes first, blocks of its own after them. */
export function block(head: string, ...parts: readonly (readonly Doc[])[]): Doc {
  const filled = parts.filter((part) => part.length > 0).map((part) => join(hardline, part));
  if (filled.length === 0) return `${head} {}`;
  return [head, " {", indent([hardline, join([hardline, hardline], filled)]), hardline, "}"];
}

export function object(list: readonly Attribute[]): Doc {
  return list.length === 0 ? "{}" : ["{", indent([line, join(lineOr(", "), attributes(list))]), line, "}"];
}

/** On one line where it is short, as in a table. */
export function compactObject(list: readonly Attribute[]): Doc {
  const flat = flatObject(list);
  return flat.length <= LIST_WIDTH ? flat : object(list);
}

/** Rows of a table: on one line each if all of them are short. */
export function rows(list: readonly { readonly key: string; readonly fields: readonly Attribute[] }[]): Doc {
  const isShort = list.every(({ fields }) => flatObject(fields).length <= LIST_WIDTH);
  return object(list.map(({ key, fields }) => ({ key, value: isShort ? flatObject(fields) : object(fields) })));
}

function flatObject(list: readonly Attribute[]): string {
  return `{ ${list.map(({ key, value }) => `${key} = ${oneLine(value)}`).join(", ")} }`;
}

/** On one line while it is short, otherwise an item a line. */
export function list(items: readonly Doc[]): Doc {
  const flat: Doc = ["[", join(", ", items), "]"];
  if (items.length === 0 || (!breaks(flat) && oneLine(flat).length <= LIST_WIDTH)) return flat;
  return ["[", indent(items.map((item): Doc => [softline, item, ","])), softline, "]"];
}

/** A last argument of several lines opens on the line of the call; others go to lines of their own. */
export function invocation(name: string, args: readonly Doc[]): Doc {
  if (!args.slice(0, -1).some(breaks)) return [name, "(", join(", ", args), ")"];
  return [name, "(", indent([softline, join([",", line], args)]), softline, ")"];
}

/** A comment in lines of readable length. */
export function comment(text: string): Doc[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < COMMENT_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

export function commented(text: string | undefined, doc: Doc): Doc {
  return text === undefined ? doc : join(hardline, [...comment(text), doc]);
}
