import { StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../../base/index.ts";
import { textAt } from "../../common/body.ts";
import { openService } from "../job-fixture.ts";
import { eventually, startWorld, type World } from "./testing.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface CollectedEvent extends JsonObject {
  readonly data: JsonObject[];
}

/** Every event below a folder of the workspace's blob store, by the blobs' names, as `@azure/storage-blob` finds them. */
async function collected(folder: string, container = blobstore()): Promise<{ names: string[]; events: CollectedEvent[] }> {
  const storage = textAt(world.test.host.resources.get(world.workspace)?.properties, "storageAccount") ?? "";
  const { json } = await world.test.ask("POST", `${storage}/listKeys`, { apiVersion: "2023-05-01" });
  const [key] = json.keys as { value: string }[];
  const credential = new StorageSharedKeyCredential("stworld", key?.value ?? "");
  const client = openService(world.test, "https://stworld.blob.core.rehearsal.test", credential).getContainerClient(container);
  const names: string[] = [];
  const events: CollectedEvent[] = [];
  for await (const { name } of client.listBlobsFlat({ prefix: `${folder}/` })) {
    names.push(name);
    const text = (await client.getBlobClient(name).downloadToBuffer()).toString();
    if (name.endsWith(".jsonl"))
      for (const line of text.split("\n").filter((one) => one !== "")) events.push(JSON.parse(line) as CollectedEvent);
  }
  return { names, events };
}

const blobstore = () =>
  `azureml-blobstore-${textAt(world.test.host.resources.get(world.workspace)?.properties, "workspaceId") ?? ""}`;

const soon = (folder: string, count: number) =>
  eventually(
    () => collected(folder),
    ({ events }) => events.length >= count,
  );

async function serving(endpoint: string, dataCollector: JsonObject) {
  await world.endpoint(endpoint);
  const deployed = await world.deploy(endpoint, "blue", { dataCollector });
  expect(deployed.json).toMatchObject({ status: "Succeeded" });
  await world.traffic(endpoint, { blue: 100 });
}

const enabled = { dataCollectionMode: "enabled", samplingRate: null, dataId: null };

