import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AccountSASPermissions,
  BlobSASPermissions,
  type BlobServiceClient,
  generateAccountSASQueryParameters,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMlCloud } from "../../providers/machine-learning/fixture.ts";
import { openService } from "../../providers/machine-learning/job-fixture.ts";
import type { TestCloud } from "../../testing.ts";
import { createBlobAccess } from "./index.ts";

let cloud: TestCloud;
let group: string;
const version = "2023-05-01";
const body = (properties = {}) => ({ location: "eastus", kind: "StorageV2", sku: { name: "Standard_LRS" }, properties });
const account = (name: string) => `${group}/providers/Microsoft.Storage/storageAccounts/${name}`;
const url = (name: string) => `https://${name}.blob.core.rehearsal.test`;

beforeAll(async () => {
  cloud = await startMlCloud();
  group = await cloud.group("rg-blob");
  await cloud.put(account("stkeys"), body(), version);
  await cloud.put(account("stnokeys"), body({ allowSharedKeyAccess: false }), version);
});
afterAll(() => cloud.close());

/** The service client as a principal with a token for Azure Storage. */
function as(principal: { clientId: string; clientSecret: string }, name: string): BlobServiceClient {
  const getToken = async () => ({
    token: await cloud.token("https://storage.azure.com", principal),
    expiresOnTimestamp: Date.now() + 3_600_000,
  });
  return openService(cloud, url(name), { getToken });
}

async function withKey(name: string): Promise<{ client: BlobServiceClient; credential: StorageSharedKeyCredential }> {
  const { json } = await cloud.ask("POST", `${account(name)}/listKeys`, { apiVersion: version });
  const [key] = json.keys as { value: string }[];
  const credential = new StorageSharedKeyCredential(name, key?.value ?? "");
  return { client: openService(cloud, url(name), credential), credential };
}

/** The error code of a refusal; the client parses bodies of some operations only, the header always. */
const code = async (work: Promise<unknown>) =>
  await work.then(
    () => "done",
    (error: unknown) => {
      const { code: fromBody, details } = error as { code?: string; details?: { errorCode?: string } };
      return fromBody ?? details?.errorCode ?? String(error);
    },
  );

test("an account key reads and writes", async () => {
  const { client } = await withKey("stkeys");
  const container = client.getContainerClient("with-key");
  await container.create();

  await container.getBlockBlobClient("a/b.txt").upload("hello", 5);

  expect((await container.getBlobClient("a/b.txt").downloadToBuffer()).toString()).toBe("hello");
});

test("with public access disabled and no private endpoint, nobody gets in", async () => {
  await cloud.put(account("stclosed"), body({ publicNetworkAccess: "Disabled" }), version);
  const { client } = await withKey("stclosed");

  expect(await code(client.createContainer("any"))).toBe("AuthorizationFailure");
});

test("a token opens what its roles allow: nothing, then reading, then writing", async () => {
  const { client } = await withKey("stkeys");
  await client.createContainer("with-token");
  await client.getContainerClient("with-token").getBlockBlobClient("a").upload("1", 1);
  const principal = await cloud.principal("somebody");
  const blob = as(principal, "stkeys").getContainerClient("with-token").getBlockBlobClient("a");

  const none = await code(blob.downloadToBuffer());
  await cloud.assign(principal.objectId, "storageBlobDataReader", account("stkeys"));
  const reading = [await code(blob.downloadToBuffer()), await code(blob.upload("2", 1)), await code(blob.delete())];
  await cloud.assign(principal.objectId, "storageBlobDataContributor", account("stkeys"));
  const writing = [await code(blob.upload("2", 1)), await code(blob.delete())];

  expect(none).toBe("AuthorizationPermissionMismatch");
  expect(reading).toEqual(["done", "AuthorizationPermissionMismatch", "AuthorizationPermissionMismatch"]);
  expect(writing).toEqual(["done", "done"]);
});

test("an owner of the subscription has no data role, so its token opens no blob", async () => {
  const owner = {
    clientId: cloud.cloud.credentials.clientId,
    clientSecret: cloud.cloud.credentials.clientSecret.reveal(),
  };
  const container = as(owner, "stkeys").getContainerClient("with-owner");

  expect(await code(container.create())).toBe("done");
  expect(await code(container.getBlockBlobClient("a").upload("1", 1))).toBe("AuthorizationPermissionMismatch");
});

test("a token for another audience is refused with a challenge", async () => {
  const principal = await cloud.principal("somebody");
  const getToken = async () => ({
    token: await cloud.token("https://ml.azure.com", principal),
    expiresOnTimestamp: Date.now() + 60_000,
  });

  const blob = openService(cloud, url("stkeys"), { getToken }).getContainerClient("with-key").getBlobClient("a/b.txt");

  expect(await code(blob.downloadToBuffer())).toBe("InvalidAuthenticationInfo");
});

