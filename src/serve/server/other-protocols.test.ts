import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { COLUMNS, LINEAR, LOOKUP, SUM } from "../testing/models.ts";
import { post, type TestServer, testServer } from "../testing/server.ts";
import { VERSION } from "../version.ts";

const NAMES = ["a", "b", "c", "d"];
const ROWS = [
  [5.1, 3.5, 1.4, 0.2],
  [6, 3, 5, 2],
];
const RECORDS = ROWS.map((row) => Object.fromEntries(NAMES.map((name, at) => [name, row[at]])));
const BY_COLUMN = Object.fromEntries(NAMES.map((name, at) => [name, ROWS.map((row) => row[at])]));
const SIGNATURE = JSON.stringify({ inputs: [{ name: "X", columns: NAMES }] });

let linear: TestServer;
let sum: TestServer;
let columns: TestServer;
let score: { predictions: number[]; probabilities: number[][] };
beforeAll(async () => {
  linear = await testServer(encodeModel(LINEAR), { files: { "signature.json": SIGNATURE }, maxRows: 100 });
  sum = await testServer(encodeModel(SUM));
  columns = await testServer(encodeModel(COLUMNS));
  score = (await (await post(`${linear.url}/score`, { data: ROWS })).json()) as typeof score;
});
afterAll(async () => {
  for (const server of [linear, sum, columns]) await server[Symbol.asyncDispose]();
});

const answer = async (url: string, body: unknown, headers = {}) => {
  const response = await post(url, body, headers);
  return [response.status, await response.json()];
};

describe("MLflow's protocol", () => {
  test.each(["/ping", "/health"])("GET %s answers a line break while the model can answer", async (path) => {
    const response = await fetch(linear.url + path);

    expect([response.status, await response.text()]).toEqual([200, "\n"]);
  });

  test("GET /version answers this server's version", async () => {
    expect(await (await fetch(`${linear.url}/version`)).text()).toBe(VERSION);
  });

  test.each([
    ["dataframe_split", { columns: [...NAMES].reverse(), index: [7, 8], data: ROWS.map((row) => row.toReversed()) }],
    ["dataframe_records", RECORDS],
    ["instances", ROWS],
    ["instances", { X: ROWS }],
    ["inputs", ROWS],
    ["inputs", BY_COLUMN],
    ["inputs", { X: ROWS }],
  ])("%s %j answers every output by name", async (form, table) => {
    expect(await answer(`${linear.url}/invocations`, { [form]: table })).toEqual([
      200,
      { predictions: { label: score.predictions, probabilities: score.probabilities } },
    ]);
  });

  test.each(["text/csv", "text/csv; charset=utf-8"])("%s takes a table with a line of names, in any order", async (type) => {
    const csv = `d,"c",b,a\r\n${ROWS.map((row) => row.toReversed().join(",")).join("\r\n")}\r\n`;

    expect(await answer(`${linear.url}/invocations`, csv, { "content-type": type })).toEqual([
      200,
      { predictions: { label: score.predictions, probabilities: score.probabilities } },
    ]);
  });

  test("a model with one output answers its list", async () => {
    expect(await answer(`${sum.url}/invocations`, { inputs: [[1, 2]] })).toEqual([200, { predictions: [3] }]);
  });

  test.each([
    [{}, {}, 400, "serve.no-input: the body has 0 of dataframe_split, dataframe_records, instances, inputs; send exactly one"],
    [{ inputs: ROWS, instances: ROWS }, {}, 400, "serve.no-input: the body has 2 of"],
    [{ data: ROWS }, {}, 400, 'serve.unknown-input: unknown input "data"'],
    [{ inputs: ROWS, params: { top: 1 } }, {}, 400, "serve.parameter: params is given"],
    [{ dataframe_split: ROWS }, {}, 400, "serve.rows: dataframe_split is an array"],
    [{ dataframe_records: [{ a: 1 }] }, {}, 400, 'serve.columns: dataframe_records[0] lacks "b"'],
    [{ dataframe_records: [{ ...RECORDS[0], e: 1 }] }, {}, 400, 'serve.columns: dataframe_records[0] has unknown column "e"'],
    [{ inputs: { ...BY_COLUMN, a: [1] } }, {}, 400, "serve.columns: inputs has columns of different lengths"],
    ["{}", { "content-type": "application/json; charset=latin1" }, 415, "serve.content-type: content-type has parameter"],
    ["{}", { "content-type": "application/xml" }, 415, "serve.content-type: content-type is application/xml"],
    ['a,b,c,d\n1,2,3,"4', { "content-type": "text/csv" }, 400, "serve.not-csv: record 2 has a quote that does not end"],
    ["a,b,c,d\n1,2,3,x", { "content-type": "text/csv" }, 400, "serve.value: row 0, d is a string"],
    ["a,b,c,d\n1,2,3,", { "content-type": "text/csv" }, 400, "serve.value: row 0, d is a string"],
    ["a,b,c,d\n1,2,3", { "content-type": "text/csv" }, 400, "serve.row-width: the table[0] has 3 values"],
    ["", { "content-type": "text/csv" }, 400, "serve.empty-body: the body is empty"],
    [
      `a,b,c,d\n${"1,2,3,4\n".repeat(101)}`,
      { "content-type": "text/csv" },
      413,
      "serve.too-many-rows: the body has more than 100 rows",
    ],
  ])("refuses %j with %j", async (body, headers, status, message) => {
    expect(await answer(`${linear.url}/invocations`, body, headers)).toEqual([
      status,
      { error_code: "BAD_REQUEST", message: expect.stringContaining(message), stack_trace: "" },
    ]);
  });
});

