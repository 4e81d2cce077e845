import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonValue } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";
import { readBody } from "./body.ts";

/** A request that was read to its end. */
export interface Call {
  readonly method: string;
  /** Lower case, without the port. */
  readonly host: string;
  /** Decoded, double slashes collapsed, no trailing slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly text: string;
  readonly requestId: string;
  readonly correlationId: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent = no body and no content type. */
  readonly body?: JsonValue;
}

/** What ARM takes. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** The parts of a request that decide who answers it, before its body is read. */
export interface Address {
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

export function readAddress(request: IncomingMessage): Address {
  const target = request.url ?? "/";
  const cut = target.indexOf("?");
  const rawPath = (cut < 0 ? target : target.slice(0, cut)).replace(/\/{2,}/g, "/");
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const query = new URLSearchParams(cut < 0 ? "" : target.slice(cut + 1));
  try {
    const path = decodeURIComponent(rawPath);
    return { host, path: path.length > 1 ? path.replace(/\/+$/, "") : path, query };
  } catch {
    throw new ArmFault(400, "InvalidRequestUri", `the path ${rawPath} is not percent-encoded UTF-8`);
  }
}

export async function readCall(request: IncomingMessage, address: Address): Promise<Call> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const requestId = randomUUID();
  return {
    method: request.method ?? "GET",
    ...address,
    headers,
    text: await readText(request),
    requestId,
    correlationId: headers.get("x-ms-correlation-request-id") ?? requestId,
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const bytes = await readBody(request, BODY_LIMIT_BYTES);
  if (bytes === undefined)
    throw new ArmFault(
      413,
      "RequestContentTooLarge",
      `the request is larger than ${BODY_LIMIT_BYTES} bytes, the most that Resource Manager takes`,
    );
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

/** The headers that every answer of ARM has; clients log them and support asks for them. */
export function commonHeaders(
  call: Pick<Call, "requestId" | "correlationId" | "headers">,
  wallNow: number,
): Record<string, string> {
  const clientRequestId = call.headers.get("x-ms-client-request-id");
  const wanted = call.headers.get("x-ms-return-client-request-id")?.toLowerCase() === "true";
  const stamp = new Date(wallNow).toISOString().replace(/[-:]|\.\d+/g, "");
  return {
    "cache-control": "no-cache",
    pragma: "no-cache",
    expires: "-1",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-ms-request-id": call.requestId,
    "x-ms-correlation-request-id": call.correlationId,
    "x-ms-routing-request-id": `REHEARSAL:${stamp}:${call.requestId}`,
    ...(wanted && clientRequestId !== null ? { "x-ms-client-request-id": clientRequestId } : {}),
  };
}

export function sendReply(response: ServerResponse, reply: Reply, common: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent) return void response.destroy();
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries({ ...common, ...reply.headers })) response.setHeader(name, value);
  // A response without a body must not claim to be JSON: clients then try to parse nothing.
  if (reply.body === undefined || response.req.method === "HEAD" || reply.status === 204) {
    if (reply.status !== 204) response.setHeader("content-length", "0");
    response.end();
    return;
  }
  const text = JSON.stringify(reply.body);
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(text));
  response.end(text);
}

export function faultReply(fault: ArmFault): Reply {
  return { status: fault.status, headers: fault.headers, body: { error: fault.toError() } };
}
