import type { IncomingMessage } from "node:http";
import { RequestFault } from "./fault.ts";
import { linger } from "./linger.ts";

/** The client went away before its request was complete: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

const EMPTY = Buffer.alloc(0);

/** The whole body, or a 413 as soon as it is known to be larger than `limit` bytes. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = () => linger(request, () => reject(tooLarge(limit)));
    if (Number(request.headers["content-length"] ?? 0) > limit) return refuse();
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      const before = length;
      length += chunk.length;
      if (length > limit) {
        first = more = undefined;
        if (before <= limit) refuse();
      } else if (first === undefined) first = chunk;
      else (more ??= [first]).push(chunk);
    });
    request.on("end", () => {
      if (length <= limit) resolve(more === undefined ? (first ?? EMPTY) : Buffer.concat(more, length));
    });
    request.on("error", () => reject(new ClientGone()));
    request.on("close", () => {
      if (!request.complete) reject(new ClientGone());
    });
  });
}

function tooLarge(limit: number): RequestFault {
  return new RequestFault(413, "serve.body-too-large", `the body is larger than ${limit} bytes; send fewer rows in a request`, {
    connection: "close",
  });
}
