import type { IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { RequestFault } from "../fault.ts";
import { linger } from "../linger.ts";

const EMPTY = Buffer.alloc(0);

/**
 * Hands over the whole body, unpacked, or the 4xx because of which it is not read: 413 as soon as it is known to be larger
 * than `limit` bytes, packed or not. Calls back once, or never when the client went away: then there is nobody to answer.
 */
export function receive(request: IncomingMessage, limit: number, done: (body: Buffer | RequestFault) => void): void {
  const refuse = () => linger(request, () => done(tooLarge(limit)));
  if (Number(request.headers["content-length"] ?? 0) > limit) return refuse();
  const coding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (coding === "identity" || coding === "") return collect(request, limit, done, refuse);
  const unpacker = Object.hasOwn(UNPACKERS, coding) ? UNPACKERS[coding] : undefined;
  if (unpacker === undefined) {
    request.resume();
    const message = `content-encoding ${coding.slice(0, 40)} is not supported; send gzip, deflate or br, or the body as it is`;
    return done(new RequestFault(415, "serve.content-encoding", message));
  }
  unpack(request, unpacker(), coding, limit, done);
}

/** Loaded with the first packed body. */
const zlib = () => process.getBuiltinModule("node:zlib");

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib().createGunzip(),
  "x-gzip": () => zlib().createGunzip(),
  deflate: () => zlib().createInflate(),
  br: () => zlib().createBrotliDecompress(),
};

/** Stops at the first byte beyond the limit: a small body that unpacks to gigabytes costs the limit and no more. */
function unpack(
  request: IncomingMessage,
  unpacker: Transform,
  coding: string,
  limit: number,
  done: (body: Buffer | RequestFault) => void,
): void {
  let open = true;
  const once = (outcome: Buffer | RequestFault) => {
    if (!open) return;
    open = false;
    if (outcome instanceof RequestFault) {
      request.unpipe(unpacker);
      request.resume();
      unpacker.destroy();
    }
    done(outcome);
  };
  unpacker.on("error", () => once(new RequestFault(400, "serve.content-encoding", `the body is not whole ${coding} data`)));
  request.on("close", () => {
    if (!request.complete) {
      open = false;
      unpacker.destroy();
    }
  });
  collect(unpacker, limit, once, () => once(tooLarge(limit)));
  request.pipe(unpacker);
}

function collect(
  source: IncomingMessage | Transform,
  limit: number,
  done: (body: Buffer | RequestFault) => void,
  refuse: () => void,
): void {
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

function tooLarge(limit: number): RequestFault {
  return new RequestFault(
    413,
    "serve.body-too-large",
    `the body is larger than ${limit} bytes; send fewer rows in a request, or binary tensors`,
    {
      connection: "close",
    },
  );
}
