export { type Doc, group, hardline, indent, join, line, lineOr, softline } from "./doc.ts";
export { flatWidth, isMultiline, print } from "./print.ts";
