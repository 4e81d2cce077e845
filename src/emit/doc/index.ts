export { type Doc, group, hardline, indent, join, line, lineOr, softline } from "./doc.ts";
export { isMultiline, print } from "./print.ts";
