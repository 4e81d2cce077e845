import type { IncomingMessage } from "node:http";
import { parse } from "yaml";
import { isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import { badRequest, Refusal } from "./refusal.ts";

/** What the API server takes. */
const MOST_BODY_BYTES = 3 * 1024 * 1024;

export interface KubernetesRequest {
  readonly method: string;
  /** Below the cluster's own path. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  /** Without parameters, lower case. */
  readonly contentType: string;
  readonly userAgent: string;
  readonly text: string;
}

export async function readRequest(request: IncomingMessage, prefix: string): Promise<KubernetesRequest> {
  const url = new URL(request.url ?? "/", "https://localhost");
  const { accept, "content-type": contentType, "user-agent": userAgent } = request.headers;
  return {
    method: request.method ?? "GET",
    path: decode(url.pathname).slice(prefix.length) || "/",
    query: url.searchParams,
    accept: accept ?? "",
    contentType: (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "",
    userAgent: userAgent ?? "",
    text: await readText(request),
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`the path ${path} is not percent-encoded UTF-8`);
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES)
      throw new Refusal(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MOST_BODY_BYTES}`, undefined, {
        connection: "close",
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The body as a value; YAML only where its type says so. */
export function bodyOf({ contentType, text }: KubernetesRequest): JsonValue {
  try {
    // Written by people: the YAML of an apply may be any that kubectl reads.
    if (contentType.endsWith("yaml")) return parse(text, { version: "1.1" }) as JsonValue;
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw badRequest(`the body cannot be read: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown"}`);
  }
}

export function objectBody(request: KubernetesRequest): JsonObject {
  const body = bodyOf(request);
  if (!isObject(body)) throw badRequest("the body is not an object");
  return body;
}

export function unsupportedMediaType(accepted: readonly string[]): Refusal {
  return new Refusal(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );
}
