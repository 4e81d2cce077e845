import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { createBlobAccess } from "../../src/cloud/planes/blob/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { outcome } from "./core.ts";

const STORAGE = "2025-06-01";
const VAULT = "2026-02-01";
const LOGS = "2025-07-01";
const REGISTRY = "2025-11-01";

let cloud: TestCloud;
let group: string;
let other: string;

beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  group = await cloud.group("rg-data");
  other = await cloud.group("rg-other");
});

afterAll(() => cloud.close());

const get = async (path: string, apiVersion: string) => (await cloud.ask("GET", path, { apiVersion })).json;
const post = (path: string, apiVersion: string, body: JsonObject = {}) => cloud.ask("POST", path, { body, apiVersion });
const remove = async (path: string, apiVersion: string) => cloud.settle(await cloud.ask("DELETE", path, { apiVersion }));

describe("a storage account", () => {
  const account = (name: string, of = group) => `${of}/providers/Microsoft.Storage/storageAccounts/${name}`;
  const body = (properties: JsonObject = {}): JsonObject => ({
    location: "eastus",
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
    properties,
  });

  test("is answered with 202, never 201, and has the members that clients read next", async () => {
    const made = await cloud.ask("PUT", account("stfresh"), { body: body(), apiVersion: STORAGE });
    expect(made.status).toBe(202);
    await cloud.settle(made);

    expect(await get(account("stfresh"), STORAGE)).toMatchObject({
      sku: { name: "Standard_LRS", tier: "Standard" },
      properties: {
        provisioningState: "Succeeded",
        accessTier: "Hot",
        primaryLocation: "eastus",
        primaryEndpoints: { blob: expect.stringMatching(/^https:\/\/stfresh\.blob\..*\/$/) },
      },
    });
    for (const service of ["blobServices", "fileServices"]) {
      expect((await get(`${account("stfresh")}/${service}/default`, STORAGE)).name).toBe("default");
    }
  });

  test.each([
    ["Standard_ZRS", "westus", "zones"],
    ["Standard_GZRS", "North Central US", "zones"],
    ["Standard_GZRS", "italynorth", "a pair"],
    ["Standard_GRS", "italynorth", "a pair"],
  ])("is refused as %s in %s, which has not %s", async (sku, location) => {
    const { json } = await cloud.ask("PUT", account("stcopies"), {
      body: { ...body(), sku: { name: sku }, location },
      apiVersion: STORAGE,
    });

    expect(json.error).toMatchObject({ code: "RedundancyConfigurationNotAvailableInRegion" });
  });

  test("has the same keys on every request until one is regenerated, and none in its stored state", async () => {
    await cloud.put(account("stkeys"), body(), STORAGE);
    const keys = async () => (await post(`${account("stkeys")}/listKeys`, STORAGE)).json.keys as JsonObject[];
    const before = await keys();

    expect(before.map(({ keyName }) => keyName)).toEqual(["key1", "key2"]);
    expect(Buffer.from(before[0]?.value as string, "base64")).toHaveLength(64);
    expect(await keys()).toEqual(before);
    expect(JSON.stringify(cloud.host.resources.get(account("stkeys")))).not.toContain(before[0]?.value);
    await post(`${account("stkeys")}/regenerateKey`, STORAGE, { keyName: "key1" });
    const after = await keys();
    expect(after[0]?.value).not.toBe(before[0]?.value);
    expect(after[1]?.value).toBe(before[1]?.value);
  });

  test("has a global name", async () => {
    await cloud.put(account("stglobal"), body(), STORAGE);

    expect(await outcome(cloud, account("stglobal", other), body(), STORAGE)).toMatchObject({
      status: 409,
      code: "StorageAccountAlreadyTaken",
    });
    const check = async (name: string) =>
      (
        await post(`${cloud.subscription}/providers/Microsoft.Storage/checkNameAvailability`, STORAGE, {
          name,
          type: "Microsoft.Storage/storageAccounts",
        })
      ).json;
    expect(await check("stglobal")).toMatchObject({ nameAvailable: false, reason: "AlreadyExists" });
    expect(await check("Not_Valid")).toMatchObject({ nameAvailable: false, reason: "AccountNameInvalid" });
    expect(await check("stnobodyhas")).toEqual({ nameAvailable: true });
  });

  test("keeps what a later PUT leaves out", async () => {
    await cloud.put(account("stkeep"), body({ allowSharedKeyAccess: false }), STORAGE);

    const { properties } = await cloud.put(account("stkeep"), body({ minimumTlsVersion: "TLS1_3" }), STORAGE);

    expect(properties).toMatchObject({ allowSharedKeyAccess: false, minimumTlsVersion: "TLS1_3" });
    expect((await post(`${account("stkeep")}/listKeys`, STORAGE)).status).toBe(200);
  });

  test("has a container at its blob endpoint once Resource Manager made it", async () => {
    await cloud.put(account("stblobs"), body(), STORAGE);
    const container = `${account("stblobs")}/blobServices/default/containers/data`;
    const blobs = createBlobAccess(cloud.host);
    const at = { account: "stblobs", container: "data", path: "hello.txt" };

    await cloud.put(container, { properties: {} }, STORAGE);
    await blobs.write(at, "hello");
    expect((await blobs.read(at)).toString()).toBe("hello");

    await remove(container, STORAGE);
    await expect(blobs.write(at, "again")).rejects.toMatchObject({ statusCode: 404 });
  });

  test("refuses public containers unless it allows them, and point-in-time restore without what it stands on", async () => {
    await cloud.put(account("strules"), body(), STORAGE);
    const blobs = `${account("strules")}/blobServices/default`;

    expect(await outcome(cloud, `${blobs}/containers/data`, { properties: { publicAccess: "Blob" } }, STORAGE)).toMatchObject({
      status: 409,
      code: "PublicAccessNotPermitted",
    });
    expect(await outcome(cloud, `${blobs}/containers/data`, { properties: {} }, STORAGE)).toMatchObject({
      status: 201,
      code: undefined,
    });
  });

  test("can be restored to a point in time only with what that reads", async () => {
    await cloud.put(account("stqsrestore"), body(), STORAGE);
    const blobs = `${account("stqsrestore")}/blobServices/default`;
    const whole = {
      isVersioningEnabled: true,
      changeFeed: { enabled: true, retentionInDays: 7 },
      deleteRetentionPolicy: { enabled: true, days: 7 },
      restorePolicy: { enabled: true, days: 6 },
    };
    const put = (more: JsonObject) => outcome(cloud, blobs, { properties: { ...whole, ...more } }, STORAGE);

    expect(await put({ isVersioningEnabled: false })).toMatchObject({
      status: 400,
      message: expect.stringMatching(/isVersioning/),
    });
    expect(await put({ changeFeed: { enabled: false } })).toMatchObject({
      status: 400,
      message: expect.stringMatching(/changeFeed/),
    });
    expect(await put({ deleteRetentionPolicy: { enabled: false } })).toMatchObject({
      status: 400,
      message: expect.stringMatching(/deleteRetentionPolicy/),
    });
    expect(await put({ restorePolicy: { enabled: true, days: 7 } })).toMatchObject({
      status: 400,
      message: expect.stringMatching(/less than|more than/),
    });
    expect(await put({ changeFeed: { enabled: true, retentionInDays: 6 } })).toMatchObject({
      status: 400,
      message: expect.stringMatching(/more than restorePolicy.days, 6/),
    });
    expect(await put({})).toMatchObject({ status: 200, code: undefined });
    const restore = await cloud.ask("POST", `${account("stqsrestore")}/restoreBlobRanges`, { body: {}, apiVersion: STORAGE });
    expect(restore.headers.get("x-ms-quayside-unsupported")).toBe("restoreBlobRanges");
  });
});

