const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The inside of a string literal: what would end it or start an interpolation is escaped, control characters are written by number. */
export function escapeText(text: string): string {
  return text.replace(/[\\'\n\r\t]|\$\{|\p{Cc}|[\u2028\u2029]/gu, (found) => {
    if (found === "${") return "\\${";
    return ESCAPES[found] ?? `\\u{${found.charCodeAt(0).toString(16)}}`;
  });
}

export function quote(text: string): string {
  return `'${escapeText(text)}'`;
}

export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** A property name, quoted only where it must be. */
export function propertyName(text: string): string {
  return isIdentifier(text) && !KEYWORD_LITERALS.has(text) ? text : quote(text);
}

/** Words that are values in Bicep, so they cannot name anything. */
export const KEYWORD_LITERALS: ReadonlySet<string> = new Set(["true", "false", "null"]);
