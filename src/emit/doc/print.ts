import type { Doc } from "./doc.ts";

export interface PrintOptions {
  /** Columns that a group may fill before it breaks. */
  readonly width: number;
  /** Spaces per level. */
  readonly indent: number;
}

interface Pending {
  readonly doc: Doc;
  readonly depth: number;
  readonly flat: boolean;
}

/** Lines end in LF and never in spaces; the last line has no line break of its own. */
export function print(doc: Doc, { width, indent }: PrintOptions): string {
  let out = "";
  let column = 0;
  const pending: Pending[] = [{ doc, depth: 0, flat: false }];

  const breakLine = (depth: number) => {
    out = `${out.replace(/ +$/, "")}\n${" ".repeat(depth * indent)}`;
    column = depth * indent;
  };

  for (let next = pending.pop(); next; next = pending.pop()) {
    const { doc: current, depth, flat } = next;
    if (typeof current === "string") {
      out += current;
      column += current.length;
    } else if (isSequence(current)) {
      for (const part of current.toReversed()) pending.push({ doc: part, depth, flat });
    } else if (current.kind === "indent") {
      pending.push({ doc: current.contents, depth: depth + 1, flat });
    } else if (current.kind === "group") {
      const fits = flat || widthOf(current.contents) <= width - column;
      pending.push({ doc: current.contents, depth, flat: fits });
    } else if (flat && current.flat !== undefined) {
      out += current.flat;
      column += current.flat.length;
    } else {
      breakLine(depth);
    }
  }
  return out.replace(/ +$/, "");
}

/** On one line; a hard line makes it infinite. Remembered, because groups nest and each asks for all below it. */
const widths = new WeakMap<object, number>();

function widthOf(doc: Doc): number {
  if (typeof doc === "string") return doc.length;
  const known = widths.get(doc);
  if (known !== undefined) return known;
  const width = measure(doc);
  widths.set(doc, width);
  return width;
}

function measure(doc: Exclude<Doc, string>): number {
  if (isSequence(doc)) return doc.reduce<number>((sum, part) => sum + widthOf(part), 0);
  if (doc.kind === "line") return doc.flat?.length ?? Infinity;
  return widthOf(doc.contents);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isSequence(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** True when the document cannot be on one line. */
export function isMultiline(doc: Doc): boolean {
  return widthOf(doc) === Infinity;
}