describe("a key vault", () => {
  const vault = (name: string, of = group) => `${of}/providers/Microsoft.KeyVault/vaults/${name}`;
  const body = (properties: JsonObject = {}): JsonObject => ({
    location: "eastus",
    properties: { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" }, ...properties },
  });
  const deleted = (name: string) => `${cloud.subscription}/providers/Microsoft.KeyVault/locations/eastus/deletedVaults/${name}`;

  test("holds its name after it is deleted, until it is purged", async () => {
    await cloud.put(vault("kv-purge"), body(), VAULT);
    await remove(vault("kv-purge"), VAULT);

    expect((await cloud.ask("GET", vault("kv-purge"), { apiVersion: VAULT })).status).toBe(404);
    expect(await outcome(cloud, vault("kv-purge", other), body(), VAULT)).toMatchObject({
      status: 409,
      code: "ConflictError",
    });
    expect(await get(deleted("kv-purge"), VAULT)).toMatchObject({
      name: "kv-purge",
      properties: { vaultId: vault("kv-purge"), scheduledPurgeDate: expect.any(String) },
    });
    await cloud.settle(await post(`${deleted("kv-purge")}/purge`, VAULT));
    expect((await cloud.ask("GET", deleted("kv-purge"), { apiVersion: VAULT })).status).toBe(404);
    expect(await outcome(cloud, vault("kv-purge", other), body(), VAULT)).toMatchObject({ code: undefined });
  });

  test("comes back as it was with createMode recover", async () => {
    await cloud.put(vault("kv-recover"), body({ softDeleteRetentionInDays: 7, enabledForDeployment: true }), VAULT);
    await remove(vault("kv-recover"), VAULT);

    const { properties } = await cloud.put(vault("kv-recover"), body({ createMode: "recover" }), VAULT);

    expect(properties).toMatchObject({ softDeleteRetentionInDays: 7, enabledForDeployment: true });
    expect((await cloud.ask("GET", deleted("kv-recover"), { apiVersion: VAULT })).status).toBe(404);
  });

  test("with purge protection cannot be purged, nor lose the protection", async () => {
    await cloud.put(vault("kv-protected"), body({ enablePurgeProtection: true }), VAULT);
    expect((await cloud.put(vault("kv-protected"), body(), VAULT)).properties).toMatchObject({ enablePurgeProtection: true });
    await remove(vault("kv-protected"), VAULT);

    expect(await post(`${deleted("kv-protected")}/purge`, VAULT)).toMatchObject({ status: 409, code: "OperationNotAllowed" });
  });

  test.each<[string, JsonObject]>([
    ["enablePurgeProtection false", { enablePurgeProtection: false }],
    ["enableSoftDelete false", { enableSoftDelete: false }],
    ["a retention of 3 days", { softDeleteRetentionInDays: 3 }],
    ["an unknown SKU", { sku: { family: "A", name: "gold" } }],
  ])("refuses %s", async (_, properties) => {
    expect(await outcome(cloud, vault("kv-bad"), body(properties), VAULT)).toMatchObject({ status: 400, code: "BadRequest" });
  });

  test("keeps its retention for life", async () => {
    await cloud.put(vault("kv-days"), body({ softDeleteRetentionInDays: 30 }), VAULT);

    expect(await outcome(cloud, vault("kv-days"), body({ softDeleteRetentionInDays: 60 }), VAULT)).toMatchObject({ status: 400 });
  });
});

describe("a Log Analytics workspace", () => {
  const workspace = (name: string) => `${group}/providers/Microsoft.OperationalInsights/workspaces/${name}`;

  test("comes back with its customer id when it is made again, but not in another region", async () => {
    const made = await cloud.put(workspace("log-back"), { location: "eastus", properties: {} }, LOGS);
    await remove(workspace("log-back"), LOGS);
    expect(
      (
        (await get(`${cloud.subscription}/providers/Microsoft.OperationalInsights/deletedWorkspaces`, LOGS)).value as JsonObject[]
      ).map(({ name }) => name),
    ).toEqual(["log-back"]);

    expect(await outcome(cloud, workspace("log-back"), { location: "westus", properties: {} }, LOGS)).toMatchObject({
      status: 409,
      code: "Conflict",
    });
    const again = await cloud.put(workspace("log-back"), { location: "eastus", properties: {} }, LOGS);
    expect((again.properties as JsonObject).customerId).toBe((made.properties as JsonObject).customerId);
  });

  test("is really gone when it is deleted with force", async () => {
    const made = await cloud.put(workspace("log-gone"), { location: "eastus", properties: {} }, LOGS);
    await remove(`${workspace("log-gone")}?force=true`, LOGS);

    const again = await cloud.put(workspace("log-gone"), { location: "westus", properties: {} }, LOGS);

    expect((again.properties as JsonObject).customerId).not.toBe((made.properties as JsonObject).customerId);
  });

  test("has shared keys that stay the same", async () => {
    await cloud.put(workspace("log-keys"), { location: "eastus", properties: {} }, LOGS);
    const keys = async () => (await post(`${workspace("log-keys")}/sharedKeys`, "2020-08-01")).json;

    expect(await keys()).toEqual({ primarySharedKey: expect.any(String), secondarySharedKey: expect.any(String) });
    expect(await keys()).toEqual(await keys());
  });
});

describe("a container registry", () => {
  const registry = (name: string, of = group) => `${of}/providers/Microsoft.ContainerRegistry/registries/${name}`;
  const body = (sku: string, properties: JsonObject = {}): JsonObject => ({ location: "eastus", sku: { name: sku }, properties });

  test("says its login server and every policy, and lists no replications", async () => {
    expect(await cloud.put(registry("acrplain"), body("Basic"), REGISTRY)).toMatchObject({
      properties: {
        loginServer: expect.stringMatching(/^acrplain\./),
        zoneRedundancy: "Disabled",
        policies: { retentionPolicy: { status: "disabled" } },
      },
    });
    expect((await get(`${registry("acrplain")}/replications`, REGISTRY)).value).toEqual([]);
  });

  test("gives credentials only with the admin user", async () => {
    await cloud.put(registry("acradmin"), body("Basic"), REGISTRY);
    expect(await post(`${registry("acradmin")}/listCredentials`, REGISTRY)).toMatchObject({
      status: 400,
      code: "UnAuthorizedForCredentialOperations",
    });

    await cloud.put(registry("acradmin"), body("Basic", { adminUserEnabled: true }), REGISTRY);
    expect((await post(`${registry("acradmin")}/listCredentials`, REGISTRY)).json).toMatchObject({
      username: "acradmin",
      passwords: [{ name: "password" }, { name: "password2" }],
    });
  });

  test("refuses what needs Premium, a taken name, and an export policy that is off on a public registry", async () => {
    await cloud.put(registry("acrtaken"), body("Basic"), REGISTRY);

    expect(await outcome(cloud, registry("acrtaken", other), body("Basic"), REGISTRY)).toMatchObject({
      status: 409,
      code: "AlreadyInUse",
    });
    expect(
      await outcome(cloud, registry("acrclosed"), body("Standard", { publicNetworkAccess: "Disabled" }), REGISTRY),
    ).toMatchObject({ status: 400, code: "DisablingPublicNetworkAccessNotSupported" });
    expect(
      await outcome(
        cloud,
        registry("acrexport"),
        body("Premium", { policies: { exportPolicy: { status: "disabled" } } }),
        REGISTRY,
      ),
    ).toMatchObject({ status: 400 });
  });
});

describe("a managed identity", () => {
  const API = "2024-11-30";
  const identity = (name: string) => `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
  const credential = (subject: string): JsonObject => ({
    properties: { issuer: "https://issuer.example/", subject, audiences: ["api://AzureADTokenExchange"] },
  });

  test("keeps its ids over updates", async () => {
    const made = await cloud.put(identity("id-stable"), { location: "eastus" }, API);
    const again = await cloud.put(identity("id-stable"), { location: "eastus", tags: { a: "b" } }, API);

    expect(again.properties).toEqual(made.properties);
    expect(made.properties).toMatchObject({
      principalId: expect.any(String),
      clientId: expect.any(String),
      tenantId: cloud.cloud.tenantId,
    });
  });

  test("takes one federated credential at a time, and each subject once", async () => {
    await cloud.put(identity("id-federated"), { location: "eastus" }, API);
    const { resources, system } = cloud.host;
    const write = (name: string, subject: string) =>
      resources.put(`${identity("id-federated")}/federatedIdentityCredentials/${name}`, API, credential(subject), system);

    expect(await Promise.allSettled([write("one", "a"), write("two", "b")])).toMatchObject([
      { status: "fulfilled" },
      {
        status: "rejected",
        reason: { status: 409, code: "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity" },
      },
    ]);
    await expect(write("three", "a")).rejects.toMatchObject({ status: 409, code: "Conflict" });
    await write("two", "b");
  });
});
