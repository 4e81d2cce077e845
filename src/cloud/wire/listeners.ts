import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { Socket } from "node:net";
import type { Certificates } from "../certificates.ts";
import { listen } from "./listen.ts";
import { createProxy } from "./proxy.ts";

export interface ListenerOptions {
  readonly certificates: Certificates;
  readonly port: number;
  readonly httpPort: number;
  readonly proxyPort: number;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly log: (event: string, host: string) => void;
}

export interface Listeners {
  readonly port: number;
  readonly httpPort: number;
  readonly proxyPort: number;
  close(): Promise<void>;
}

/** How long an answer under way may take once the listeners are told to close. */
const GRACE_MS = 1_000;
/** Longer than clients keep idle connections in their pools, so that none is closed under a request. */
const KEEP_ALIVE_MS = 65_000;

export async function startListeners(options: ListenerOptions): Promise<Listeners> {
  const { certificate, key } = options.certificates;
  const tls = createHttps({ cert: certificate, key, minVersion: "TLSv1.2" }, options.handle);
  const http = createHttp(options.handle);
  const ports: number[] = [];
  const proxy = createProxy(tls, () => ports, options.log);
  tls.on("tlsClientError", (_error, socket) => socket.destroy());
  const servers: readonly Server[] = [tls, http, proxy];
  const sockets = new Set<Socket>();
  for (const server of servers) {
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
  }
  try {
    ports.push(await listen(tls, options.port, "HTTPS"));
    const httpPort = await listen(http, options.httpPort, "HTTP");
    const proxyPort = await listen(proxy, options.proxyPort, "the proxy");
    return { port: ports[0] ?? 0, httpPort, proxyPort, close: () => close(servers, sockets) };
  } catch (error) {
    await close(servers, sockets);
    throw error;
  }
}

async function close(servers: readonly Server[], sockets: ReadonlySet<Socket>): Promise<void> {
  const force = setTimeout(() => {
    // Not `closeAllConnections`: a server knows neither tunnels nor connections whose handshake a client gave up.
    for (const socket of sockets) socket.destroy();
  }, GRACE_MS);
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    ),
  );
  clearTimeout(force);
}
