import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Binds and gives the port; rejects with the system's error (EADDRINUSE). */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const SWEEP_MS = 20;

/** Takes no more connections, lets requests in flight finish for at most `limitMs`; false when some had to be cut. */
export function closeGracefully(server: Server, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
      server.closeAllConnections();
    }, limitMs);
    // A connection whose request ends later becomes idle later, and Node closes only those that are idle now.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweep);
      resolve(true);
    });
  });
}