test("what a deployment is asked and answers ends in the workspace's blob store, in Azure's layout", async () => {
  await serving("ep-collect", { collections: { model_inputs: enabled, model_outputs: { ...enabled, samplingRate: 1 } } });
  const id = `${world.workspace}/onlineEndpoints/ep-collect/deployments/blue`;

  for (const request of ["r-1", "r-2"]) await world.score("ep-collect", { "x-request-id": request });
  const inputs = await soon("modelDataCollector/ep-collect/blue/model_inputs", 1);
  const outputs = await soon("modelDataCollector/ep-collect/blue/model_outputs", 1);

  expect(inputs.names[0]).toMatch(
    /^modelDataCollector\/ep-collect\/blue\/model_inputs\/\d{4}\/\d\d\/\d\d\/\d\d\/[\da-f-]{36}\.jsonl$/,
  );
  const hour = new Date().toISOString().slice(0, 13).replaceAll(/[-T]/g, "/");
  expect(inputs.names[0]).toContain(`/${hour}/`);
  expect(inputs.events[0]).toEqual({
    specversion: "1.0",
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    source: id,
    type: "azureml.inference.model_inputs",
    datacontenttype: "application/json",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    correlationid: "r-1",
    xrequestid: "r-1",
    modelversion: "1",
    collectdatatype: "pandas.core.frame.DataFrame",
    agent: expect.stringMatching(/^quayside\//),
    contentrange: expect.stringMatching(/^bytes 0-\d+\/\d+$/),
    data: expect.any(Array),
  });
  const rows = ({ events }: typeof inputs) => events.flatMap(({ data }) => data);
  expect(rows(inputs)).toEqual([
    { quayside_row_id: "r-1/0", X_0: expect.closeTo(0.9), X_1: 0 },
    { quayside_row_id: "r-2/0", X_0: expect.closeTo(0.9), X_1: 0 },
  ]);
  expect(rows(outputs)).toMatchObject([
    { quayside_row_id: "r-1/0", label: "high" },
    { quayside_row_id: "r-2/0", label: "high" },
  ]);
  const { properties } = (await world.test.ask("GET", id)).json;
  expect(properties).toMatchObject({
    dataCollector: {
      rollingRate: "Hour",
      collections: {
        model_inputs: { dataCollectionMode: "Enabled", samplingRate: 1 },
        model_outputs: { dataCollectionMode: "Enabled", samplingRate: 1 },
      },
    },
  });
});

test("raw requests and responses are collected with the headers that were asked for, rolled by the day", async () => {
  await serving("ep-raw", {
    collections: { request: enabled, response: enabled, model_inputs: { dataCollectionMode: "Disabled" } },
    requestLogging: { captureHeaders: ["X-Tenant"] },
    rollingRate: "day",
  });

  const answer = await world.score("ep-raw", { "x-request-id": "r-1", "x-tenant": "t" });
  const requests = await soon("modelDataCollector/ep-raw/blue/request", 1);
  const responses = await soon("modelDataCollector/ep-raw/blue/response", 1);

  expect(requests.names[0]).toMatch(/\/request\/\d{4}\/\d\d\/\d\d\/[\da-f-]{36}\.jsonl$/);
  expect(requests.events).toMatchObject([
    {
      type: "azureml.inference.request",
      data: { data: [[0.9, 0]] },
      path: "/score",
      method: "POST",
      headers: '{"x-tenant":"t"}',
      xrequestid: "r-1",
      contentrange: "bytes 0-17/18",
    },
  ]);
  expect(responses.events).toMatchObject([
    { type: "azureml.inference.response", data: await answer.json(), statuscode: "200", xrequestid: "r-1" },
  ]);
  expect(JSON.stringify(requests.events)).not.toMatch(/authorization|Bearer/i);
  expect((await collected("modelDataCollector/ep-raw/blue/model_inputs")).names).toEqual([]);
});

test("a data asset says where a collection goes; a deployment that drains leaves nothing behind", async () => {
  const data = `${world.workspace}/data/kept/versions/1`;
  await world.test.put(data, {
    properties: { dataType: "uri_folder", dataUri: "azureml://datastores/workspaceblobstore/paths/kept/here/" },
  });
  await serving("ep-asset", { collections: { model_inputs: { ...enabled, dataId: data } } });
  await world.score("ep-asset", { "x-request-id": "r-1" });

  // Without the collector the deployment rolls to servers of another kind; the old ones write what they have first.
  expect((await world.deploy("ep-asset", "blue")).json).toMatchObject({ status: "Succeeded" });
  const { names, events } = await soon("kept/here", 1);
  await world.score("ep-asset", { "x-request-id": "r-2" });

  expect(names[0]).toMatch(/^kept\/here\/\d{4}\/\d\d\/\d\d\/\d\d\//);
  expect(events.flatMap(({ data: rows }) => rows.map(({ quayside_row_id }) => quayside_row_id))).toEqual(["r-1/0"]);
  expect((await collected("kept/here")).events).toHaveLength(1);
});

test("a share of 0 collects nothing, and the endpoint answers all the same", async () => {
  await serving("ep-none", { collections: { model_inputs: { ...enabled, samplingRate: 0 } } });

  expect((await world.score("ep-none")).status).toBe(200);
  await world.test.settle(await world.test.ask("DELETE", `${world.workspace}/onlineEndpoints/ep-none/deployments/blue`));

  expect((await collected("modelDataCollector/ep-none")).names).toEqual([]);
});

test("anywhere but in the workspace's blob store the endpoint's identity needs the role that writes", async () => {
  const data = `${world.workspace}/data/elsewhere/versions/1`;
  const dataUri = "azureml://datastores/workspaceartifactstore/paths/elsewhere";
  await world.test.put(data, { properties: { dataType: "uri_folder", dataUri } });
  const made = await world.endpoint("ep-else");
  const dataCollector = { collections: { model_inputs: { ...enabled, dataId: data } } };

  const refused = await world.deploy("ep-else", "blue", { dataCollector });
  expect(refused.json).toMatchObject({ status: "Failed", error: { code: "AuthorizationFailed" } });
  expect(JSON.stringify(refused.json)).toContain("Storage Blob Data Contributor");
  const { properties } = world.test.host.resources.get(world.workspace) ?? {};
  const principal = textAt(made, "identity.principalId") ?? "";
  await world.test.assign(principal, "storageBlobDataContributor", textAt(properties, "storageAccount") ?? "");
  expect((await world.deploy("ep-else", "blue", { dataCollector })).json).toMatchObject({ status: "Succeeded" });
  await world.traffic("ep-else", { blue: 100 });
  await world.score("ep-else");

  const { events } = await eventually(
    () => collected("elsewhere", "azureml"),
    (seen) => seen.events.length > 0,
  );
  expect(events).toHaveLength(1);
});

test("a container of the blob store's name in another account is somewhere else", async () => {
  const own = textAt(world.test.host.resources.get(world.workspace)?.properties, "storageAccount") ?? "";
  const account = { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} };
  await world.test.put(own.replace(/[^/]+$/, "stother"), account, "2026-04-01");
  const data = `${world.workspace}/data/lookalike/versions/1`;
  const dataUri = `https://stother.blob.core.rehearsal.test/${blobstore()}/kept`;
  await world.test.put(data, { properties: { dataType: "uri_folder", dataUri } });
  await world.endpoint("ep-other");

  const refused = await world.deploy("ep-other", "blue", {
    dataCollector: { collections: { model_inputs: { ...enabled, dataId: data } } },
  });

  expect(refused.json).toMatchObject({ status: "Failed", error: { code: "AuthorizationFailed" } });
  expect(JSON.stringify(refused.json)).toContain("of stother; it needs Storage Blob Data Contributor");
});

test.each<[string, JsonObject, string, string]>([
  ["no collections", {}, "BadArgument", "collections is null"],
  [
    "more than five",
    { collections: Object.fromEntries([1, 2, 3, 4, 5, 6].map((name) => [`c${name}`, { dataCollectionMode: "Disabled" }])) },
    "BadArgument",
    "Azure takes 5",
  ],
  ["a collection of a scoring script", { collections: { own: enabled } }, "FeatureNotSupported", "data collection own"],
  ["a mode that is none", { collections: { request: { dataCollectionMode: "On" } } }, "BadArgument", "one of Enabled, Disabled"],
  ["a rate beyond 1", { collections: { request: { ...enabled, samplingRate: 10 } } }, "BadArgument", "samplingRate is 10"],
  ["a setting that does not exist", { collections: { request: { ...enabled, rate: 1 } } }, "BadArgument", "request.rate is not"],
  ["a client id", { collections: { request: { ...enabled, clientId: "x" } } }, "FeatureNotSupported", "clientId"],
  ["a data id that is none", { collections: { request: { ...enabled, dataId: "kept:1" } } }, "BadArgument", "dataId is"],
  ["an unknown rolling rate", { collections: { request: enabled }, rollingRate: "Week" }, "BadArgument", "rollingRate is"],
  [
    "headers that open something",
    { collections: { request: enabled }, requestLogging: { captureHeaders: ["Authorization"] } },
    "FeatureNotSupported",
    "Authorization",
  ],
])("a data collector with %s is refused", async (_what, dataCollector, code, words) => {
  await world.endpoint("ep-refusing");

  const refused = await world.deploy("ep-refusing", "blue", { dataCollector });

  expect(refused).toMatchObject({ status: 400, code });
  expect(JSON.stringify(refused.json)).toContain(words);
});

test("a data asset that does not exist fails the deployment", async () => {
  await world.endpoint("ep-missing");
  const dataId = `${world.workspace}/data/none/versions/1`;

  const failed = await world.deploy("ep-missing", "blue", {
    dataCollector: { collections: { request: { ...enabled, dataId } } },
  });

  expect(JSON.stringify(failed.json)).toContain("data/none/versions/1 does not exist");
});