test("keys and what they sign are refused where shared keys are off, and a user delegation SAS is bounded by its signer's roles", async () => {
  const { client, credential } = await withKey("stnokeys");
  const principal = await cloud.principal("somebody");
  await cloud.assign(principal.objectId, "storageBlobDataContributor", account("stnokeys"));
  const service = as(principal, "stnokeys");
  await service.createContainer("delegated");
  await service.getContainerClient("delegated").getBlockBlobClient("a").upload("1", 1);
  const [startsOn, expiresOn] = [new Date(Date.now() - 60_000), new Date(Date.now() + 600_000)];
  const values = { containerName: "delegated", blobName: "a", permissions: BlobSASPermissions.parse("rw"), startsOn, expiresOn };
  const key = await service.getUserDelegationKey(startsOn, expiresOn);
  const open = (sas: string) =>
    openService(cloud, `${url("stnokeys")}?${sas}`)
      .getContainerClient("delegated")
      .getBlockBlobClient("a");
  const sign = (sv: string) => generateBlobSASQueryParameters({ ...values, version: sv }, key, "stnokeys").toString();
  const delegated = open(sign("2025-11-05"));

  const byKey = await code(client.getContainerClient("delegated").getBlobClient("a").downloadToBuffer());
  const byKeySas = await code(open(generateBlobSASQueryParameters(values, credential).toString()).downloadToBuffer());
  const accountSas = generateAccountSASQueryParameters(
    { startsOn, expiresOn, services: "b", resourceTypes: "o", permissions: AccountSASPermissions.parse("r") },
    credential,
  );
  const disguised = await code(open(`${accountSas.toString()}&skoid=${principal.objectId}`).downloadToBuffer());
  const newer = await code(open(sign("2026-04-06")).downloadToBuffer());
  const byDelegation = await code(delegated.downloadToBuffer());
  const { json } = await cloud.ask(
    "GET",
    `${account("stnokeys")}/providers/Microsoft.Authorization/roleAssignments?$filter=atScope()`,
    { apiVersion: "2022-04-01" },
  );
  for (const { id } of json.value as { id: string }[])
    if (id.includes("stnokeys")) await cloud.ask("DELETE", id, { apiVersion: "2022-04-01" });
  const afterwards = await code(delegated.downloadToBuffer());

  expect([byKey, byKeySas, disguised, byDelegation]).toEqual([
    "KeyBasedAuthenticationNotPermitted",
    "KeyBasedAuthenticationNotPermitted",
    "KeyBasedAuthenticationNotPermitted",
    "done",
  ]);
  expect([newer, afterwards]).toEqual(["InvalidQueryParameterValue", "AuthorizationPermissionMismatch"]);
});

test("a request without credentials, to an unknown account, or for a batch is refused by name", async () => {
  const { client } = await withKey("stkeys");
  const blob = openService(cloud, url("stkeys")).getContainerClient("with-key").getBlobClient("a/b.txt");
  const unknown = openService(cloud, url("stnothere")).getContainerClient("with-key").getBlobClient("a");

  expect(await code(blob.downloadToBuffer())).toBe("PublicAccessNotPermitted");
  expect(await code(unknown.downloadToBuffer())).toBe("ResourceNotFound");
  expect(
    await code(
      client.getBlobBatchClient().deleteBlobs([`${url("stkeys")}/with-key/a`], new StorageSharedKeyCredential("stkeys", "eA==")),
    ),
  ).toBe("NotImplemented");
});

test("an account that is deleted and made again starts empty and with other keys", async () => {
  await cloud.put(account("stagain"), body(), version);
  const before = await withKey("stagain");
  await before.client.createContainer("old");
  cloud.host.clock.advance(1000);
  await cloud.ask("DELETE", account("stagain"), { apiVersion: version });
  await cloud.put(account("stagain"), body(), version);
  const after = await withKey("stagain");

  expect(await code(before.client.getContainerClient("old").getProperties())).not.toBe("done");
  expect(await after.client.getContainerClient("old").exists()).toBe(false);
});

