import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../../base/index.ts";
import { createBlobAccess } from "../../../planes/blob/index.ts";
import { ACCOUNT, startWorkspace, type WorkspaceFixture } from "../fixture.ts";
import { type JobFixture, jobFixture } from "../job-fixture.ts";

/** A workspace as the platform makes it: no account keys, datastores that open by identity. */
let fixture: WorkspaceFixture;
let jobs: JobFixture;
let identity: string;
let compute: string;

beforeAll(async () => {
  fixture = await startWorkspace({
    account: { allowSharedKeyAccess: false },
    workspace: { systemDatastoresAuthMode: "Identity" },
  });
  jobs = jobFixture(fixture);
  const { test: cloud, group, workspace } = fixture;
  identity = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-training`;
  compute = `${workspace}/computes/by-identity`;
  await cloud.put(identity, { location: "eastus" }, "2024-11-30");
  const scaleSettings = { maxNodeCount: 1 };
  await cloud.put(compute, {
    location: "eastus",
    identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
    properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_D4ds_v5", scaleSettings } },
  });
  const { workspaceId } = (await cloud.ask("GET", workspace)).json.properties as { workspaceId: string };
  const blobs = createBlobAccess(cloud.host);
  await blobs.write({ account: ACCOUNT, container: `azureml-blobstore-${workspaceId}`, path: "data/a.txt" }, "data");
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const job = (more: JsonObject = {}) => ({
  computeId: compute,
  command: "cat ${{inputs.data}}; cp ${{inputs.data}} ${{outputs.copy}}",
  inputs: { data: { jobInputType: "uri_file", uri: "azureml://datastores/workspaceblobstore/paths/data/a.txt" } },
  outputs: { copy: { jobOutputType: "uri_folder" } },
  ...more,
});
const statusOf = (body: JsonObject) => (body.properties as JsonObject).status;

test("datastores without credentials have no secrets to list", async () => {
  const answer = await fixture.test.ask("POST", `${fixture.workspace}/datastores/workspaceblobstore/listSecrets`);

  expect([answer.status, answer.code]).toEqual([400, "UserError"]);
});

test("a compute's identity without a role on the storage account fails the job, and with one it runs", async () => {
  const { test: cloud, storage } = fixture;
  const principalId = (
    (await cloud.ask("GET", identity, { apiVersion: "2024-11-30" })).json.properties as { principalId: string }
  ).principalId;

  await jobs.submit("no-role", job());
  const without = await jobs.until("no-role");
  await cloud.assign(principalId, "storageBlobDataReader", storage);
  await jobs.submit("reader", job());
  const reader = await jobs.until("reader");
  await cloud.assign(principalId, "storageBlobDataContributor", storage);
  const codeId = await jobs.code({ "hello.sh": "echo hello" });
  await jobs.submit("contributor", job({ codeId }));
  const contributor = await jobs.until("contributor");

  expect([statusOf(without), statusOf(reader), statusOf(contributor)]).toEqual(["Failed", "Failed", "Completed"]);
  expect((await jobs.details("no-role")).error).toMatchObject({
    error: { code: "ScriptExecution.StreamAccess.Authentication", message: expect.stringContaining("Storage Blob Data Reader") },
  });
  expect((await jobs.details("reader")).error).toMatchObject({
    error: { message: expect.stringContaining("Storage Blob Data Contributor") },
  });
  expect(await jobs.log("contributor")).toBe("data");
});

test("code in somebody else's account is fetched only for who may read it there", async () => {
  const { test: cloud, group, workspace } = fixture;
  const account = `${group}/providers/Microsoft.Storage/storageAccounts/stelsewhere`;
  await cloud.put(account, { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} });
  const blobs = createBlobAccess(cloud.host);
  await blobs.ensureContainer("stelsewhere", "private");
  await blobs.write({ account: "stelsewhere", container: "private", path: "src/secret" }, "secret");
  const codeId = `${workspace}/codes/taken/versions/1`;
  await cloud.put(codeId, { properties: { codeUri: "https://stelsewhere.blob.core.rehearsal.test/private/src" } });

  await jobs.submit("taker", { computeId: compute, command: "cat secret", codeId });
  expect(statusOf(await jobs.until("taker"))).toBe("Failed");
  expect((await jobs.details("taker")).error).toMatchObject({ error: { code: "ScriptExecution.StreamAccess.Authentication" } });
});

test("without keys, uploads and logs open by a SAS that the workspace's identity signs", async () => {
  const codeId = await jobs.code({ "a.txt": "a" });

  const code = await fixture.test.ask("GET", codeId);
  const details = await jobs.details("contributor");

  expect(code.status).toBe(200);
  expect((details.logFiles as Record<string, string>)["user_logs/std_log.txt"]).toContain("skoid=");
});

test("a principal with AzureML Data Scientist submits jobs and reads their history; one without a role does neither", async () => {
  const { test: cloud, workspace } = fixture;
  const [scientist, nobody] = [await cloud.principal("scientist"), await cloud.principal("nobody")];
  await cloud.assign(scientist.objectId, "azureMlDataScientist", workspace);
  const environmentId = await jobs.environment();
  const body = { properties: { jobType: "Command", computeId: fixture.compute, environmentId, command: "true" } };
  const submit = async (who: typeof nobody) =>
    await cloud.ask("PUT", `${workspace}/jobs/by-${who.objectId}`, { body, token: who.token });
  const history = async (who: typeof nobody) =>
    await cloud.ask("GET", `/history/v1.0${workspace}/runs/contributor/details`, { token: who.token });

  expect([(await submit(scientist)).status, (await submit(nobody)).status]).toEqual([201, 403]);
  expect([(await history(scientist)).status, (await history(nobody)).status]).toEqual([200, 403]);
  await jobs.until(`by-${scientist.objectId}`);
});
