const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The inside of a quoted template. `${` and `%{` start an interpolation unless the sign is doubled; a sign before such a
 * pair, or before the interpolation that `followed` announces, is written by number, or it would be taken for the doubling.
 */
export function escapeText(text: string, followed = false): string {
  const escaped = text.replace(/[\\"\n\r\t]|\p{Cc}|[\u2028\u2029\ufeff]|[$%]+(?=\{)/gu, (found) => {
    if (found.startsWith("$") || found.startsWith("%")) return `${byNumber(found.slice(0, -1))}${found.slice(-1).repeat(2)}`;
    return ESCAPES[found] ?? byNumber(found);
  });
  return followed ? escaped.replace(/\$$/, byNumber) : escaped;
}

function byNumber(text: string): string {
  return Array.from(text, (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`).join("");
}

export function quote(text: string): string {
  return `"${escapeText(text)}"`;
}

/** The key of an object, quoted only where it must be. */
export function objectKey(text: string): string {
  return isIdentifier(text) ? text : quote(text);
}

export function isIdentifier(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !KEYWORDS.has(text);
}

/** `for` opens a comprehension, the others are values. */
const KEYWORDS: ReadonlySet<string> = new Set(["for", "true", "false", "null"]);
