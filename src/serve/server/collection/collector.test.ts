import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeModel } from "../../../../examples/iris/src/onnx.ts";
import { folderOf, LINEAR } from "../../testing/models.ts";
import { post, testServer } from "../../testing/server.ts";
import type { ModelServerOptions } from "../model-server.ts";
import { COLLECTOR_DEFAULTS, type Collector, type CollectorOptions, createCollector } from "./collector.ts";
import type { Collection } from "./event.ts";
import { folderSink } from "./folder.ts";
import { columnNames } from "./rows.ts";

const SOURCE = {
  endpoint: "iris",
  deployment: "blue",
  resource: "/subscriptions/s/onlineEndpoints/iris/deployments/blue",
  instance: "one",
};
const ROWS = [
  [5.1, 3.5, 1.4, 0.2],
  [6, 3, 5, 2],
];
const NOW = Date.UTC(2026, 10, 23, 7, 30);

async function collecting(
  options: Partial<CollectorOptions> = {},
  limits: Partial<Pick<ModelServerOptions, "maxRows" | "maxTextBytes" | "drainTimeoutMs" | "log">> = {},
) {
  const folder = await folderOf({});
  const collector = createCollector({
    ...COLLECTOR_DEFAULTS,
    sink: folderSink(folder.path, SOURCE),
    modelVersion: "3",
    now: () => NOW,
    log: () => {},
    ...options,
  });
  const signature = JSON.stringify({ inputs: [{ name: "X", columns: ["sepal", "name", "petal", "width"] }] });
  const server = await testServer(encodeModel(LINEAR), { collector, ...limits, files: { "signature.json": signature } });
  return {
    server,
    collector,
    path: folder.path,
    events: async (collection: Collection) =>
      (await readFile(join(folder.path, `iris/blue/${collection}/2026/11/23/07/one.jsonl`), "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { id: string; data: Record<string, unknown>[] } & Record<string, unknown>),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test("inputs and outputs are CloudEvents in Azure's layout, and rows find each other by their own ids", async () => {
  await using run = await collecting();
  await post(`${run.server.url}/score`, { data: ROWS }, { "x-request-id": "r-1", "x-ms-client-request-id": "c-1" });
  await run.collector.flush();

  const [inputs] = await run.events("model_inputs");
  const [outputs] = await run.events("model_outputs");

  expect(inputs).toEqual({
    specversion: "1.0",
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    source: SOURCE.resource,
    type: "azureml.inference.model_inputs",
    datacontenttype: "application/json",
    time: "2026-11-23T07:30:00.000Z",
    data: ROWS.map(([sepal, name, petal, width], at) => ({
      quayside_row_id: `r-1/${at}`,
      sepal: Math.fround(sepal ?? 0),
      name: Math.fround(name ?? 0),
      petal: Math.fround(petal ?? 0),
      width: Math.fround(width ?? 0),
    })),
    correlationid: "c-1",
    xrequestid: "r-1",
    modelversion: "3",
    collectdatatype: "pandas.core.frame.DataFrame",
    agent: expect.stringMatching(/^quayside\//),
    contentrange: expect.stringMatching(/^bytes 0-(\d+)\/\d+$/),
  });
  expect(outputs?.type).toBe("azureml.inference.model_outputs");
  expect(outputs?.data.map(Object.keys)).toEqual(
    ROWS.map(() => ["quayside_row_id", "label", "probabilities_0", "probabilities_1", "probabilities_2"]),
  );
  expect(outputs?.data.map((row) => row.quayside_row_id)).toEqual(["r-1/0", "r-1/1"]);
});

test("columns that may identify a person are never written", async () => {
  await using run = await collecting({ dropColumns: ["name", "label"] });
  await post(`${run.server.url}/v2/models/m/infer`, {
    inputs: [{ name: "X", shape: [1, 4], datatype: "FP32", data: [1, 2, 3, 4] }],
  });
  await run.collector.flush();

  expect(Object.keys((await run.events("model_inputs"))[0]?.data[0] ?? {})).toEqual([
    "quayside_row_id",
    "sepal",
    "petal",
    "width",
  ]);
  expect((await run.events("model_outputs"))[0]?.data[0]).not.toHaveProperty("label");
});

test.each(["nmae", "X_1", "quayside_row_id"])("a column that the model does not have cannot be left out: %s", async (column) => {
  await expect(collecting({ dropColumns: ["sepal", column] })).rejects.toMatchObject({
    code: "serve.unknown-column",
    message: expect.stringMatching(
      new RegExp(`^column ${column} is to be left out .* it has sepal, name, petal, width, label, probabilities_0, .*_2$`),
    ),
  });
});

test("where requests decide how many columns there are, each of them can be left out", () => {
  const names = columnNames([{ name: "X", type: "float32", shape: [null, null] }], undefined);

  expect(names).toEqual(["X", "X_*"]);
});

test("a share of the requests is collected when told so; requests that fail are not", async () => {
  let turn = 0;
  await using run = await collecting({
    rates: { model_inputs: 0.5, model_outputs: 0.5 },
    random: () => (turn++ % 2 === 0 ? 0.4 : 0.6),
  });
  for (let at = 0; at < 6; at++) await post(`${run.server.url}/score`, { data: ROWS });
  await post(`${run.server.url}/score`, { data: [[1]] });
  await run.collector.flush();

  expect((await run.events("model_inputs")).flatMap(({ data }) => data)).toHaveLength(3 * ROWS.length);
  expect(run.collector.counts).toEqual({ collected: 3, dropped: 0, sampledOut: 3, failed: 0 });
});

test("what the queue cannot hold is dropped, counted, and answered all the same", async () => {
  await using run = await collecting({ maxQueuedRows: 5 });
  const statuses: number[] = [];
  for (let at = 0; at < 4; at++) statuses.push((await post(`${run.server.url}/score`, { data: ROWS })).status);
  await run.collector.flush();
  await post(`${run.server.url}/score`, { data: ROWS });
  await run.collector.flush();

  expect(statuses).toEqual([200, 200, 200, 200]);
  expect(run.collector.counts).toMatchObject({ collected: 3, dropped: 2 });
  const text = await (await fetch(`${run.server.url}/metrics`)).text();
  expect(text).toContain('quayside_collected_requests_total{model="m",version="3",outcome="dropped"} 2');
  expect(text).toContain('quayside_collected_requests_total{model="m",version="3",outcome="collected"} 3');
});

test("data larger than an event may have is written beside the events", async () => {
  await using run = await collecting(
    { rates: { model_inputs: 1 }, maxQueuedRows: 100_000 },
    { maxRows: 40_000, maxTextBytes: 8 * 2 ** 20 },
  );
  const rows = Array.from({ length: 40_000 }, (_, at) => [at / 7, at / 11, at / 13, at / 17]);
  expect((await post(`${run.server.url}/score`, { data: rows })).status).toBe(200);
  await run.collector.flush();

  const [event] = await run.events("model_inputs");

  expect(event).not.toHaveProperty("data");
  expect(event?.dataref).toBe(`iris/blue/model_inputs/2026/11/23/07/one_${event?.id}.json`);
  expect(JSON.parse(await readFile(join(run.path, String(event?.dataref)), "utf8"))).toHaveLength(40_000);
});

test("a folder that cannot be written to costs the rows, not the requests", async () => {
  const lines: string[] = [];
  await using file = await folderOf({ taken: "" });
  await using run = await collecting({
    sink: folderSink(join(file.path, "taken"), SOURCE),
    log: (_, event) => lines.push(event),
  });

  const { status } = await post(`${run.server.url}/score`, { data: ROWS });
  await run.collector.flush();

  expect(status).toBe(200);
  expect([run.collector.counts.failed, lines]).toEqual([1, ["collection.failed"]]);
});

test("the end of the server writes what is queued", async () => {
  const run = await collecting();
  const collector: Collector = run.collector;
  await post(`${run.server.url}/score`, { data: ROWS });
  await run.server.server.drain();

  expect(collector.counts.collected).toBe(1);
  await run[Symbol.asyncDispose]();
});

test("the end of the server does not wait for ever for whoever takes the rows", async () => {
  const lines: string[] = [];
  await using run = await collecting(
    { sink: () => new Promise(() => {}) },
    { drainTimeoutMs: 50, log: (_, event) => lines.push(event) },
  );
  await post(`${run.server.url}/score`, { data: ROWS });

  expect(await run.server.server.drain()).toBe(true);
  expect(lines).toContain("collection.cut-off");
});

test("rows of near requests share an event; each keeps the id of its own request", async () => {
  await using run = await collecting();
  for (const id of ["r-1", "r-2", "r-3"]) await post(`${run.server.url}/score`, { data: ROWS }, { "x-request-id": id });
  await run.collector.flush();

  const events = [...(await run.events("model_inputs")), ...(await run.events("model_outputs"))];

  const rows = ["r-1/0", "r-1/1", "r-2/0", "r-2/1", "r-3/0", "r-3/1"];
  expect(events.map(({ data }) => data.map((row) => row.quayside_row_id))).toEqual([rows, rows]);
  expect(events.map(({ xrequestid }) => xrequestid)).toEqual(["r-1", "r-1"]);
});

test("requests of different hours do not share an event", async () => {
  let now = NOW;
  await using run = await collecting({ now: () => now });
  await post(`${run.server.url}/score`, { data: ROWS });
  now = NOW + 1_800_000;
  await post(`${run.server.url}/score`, { data: ROWS });
  await run.collector.flush();

  expect((await run.events("model_inputs")).map(({ data }) => data.length)).toEqual([2]);
  const next = await readFile(join(run.path, "iris/blue/model_inputs/2026/11/23/08/one.jsonl"), "utf8");
  expect(JSON.parse(next)).toMatchObject({ time: "2026-11-23T08:00:00.000Z" });
});

test("requests and answers are collected as they were, those that were refused, too; other routes are not", async () => {
  await using run = await collecting({
    rates: { request: 1, response: 1 },
    captureHeaders: ["x-tenant", "x-absent"],
  });
  const ids = { "x-request-id": "r-1", "x-ms-client-request-id": "c-1" };
  const answer = await post(`${run.server.url}/score?a=b`, '{"data":\n [[1,2,3,4]]}', { ...ids, "x-tenant": "t" });
  const answered: unknown = await answer.json();
  await post(`${run.server.url}/score`, "not JSON", { "x-request-id": "r-2" });
  await fetch(run.server.url);
  await run.collector.flush();

  const requests = await run.events("request");
  const responses = await run.events("response");

  expect(requests).toEqual([
    {
      specversion: "1.0",
      id: expect.any(String),
      source: SOURCE.resource,
      type: "azureml.inference.request",
      datacontenttype: "application/json",
      time: "2026-11-23T07:30:00.000Z",
      data: { data: [[1, 2, 3, 4]] },
      path: "/score?a=b",
      method: "POST",
      headers: '{"x-tenant":"t"}',
      correlationid: "c-1",
      xrequestid: "r-1",
      modelversion: "3",
      agent: expect.any(String),
      contentrange: "bytes 0-21/22",
    },
    expect.objectContaining({ xrequestid: "r-2", data: "not JSON" }),
  ]);
  expect(responses).toMatchObject([
    { type: "azureml.inference.response", xrequestid: "r-1", statuscode: "200", data: answered },
    { xrequestid: "r-2", statuscode: "400", data: { message: expect.stringContaining("serve.not-json") } },
  ]);
  expect(run.collector.counts).toMatchObject({ collected: 2, sampledOut: 0 });
});

test("bytes that are no text come in base 64", async () => {
  await using run = await collecting({ rates: { request: 1 } });
  const body = Buffer.from([0xff, 0x00, 0xfe]);
  await fetch(`${run.server.url}/v2/models/m/infer`, { method: "POST", body });
  await run.collector.flush();

  expect(await run.events("request")).toMatchObject([{ data_base64: body.toString("base64"), path: "/v2/models/m/infer" }]);
});

test("bodies that wait are bounded in bytes", async () => {
  await using run = await collecting({ rates: { request: 1 }, maxQueuedBytes: 400 });
  for (let at = 0; at < 10; at++) await post(`${run.server.url}/score`, { data: ROWS });
  await run.collector.flush();

  const { collected, dropped } = run.collector.counts;
  expect(collected + dropped).toBe(10);
  expect(dropped).toBeGreaterThan(5);
});
