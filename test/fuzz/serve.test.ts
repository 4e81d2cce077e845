import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { ECHO, ECHO_REQUEST, LINEAR } from "../../src/serve/testing/models.ts";
import { testServer } from "../../src/serve/testing/server.ts";
import { fuzz } from "./fuzz.ts";

const SIGNATURE = JSON.stringify({ inputs: [{ name: "X", columns: ["a", "b", "c", "d"] }] });

// `npm run fuzz` sends a hundred times as many.
test.each([
  ["rows of one table", LINEAR, "/score", '{"data":[[5.1,3.5,1.4,0.2]]}'],
  ["tensors of five types, by ONNX Runtime", ECHO, "/v2/models/m/infer", ECHO_REQUEST],
])("a model of %s refuses hostile requests and bytes with a code, and goes on", async (_, model, path, body) => {
  const files: Record<string, string> = model === LINEAR ? { "signature.json": SIGNATURE } : {};
  await using server = await testServer(encodeModel(model), { files });

  const report = await fuzz(
    { port: server.server.port, path, body },
    { requests: 2_000, connections: 100, seed: Math.trunc(Math.random() * 2 ** 31) },
  );

  expect(report.requests).toBeGreaterThanOrEqual(2_000);
  expect(report.statuses[200]).toBeGreaterThan(10);
  expect(report.statuses[400]).toBeGreaterThan(500);
});

test("the fuzzer finds a server that closes connections without an answer", async () => {
  await using server = createServer((request, response) => {
    // Of the connections that the fuzzer makes itself.
    if (request.headers.host === "x") request.socket.destroy();
    else response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  await expect(fuzz({ port, path: "/", body: "{}" }, { requests: 1, connections: 100, seed: 1 })).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/good requests on a connection of their own have 0 answers/) as string },
  });
});
