import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { KEY, type TestRouter, testInstance, testRouter } from "../testing/router.ts";
import { metric } from "../testing/scrape.ts";
import type { RouterOptions } from "./router.ts";

/** Writes the parts one after the other to one connection; gives everything that came back once it ended or `answers` are there. */
async function raw(router: TestRouter, parts: readonly string[], answers: number): Promise<string> {
  const socket = connect(router.router.port, "127.0.0.1");
  let received = "";
  const whole = Promise.withResolvers<void>();
  socket.setNoDelay().setEncoding("latin1");
  socket.on("data", (part) => {
    received += String(part);
    if (statuses(received).length >= answers && /\}(?:\r\n0\r\n\r\n)?$/.test(received)) whole.resolve();
  });
  socket.on("close", () => whole.resolve()).on("error", () => {});
  await once(socket, "connect");
  for (const part of parts) {
    socket.write(Buffer.from(part, "latin1"));
    await sleep(5);
  }
  await whole.promise;
  socket.destroy();
  return received;
}

const statuses = (received: string) => [...received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
const head = (...fields: readonly string[]) =>
  ["POST /api/v1/endpoint/e/score HTTP/1.1", "host: h", `authorization: Bearer ${KEY}`, ...fields, "", ""].join("\r\n");

async function running(limits: Partial<RouterOptions> = {}) {
  const blue = await testInstance("blue");
  const router = await testRouter({ maxBodyBytes: 1_000, ...limits });
  router.apply({ name: "blue", weight: 100, instances: [blue.origin] });
  return {
    blue,
    router,
    async [Symbol.asyncDispose]() {
      await router[Symbol.asyncDispose]();
      await blue[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ["length and chunks", [head("content-length: 5", "transfer-encoding: chunked"), "0\r\n\r\nX"]],
  ["two lengths", [head("content-length: 5", "content-length: 6"), "hello!"]],
  ["a signed length", [head("content-length: +5"), "hello"]],
  ["a folded field", [head("a: b\r\n transfer-encoding: chunked", "content-length: 5"), "hello"]],
  ["a line break alone", [head("a: b\ntransfer-encoding: chunked", "content-length: 5"), "hello"]],
  ["a blank before the colon", [head("content-length : 5"), "hello"]],
  ["a chunk that is longer than it says", [head("transfer-encoding: chunked"), "4\r\nhello\r\n0\r\n\r\n"]],
])("a request with %s is refused and reaches no instance", async (_, parts) => {
  await using it = await running();

  const received = await raw(it.router, parts, 1);

  expect(statuses(received)).toEqual([400]);
  expect(it.blue.seen).toEqual([]);
});

test("a coding that the router does not undo is refused", async () => {
  await using it = await running();

  const received = await raw(it.router, [head("transfer-encoding: gzip, chunked"), "3\r\nabc\r\n0\r\n\r\n"], 1);

  expect(statuses(received)).toEqual([501]);
  expect(received).toContain("serve.transfer-encoding");
  expect(it.blue.seen).toEqual([]);
});

test.each([
  ["no HTTP", "GARBAGE\r\n\r\n", 400, "serve.not-http"],
  ["a large header", `GET / HTTP/1.1\r\nhost: h\r\na: ${"x".repeat(20_000)}\r\n\r\n`, 431, "serve.headers-too-large"],
  ["a body that does not come", `${head("content-length: 5")}he`, 408, "serve.slow-client"],
])("what is no request gets a coded refusal, which is counted: %s", async (_, sent, status, code) => {
  await using it = await running({ headersTimeoutMs: 200, requestTimeoutMs: 300 });

  const received = await raw(it.router, [sent], 1);

  expect(statuses(received)).toEqual([status]);
  expect(received).toContain(`{"message":"${code}: `);
  expect(await metric(it.router.url, `quayside_router_refusals_total{code="${status}",reason="${code}"}`)).toBe(1);
  expect(it.blue.seen).toEqual([]);
});

test("however a body comes, the instance gets it whole, with its length", async () => {
  await using it = await running();
  const ways = [
    [`${head("content-length: 5")}hello`],
    [head("content-length: 5"), "hello"],
    [head("content-length: 5"), "he", "ll", "o"],
    [`${head("content-length: 5")}hel`, "lo"],
    [`${head("transfer-encoding: chunked")}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`],
    [head("transfer-encoding: chunked"), "5;x\r\nhe", "llo\r\n0\r\na: b\r\n", "\r\n"],
  ];

  for (const parts of ways) expect(statuses(await raw(it.router, parts, 1))).toEqual([200]);

  expect(it.blue.seen.map(({ body }) => body)).toEqual(ways.map(() => "hello"));
  for (const { headers } of it.blue.seen) {
    expect(headers["content-length"]).toBe("5");
    expect(headers).not.toHaveProperty("transfer-encoding");
  }
});

test("requests that follow each other in one packet are answered in turn, each with its own body", async () => {
  await using it = await running();
  const packet = `${head("content-length: 3")}one${head("content-length: 0")}${head("transfer-encoding: chunked")}5\r\nthree\r\n0\r\n\r\n`;

  expect(statuses(await raw(it.router, [packet], 3))).toEqual([200, 200, 200]);
  expect(it.blue.seen.map(({ body }) => body).sort()).toEqual(["", "one", "three"]);
});

test.each([
  ["announced", [head("content-length: 1001"), "x".repeat(1_001)]],
  ["in chunks", [head("transfer-encoding: chunked"), `${"190\r\n".padEnd(405, "x")}\r\n`.repeat(3), "0\r\n\r\n"]],
])("a body beyond the limit, %s, is a 413", async (_, parts) => {
  await using it = await running();

  expect(statuses(await raw(it.router, parts, 1))).toEqual([413]);
  expect(it.blue.seen).toEqual([]);
});

test("a caller that leaves in the middle of its body costs nobody anything", async () => {
  await using it = await running();
  for (const part of ["", "he"]) {
    const socket = connect(it.router.router.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(head("content-length: 5") + part);
    await sleep(10);
    socket.resetAndDestroy();
    await sleep(10);
  }

  expect((await it.router.score()).status).toBe(200);
  expect(it.blue.seen).toHaveLength(1);
});

test("what an instance says twice, or in two ways, is a 502, and not sent on", async () => {
  await using it = await running();
  await using odd = await testInstance("odd", (incoming) => {
    incoming.socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n");
  });
  it.router.apply({ name: "blue", weight: 100, instances: [odd.origin] });

  expect(await it.router.score()).toMatchObject({
    status: 502,
    body: '{"message":"serve.instance-gone: deployment \\"blue\\" gave no whole answer: it has both content-length and transfer-encoding"}',
  });
  expect(odd.seen).toHaveLength(1);
});
