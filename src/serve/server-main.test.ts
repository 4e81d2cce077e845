import { mkdir, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { listen } from "./listen.ts";
import { bytesField, concat, integerField, rewrite } from "./server/own/wire-writer.ts";
import { startChild } from "./testing/child.ts";
import { folderOf, LINEAR, modelFolder } from "./testing/models.ts";
import { post } from "./testing/server.ts";

const ROW = { data: [[5.1, 3.5, 1.4, 0.2]] };

test("it says where it listens, then that it is ready, serves, and prints JSON lines", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [folder.path, "--name", "iris", "--version", "7"]);

  const { port } = await server.told("listening");
  await server.told("ready");

  expect(server.messages.map(({ type }) => type)).toEqual(["listening", "ready"]);
  expect((await post(`http://127.0.0.1:${port}/score`, ROW)).status).toBe(200);
  expect(await (await fetch(`http://127.0.0.1:${port}/v2/models/iris`)).json()).toMatchObject({ name: "iris", versions: ["7"] });
  const lines = server
    .output()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string });
  expect(lines.map(({ event }) => event)).toEqual(["server.listening", "model.ready"]);
});

test("in an image it takes the model that Azure ML mounts, with its name and version", async () => {
  await using folder = await folderOf({});
  const mount = join(folder.path, "azureml-models", "iris", "12");
  await mkdir(join(mount, "model"), { recursive: true });
  await writeFile(join(mount, "model", "model.onnx"), encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [], { AZUREML_MODEL_DIR: mount });
  const { port } = await server.told("listening");
  await server.told("ready");

  expect(await (await fetch(`http://127.0.0.1:${port}/v2/models/iris`)).json()).toMatchObject({ name: "iris", versions: ["12"] });
});

test("told to drain, it finishes the request in flight, and exits 0", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [folder.path]);
  const { port } = await server.told("listening");
  await server.told("ready");
  const slow = await openRequest(port);

  server.process.send({ type: "drain" });
  await until(() => server.output().includes("server.draining"));
  slow.finish();

  expect(await slow.answer).toMatchObject({ status: 200, connection: "close" });
  expect(await server.ended).toBe(0);
});

test.each(["SIGTERM", "SIGINT"] as const)("%s ends it with exit code 0", async (signal) => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [folder.path]);
  await server.told("ready");

  server.process.kill(signal);

  expect(await server.ended).toBe(0);
});

test("it ends when its starter is gone", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [folder.path]);
  await server.told("ready");

  server.process.disconnect();

  expect(await server.ended).toBe(0);
});

test.each<[string, Readonly<Record<string, string | Buffer>>, string, RegExp]>([
  [
    "a file that is not ONNX",
    { "model.onnx": "these are only notes" },
    "serve.model-not-onnx",
    /model\.onnx is not an ONNX model that ONNX Runtime can load \(.+\)$/,
  ],
  ["a folder without a model", { "model.pkl": "" }, "serve.model-missing", / holds no \.onnx file$/],
  [
    "a folder with several models",
    { "a.onnx": "", "b.onnx": "" },
    "serve.model-ambiguous",
    / holds 2 \.onnx files; name one of them or call it model\.onnx$/,
  ],
  [
    "an output that is a list of tensors",
    { "model.onnx": listOfTensors() },
    "serve.model-not-tensor",
    /^output "parts" is not a tensor but a sequence or map; only ZipMap's are turned into tables$/,
  ],
  [
    "a signature that is not one",
    { "model.onnx": Buffer.from(encodeModel(LINEAR)), "signature.json": "{}" },
    "serve.signature-invalid",
    /signature\.json is not a signature: /,
  ],
  [
    "a signature that does not fit",
    { "model.onnx": Buffer.from(encodeModel(LINEAR)), "signature.json": '{"inputs":[{"name":"X","columns":["a"]}]}' },
    "serve.signature-invalid",
    /signature\.json names 1 columns; the model takes 4$/,
  ],
])("%s: tells failed with a code and exits 3", async (_, files, code, message) => {
  await using folder = await folderOf(files);
  await using server = startChild("server-main.ts", [folder.path]);

  const failed = await server.told("failed");

  expect(failed.code).toBe(code);
  expect(failed.message).toMatch(message);
  expect(failed.message).not.toContain("\n");
  expect(await server.ended).toBe(3);
});