test("a folder goes up and comes down as it was, and a blob's name cannot lead out of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "quayside-blobs-"));
  await mkdir(join(folder, "up", "deep"), { recursive: true });
  await writeFile(join(folder, "up", "deep", "a b.txt"), "text");
  const blobs = createBlobAccess(cloud.host);
  const at = (path: string) => ({ account: "stkeys", container: "folders", path });
  await blobs.ensureContainer("stkeys", "folders");

  const sent = await blobs.upload(join(folder, "up"), at("set"));
  const got = await blobs.download(at("set/"), join(folder, "down"));
  await blobs.write(at("evil\\..\\..\\out.txt"), "x");
  const refused = await blobs.download(at("evil"), join(folder, "down")).catch((error: unknown) => error as { code: string });
  const missing = await blobs.download(at("nothing"), join(folder, "down")).catch((error: unknown) => error as { code: string });

  expect([sent, got]).toEqual([["deep/a b.txt"], ["deep/a b.txt"]]);
  expect(await readFile(join(folder, "down", "deep", "a b.txt"), "utf8")).toBe("text");
  expect(refused).toMatchObject({ code: "InvalidBlobName" });
  expect(missing).toMatchObject({ code: "BlobNotFound" });
  await rm(folder, { recursive: true, force: true });
});

test("a path that leads elsewhere by dots or slashes opens nothing that its end does not", async () => {
  const { client } = await withKey("stkeys");
  for (const name of ["own-part", "their-part"])
    await cloud.put(`${account("stkeys")}/blobServices/default/containers/${name}`, { properties: {} }, version);
  await client.getContainerClient("their-part").getBlockBlobClient("secret").upload("1", 1);
  const principal = await cloud.principal("wanderer");
  const scope = `${account("stkeys")}/blobServices/default/containers/own-part`;
  await cloud.assign(principal.objectId, "storageBlobDataContributor", scope);
  const ask = await raw(principal);

  expect(await ask("GET", "/own-part?restype=container&comp=list")).toMatch(/^200 /);
  expect(await ask("GET", "/their-part?restype=container&comp=list")).toMatch(/^403 /);
  for (const path of ["/their-part/../own-part", "/their-part/%2e%2e/own-part", "//their-part/own-part", "http://x/own-part"]) {
    expect(await ask("GET", `${path}?restype=container&comp=list`)).toMatch(/^40[03] /);
    expect(await ask("PUT", `${path}/x`)).toMatch(/^40[03] /);
  }
  expect(await ask("GET", "/own-part?restype=container&comp=list&comp=acl")).toMatch(/^400 /);
});

test("a place in a container is none in another one, whatever its name is", async () => {
  const { client } = await withKey("stkeys");
  for (const name of ["inner", "outer"]) await client.createContainer(name);
  await client.getContainerClient("outer").getBlockBlobClient("secret").upload("1", 1);
  const access = createBlobAccess(cloud.host);
  const refused = { status: 400, code: "InvalidBlobName" };

  for (const path of ["../outer/secret", "a/../../outer/secret", "./../outer/secret"]) {
    const at = { account: "stkeys", container: "inner", path };
    await expect(access.read(at)).rejects.toMatchObject(refused);
    await expect(access.write(at, "2")).rejects.toMatchObject(refused);
    await expect(access.append(at, "2")).rejects.toMatchObject(refused);
    await expect(access.remove(at)).rejects.toMatchObject(refused);
  }
  await expect(access.read({ account: "stkeys", container: "..", path: "outer/secret" })).rejects.toMatchObject(refused);
  expect((await access.read({ account: "stkeys", container: "outer", path: "secret" })).toString()).toBe("1");
});

test("a reader changes nothing, whatever a request calls itself", async () => {
  const { client } = await withKey("stkeys");
  const container = client.getContainerClient("only-read");
  await container.create();
  await container.getBlockBlobClient("a").upload("1", 1);
  const principal = await cloud.principal("only-reader");
  await cloud.assign(principal.objectId, "storageBlobDataReader", account("stkeys"));
  const ask = await raw(principal);

  expect(await ask("GET", "/only-read/a")).toMatch(/^200 /);
  for (const comp of ["list", "query", "tags", "blobs", "blocklist", "metadata", "x"]) {
    for (const path of [
      `/only-read/a?comp=${comp}`,
      `/only-read?restype=container&comp=${comp}`,
      `/made-${comp}?restype=container&comp=${comp}`,
    ])
      for (const method of ["PUT", "DELETE"])
        expect([method, path, (await ask(method, path)).slice(0, 4)]).toEqual([method, path, "403 "]);
  }
  expect(await ask("GET", "/only-read/a")).toBe("200 1");
});

/** Requests as they are, which no client sends, with a principal's token. */
async function raw(principal: { clientId: string; clientSecret: string }) {
  const token = await cloud.token("https://storage.azure.com", principal);
  const ca = await readFile(cloud.cloud.caFile);
  const headers = {
    host: "stkeys.blob.core.rehearsal.test",
    authorization: `Bearer ${token}`,
    "x-ms-version": "2023-11-03",
    "x-ms-blob-type": "BlockBlob",
    "content-length": "0",
  };
  return async (method: string, path: string) => {
    const sent = request(cloud.cloud.endpoints.arm, { method, path, headers, ca }).end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return `${response.statusCode} ${(await response.toArray()).join("")}`;
  };
}
