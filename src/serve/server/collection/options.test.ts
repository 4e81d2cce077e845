import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeModel } from "../../../../examples/iris/src/onnx.ts";
import { silentLog } from "../../log.ts";
import { folderOf, LINEAR } from "../../testing/models.ts";
import { post, testServer } from "../../testing/server.ts";
import { collectorOf } from "./options.ts";

/** Plays Azure ML's agent: keeps what is posted to it. */
async function agent(status = 200) {
  const seen: { url: string; headers: Record<string, string | string[] | undefined>; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += String(part)));
    request.on("end", () => {
      seen.push({ url: `${request.method} ${request.url}`, headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    seen,
    port: String((server.address() as AddressInfo).port),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serving(port: string, config: object, more: Readonly<Record<string, string>> = {}) {
  const folder = await folderOf({ "mdc.json": JSON.stringify(config) });
  const environment = { AZUREML_MDC_CONFIG_PATH: join(folder.path, "mdc.json"), AZUREML_MDC_PORT: port, ...more };
  const lines: string[] = [];
  const collector = collectorOf({}, environment, "m", "3", (_, event, fields) =>
    lines.push(`${event} ${JSON.stringify(fields)}`),
  );
  if (collector === undefined) throw new Error("nothing is collected");
  const server = await testServer(encodeModel(LINEAR), { collector });
  return {
    server,
    collector,
    lines,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const enabled = { enabled: true, sampleRatePercentage: 100 };
const ROWS = [[1, 2, 3, 4]];

test("Azure ML's agent gets rows as its own client posts them; requests and responses it logs by itself", async () => {
  await using azure = await agent();
  await using run = await serving(azure.port, {
    collections: { Model_Inputs: enabled, model_outputs: { enabled: false }, request: enabled, own: enabled },
  });
  await post(`${run.server.url}/score`, { data: ROWS }, { "x-request-id": "r-1" });
  await run.collector.flush();

  expect(azure.seen).toEqual([
    {
      url: "POST /modeldata/log",
      headers: expect.objectContaining({
        "content-type": "application/json",
        "trace-id": expect.stringMatching(/^[\da-f-]{36}$/),
        "ce-time": expect.stringMatching(/^\d{10}$/),
        "ce-type": "azureml.inference.model_inputs",
        "ce-collect-data-type": "pandas.core.frame.DataFrame",
        "ce-agent": expect.stringMatching(/^quayside\//),
        "ce-x-request-id": "r-1",
        "ce-model-version": "3",
      }),
      body: expect.stringContaining('"quayside_row_id":"r-1/0"'),
    },
  ]);
  expect(run.lines).toEqual(['collection.unknown {"collection":"own","known":"model_inputs model_outputs request response"}']);
});

test("where nobody else sees them the server posts requests and responses, without what opens anything", async () => {
  await using azure = await agent();
  await using run = await serving(azure.port, {
    collections: { request: enabled, response: enabled },
    payloadLogging: "server",
    captureHeaders: ["X-Tenant", "Authorization", "Cookie"],
  });
  await post(`${run.server.url}/score`, { data: ROWS }, { "x-tenant": "t", authorization: "Bearer k", cookie: "s=1" });
  await run.collector.flush();

  expect(azure.seen.map(({ headers }) => headers["ce-type"])).toEqual([
    "azureml.inference.request",
    "azureml.inference.response",
  ]);
  expect(azure.seen[0]).toMatchObject({
    body: '{"data":[[1,2,3,4]]}',
    headers: { "ce-path": "/score", "ce-method": "POST", "ce-headers": '{"x-tenant":"t"}' },
  });
  expect(azure.seen[1]?.headers["ce-statuscode"]).toBe("200");
});

test("what may identify a person does not reach the agent either", async () => {
  await using azure = await agent();
  const both = { model_inputs: enabled, model_outputs: enabled };
  await using run = await serving(azure.port, { collections: both }, { QUAYSIDE_COLLECT_DROP: "X_1,label" });
  await post(`${run.server.url}/score`, { data: ROWS }, { "x-request-id": "r-1" });
  await run.collector.flush();

  expect(azure.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    [{ quayside_row_id: "r-1/0", X_0: 1, X_2: 3, X_3: 4 }],
    [expect.not.objectContaining({ label: expect.anything() })],
  ]);
});

test.each<[object, string]>([
  [
    { collections: { model_inputs: { enabled: true, sampleRatePercentage: "all" } } },
    'collects "all" % of model_inputs; 0 to 100',
  ],
  [{ collections: { model_inputs: { enabled: true, sampleRatePercentage: 101 } } }, "collects 101 % of model_inputs; 0 to 100"],
  [
    { collections: { request: enabled, model_inputs: enabled } },
    "column X_1 is to be left out, and the collection request keeps",
  ],
  [{ collections: [] }, "has no collections"],
])("a configuration of Azure ML that cannot be obeyed is refused: %j", async (config, message) => {
  await using azure = await agent();

  await expect(serving(azure.port, config, { QUAYSIDE_COLLECT_DROP: "X_1" })).rejects.toThrow(message);
});

test("a file that is no JSON is named", async () => {
  await using folder = await folderOf({ "mdc.json": "{" });
  const environment = { AZUREML_MDC_CONFIG_PATH: join(folder.path, "mdc.json") };

  expect(() => collectorOf({}, environment, "m", "3", silentLog)).toThrow(
    "mdc.json (AZUREML_MDC_CONFIG_PATH) has no collections",
  );
});

test("an agent that refuses, or is not there, costs the rows and not the requests", async () => {
  for (const port of [(await gone()).port, "refuses"]) {
    await using azure = await agent(503);
    await using run = await serving(port === "refuses" ? azure.port : port, { collections: { model_inputs: enabled } });
    const { status } = await post(`${run.server.url}/score`, { data: ROWS });
    await run.collector.flush();

    expect(status).toBe(200);
    expect(run.collector.counts).toMatchObject({ collected: 0, failed: 1 });
    expect(run.lines).toHaveLength(1);
  }
});

test("without collections for the server nothing is collected", async () => {
  await using folder = await folderOf({ "mdc.json": JSON.stringify({ collections: { request: enabled } }) });

  expect(collectorOf({}, {}, "m", "3", silentLog)).toBeUndefined();
  expect(collectorOf({}, { AZUREML_MDC_CONFIG_PATH: join(folder.path, "mdc.json") }, "m", "3", silentLog)).toBeUndefined();
});

test.each<[Parameters<typeof collectorOf>[0], string]>([
  [{ "collect-headers": "a" }, "--collect-headers is given without --collect"],
  [{ collect: "d", "collect-headers": "a" }, "--collect-headers keeps headers of raw requests; name request in --collect-what"],
  [{ collect: "d", "collect-what": "inputs" }, "--collect-what is inputs; some of model_inputs"],
  [{ "collect-drop": "a" }, "--collect-drop is given, and nothing is collected"],
  [
    { collect: "d", "collect-what": "request", "collect-drop": "name" },
    "column name is to be left out, and the collection request keeps whole bodies",
  ],
  [{ collect: "d", "collect-rate": "0" }, "--collect-rate is 0"],
  [{ collect: "d", "collect-as": "../x" }, "--collect-as is ../x"],
])("%j is refused", (values, message) => {
  expect(() => collectorOf(values, {}, "m", "3", silentLog)).toThrow(message);
});

async function gone() {
  const azure = await agent();
  await azure[Symbol.asyncDispose]();
  return azure;
}
