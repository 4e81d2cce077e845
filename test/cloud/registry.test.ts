import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import {
  descriptor,
  digestOf,
  image,
  OCI_INDEX,
  OCI_MANIFEST,
  push,
  type RegistryClient,
  registryClient,
} from "../support/registry.ts";

const VERSION = "2025-11-01";
const ACCEPT = { accept: `${OCI_MANIFEST}, ${OCI_INDEX}` };

let cloud: TestCloud;
let group: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  group = await cloud.group("rg-images");
});

afterAll(() => cloud.close());

interface Made extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly client: RegistryClient;
  set(properties: JsonObject): Promise<void>;
}

let count = 0;

async function registry(properties: JsonObject = {}, sku = "Premium"): Promise<Made> {
  count += 1;
  const name = `acrtest${count}x`;
  const id = `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`;
  const set = async (more: JsonObject) => {
    await cloud.put(id, { location: "eastus", sku: { name: sku }, properties: more }, VERSION);
  };
  await set(properties);
  const client = registryClient(cloud.cloud, `${name}.azurecr.rehearsal.test`);
  return { id, name, client, set, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

/** A new principal with a role on a registry, and its token of Microsoft Entra. */
async function person(made: Made, role?: Parameters<TestCloud["assign"]>[1]): Promise<string> {
  const { objectId, token } = await cloud.principal(`of-${made.name}-${role ?? "nobody"}`);
  if (role !== undefined) await cloud.assign(objectId, role, made.id);
  return token;
}

const pushScope = (repository: string) => `repository:${repository}:pull,push`;

describe("who may do what", () => {
  let made: Made;

  beforeEach(async () => {
    made = await registry();
  });

  test("nobody without a token, and the challenge says where to get one", async () => {
    const answer = await made.client.ask("GET", "/v2/");

    expect(answer).toMatchObject({ status: 401, json: { errors: [{ code: "UNAUTHORIZED" }] } });
    expect(answer.headers.get("www-authenticate")).toBe(
      `Bearer realm="https://${made.name}.azurecr.rehearsal.test/oauth2/token",service="${made.name}.azurecr.rehearsal.test"`,
    );
    expect(answer.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
    expect((await made.client.ask("GET", "/v2/", { token: "forged" })).status).toBe(401);
  });

  test("AcrPush pushes and pulls, AcrPull pulls, and neither deletes", async () => {
    const [pusher, puller] = [await person(made, "acrPush"), await person(made, "acrPull")];
    const all = "repository:app:pull,push,delete";
    const writing = await made.client.tokenFor(pusher, all);
    const reading = await made.client.tokenFor(puller, all);
    const pushed = image("layer");

    expect((await push(made.client, writing, "app", "v1", pushed)).status).toBe(201);
    expect((await made.client.ask("GET", "/v2/app/manifests/v1", { token: reading, headers: ACCEPT })).text).toBe(
      pushed.manifest,
    );
    const refused = await made.client.ask("POST", "/v2/app/blobs/uploads/", { token: reading });
    expect(refused).toMatchObject({ status: 401, json: { errors: [{ code: "UNAUTHORIZED", detail: { Action: "pull,push" } }] } });
    expect(refused.headers.get("www-authenticate")).toContain('scope="repository:app:pull,push"');
    expect((await made.client.ask("DELETE", `/v2/app/manifests/${pushed.digest}`, { token: writing })).status).toBe(401);
    const deleting = await made.client.tokenFor(await person(made, "acrDelete"), all);
    expect((await made.client.ask("DELETE", `/v2/app/manifests/${pushed.digest}`, { token: deleting })).status).toBe(202);
  });

  test("a token opens what it was asked for, at the registry that gave it", async () => {
    const pusher = await person(made, "acrPush");
    await using other = await registry();
    const token = await made.client.tokenFor(pusher, pushScope("one"));

    expect((await made.client.ask("GET", "/v2/two/tags/list", { token })).status).toBe(401);
    expect((await made.client.ask("GET", "/v2/_catalog", { token })).status).toBe(401);
    expect((await other.client.ask("GET", "/v2/", { token })).status).toBe(401);
  });

  test("somebody without a role gets a token that opens nothing, and a foreign or forged token gets none", async () => {
    const token = await made.client.tokenFor(await person(made), pushScope("app"));
    expect((await made.client.ask("GET", "/v2/", { token })).status).toBe(200);
    expect((await made.client.ask("GET", "/v2/app/tags/list", { token })).status).toBe(401);

    const exchange = (entra: string) =>
      made.client.ask("POST", "/oauth2/exchange", {
        body: new URLSearchParams({
          grant_type: "access_token",
          service: `${made.name}.azurecr.rehearsal.test`,
          access_token: entra,
        }),
      });
    expect((await exchange("forged")).status).toBe(401);
    expect((await exchange(await cloud.token("https://storage.azure.com"))).status).toBe(401);
    expect((await exchange(await cloud.token("https://containerregistry.azure.net"))).status).toBe(200);
    await made.set({ policies: { azureADAuthenticationAsArmPolicy: { status: "disabled" } } });
    expect((await exchange(await cloud.token())).status).toBe(401);
  });

  test("with roles by repository AcrPush opens nothing, and Repository Writer does", async () => {
    await using abac = await registry({ roleAssignmentMode: "AbacRepositoryPermissions" });
    const [old, current] = [await person(abac, "acrPush"), await person(abac, "containerRegistryRepositoryWriter")];
    const start = async (entra: string) =>
      abac.client.ask("POST", "/v2/app/blobs/uploads/", { token: await abac.client.tokenFor(entra, pushScope("app")) });

    expect((await start(old)).status).toBe(401);
    expect((await start(current)).status).toBe(202);
  });

  test("the admin user and service principals sign in with their secrets, and anybody pulls where that is enabled", async () => {
    await using open = await registry({ adminUserEnabled: true, anonymousPullEnabled: true });
    const { username, passwords } = (await cloud.ask("POST", `${open.id}/listCredentials`, { apiVersion: VERSION })).json as {
      username: string;
      passwords: { value: string }[];
    };
    const path = `/oauth2/token?service=${open.name}.azurecr.rehearsal.test&scope=${pushScope("app")}`;
    const basic = (user: string, password: string) => ({
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
    });
    const signIn = (user: string, password: string) => open.client.ask("GET", path, { headers: basic(user, password) });

    const admin = (await signIn(username, passwords[0]?.value ?? "")).json.access_token as string;
    expect((await push(open.client, admin, "app", "v1", image("x"))).status).toBe(201);
    expect((await signIn(username, "wrong")).status).toBe(401);
    expect((await made.client.ask("GET", path.replace(open.name, made.name), { headers: basic(made.name, "x") })).status).toBe(
      401,
    );
    const principal = await cloud.principal("signs-in-by-secret");
    await cloud.assign(principal.objectId, "acrPull", open.id);
    const own = (await signIn(principal.clientId, principal.clientSecret)).json.access_token as string;
    expect((await open.client.ask("GET", "/v2/app/manifests/v1", { token: own })).status).toBe(200);
    expect((await open.client.ask("POST", "/v2/app/blobs/uploads/", { token: own })).status).toBe(401);
    expect((await signIn(principal.clientId, "wrong")).status).toBe(401);
    const anonymous = (await open.client.ask("GET", path)).json.access_token as string;
    expect((await open.client.ask("GET", "/v2/app/manifests/v1", { token: anonymous })).status).toBe(200);
    expect((await open.client.ask("POST", "/v2/app/blobs/uploads/", { token: anonymous })).status).toBe(401);
  });

  test("a private registry is reached by a private endpoint alone", async () => {
    await using closed = await registry({ publicNetworkAccess: "Disabled" });

    expect(await closed.client.ask("GET", "/v2/")).toMatchObject({
      status: 403,
      json: { errors: [{ code: "DENIED", message: expect.stringContaining("it has no private endpoint") as string }] },
    });
  });
});

describe("blobs", () => {
  let made: Made;
  let token: string;

  beforeAll(async () => {
    made = await registry();
    token = await made.client.tokenFor(await person(made, "acrPush"), pushScope("app"), pushScope("other"));
  });

  afterAll(() => made[Symbol.asyncDispose]());

  const ask = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    made.client.ask(method, path, { token, headers, ...(body === undefined ? {} : { body }) });

  test("come in chunks, and go out whole or in part", async () => {
    const started = await ask("POST", "/v2/app/blobs/uploads/");
    const location = started.headers.get("location") ?? "";
    expect(started.headers.get("range")).toBe("0-0");
    const first = await ask("PATCH", location, "hello ", { "content-range": "0-5" });
    expect([first.status, first.headers.get("range")]).toEqual([202, "0-5"]);
    const gap = await ask("PATCH", location, "?", { "content-range": "9-9" });
    expect([gap.status, gap.headers.get("range")]).toEqual([416, "0-5"]);
    expect((await ask("GET", location)).headers.get("range")).toBe("0-5");
    const digest = digestOf("hello world");
    expect(await ask("PUT", `${location}?digest=${digest}`, "world")).toMatchObject({ status: 201 });

    expect((await ask("GET", `/v2/app/blobs/${digest}`)).text).toBe("hello world");
    const part = await ask("GET", `/v2/app/blobs/${digest}`, undefined, { range: "bytes=6-" });
    expect([part.status, part.text, part.headers.get("content-range")]).toEqual([206, "world", "bytes 6-10/11"]);
    expect((await ask("HEAD", `/v2/app/blobs/${digest}`)).headers.get("content-length")).toBe("11");
    expect((await ask("GET", `/v2/app/blobs/${digest}`, undefined, { range: "bytes=99-" })).status).toBe(416);
    expect((await ask("GET", location)).status).toBe(404);
  });

  test("whose bytes have another digest are refused and forgotten", async () => {
    const digest = digestOf("something else");
    const answer = await ask("POST", `/v2/app/blobs/uploads/?digest=${digest}`, "bytes");

    expect(answer).toMatchObject({ status: 400, json: { errors: [{ code: "DIGEST_INVALID" }] } });
    expect((await ask("HEAD", `/v2/app/blobs/${digest}`)).status).toBe(404);
  });

  test("are mounted from a repository that the token may read, and from no other", async () => {
    const digest = digestOf("shared");
    await ask("POST", `/v2/app/blobs/uploads/?digest=${digest}`, "shared");

    expect((await ask("POST", `/v2/other/blobs/uploads/?mount=${digest}&from=app`)).status).toBe(201);
    expect((await ask("GET", `/v2/other/blobs/${digest}`)).text).toBe("shared");
    const narrow = await made.client.tokenFor(await person(made, "acrPush"), pushScope("third"));
    expect((await made.client.ask("POST", `/v2/third/blobs/uploads/?mount=${digest}&from=app`, { token: narrow })).status).toBe(
      202,
    );
  });

  test("of two requests with the same chunk one is refused", async () => {
    const location = (await ask("POST", "/v2/app/blobs/uploads/")).headers.get("location") ?? "";
    const chunk = () => ask("PATCH", location, "twice?", { "content-range": "0-5" });
    const answers = await Promise.all([chunk(), chunk()]);

    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect((await ask("GET", location)).headers.get("range")).toBe("0-5");
    await ask("DELETE", location);
  });

  test("uploads that are left make room for others after a day", async () => {
    await using full = await registry();
    const own = await full.client.tokenFor(await person(full, "acrPush"), pushScope("app"));
    const start = async () => (await full.client.ask("POST", "/v2/app/blobs/uploads/", { token: own })).status;
    const statuses: number[] = [];
    for (let at = 0; at < 101; at++) statuses.push(await start());

    expect([new Set(statuses.slice(0, 100)), statuses[100]]).toEqual([new Set([202]), 429]);
    cloud.cloud.clock.advance(25 * 3_600_000);
    expect(await start()).toBe(202);
  });

  test("an upload is cancelled, and belongs to its repository", async () => {
    const location = (await ask("POST", "/v2/app/blobs/uploads/")).headers.get("location") ?? "";

    expect((await ask("PATCH", location.replace("/app/", "/other/"), "x")).status).toBe(404);
    expect((await ask("DELETE", location)).status).toBe(204);
    expect((await ask("PATCH", location, "x")).status).toBe(404);
  });

  test.each([
    ["GET", "/v2/App/tags/list", 400, "NAME_INVALID"],
    ["GET", "/v2/app/blobs/sha256:short", 400, "DIGEST_INVALID"],
    ["GET", "/v2/app/blobs/sha512:aa", 400, "DIGEST_INVALID"],
    ["PUT", "/v2/app/manifests/-bad", 400, "TAG_INVALID"],
    ["GET", "/v2/app/manifests/none", 404, "MANIFEST_UNKNOWN"],
    ["GET", "/v2/app/tags/list", 404, "NAME_UNKNOWN"],
    ["POST", "/v2/app/tags/list", 405, "UNSUPPORTED"],
  ])("%s %s answers %i %s", async (method, path, status, code) => {
    expect(await ask(method, path)).toMatchObject({ status, json: { errors: [{ code }] } });
  });
});

describe("manifests", () => {
  let made: Made;
  let token: string;

  beforeAll(async () => {
    made = await registry();
    const { objectId, token: entra } = await cloud.principal("everything");
    for (const role of ["acrPush", "acrDelete"] as const) await cloud.assign(objectId, role, made.id);
    token = await made.client.tokenFor(
      entra,
      ...["app", "multi", "lists"].map((name) => `repository:${name}:*`),
      "registry:catalog:*",
    );
  });

  afterAll(() => made[Symbol.asyncDispose]());

  const put = (repository: string, reference: string, manifest: string, type = OCI_MANIFEST) =>
    made.client.ask("PUT", `/v2/${repository}/manifests/${reference}`, {
      token,
      body: manifest,
      headers: { "content-type": type },
    });
  const get = (path: string) => made.client.ask("GET", path, { token });

  test.each([
    ["that is no JSON", "{", OCI_MANIFEST, "MANIFEST_INVALID"],
    ["of an unknown type", "{}", "text/plain", "MANIFEST_INVALID"],
    ["of another type than it says", image("x").manifest, OCI_INDEX, "MANIFEST_INVALID"],
    ["without layers", JSON.stringify({ schemaVersion: 2, config: descriptor("a/b", "c") }), OCI_MANIFEST, "MANIFEST_INVALID"],
    ["whose layers are not there", image("never pushed").manifest, OCI_MANIFEST, "MANIFEST_BLOB_UNKNOWN"],
  ])("one %s is refused", async (_, manifest, type, code) => {
    expect(await put("app", "bad", manifest, type)).toMatchObject({ status: 400, json: { errors: [{ code }] } });
  });

  test("one that is too large is refused, and one under a digest that is not its own", async () => {
    expect((await put("app", "big", " ".repeat(5 * 1024 * 1024))).status).toBe(413);
    const pushed = image("one");
    await push(made.client, token, "app", "v1", pushed);
    expect(await put("app", digestOf("other"), pushed.manifest)).toMatchObject({
      status: 400,
      json: { errors: [{ code: "DIGEST_INVALID" }] },
    });
  });

  test("an index needs its manifests, and referrers are found by what they are about", async () => {
    const child = image("child");
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [descriptor(OCI_MANIFEST, child.manifest)],
    });
    expect((await put("multi", "v1", index, OCI_INDEX)).status).toBe(400);
    await push(made.client, token, "multi", child.digest, child);
    expect((await put("multi", "v1", index, OCI_INDEX)).status).toBe(201);
    expect((await get("/v2/multi/manifests/v1")).headers.get("content-type")).toBe(OCI_INDEX);

    const signature = image("signature", {
      subject: descriptor(OCI_INDEX, index),
      artifactType: "application/vnd.example.signature",
      annotations: { by: "test" },
    });
    const pushed = await push(made.client, token, "multi", signature.digest, signature);
    expect(pushed.headers.get("oci-subject")).toBe(digestOf(index));
    const found = await get(`/v2/multi/referrers/${digestOf(index)}?artifactType=application/vnd.example.signature`);
    expect(found.headers.get("oci-filters-applied")).toBe("artifactType");
    expect(found.json).toMatchObject({
      mediaType: OCI_INDEX,
      manifests: [{ digest: signature.digest, artifactType: "application/vnd.example.signature", annotations: { by: "test" } }],
    });
    expect((await get(`/v2/multi/referrers/${digestOf(index)}?artifactType=other`)).json.manifests).toEqual([]);
  });

  test("tags and repositories are listed page by page", async () => {
    const pushed = image("listed");
    for (const tag of ["a", "b", "c"]) await push(made.client, token, "lists", tag, pushed);
    const first = await get("/v2/lists/tags/list?n=2");

    expect(first.json).toEqual({ name: "lists", tags: ["a", "b"] });
    const [, next = ""] = /<(.+)>; rel="next"/.exec(first.headers.get("link") ?? "") ?? [];
    const second = await get(next);
    expect(second.json.tags).toEqual(["c"]);
    expect(second.headers.get("link")).toBeNull();
    await made.client.ask("DELETE", "/acr/v1/lists/_tags/b", { token });
    expect((await get(next)).json.tags).toEqual(["c"]);
    expect((await get("/v2/_catalog")).json.repositories).toEqual(["app", "lists", "multi"]);
    expect((await get("/v2/lists/tags/list?n=x")).status).toBe(400);
  });

  test("a delete takes tags and layers along that nobody else has; a locked one stays", async () => {
    const [kept, gone] = [image("kept"), image("gone")];
    await push(made.client, token, "app", "kept", kept);
    await push(made.client, token, "app", "gone", gone);
    await made.client.ask("PATCH", "/acr/v1/app/_tags/kept", { token, body: JSON.stringify({ deleteEnabled: false }) });

    expect((await made.client.ask("DELETE", `/v2/app/manifests/${gone.digest}`, { token })).status).toBe(202);
    expect((await get("/v2/app/manifests/gone")).status).toBe(404);
    expect((await get(`/v2/app/blobs/${digestOf("gone")}`)).status).toBe(404);
    expect((await get(`/v2/app/blobs/${digestOf("kept")}`)).status).toBe(200);
    expect((await made.client.ask("DELETE", `/v2/app/manifests/${kept.digest}`, { token })).status).toBe(405);
    expect((await made.client.ask("DELETE", "/v2/app/manifests/kept", { token })).status).toBe(405);
  });
});

describe("policies", () => {
  async function holder(properties: JsonObject) {
    const made = await registry(properties);
    const { objectId, token: entra } = await cloud.principal(`policies-${made.name}`);
    for (const role of ["acrPush", "acrDelete", "contributor"] as const) await cloud.assign(objectId, role, made.id);
    // A token is old after 75 minutes of its own, which are wall time: virtual days do not touch it.
    const token = await made.client.tokenFor(entra, "repository:app:*", "repository:app:deleted_read,deleted_restore");
    return { made, token };
  }
  const DAY_MS = 86_400_000;

  test("untagged manifests go after their days, tagged ones and those of an index stay", async () => {
    const { made, token } = await holder({ policies: { retentionPolicy: { status: "enabled", days: 3 } } });
    const [old, current, child] = [image("old"), image("new"), image("child")];
    await push(made.client, token, "app", "latest", old);
    await push(made.client, token, "app", "latest", current);
    await push(made.client, token, "app", child.digest, child);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [descriptor(OCI_MANIFEST, child.manifest)],
    });
    await made.client.ask("PUT", "/v2/app/manifests/multi", { token, body: index, headers: { "content-type": OCI_INDEX } });
    const status = async (digest: string) => (await made.client.ask("HEAD", `/v2/app/manifests/${digest}`, { token })).status;

    cloud.cloud.clock.advance(2 * DAY_MS);
    expect(await status(old.digest)).toBe(200);
    cloud.cloud.clock.advance(2 * DAY_MS);
    expect([await status(old.digest), await status(current.digest), await status(child.digest)]).toEqual([404, 200, 200]);
    await made[Symbol.asyncDispose]();
  });

  test("a repository goes with what it holds, and the answer names it", async () => {
    const { made, token } = await holder({});
    const pushed = image("whole");
    await push(made.client, token, "app", "v1", pushed);

    const { status, json } = await made.client.ask("DELETE", "/acr/v1/app", { token });

    expect([status, json]).toEqual([202, { manifestsDeleted: [pushed.digest], tagsDeleted: ["v1"] }]);
    expect((await made.client.ask("GET", "/v2/app/manifests/v1", { token })).status).toBe(404);
    await made[Symbol.asyncDispose]();
  });

  test("a repository with anything locked in it loses nothing", async () => {
    const { made, token } = await holder({});
    const [loose, held] = [image("loose"), image("held")].sort((a, b) => (a.digest < b.digest ? -1 : 1));
    if (loose === undefined || held === undefined) throw new Error("two images");
    await push(made.client, token, "app", "loose", loose);
    await push(made.client, token, "app", "held", held);
    const lock = (deleteEnabled: boolean) =>
      made.client.ask("PATCH", "/acr/v1/app/_tags/held", { token, body: JSON.stringify({ deleteEnabled }) });
    await lock(false);

    expect(await made.client.ask("DELETE", "/acr/v1/app", { token })).toMatchObject({ status: 405 });
    expect((await made.client.ask("GET", "/v2/app/tags/list", { token })).json.tags).toEqual(["held", "loose"]);
    expect((await made.client.ask("GET", `/v2/app/manifests/${loose.digest}`, { token })).status).toBe(200);
    await lock(true);
    expect(await made.client.ask("DELETE", "/acr/v1/app", { token })).toMatchObject({ status: 202 });
    expect(cloud.host.store.list("registry-blobs", made.name)).toEqual([]);
    await made[Symbol.asyncDispose]();
  });

  test("a repository that goes while its attributes are being changed stays gone", async () => {
    const { made, token } = await holder({});
    await push(made.client, token, "app", "v1", image("fleeting"));
    const body = new PassThrough();
    body.write('{"deleteEnabled":');
    const changing = made.client.ask("PATCH", "/acr/v1/app", { token, body });
    await made.client.ask("DELETE", "/acr/v1/app", { token });
    body.end("false}");

    expect(await changing).toMatchObject({ status: 404, json: { errors: [{ code: "NAME_UNKNOWN" }] } });
    expect((await made.client.ask("GET", "/acr/v1/app", { token })).status).toBe(404);
    await made[Symbol.asyncDispose]();
  });

  test("requests that meet old manifests at the same time do not meet each other", async () => {
    const { made, token } = await holder({ policies: { retentionPolicy: { status: "enabled", days: 1 } } });
    await push(made.client, token, "app", "v1", image("tagged"));
    for (const name of ["a", "b", "c"]) {
      const untagged = image(name);
      await push(made.client, token, "app", untagged.digest, untagged);
    }
    cloud.cloud.clock.advance(2 * DAY_MS);

    const listed = () => made.client.ask("GET", "/v2/app/tags/list", { token });
    const answers = await Promise.all(Array.from({ length: 4 }, listed));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await made.client.ask("GET", "/acr/v1/app", { token })).json.manifestCount).toBe(1);
    await made[Symbol.asyncDispose]();
  });

  test("what is not to be read is not pulled, by whatever part of it says so", async () => {
    const { made, token } = await holder({});
    const pushed = image("unread");
    await push(made.client, token, "app", "v1", pushed);
    await push(made.client, token, "app", "v2", pushed);
    const set = (path: string, readEnabled: boolean) =>
      made.client.ask("PATCH", path, { token, body: JSON.stringify({ readEnabled }) });
    const pull = async (reference: string) => (await made.client.ask("GET", `/v2/app/manifests/${reference}`, { token })).status;

    await set("/acr/v1/app/_tags/v1", false);
    expect([await pull("v1"), await pull("v2"), await pull(pushed.digest)]).toEqual([405, 200, 200]);
    await set("/acr/v1/app", false);
    expect([await pull("v2"), await pull(pushed.digest)]).toEqual([405, 405]);
    await made[Symbol.asyncDispose]();
  });

  test("what was deleted softly is listed, comes back with its tag, and is gone after its days", async () => {
    const { made, token } = await holder({ policies: { softDeletePolicy: { status: "enabled", retentionDays: 7 } } });
    const pushed = image("soft");
    await push(made.client, token, "app", "v1", pushed);
    await made.client.ask("DELETE", `/v2/app/manifests/${pushed.digest}`, { token });
    expect((await made.client.ask("GET", "/v2/app/manifests/v1", { token })).status).toBe(404);
    expect((await made.client.ask("GET", "/acr/v1/_deleted/app/_tags", { token })).json.tags).toMatchObject([
      { tag: "v1", digest: pushed.digest },
    ]);
    const restore = (tag: string) =>
      made.client.ask("POST", `/acr/v1/_deleted/app/_manifests/${pushed.digest}`, { token, body: JSON.stringify({ tag }) });

    expect((await restore("v1")).status).toBe(200);
    expect((await made.client.ask("GET", `/v2/app/blobs/${digestOf("soft")}`, { token })).text).toBe("soft");
    await made.client.ask("DELETE", `/v2/app/manifests/${pushed.digest}`, { token });
    cloud.cloud.clock.advance(8 * DAY_MS);
    expect((await restore("v1")).status).toBe(404);
    expect((await made.client.ask("GET", `/v2/app/blobs/${digestOf("soft")}`, { token })).status).toBe(404);
    await made[Symbol.asyncDispose]();
  });
});

