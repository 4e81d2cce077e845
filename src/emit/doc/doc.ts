/** A layout: text that knows where it may break. A subset of Wadler's algebra as modern formatters use it. */
export type Doc = string | readonly Doc[] | LineDoc | IndentDoc | GroupDoc;

export interface LineDoc {
  readonly kind: "line";
  /** What stands there when the group is on one line; a hard line (`undefined`) never is. */
  readonly flat: string | undefined;
}

export interface IndentDoc {
  readonly kind: "indent";
  readonly contents: Doc;
}

/** Printed on one line if it fits, otherwise all its lines break. */
export interface GroupDoc {
  readonly kind: "group";
  readonly contents: Doc;
}

/** A space, or a line break. */
export const line: Doc = Object.freeze({ kind: "line", flat: " " });
/** Nothing, or a line break. */
export const softline: Doc = Object.freeze({ kind: "line", flat: "" });
/** The separator of a list that needs one only on one line, as Bicep's arrays do. */
export const lineOr = (flat: string): Doc => ({ kind: "line", flat });
/** A line break, always; every group around it breaks. */
export const hardline: Doc = Object.freeze({ kind: "line", flat: undefined });

export const indent = (contents: Doc): Doc => ({ kind: "indent", contents });
export const group = (contents: Doc): Doc => ({ kind: "group", contents });

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return docs.flatMap((doc, at) => (at === 0 ? [doc] : [separator, doc]));
}
