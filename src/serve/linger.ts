import type { IncomingMessage } from "node:http";

/** How long a refused body is read on, and how much of it; then the connection ends whether the client has listened or not. */
const LINGER_MS = 2000;
const LINGER_BYTES = 64 * 1024 * 1024;

/**
 * Reads and throws away what follows of a refused body, then calls back. The answer ends the connection, and a connection
 * that ends while the client is still sending takes the answer with it.
 */
export function linger(request: IncomingMessage, then: () => void): void {
  let left = LINGER_BYTES;
  const finish = () => {
    clearTimeout(timer);
    request.off("data", count).off("end", finish).off("close", finish);
    then();
  };
  const count = (chunk: Buffer) => {
    left -= chunk.length;
    if (left <= 0) finish();
  };
  const timer = setTimeout(finish, LINGER_MS);
  if (request.complete && request.readableEnded) return finish();
  request.on("data", count).once("end", finish).once("close", finish);
  request.resume();
}