test("images survive a restart, half an upload does not, and a deleted registry leaves no file", async () => {
  const first = await startTestCloud({ keep: true });
  const { stateDir } = first;
  const id = `${await first.group("rg-kept")}/providers/Microsoft.ContainerRegistry/registries/acrkept`;
  await first.put(id, { location: "eastus", sku: { name: "Basic" }, properties: {} }, VERSION);
  const pushed = image("kept");
  {
    await using client = registryClient(first.cloud, "acrkept.azurecr.rehearsal.test");
    const token = await client.tokenFor(await first.token(), pushScope("app"));
    await push(client, token, "app", "v1", pushed);
    await client.ask("POST", "/v2/app/blobs/uploads/", { token });
  }
  await first.close();

  const again = await startTestCloud({ stateDir, keep: true });
  const folder = join(stateDir, "files", "registry", "acrkept");
  try {
    expect(existsSync(join(folder, "uploads"))).toBe(false);
    {
      await using client = registryClient(again.cloud, "acrkept.azurecr.rehearsal.test");
      const token = await client.tokenFor(await again.token(), pushScope("app"));
      expect((await client.ask("GET", "/v2/app/manifests/v1", { token })).text).toBe(pushed.manifest);
      expect(readdirSync(join(folder, "blobs"))).toHaveLength(2);
    }
    await again.settle(await again.ask("DELETE", id, { apiVersion: VERSION }));
    expect(existsSync(folder)).toBe(false);
    expect(again.host.store.list("registry-manifests")).toEqual([]);
  } finally {
    await again.close();
    await rm(stateDir, { recursive: true, force: true });
  }
});
