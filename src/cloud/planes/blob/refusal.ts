import type { ServerResponse } from "node:http";

/** What the Blob service says no with: a status, Azure's error code, and a message in XML. */
export class BlobRefusal extends Error {
  override readonly name = "BlobRefusal";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function sendRefusal(response: ServerResponse, refusal: BlobRefusal, requestId: string): void {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${refusal.code}</Code><Message>${escape(refusal.message)}\nRequestId:${requestId}\nTime:${new Date().toISOString()}</Message></Error>`;
  response.writeHead(refusal.status, {
    "content-type": "application/xml",
    "content-length": Buffer.byteLength(body),
    "x-ms-error-code": refusal.code,
    "x-ms-request-id": requestId,
    // The body of a refused upload is not read, so the connection cannot be used again.
    connection: "close",
    ...refusal.headers,
  });
  response.end(body);
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escape = (text: string) => text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