test("a place that does not exist: tells failed and exits 3", async () => {
  await using server = startChild("server-main.ts", ["/nowhere/at/all"]);

  expect(await server.told("failed")).toEqual({
    type: "failed",
    code: "serve.model-missing",
    message: "/nowhere/at/all does not exist",
  });
  expect(await server.ended).toBe(3);
});

test.each([
  [
    ["--port", "x", "model"],
    "--port is x; an integer from 0 to 65535 is needed; usage: server-main.ts [MODEL_DIR_OR_FILE, else AZUREML_MODEL_DIR]",
  ],
  [[], "0 model places given; one is needed; usage:"],
  [["a", "b"], "2 model places given; one is needed; usage:"],
  [["model", "--colour", "red"], "Unknown option '--colour'"],
])("arguments %j are a usage error with exit code 2", async (args, message) => {
  await using server = startChild("server-main.ts", args);

  expect(await server.told("failed")).toMatchObject({ code: "serve.usage", message: expect.stringContaining(message) });
  expect(await server.ended).toBe(2);
});

test("a port that is taken is one line and exit code 1", async () => {
  const other = createServer();
  const port = await listen(other, "127.0.0.1", 0);
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [folder.path, "--port", String(port)]);

  expect(await server.told("failed")).toMatchObject({
    code: "serve.cannot-listen",
    message: `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
  });
  expect(await server.ended).toBe(1);
  other.close();
});

test("what is not HTTP, or too much of it, is refused and the server stays up", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [folder.path]);
  const { port } = await server.told("listening");
  await server.told("ready");

  expect(await send(port, "GARBAGE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await send(port, `GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  expect(await send(port, `GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  expect(
    await send(port, "POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
  ).toMatch(/^HTTP\/1\.1 400 /);
  expect(
    await send(
      port,
      "POST /score HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\nexpect: 100-continue\r\n\r\n",
    ),
  ).toMatch(/^HTTP\/1\.1 413 /);
  // A client that leaves in the middle of its body.
  connect(port, "127.0.0.1").end("POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{");
  expect((await post(`http://127.0.0.1:${port}/score`, ROW)).status).toBe(200);
  expect(server.output()).not.toContain("request.failed");
});

/** A model that splits its input into a sequence; the type of the output is written by hand, since the writer knows tensors alone. */
function listOfTensors(): Buffer {
  const rows = { name: "X", type: "float", shape: ["rows", 2] } as const;
  const model = encodeModel({
    name: "split",
    inputs: [rows],
    outputs: [{ ...rows, name: "parts" }],
    nodes: [{ op: "SplitToSequence", inputs: ["X"], outputs: ["parts"] }],
  });
  const sequenceOfFloats = bytesField(4, bytesField(1, bytesField(1, integerField(1, 1))));
  const retyped = concat([bytesField(1, Buffer.from("parts")), bytesField(2, sequenceOfFloats)]);
  return Buffer.from(rewrite(model, 7, (graph) => rewrite(graph, 12, () => retyped)));
}

/** A scoring request whose body is still missing its end. */
async function openRequest(port: number) {
  const body = JSON.stringify(ROW);
  const sent = request({
    port,
    host: "127.0.0.1",
    path: "/score",
    method: "POST",
    headers: { "content-type": "application/json", "content-length": body.length },
  });
  const answer = new Promise<{ status: number | undefined; connection: string | undefined }>((resolve, reject) => {
    sent.on("response", (response) => {
      response.resume();
      resolve({ status: response.statusCode, connection: response.headers.connection });
    });
    sent.on("error", reject);
  });
  await new Promise<void>((resolve) => sent.write(body.slice(0, 5), () => resolve()));
  // The server has seen the headers when it has answered something that was sent later.
  await fetch(`http://127.0.0.1:${port}/`);
  return { answer, finish: () => sent.end(body.slice(5)) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function send(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += String(chunk);
      socket.end();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}
