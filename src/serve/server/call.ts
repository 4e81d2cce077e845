import type { IncomingHttpHeaders } from "node:http";
import type { RequestIds } from "../request-ids.ts";

/** A request with its body read, and the answer to it: what handlers see, so that they need no socket. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** As the answer will name them. */
  readonly ids: RequestIds;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

export function json(status: number, body: string, headers?: Readonly<Record<string, string>>): Reply {
  return { status, contentType: "application/json", body, ...(headers === undefined ? {} : { headers }) };
}

export function text(status: number, body: string): Reply {
  return { status, contentType: "text/plain; charset=utf-8", body };
}
