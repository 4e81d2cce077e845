import JSON5 from "json5";
import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";

/** Far beyond any real template, and far below what would exhaust the stack of a recursive walk. */
const MAX_DEPTH = 128;

/**
 * Reads a request body as deployments get it. The Azure CLI splices the template file's text into the body behind an
 * unquoted key, so comments, trailing commas, single quotes and line breaks inside strings arrive as they stand in the file.
 */
export function parseBody(text: string): JsonObject {
  const body = parseLenient(text);
  if (!isObject(body)) throw badContent("the request body is not a JSON object");
  return body;
}

export function parseLenient(text: string): JsonValue {
  const value = read(text.replace(/^\uFEFF/, ""));
  checkValue(value, 0);
  return value;
}

function read(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // Not JSON; the tolerant parser says what is wrong if it is not that either.
  }
  try {
    return JSON5.parse<JsonValue>(escapeLineBreaks(text));
  } catch (error) {
    throw badContent(
      `the request body could not be read: ${error instanceof Error ? error.message.replace(/^JSON5: /, "") : "not JSON"}`,
    );
  }
}

/** JSON5 allows a line break in a string only behind a backslash; template files hold them bare. */
function escapeLineBreaks(text: string): string {
  const token = /\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/g;
  return text.replace(token, (found) => (found.startsWith("/") ? found : found.replace(/\\\r?\n|\r\n|\n|\r/g, breakText)));
}

function breakText(found: string): string {
  if (found.startsWith("\\")) return found;
  return found === "\r\n" ? "\\r\\n" : found === "\r" ? "\\r" : "\\n";
}

function checkValue(value: JsonValue, depth: number): void {
  if (depth > MAX_DEPTH) throw badContent(`the request body is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === "number" && !Number.isFinite(value)) throw badContent(`${value} is not a JSON number`);
  if (Array.isArray(value)) for (const item of value) checkValue(item, depth + 1);
  else if (isObject(value)) for (const item of Object.values(value)) checkValue(item ?? null, depth + 1);
}

function badContent(message: string): ArmFault {
  return new ArmFault(400, "InvalidRequestContent", message);
}
