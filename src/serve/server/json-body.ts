import { isAscii } from "node:buffer";
import { isObject, type JsonObject } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import type { Call } from "./call.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The body as a JSON object, or the 4xx that says what it is instead. */
export function readJsonObject({ headers, body }: Call, untyped: "refused" | "json" = "refused"): JsonObject {
  const type = headers["content-type"] ?? (untyped === "json" ? "application/json" : "");
  if (type !== "application/json" && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new RequestFault(
      415,
      "serve.content-type",
      `content-type is ${type === "" ? "missing" : type.slice(0, 80)}; send application/json`,
    );
  }
  if (body.length === 0) throw new RequestFault(400, "serve.empty-body", "the body is empty; send a JSON object");
  return parseObject(body);
}

/** The same without a look at the content type. */
export function parseObject(body: Buffer): JsonObject {
  const value = parse(decodeText(body));
  if (!isObject(value)) throw new RequestFault(400, "serve.not-an-object", `the body is ${kindOf(value)}; send a JSON object`);
  return value;
}

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The body as text; 400 when it is not UTF-8. */
export function decodeText(body: Buffer): string {
  if (isAscii(body)) return body.toString("latin1");
  try {
    return UTF8.decode(body);
  } catch {
    throw new RequestFault(400, "serve.not-utf8", "the body is not UTF-8 text");
  }
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ").slice(0, 120) : "";
    throw new RequestFault(
      400,
      "serve.not-json",
      `the body is not JSON (${reason})${/\bNaN\b|\bInfinity\b/.test(source) ? "; JSON has no NaN or Infinity" : ""}`,
    );
  }
}
