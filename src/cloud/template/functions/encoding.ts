import type { JsonValue } from "../../../base/index.ts";
import { parseLenient } from "../body.ts";
import { type Args, ArgumentError, integerArg, member, objectArg, stringArg } from "../values.ts";
import { eager, type FunctionTable } from "./function.ts";

function decodeBase64(text: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw new ArgumentError("expects a base64 string");
  return Buffer.from(text, "base64").toString("utf8");
}

function parseJson(text: string): JsonValue {
  try {
    return parseLenient(text);
  } catch {
    throw new ArgumentError("expects JSON text");
  }
}

/** RFC 3986: unlike `encodeURIComponent`, .NET escapes these too. */
function escapeComponent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function readUri(text: string, base?: string): URL {
  const parsed = URL.parse(text, base);
  if (parsed === null) throw new ArgumentError(`expects an absolute address, not '${base ?? text}'`);
  return parsed;
}

function dataUriToString(text: string): string {
  const found = /^data:([^,;]*)((?:;[^,;]*)*),(.*)$/s.exec(text);
  if (found === null) throw new ArgumentError("expects a data URI");
  const [, , options = "", content = ""] = found;
  return /;base64$/i.test(options) ? decodeBase64(content) : decodeURIComponent(content);
}

function parseUri(args: Args): JsonValue {
  const { protocol, hostname, port, pathname, search } = readUri(stringArg(args, 0));
  const scheme = protocol.slice(0, -1);
  const known: Record<string, number> = { http: 80, https: 443 };
  return { scheme, host: hostname, port: port === "" ? (known[scheme] ?? null) : Number(port), path: pathname, query: search };
}

function buildUri(args: Args): JsonValue {
  const parts = objectArg(args, 0);
  const text = (name: string) => {
    const value = member(parts, name);
    return typeof value === "string" ? value : "";
  };
  if (text("scheme") === "" || text("host") === "") throw new ArgumentError("needs the members 'scheme' and 'host'");
  const port = member(parts, "port");
  const prefixed = (value: string, mark: string) => (value === "" || value.startsWith(mark) ? value : mark + value);
  return `${text("scheme")}://${text("host")}${typeof port === "number" ? `:${integerArg([port], 0)}` : ""}${prefixed(text("path"), "/")}${prefixed(text("query"), "?")}`;
}

export const encoding: FunctionTable = {
  base64: eager(1, 1, (args) => Buffer.from(stringArg(args, 0), "utf8").toString("base64")),
  base64ToString: eager(1, 1, (args) => decodeBase64(stringArg(args, 0))),
  base64ToJson: eager(1, 1, (args) => parseJson(decodeBase64(stringArg(args, 0)))),
  json: eager(1, 1, (args) => parseJson(stringArg(args, 0))),
  dataUri: eager(
    1,
    1,
    (args) => `data:text/plain;charset=utf8;base64,${Buffer.from(stringArg(args, 0), "utf8").toString("base64")}`,
  ),
  dataUriToString: eager(1, 1, (args) => dataUriToString(stringArg(args, 0))),
  uri: eager(2, 2, (args) => readUri(stringArg(args, 1), stringArg(args, 0)).href),
  uriComponent: eager(1, 1, (args) => escapeComponent(stringArg(args, 0))),
  uriComponentToString: eager(1, 1, (args) => {
    try {
      return decodeURIComponent(stringArg(args, 0));
    } catch (error) {
      if (error instanceof URIError) throw new ArgumentError("expects an escaped component");
      throw error;
    }
  }),
  parseUri: eager(1, 1, parseUri),
  buildUri: eager(1, 1, buildUri),
};
