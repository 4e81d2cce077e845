import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../../base/index.ts";
import { createBlobAccess } from "../../../planes/blob/index.ts";
import { ACCOUNT, startWorkspace, type WorkspaceFixture } from "../fixture.ts";
import { type JobFixture, jobFixture } from "../job-fixture.ts";

let fixture: WorkspaceFixture;
let jobs: JobFixture;
const modelUri = "azureml://datastores/workspaceartifactstore/paths/models/iris";

beforeAll(async () => {
  fixture = await startWorkspace();
  jobs = jobFixture(fixture);
  await createBlobAccess(fixture.test.host).write(
    { account: ACCOUNT, container: "azureml", path: "models/iris/model.onnx" },
    "onnx",
  );
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const put = (path: string, properties: JsonObject) =>
  fixture.test.ask("PUT", `${fixture.workspace}/${path}`, { body: { properties } });
const get = (path: string) => fixture.test.ask("GET", `${fixture.workspace}/${path}`);
const names = (body: JsonObject) => (body.value as { name: string }[]).map(({ name }) => name);

test("a version makes its container, which knows the latest and the next version", async () => {
  const first = await put("models/iris/versions/1", { modelUri, modelType: "custom_model", tags: { accuracy: "0.97" } });
  const second = await put("models/iris/versions/2", { modelUri, tags: {} });
  const container = await get("models/iris");

  expect([first.status, second.status]).toEqual([201, 201]);
  expect(first.json.properties).toMatchObject({
    flavors: {},
    isArchived: false,
    isAnonymous: false,
    modelType: "custom_model",
    properties: {},
  });
  expect(Object.keys(first.json.systemData as JsonObject).sort()).toEqual([
    "createdAt",
    "createdBy",
    "createdByType",
    "lastModifiedAt",
    "lastModifiedBy",
    "lastModifiedByType",
  ]);
  expect(container.json.properties).toMatchObject({ latestVersion: "2", nextVersion: "3", isArchived: false });
});

test("what a version points at is fixed; its description, tags and archiving are not", async () => {
  await put("models/fixed/versions/1", { modelUri, modelType: "custom_model" });

  const moved = await put("models/fixed/versions/1", { modelUri: `${modelUri}/model.onnx`, modelType: "custom_model" });
  const retyped = await put("models/fixed/versions/1", { modelUri, modelType: "mlflow_model" });
  const described = await put("models/fixed/versions/1", {
    modelUri,
    modelType: "custom_model",
    description: "best",
    tags: { a: "b" },
  });

  expect([moved.status, moved.code, (moved.json.error as JsonObject).message]).toEqual([
    400,
    "UserError",
    "Asset paths cannot be updated.",
  ]);
  expect([retyped.status, retyped.code]).toEqual([400, "UserError"]);
  expect([described.status, described.json.properties]).toMatchObject([200, { description: "best", tags: { a: "b" } }]);
});

test("archived versions are listed only when asked for, and are neither latest nor counted", async () => {
  for (const version of ["1", "2"]) await put(`models/old/versions/${version}`, { modelUri });

  await put("models/old/versions/2", { modelUri, isArchived: true });

  expect(names((await get("models/old/versions")).json)).toEqual(["1"]);
  expect(names((await get("models/old/versions?listViewType=ArchivedOnly")).json)).toEqual(["2"]);
  expect(names((await get("models/old/versions?listViewType=All")).json)).toEqual(["1", "2"]);
  expect((await get("models/old")).json.properties).toMatchObject({ latestVersion: "1" });
});

test("versions come in the order asked for, as many as asked for, by tags", async () => {
  for (const version of ["9", "10", "11"])
    await put(`models/many/versions/${version}`, { modelUri, tags: { odd: String(Number(version) % 2) } });

  expect(names((await get("models/many/versions?$orderBy=createdtime desc&$top=1")).json)).toEqual(["11"]);
  expect(names((await get("models/many/versions?tags=odd=1&$orderBy=createdtime asc")).json)).toEqual(["9", "11"]);
});

test("versions of a container that is not there are an empty list", async () => {
  expect((await get("codes/11111111-1111-1111-1111-111111111111/versions?hash=abc&hashVersion=202208")).json).toEqual({
    value: [],
  });
  expect((await get("models/nothing")).status).toBe(404);
});

test("code is found by its hash under whatever name it was uploaded", async () => {
  const files = { "train.ts": "// the same code" };
  const codeId = await jobs.code(files);
  const hash = ((await fixture.test.ask("GET", codeId)).json.properties as { properties: { hash_sha256: string } }).properties
    .hash_sha256;

  const found = await get(`codes/22222222-2222-2222-2222-222222222222/versions?hash=${hash}&hashVersion=202208`);

  expect((found.json.value as { id: string }[]).map(({ id }) => id)).toEqual([codeId]);
});

test("each pending upload has its own container", async () => {
  const start = async () =>
    (
      await fixture.test.ask("POST", `${fixture.workspace}/codes/new/versions/1/startPendingUpload`, {
        body: { pendingUploadType: "TemporaryBlobReference" },
      })
    ).json.blobReferenceForConsumption as { blobUri: string; storageAccountArmId: string };

  const [first, second] = [await start(), await start()];

  expect(first.blobUri).not.toBe(second.blobUri);
  expect(first.storageAccountArmId).toBe(fixture.storage);
});

test.each([
  ["a model without a path", "models/x/versions/1", { modelType: "custom_model" }, "properties.modelUri"],
  ["a model of an unknown type", "models/x/versions/1", { modelUri, modelType: "pickle" }, "pickle"],
  [
    "a model where nothing is stored",
    "models/x/versions/1",
    { modelUri: "azureml://datastores/workspaceblobstore/paths/none" },
    "nothing is stored there",
  ],
  ["a model of a job that is not there", "models/x/versions/1", { modelUri: "azureml://jobs/none/outputs/model" }, "job none"],
  ["a path of an unknown form", "models/x/versions/1", { modelUri: "ftp://somewhere" }, "ftp://somewhere"],
  [
    "data of a datastore that is not there",
    "data/x/versions/1",
    { dataType: "uri_file", dataUri: "azureml://datastores/none/paths/a" },
    "datastore none",
  ],
  ["data without a type", "data/x/versions/1", { dataUri: "https://example.org/a.csv" }, "properties.dataType"],
  ["an environment with neither image nor build", "environments/x/versions/1", {}, "properties.image"],
])("%s is refused", async (_title, path, properties, words) => {
  const answer = await put(path, properties);

  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(JSON.stringify(answer.body)).toContain(words);
});

test("data, environments and models are deleted one version at a time", async () => {
  await put("environments/gone/versions/1", { image: "node:24" });
  await put("environments/gone/versions/2", { image: "node:24" });

  const deleted = await fixture.test.ask("DELETE", `${fixture.workspace}/environments/gone/versions/1`);

  expect(deleted.status).toBe(200);
  expect(names((await get("environments/gone/versions")).json)).toEqual(["2"]);
});
