import type { IncomingMessage } from "node:http";
import { isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import { readBody } from "../../../wire/body.ts";
import { decodeProtobuf } from "./protobuf.ts";
import { badRequest, Refusal } from "./refusal.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";
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
  readonly bytes: Buffer;
  /** Reads a body of this type; the reader of YAML is loaded when the first YAML comes. */
  readonly parse: (bytes: Buffer) => JsonValue;
}

export async function readRequest(request: IncomingMessage, prefix: string): Promise<KubernetesRequest> {
  const url = new URL(request.url ?? "/", "https://localhost");
  const { accept, "user-agent": userAgent } = request.headers;
  const contentType = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return {
    method: request.method ?? "GET",
    path: decode(url.pathname).slice(prefix.length) || "/",
    query: url.searchParams,
    accept: accept ?? "",
    contentType,
    userAgent: userAgent ?? "",
    bytes: await readBytes(request),
    parse: await parserOf(contentType),
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`the path ${path} is not percent-encoded UTF-8`);
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const bytes = await readBody(request, MOST_BODY_BYTES);
  if (bytes === undefined)
    throw new Refusal(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MOST_BODY_BYTES}`, undefined, {
      connection: "close",
    });
  return bytes;
}

async function parserOf(contentType: string): Promise<KubernetesRequest["parse"]> {
  if (contentType === PROTOBUF) return decodeProtobuf;
  if (!contentType.endsWith("yaml")) return (bytes) => JSON.parse(bytes.toString("utf8")) as JsonValue;
  const { parse } = await import("yaml");
  // Written by people: the YAML of an apply may be any that kubectl reads.
  return (bytes) => parse(bytes.toString("utf8"), { version: "1.1" }) as JsonValue;
}

/** The body as a value; YAML only where its type says so. */
export function bodyOf({ parse, bytes }: KubernetesRequest): JsonValue {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof Refusal) throw error;
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
