import { createServer, type Server } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import { isLoopbackName, isReservedName } from "../suffixes.ts";

/**
 * The HTTP CONNECT proxy that gives the rehearsal's host names a place: whatever the name, the tunnel ends in our own
 * TLS server. Any other host is refused, so nothing outside is ever contacted.
 */
export function createProxy(
  tls: TlsServer,
  ownPorts: () => readonly number[],
  log: (event: string, host: string) => void,
): Server {
  const proxy = createServer((request, response) => {
    response.writeHead(405, { "content-type": "text/plain; charset=utf-8", connection: "close" });
    response.end(`this proxy only makes tunnels (CONNECT); ${request.url ?? ""} was asked for\n`);
  });
  proxy.on("connection", (socket: Socket) => socket.on("error", () => socket.destroy()));
  proxy.on("connect", (request, stream, head: Buffer) => {
    const socket = stream as Socket; // node:http always gives the net.Socket
    const { host, port } = authority(request.url ?? "");
    const known = isReservedName(host) || (isLoopbackName(host) && (port === 443 || ownPorts().includes(port)));
    if (!known) {
      log("proxy.refused", request.url ?? "");
      const body = `${host}:${port} is not part of the rehearsal; this proxy reaches nothing else\n`;
      socket.end(
        `HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    socket.setNoDelay(true);
    tls.emit("connection", socket);
  });
  return proxy;
}

function authority(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(":");
  return at < 0
    ? { host: text.toLowerCase(), port: 443 }
    : { host: text.slice(0, at).toLowerCase(), port: Number(text.slice(at + 1)) };
}
