import type { IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { RequestFault } from "../fault.ts";
import { type BodyListener, collect, readBody, tooLarge } from "../read-body.ts";

/** Hands over the whole body, unpacked, or the 4xx because of which it is not read: at most `limit` bytes, packed or not. */
export function receive(request: IncomingMessage, limit: number, done: BodyListener): void {
  const coding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (coding === "identity" || coding === "") return readBody(request, limit, done);
  const unpacker = Object.hasOwn(UNPACKERS, coding) ? UNPACKERS[coding] : undefined;
  if (unpacker === undefined) {
    request.resume();
    const message = `content-encoding ${coding.slice(0, 40)} is not supported; send gzip, deflate or br, or the body as it is`;
    return done(new RequestFault(415, "serve.content-encoding", message));
  }
  readBody(request, limit, done, () => unpack(request, unpacker(), coding, limit, done));
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
function unpack(request: IncomingMessage, unpacker: Transform, coding: string, limit: number, done: BodyListener): void {
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
