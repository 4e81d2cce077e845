import type { IncomingMessage } from "node:http";
import { RequestFault } from "../fault.ts";
import { linger } from "../linger.ts";

const EMPTY = Buffer.alloc(0);

/**
 * Hands over the whole body, or the reason why it is not read: 413 as soon as it is known to be larger than `limit` bytes.
 * Calls back once, or never when the caller went away before its request was whole: then there is nobody to answer.
 */
export function readBody(request: IncomingMessage, limit: number, done: (body: Buffer | RequestFault) => void): void {
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    request.resume();
    return done(new RequestFault(501, "serve.transfer-encoding", "the only transfer-encoding that is understood is chunked"));
  }
  if (length === undefined) return coding === undefined ? done(EMPTY) : collect(request, limit, done);
  const announced = Number(length);
  if (announced === 0) return done(EMPTY);
  if (announced > limit) return linger(request, () => done(tooLarge(limit)));
  // A small body comes in one packet with its head, and is here as soon as Node has worked through the packet.
  process.nextTick(() => {
    if (request.readableLength === announced) done(request.read() as Buffer);
    else collect(request, limit, done);
  });
}

function collect(request: IncomingMessage, limit: number, done: (body: Buffer | RequestFault) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    const before = length;
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    else if (before <= limit) {
      chunks.length = 0;
      linger(request, () => done(tooLarge(limit)));
    }
  });
  request.on("end", () => {
    if (length <= limit) done(Buffer.concat(chunks, length));
  });
  // Without a listener a connection that breaks off would end the process.
  request.on("error", () => {});
}

function tooLarge(limit: number): RequestFault {
  return new RequestFault(413, "serve.body-too-large", `the body is larger than ${limit} bytes; send fewer rows in a request`, {
    connection: "close",
  });
}
