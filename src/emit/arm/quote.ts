/** A string literal inside an expression. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A literal string in a JSON position. ARM takes text in brackets for an expression, and one more bracket for plain text. */
export function escapeText(text: string): string {
  return text.startsWith("[") && text.endsWith("]") ? `[${text}` : text;
}

/** Literal text within the pattern of `format`. */
export function escapeFormat(text: string): string {
  return text.replaceAll("{", "{{").replaceAll("}", "}}");
}
