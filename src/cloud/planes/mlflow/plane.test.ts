import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../base/index.ts";
import { textAt } from "../../providers/common/body.ts";
import { startWorld, type World } from "../../providers/machine-learning/endpoints/testing.ts";
import type { AskOptions } from "../../testing.ts";
import { createBlobAccess } from "../blob/index.ts";
import { createRun, endRun } from "./index.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const base = () => `/mlflow/v1.0${world.workspace}/api/2.0`;
const call = (method: string, path: string, body?: JsonObject, options: AskOptions = {}) =>
  world.test.ask(method, `${base()}/mlflow/${path}`, { apiVersion: null, ...(body === undefined ? {} : { body }), ...options });

async function newRun(): Promise<string> {
  const { run } = (await call("POST", "runs/create", { experiment_id: "0", start_time: "1700000000000" })).json;
  return textAt(run, "info.run_id") ?? "";
}

test("an experiment that does not exist is 404 RESOURCE_DOES_NOT_EXIST, and is made once", async () => {
  const missing = await call("GET", "experiments/get-by-name?experiment_name=new");
  expect(missing).toMatchObject({ status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST" } });
  expect((await call("POST", "experiments/create", { name: "new" })).status).toBe(200);
  expect(await call("POST", "experiments/create", { name: "new" })).toMatchObject({
    status: 400,
    body: { error_code: "RESOURCE_ALREADY_EXISTS" },
  });
});

test("parameters of a GET may stand in the query or in the body", async () => {
  const run_id = await newRun();
  expect((await call("GET", `runs/get?run_id=${run_id}`)).status).toBe(200);
  expect((await call("GET", `runs/get?run_uuid=${run_id}`)).status).toBe(200);
});

test("a batch beyond MLflow's limits is refused and writes nothing", async () => {
  const run_id = await newRun();
  const metrics = Array.from({ length: 1001 }, (_, step) => ({ key: "m", value: 1, timestamp: 1, step }));
  expect(await call("POST", "runs/log-batch", { run_id, metrics })).toMatchObject({
    status: 400,
    body: { error_code: "INVALID_PARAMETER_VALUE" },
  });
  const params = Array.from({ length: 101 }, (_, at) => ({ key: `p${at}`, value: "1" }));
  expect((await call("POST", "runs/log-batch", { run_id, params })).status).toBe(400);
  const clash = {
    run_id,
    metrics: [{ key: "m", value: 1 }],
    params: [
      { key: "p", value: "1" },
      { key: "p", value: "2" },
    ],
  };
  expect((await call("POST", "runs/log-batch", clash)).status).toBe(400);
  expect((await call("GET", `runs/get?run_id=${run_id}`)).json).toMatchObject({ run: { data: { metrics: [], params: [] } } });
});

test("the latest metric goes by timestamp and step, and the history keeps every value in pages", async () => {
  const run_id = await newRun();
  const metrics = [3, 1, 2].map((step) => ({ key: "loss", value: step / 10, timestamp: 5, step }));
  await call("POST", "runs/log-batch", { run_id, metrics });
  const { run } = (await call("GET", `runs/get?run_id=${run_id}`)).json;
  expect(run).toMatchObject({ data: { metrics: [{ key: "loss", value: 0.3, step: 3 }] } });
  const first = (await call("GET", `metrics/get-history?run_id=${run_id}&metric_key=loss&max_results=2`)).json;
  expect(first.metrics).toMatchObject([{ step: 3 }, { step: 1 }]);
  const rest = (
    await call("GET", `metrics/get-history?run_id=${run_id}&metric_key=loss&page_token=${textAt(first, "next_page_token")}`)
  ).json;
  expect(rest).toMatchObject({ metrics: [{ step: 2 }] });
  expect(rest.next_page_token).toBeUndefined();
});

test("a job's run is the same run that clients read and write", async () => {
  const workspace = world.test.host.resources.get(world.workspace);
  if (workspace === undefined) throw new Error("no workspace");
  createRun(world.test.host, workspace, { experimentName: "jobs", runId: "job-7", name: "train", userId: "ann" });
  expect((await call("POST", "runs/log-metric", { run_id: "job-7", key: "accuracy", value: 0.97, timestamp: 1 })).status).toBe(
    200,
  );
  endRun(world.test.host, workspace, "job-7", "FINISHED");
  const { run } = (await call("GET", "runs/get?run_id=job-7")).json;
  expect(run).toMatchObject({ info: { status: "FINISHED", run_name: "train" }, data: { metrics: [{ value: 0.97 }] } });
});

test("a model registered through ARM is seen in MLflow's registry, and its files are read from there", async () => {
  await world.model("seen", "3", { "model.onnx": "bytes" });
  expect((await call("GET", "registered-models/get?name=seen")).json).toMatchObject({
    registered_model: { latest_versions: [{ version: "3" }] },
  });
  const download = (await call("GET", "model-versions/get-download-uri?name=seen&version=3")).json;
  const path = (textAt(download, "artifact_uri") ?? "").replace("mlflow-artifacts:/", "");
  const file = await world.test.ask("GET", `${base()}/mlflow-artifacts/artifacts/${path}/model.onnx`, { apiVersion: null });
  expect(file).toMatchObject({ status: 200, body: "bytes" });
  const write = await world.test.ask("PUT", `${base()}/mlflow-artifacts/artifacts/${path}/model.onnx`, {
    apiVersion: null,
    body: "other",
  });
  expect(write).toMatchObject({ status: 403, body: { error_code: "PERMISSION_DENIED" } });
});

test("artifacts are written, listed, read and deleted, and no path leads out of the run", async () => {
  const run_id = await newRun();
  const at = (path: string) => `${base()}/mlflow-artifacts/artifacts/0/${run_id}/artifacts/${path}`;
  const ask = (method: string, path: string, body?: string) =>
    world.test.ask(method, at(path), { apiVersion: null, ...(body === undefined ? {} : { body }) });
  expect((await ask("PUT", "a/b.txt", "hello")).status).toBe(200);
  expect((await ask("GET", "a/b.txt")).body).toBe("hello");
  const root = (await call("GET", `artifacts/list?run_id=${run_id}`)).json;
  expect(root.files).toEqual([{ path: "a", is_dir: true }]);
  expect((await call("GET", `artifacts/list?run_id=${run_id}&path=a`)).json.files).toEqual([
    { path: "a/b.txt", is_dir: false, file_size: 5 },
  ]);
  expect((await call("GET", `artifacts/list?run_id=${run_id}&path=a/b.txt`)).json.files).toEqual([]);
  expect((await ask("GET", "a/none.txt")).status).toBe(404);
  expect((await ask("GET", "%2e%2e%2f%2e%2e/x")).status).toBe(400);
  expect((await ask("DELETE", "a")).status).toBe(200);
  expect((await ask("GET", "a/b.txt")).status).toBe(404);
});

test("logged models, which Azure ML has not, are an empty 404; other unknown calls are ENDPOINT_NOT_FOUND", async () => {
  expect(await call("POST", "logged-models", { experiment_id: "0" })).toMatchObject({ status: 404, body: undefined });
  expect(await call("POST", "nonsense/do", {})).toMatchObject({ status: 404, body: { error_code: "ENDPOINT_NOT_FOUND" } });
});

test("a call without a token, with a role that is too small, or with a body that is not JSON is refused", async () => {
  expect((await call("POST", "runs/create", {}, { token: null })).status).toBe(401);
  expect((await call("POST", "runs/create", {}, { token: "nonsense" })).status).toBe(401);
  const { authorizer, endpoints, principals } = world.test.host;
  const nobody = principals.managedIdentity(`${world.workspace}/nobody`, "nobody");
  const principal = principals.byObjectId(nobody.principalId);
  if (principal === undefined) throw new Error("no principal");
  const token = await authorizer.issueToken(principal, endpoints.arm);
  expect(await call("POST", "runs/create", {}, { token })).toMatchObject({
    status: 403,
    body: { error_code: "PERMISSION_DENIED" },
  });
  const bad = await world.test.ask("POST", `${base()}/mlflow/runs/create`, { apiVersion: null, body: "{" });
  expect(bad).toMatchObject({ status: 400, body: { error_code: "INVALID_PARAMETER_VALUE" } });
});

test("a data scientist of the workspace tracks and registers; a reader only reads", async () => {
  const scientist = await world.test.principal("scientist");
  await world.test.assign(scientist.objectId, "azureMlDataScientist", world.workspace);
  const { token } = scientist;
  expect((await call("POST", "runs/create", { experiment_id: "0" }, { token })).status).toBe(200);
  expect((await call("POST", "registered-models/create", { name: "by-scientist" }, { token })).status).toBe(200);
  const reader = await world.test.principal("reader");
  await world.test.assign(reader.objectId, "reader", world.workspace);
  expect((await call("GET", "experiments/get?experiment_id=0", undefined, { token: reader.token })).status).toBe(200);
  expect((await call("POST", "runs/create", {}, { token: reader.token })).status).toBe(403);
});

test("a body that is too large gets an answer, of the run history too", async () => {
  const body = JSON.stringify({ run_id: "x".repeat(2 * 1024 * 1024) });
  const large = (path: string) => world.test.ask("POST", path, { apiVersion: null, body });

  expect(await large(`${base()}/mlflow/runs/update`)).toMatchObject({
    status: 413,
    body: { error_code: "REQUEST_LIMIT_EXCEEDED" },
  });
  expect(await large(`/history/v1.0${world.workspace}/rundata`)).toMatchObject({ status: 413, code: "RequestEntityTooLarge" });
});

test("what a client says that it logged as a model must be one", async () => {
  const run_id = await newRun();
  const log = (model_json: string) => call("POST", "runs/log-model", { run_id, model_json });
  const refused = { status: 400, body: { error_code: "INVALID_PARAMETER_VALUE" } };

  expect(await log("{")).toMatchObject(refused);
  expect((await log('{"artifact_path":"model"}')).status).toBe(200);
  await call("POST", "runs/set-tag", { run_id, key: "mlflow.log-model.history", value: "none" });
  expect(await log('{"artifact_path":"model"}')).toMatchObject(refused);
});

test("a model whose files are in somebody else's account is read from there only where the workspace may", async () => {
  const { test: cloud, workspace } = world;
  const account = `${workspace.split("/providers/")[0]}/providers/Microsoft.Storage/storageAccounts/stelsewhere`;
  await cloud.put(account, { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} });
  const blobs = createBlobAccess(cloud.host);
  await blobs.ensureContainer("stelsewhere", "private");
  await blobs.write({ account: "stelsewhere", container: "private", path: "m/secret" }, "secret");
  const modelUri = "https://stelsewhere.blob.core.rehearsal.test/private/m";
  await cloud.put(`${workspace}/models/taken/versions/1`, { properties: { modelUri, modelType: "custom_model" } });
  const read = () => cloud.ask("GET", `${base()}/mlflow-artifacts/artifacts/models/taken/1/secret`, { apiVersion: null });

  expect(await read()).toMatchObject({ status: 403, body: { error_code: "PERMISSION_DENIED" } });
});

test("a workspace that does not exist is 404", async () => {
  const path = `/mlflow/v2.0${world.workspace}x/api/2.0/mlflow/experiments/get?experiment_id=0`;
  expect(await world.test.ask("GET", path, { apiVersion: null })).toMatchObject({ status: 404 });
});
