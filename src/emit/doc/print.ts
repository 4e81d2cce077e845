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

/** Lines end in LF and never in white space; the last line has no line break of its own. */
export function print(doc: Doc, { width, indent }: PrintOptions): string {
  const lines: string[] = [];
  let current = "";
  const pending: Pending[] = [{ doc, depth: 0, flat: false }];

  for (let next = pending.pop(); next; next = pending.pop()) {
    const { doc: part, depth, flat } = next;
    if (typeof part === "string") {
      current += part;
    } else if (isSequence(part)) {
      for (const inner of part.toReversed()) pending.push({ doc: inner, depth, flat });
    } else if (part.kind === "indent") {
      pending.push({ doc: part.contents, depth: depth + 1, flat });
    } else if (part.kind === "group") {
      const fits = flat || flatWidth(part.contents) <= width - current.length;
      pending.push({ doc: part.contents, depth, flat: fits });
    } else if (flat && part.flat !== undefined) {
      current += part.flat;
    } else {
      lines.push(current);
      current = " ".repeat(depth * indent);
    }
  }
  return [...lines, current].map((line) => line.trimEnd()).join("\n");
}

/** On one line; a hard line makes it infinite. Remembered, because groups nest and each asks for all below it. */
const widths = new WeakMap<object, number>();

export function flatWidth(doc: Doc): number {
  if (typeof doc === "string") return doc.length;
  const known = widths.get(doc);
  if (known !== undefined) return known;
  const width = measure(doc);
  widths.set(doc, width);
  return width;
}

function measure(doc: Exclude<Doc, string>): number {
  if (isSequence(doc)) return doc.reduce<number>((sum, part) => sum + flatWidth(part), 0);
  if (doc.kind === "line") return doc.flat?.length ?? Infinity;
  return flatWidth(doc.contents);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isSequence(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** True when the document cannot be on one line. */
export function isMultiline(doc: Doc): boolean {
  return flatWidth(doc) === Infinity;
}
