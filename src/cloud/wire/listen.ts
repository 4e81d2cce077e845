import type { Server } from "node:net";
import { QuaysideError } from "../../report/index.ts";

/** Loopback only: the embedded Azure is nobody else's. */
const LOOPBACK = "127.0.0.1";

/** Listens and gives the port; 0 takes a free one. */
export function listen(server: Server, port: number, purpose: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(refused(cause, port, purpose)));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function refused(cause: NodeJS.ErrnoException, port: number, purpose: string): unknown {
  if (cause.code === "EADDRINUSE") {
    return new QuaysideError(`port ${port} for ${purpose} is taken by another process`, {
      code: "cloud.port-in-use",
      fault: "user",
      hint: "choose another port, or 0 for any free one",
      cause,
    });
  }
  if (cause.code === "EACCES") {
    return new QuaysideError(`port ${port} for ${purpose} may not be opened by this user`, {
      code: "cloud.port-forbidden",
      fault: "user",
      hint: "choose a port above 1023",
      cause,
    });
  }
  return cause;
}
