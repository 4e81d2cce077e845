import { afterAll, beforeAll, expect, test } from "vitest";
import { createBlobAccess } from "../../planes/blob/index.ts";
import { ACCOUNT, startWorkspace, type WorkspaceFixture } from "./fixture.ts";

let fixture: WorkspaceFixture;
beforeAll(async () => {
  fixture = await startWorkspace();
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const body = (storage: string, vault: string) => ({
  location: "eastus",
  identity: { type: "SystemAssigned" },
  properties: { storageAccount: storage, keyVault: vault },
});

test("a workspace says what its clients need to find its services", async () => {
  const { test: cloud, workspace } = fixture;

  const { json } = await cloud.ask("GET", workspace);

  const port = new URL(cloud.cloud.endpoints.arm).port;
  expect(json.properties).toMatchObject({
    provisioningState: "Succeeded",
    discoveryUrl: `https://localhost:${port}/discovery`,
    mlFlowTrackingUri: `azureml://localhost:${port}/mlflow/v1.0${workspace}`,
    workspaceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    tenantId: cloud.cloud.tenantId,
  });
  expect(json.identity).toMatchObject({ type: "SystemAssigned", principalId: expect.any(String) });
});

test("a workspace is made with 202 and both ways to follow it", async () => {
  const { test: cloud, group, storage } = fixture;
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-fixture`;
  const id = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-second`;

  const answer = await cloud.ask("PUT", id, { body: body(storage, vault) });

  expect(answer.status).toBe(202);
  expect(answer.headers.get("azure-asyncoperation")).toContain("https://");
  expect(answer.headers.get("location")).toContain("https://");
  expect((await cloud.settle(answer)).json.status).toBe("Succeeded");
});

test("discovery is anonymous and names the api", async () => {
  const { test: cloud } = fixture;

  const { status, json } = await cloud.ask("GET", "/discovery", { token: null, apiVersion: null });

  expect(status).toBe(200);
  expect(json.api).toBe(cloud.cloud.endpoints.arm);
});

test("creation makes the containers, the datastores and the roles of the workspace's identity", async () => {
  const { test: cloud, workspace, storage } = fixture;
  const { json } = await cloud.ask("GET", workspace);
  const properties = json.properties as { workspaceId: string };
  const principalId = (json.identity as { principalId: string }).principalId;

  const stores = (await cloud.ask("GET", `${workspace}/datastores`)).json.value as {
    name: string;
    properties: { isDefault: boolean };
  }[];
  const blobs = createBlobAccess(cloud.host);

  expect(stores.map(({ name }) => name).sort()).toEqual([
    "workspaceartifactstore",
    "workspaceblobstore",
    "workspacefilestore",
    "workspaceworkingdirectory",
  ]);
  expect(stores.find((store) => store.properties.isDefault)?.name).toBe("workspaceblobstore");
  await blobs.write({ account: ACCOUNT, container: `azureml-blobstore-${properties.workspaceId}`, path: "a" }, "there");
  await blobs.write({ account: ACCOUNT, container: "azureml", path: "a" }, "there");
  const principal = cloud.host.principals.byObjectId(principalId);
  const read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
  expect(principal !== undefined && cloud.host.authorizer.allows(principal, read, storage, { data: true })).toBe(true);
});

test.each([
  ["no storage account", { storageAccount: undefined }, "properties.storageAccount"],
  [
    "a storage account that is not there",
    { storageAccount: "/subscriptions/x/resourceGroups/y/providers/Microsoft.Storage/storageAccounts/nothere" },
    "nothere",
  ],
  [
    "a vault as storage account",
    { storageAccount: "/subscriptions/x/resourceGroups/y/providers/Microsoft.KeyVault/vaults/v" },
    "must be the id of",
  ],
  ["an unknown auth mode", { systemDatastoresAuthMode: "password" }, "password"],
])("%s is refused", async (_title, properties, words) => {
  const { test: cloud, group, storage } = fixture;
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-fixture`;
  const valid = body(storage, vault);

  const answer = await cloud.ask("PUT", `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-refused`, {
    body: { ...valid, properties: { ...valid.properties, ...properties } as Record<string, string> },
  });

  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).toContain(words);
});

test("a storage account with a hierarchical namespace cannot be the default one", async () => {
  const { test: cloud, group } = fixture;
  const lake = `${group}/providers/Microsoft.Storage/storageAccounts/stlake`;
  await cloud.put(
    lake,
    { location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: { isHnsEnabled: true } },
    "2023-05-01",
  );

  const answer = await cloud.ask("PUT", `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-lake`, {
    body: body(lake, `${group}/providers/Microsoft.KeyVault/vaults/kv-fixture`),
  });

  expect([answer.status, answer.code]).toEqual([400, "BadRequest"]);
});

test("hubs and managed networks are refused by name", async () => {
  const { test: cloud, group, storage } = fixture;
  const id = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-hub`;
  const valid = body(storage, `${group}/providers/Microsoft.KeyVault/vaults/kv-fixture`);
  const isolated = { ...valid.properties, managedNetwork: { isolationMode: "AllowInternetOutbound" } };

  expect(JSON.stringify((await cloud.ask("PUT", id, { body: { ...valid, kind: "Hub" } })).body)).toContain("kind Hub");
  expect(JSON.stringify((await cloud.ask("PUT", id, { body: { ...valid, properties: isolated } })).body)).toContain(
    "isolationMode",
  );
});

test("a deleted workspace keeps its name until it is purged", async () => {
  const { test: cloud, group, storage } = fixture;
  const id = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-gone`;
  const valid = body(storage, `${group}/providers/Microsoft.KeyVault/vaults/kv-fixture`);
  await cloud.put(id, valid);
  await cloud.settle(await cloud.ask("DELETE", id));

  const again = await cloud.ask("PUT", id, { body: valid });
  await cloud.settle(await cloud.ask("DELETE", `${id}?forceToPurge=true`));
  const afterPurge = await cloud.ask("PUT", id, { body: valid });

  expect(again.status).toBe(409);
  expect(afterPurge.status).toBe(202);
});

test("forceToPurge deletes a workspace for good at once", async () => {
  const { test: cloud, group, storage } = fixture;
  const id = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-purged`;
  const valid = body(storage, `${group}/providers/Microsoft.KeyVault/vaults/kv-fixture`);
  await cloud.put(id, valid);

  await cloud.settle(await cloud.ask("DELETE", `${id}?forceToPurge=true`));

  expect((await cloud.ask("PUT", id, { body: valid })).status).toBe(202);
});

test("datastores show no secrets; their keys and SAS come from listSecrets", async () => {
  const { test: cloud, workspace } = fixture;
  const store = `${workspace}/datastores/workspaceblobstore`;

  const shown = await cloud.ask("GET", store);
  const key = await cloud.ask("POST", `${store}/listSecrets`);
  const sas = await cloud.ask("POST", `${store}/listSecrets`, { body: { expirableSecret: true, expireAfterHours: 1 } });

  expect(JSON.stringify(shown.body)).not.toContain(key.json.key as string);
  expect(key.json.secretsType).toBe("AccountKey");
  expect(sas.json).toMatchObject({ secretsType: "Sas", sasToken: expect.stringContaining("sig=") });
});

test("a datastore takes an account key only when it is one of the account's, and does not keep it", async () => {
  const { test: cloud, workspace } = fixture;
  const key = (await cloud.ask("POST", `${workspace}/datastores/workspaceblobstore/listSecrets`)).json.key as string;
  const datastore = (secret: string) => ({
    properties: {
      datastoreType: "AzureBlob",
      accountName: ACCOUNT,
      containerName: "raw",
      credentials: { credentialsType: "AccountKey", secrets: { secretsType: "AccountKey", key: secret } },
    },
  });

  const wrong = await cloud.ask("PUT", `${workspace}/datastores/raw`, { body: datastore("bm90IGl0") });
  const right = await cloud.ask("PUT", `${workspace}/datastores/raw`, { body: datastore(key) });

  expect([wrong.status, wrong.code]).toEqual([400, "UserError"]);
  expect(right.status).toBe(201);
  expect(JSON.stringify(cloud.host.resources.get(`${workspace}/datastores/raw`))).not.toContain(key);
});
