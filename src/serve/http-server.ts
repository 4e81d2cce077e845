import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { RequestFault } from "./fault.ts";

// Not an import: that would read every name the module has, and with them load TLS, HTTP/2 and undici for nobody.
const { createServer, maxHeaderSize, STATUS_CODES } = process.getBuiltinModule("node:http");

export interface HttpLimits {
  /** How long a request's headers may take to arrive, and the whole of it. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Connections of clients that are slow are looked at so many times in the time that they have. */
const LOOKS = 10;

export interface HttpServerOptions {
  readonly limits: HttpLimits;
  /** The most bytes that a request with these headers may send. */
  readonly bodyLimit: (headers: IncomingHttpHeaders) => number;
  /** Told of each refusal of what is no request. */
  readonly refused: (fault: RequestFault) => void;
}

/** An HTTP server that answers what is no request, too large or too slow with a coded refusal, too. */
export function createHttpServer(answer: RequestListener, { limits, bodyLimit, refused }: HttpServerOptions): Server {
  const { headersTimeoutMs, requestTimeoutMs } = limits;
  const server = createServer(
    {
      // The router keeps idle connections for less: whoever reuses one must not meet its end (see router/upstream/connection.ts).
      keepAliveTimeout: 75_000,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(headersTimeoutMs, requestTimeoutMs) / LOOKS,
      noDelay: true,
    },
    answer,
  );
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    // A body that will be refused need not be sent.
    if (Number(request.headers["content-length"] ?? 0) <= bodyLimit(request.headers)) response.writeContinue();
    answer(request, response);
  });
  server.on("clientError", (cause: Error & { readonly code?: string }, socket: Duplex) => {
    if (cause.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const fault = faultOf(cause.code, limits);
    const { status, message } = fault;
    refused(fault);
    // Nobody knows whose protocol this was meant to be: the line stands under the names of all.
    const body = JSON.stringify({ message, error: message });
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json`;
    socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
  return server;
}

/** By the codes of Node and of its parser. */
function faultOf(code: string | undefined, { headersTimeoutMs, requestTimeoutMs }: HttpLimits): RequestFault {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT": {
      const limits = `${headersTimeoutMs / 1000} s for its headers and ${requestTimeoutMs / 1000} s for all of it`;
      return new RequestFault(408, "serve.slow-client", `the request did not arrive in time; it has ${limits}`);
    }
    case "HPE_HEADER_OVERFLOW":
      return new RequestFault(
        431,
        "serve.headers-too-large",
        `the request's line and headers are larger than ${maxHeaderSize} bytes; send data in the body`,
      );
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new RequestFault(413, "serve.chunk-extensions", "the extensions of a chunk are too large; leave them out");
    default:
      return new RequestFault(400, "serve.not-http", "what came is not an HTTP/1.1 request");
  }
}
