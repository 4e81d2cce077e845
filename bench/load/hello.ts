/** The control: a bare node:http server that reads the body and answers a constant. `node bench/load/hello.ts [body]`; prints its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const body = process.argv[2] ?? '{"predictions":[0]}';
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };

const server = createServer({ keepAliveTimeout: 75_000, noDelay: true }, (request, response) => {
  request.on("data", () => {});
  request.on("end", () => {
    response.writeHead(200, headers);
    response.end(body);
  });
});
server.listen(Number(process.argv[3] ?? 0), "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
