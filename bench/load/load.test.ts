import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { closedLoop } from "./closed-loop.ts";
import { readAnswer, requestBytes } from "./connection.ts";
import { openLoop } from "./open-loop.ts";
import { median, quantiles } from "./samples.ts";

const request = requestBytes({ path: "/", body: "x" });

/** Answers each request, the `slow` one (counted from 0) after `stallMs` in which it answers nobody. */
async function server(slow = -1, stallMs = 0) {
  let count = 0;
  let stalledUntil = 0;
  const http = createServer((incoming, response) => {
    incoming.resume();
    if (count++ === slow) stalledUntil = performance.now() + stallMs;
    setTimeout(() => response.end("ok"), Math.max(0, stalledUntil - performance.now()));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    port: (http.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

test("an open loop goes on sending while the server stalls, and every request that was due meanwhile shows it", async () => {
  await using target = await server(50, 200);

  const result = await openLoop({ port: target.port, request, rate: 500, seconds: 0.5 });

  expect(result).toMatchObject({ sent: 250, answered: 250, failed: 0, lost: 0, unanswered: 0 });
  expect(result.latencyMs.max).toBeGreaterThan(190);
  // 100 of 250 were due in the stall of 200 ms; the fifth that came last of them waited less than 40 ms.
  expect(result.latencyMs.p90).toBeGreaterThan(100);
});

test("a closed loop sends one request at a time on each connection", async () => {
  await using target = await server(0, 100);

  const result = await closedLoop({ port: target.port, request, connections: 2, seconds: 0.15 });

  expect(result).toMatchObject({ failed: 0, lost: 0, unanswered: 0 });
  expect(result.answered).toBe(result.sent);
  expect(result.latencyMs.max).toBeGreaterThan(90);
});

test("requests that nobody answers are told apart from those that fail and those whose connection breaks", async () => {
  const http = createServer((incoming, response) => {
    const number = Number(incoming.headers["x-number"] ?? seen++);
    if (number % 3 === 0) response.writeHead(500).end();
    if (number % 3 === 1) response.destroy();
  });
  let seen = 0;
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const port = (http.address() as AddressInfo).port;

  const result = await openLoop({ port, request, rate: 300, seconds: 0.1, graceMs: 100 });
  http.close();
  http.closeAllConnections();

  expect(result).toMatchObject({ sent: 30, answered: 10, failed: 10, lost: 10, unanswered: 10 });
});

test.each([
  ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", undefined],
  ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n", undefined],
  ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", "ok"],
])("%j is read as %s", (bytes, body) => {
  expect(readAnswer(Buffer.from(bytes))?.body.toString()).toBe(body);
});

test("quantiles and the median are those of the samples", () => {
  expect(quantiles(Array.from({ length: 1_000 }, (_, at) => at))).toEqual({ p50: 500, p90: 900, p99: 990, p999: 999, max: 999 });
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
