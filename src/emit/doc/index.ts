export { type Doc, group, hardline, indent, join, line, lineOr, softline } from "./doc.ts";
export { isMultiline, type PrintOptions, print } from "./print.ts";