describe("TensorFlow Serving's protocol", () => {
  test("GET /v1/models/m says that the version is available", async () => {
    expect(await (await fetch(`${linear.url}/v1/models/m`)).json()).toEqual({
      name: "m",
      ready: true,
      model_version_status: [{ version: "3", state: "AVAILABLE", status: { error_code: "OK", error_message: "" } }],
    });
    expect(await (await fetch(`${linear.url}/v1/models`)).json()).toEqual({ models: ["m"] });
  });

  test("instances, rows or objects, answer an object for each row when there are several outputs", async () => {
    const predictions = score.predictions.map((label, at) => ({ label, probabilities: score.probabilities[at] }));

    for (const instances of [ROWS, RECORDS, ROWS.map((X) => ({ X }))])
      expect(await answer(`${linear.url}/v1/models/m:predict`, { instances })).toEqual([200, { predictions }]);
  });

  test("inputs answer outputs by column", async () => {
    expect(
      await answer(`${linear.url}/v1/models/m/versions/3:predict`, { inputs: { X: ROWS }, signature_name: "serving_default" }),
    ).toEqual([200, { outputs: { label: score.predictions, probabilities: score.probabilities } }]);
    expect(await answer(`${columns.url}/v1/models/m:predict`, { inputs: { width: [2, 3], height: [5, 7] } })).toEqual([
      200,
      { outputs: [[10], [21]] },
    ]);
    expect(await answer(`${columns.url}/v1/models/m:predict`, { instances: [{ width: 2, height: [5] }] })).toEqual([
      200,
      { predictions: [[10]] },
    ]);
  });

  test.each([
    ["/v1/models/n:predict", { instances: ROWS }, 404, 'serve.unknown-model: no model "n"; this server has "m" version 3'],
    ["/v1/models/m/versions/4:predict", { instances: ROWS }, 404, 'serve.unknown-model: no model "m version 4"'],
    ["/v1/models/m:classify", {}, 404, "serve.not-found: no action classify"],
    ["/v1/models/m", {}, 405, "serve.method"],
    ["/v1/models/m:predict", {}, 400, "serve.no-input: the body has 0 of instances, inputs"],
    ["/v1/models/m:predict", { instances: ROWS, inputs: ROWS }, 400, "serve.no-input: the body has 2 of"],
    ["/v1/models/m:predict", { instances: ROWS, signature_name: "x" }, 400, "serve.parameter: signature_name"],
    ["/v1/models/m:predict", { instances: ROWS, examples: [] }, 400, 'serve.unknown-input: unknown key "examples"'],
    ["/v1/models/m:predict", { instances: [ROWS[0], { a: 1 }] }, 400, "serve.row: instances[0] is an array"],
  ])("POST %s %j is refused", async (path, body, status, error) => {
    expect(await answer(linear.url + path, body)).toEqual([status, { error: expect.stringContaining(error) }]);
  });
});

