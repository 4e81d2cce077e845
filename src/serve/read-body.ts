import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { RequestFault } from "./fault.ts";
import { linger } from "./linger.ts";

/** Called once, or never when the caller went away before its request was whole: then there is nobody to answer. */
export type BodyListener = (body: Buffer | RequestFault) => void;

const EMPTY = Buffer.alloc(0);

/**
 * Hands over the whole body, or the reason why it is not read: 413 as soon as it is known to be larger than `limit` bytes. A
 * body that does not come as it is meant is `unpack`'s to read.
 */
export function readBody(request: IncomingMessage, limit: number, done: BodyListener, unpack?: () => void): void {
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  const refuse = () => linger(request, () => done(tooLarge(limit)));
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    request.resume();
    return done(new RequestFault(501, "serve.transfer-encoding", "the only transfer-encoding that is understood is chunked"));
  }
  if (length === undefined && coding === undefined) return done(EMPTY);
  const announced = Number(length ?? Number.NaN);
  if (announced === 0) return done(EMPTY);
  if (announced > limit) return refuse();
  if (unpack !== undefined) return unpack();
  if (length === undefined) return collect(request, limit, done, refuse);
  // A small body comes in one packet with its head, and is here as soon as Node has worked through the packet.
  process.nextTick(() => {
    if (request.readableLength === announced) done(request.read() as Buffer);
    else collect(request, limit, done, refuse);
  });
}

/** `refuse` is called once, at the first byte beyond the limit; what follows is not kept. */
export function collect(source: Readable, limit: number, done: BodyListener, refuse: () => void): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let length = 0;
  source.on("data", (chunk: Buffer) => {
    const before = length;
    length += chunk.length;
    if (length > limit) {
      first = more = undefined;
      if (before <= limit) refuse();
    } else if (first === undefined) first = chunk;
    else (more ??= [first]).push(chunk);
  });
  source.on("end", () => {
    if (length <= limit) done(more === undefined ? (first ?? EMPTY) : Buffer.concat(more, length));
  });
  // Without a listener a connection that breaks off would end the process.
  source.on("error", () => {});
}

export function tooLarge(limit: number): RequestFault {
  const message = `the body is larger than ${limit} bytes; send fewer rows in a request, or binary tensors`;
  return new RequestFault(413, "serve.body-too-large", message, { connection: "close" });
}