describe("the model repository", () => {
  test("lists the model, unloads and loads it where callers may, and readiness follows", async () => {
    await using server = await testServer(encodeModel(LINEAR), { modelControl: "explicit" });
    const index = async (body?: object) => (await answer(`${server.url}/v2/repository/index`, body ?? ""))[1];
    const entry = { name: "m", version: "3", state: "READY", reason: "" };

    expect(await index()).toEqual([entry]);
    expect((await post(`${server.url}/v2/repository/models/m/unload`, "")).status).toBe(200);
    expect(await index()).toEqual([{ ...entry, state: "UNAVAILABLE", reason: "unloaded" }]);
    expect(await index({ ready: true })).toEqual([]);
    expect((await fetch(`${server.url}/v2/health/ready`)).status).toBe(503);
    expect(await answer(`${server.url}/score`, { data: ROWS })).toEqual([
      503,
      { message: expect.stringContaining("the model is unloaded") },
    ]);
    expect((await post(`${server.url}/v2/repository/models/m/load`, {})).status).toBe(200);
    expect(await index({ ready: true })).toEqual([entry]);
    expect((await post(`${server.url}/score`, { data: ROWS })).status).toBe(200);
  });

  test.each([
    ["models/n/load", {}, 404, "serve.unknown-model"],
    ["models/m/replace", {}, 404, "serve.not-found"],
    ["models/m/load", {}, 403, "serve.model-control: callers may not load or unload the model"],
    ["models/m/unload", {}, 403, "serve.model-control"],
    ["models/m/load", { parameters: { config: "{}" } }, 400, "serve.parameter: parameters are not supported"],
    ["index", { ready: 1 }, 400, "serve.parameter: ready is a number"],
  ])("POST %s %j is refused", async (path, body, status, error) => {
    expect(await answer(`${linear.url}/v2/repository/${path}`, body)).toEqual([
      status,
      { error: expect.stringContaining(error) },
    ]);
  });
});

test("statistics count rows, runs and requests; a failure counts as one", async () => {
  await using server = await testServer(encodeModel(LINEAR), { engine: "onnxruntime" });
  await Promise.all(Array.from({ length: 20 }, () => post(`${server.url}/score`, { data: ROWS })));
  const read = async (path: string) =>
    ((await (await fetch(server.url + path)).json()) as { model_stats: { execution_count: number }[] }).model_stats[0];

  const stats = await read("/v2/models/m/stats");

  expect(stats).toMatchObject({
    name: "m",
    version: "3",
    inference_count: 40,
    inference_stats: { success: { count: 20 }, fail: { count: 0 } },
  });
  expect(await read("/v2/models/stats")).toEqual(stats);
});

describe("a packed body", () => {
  const body = JSON.stringify({ data: ROWS });
  const send = (bytes: Uint8Array, coding: string) =>
    fetch(`${linear.url}/score`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": coding },
      body: Buffer.from(bytes),
    });

  test.each([
    ["gzip", gzipSync(body)],
    ["deflate", deflateSync(body)],
    ["br", brotliCompressSync(body)],
  ])("in %s is unpacked", async (coding, bytes) => {
    expect(await (await send(bytes, coding)).json()).toEqual(score);
  });

  test("that unpacks to more than the limit is refused as soon as it does", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));

    const before = process.memoryUsage.rss();
    const response = await send(bomb, "gzip");

    expect([response.status, await response.json()]).toEqual([413, { message: expect.stringContaining("serve.body-too-large") }]);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 2 ** 20);
  });

  test("that is cut short is refused", async () => {
    expect((await send(gzipSync(body).subarray(0, 30), "gzip")).status).toBe(400);
    expect((await send(Buffer.from("no"), "br")).status).toBe(400);
  });
});

test("a trace context is passed back, and a malformed one is not", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const given = await post(`${linear.url}/score`, { data: ROWS }, { traceparent, TraceId: "t-1" });
  const malformed = await post(`${linear.url}/score`, { data: ROWS }, { traceparent: "00-xyz" });

  expect([given.headers.get("traceparent"), given.headers.get("traceid")]).toEqual([traceparent, "t-1"]);
  expect(malformed.headers.get("traceparent")).toBeNull();
});

test("a failure of the model is logged with its trace and its request", async () => {
  const lines: unknown[] = [];
  await using server = await testServer(encodeModel(LOOKUP), {
    log: (level, event, fields) => lines.push({ level, event, ...fields }),
  });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  const failed = await post(`${server.url}/score`, { data: [[7]] }, { traceparent, "x-request-id": "r-1" });

  expect([failed.status, failed.headers.get("traceparent")]).toEqual([500, traceparent]);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: "error",
      event: "request.failed",
      traceparent,
      requestId: "r-1",
      route: "score",
      status: 500,
    }),
  );
});
