import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ProviderModule } from "../contract.ts";
import { startTestCloud, type TestCloud } from "../testing.ts";

const removed: string[] = [];
const toys: ProviderModule = {
  namespace: "Toy.Store",
  types: [
    {
      type: "boxes",
      apiVersions: ["2024-01-01"],
      location: "required",
      name: { pattern: /./, words: "anything" },
      status: { created: 201, updated: 200, deleted: 200 },
      durationMs: 60_000,
      removed: ({ name }) => void removed.push(name),
    },
  ],
};
const here = { location: "eastus" };

let t: TestCloud;
let group = "";
beforeAll(async () => {
  t = await startTestCloud({ providers: [() => toys], clock: "instant" });
  group = await t.group("rg");
});
beforeEach(() => t.control("DELETE", "/faults"));
afterAll(() => t.close());

const box = (name: string) => `${group}/providers/Toy.Store/boxes/${name}`;

test("only the control token opens the control endpoint; health needs none", async () => {
  const url = `${t.cloud.control.url}/clock`;
  expect((await t.ask("GET", url)).status).toBe(401);
  expect((await t.ask("GET", url, { token: null })).status).toBe(401);
  expect((await t.control("GET", "/clock")).json.mode).toBe("instant");
  expect((await t.ask("GET", `${t.cloud.control.url}/health`, { token: null })).json).toMatchObject({
    status: "ok",
    pid: process.pid,
  });
});

test("a throttle is a 429 with a time to wait, as often as asked", async () => {
  await t.control("POST", "/faults", {
    kind: "throttle",
    method: "get",
    path: "*/resourcegroups/RG",
    count: 2,
    retryAfterSeconds: 7,
  });
  const answers = [];
  for (let at = 0; at < 3; at++) answers.push(await t.ask("GET", group));

  expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
  expect(answers[0]?.code).toBe("TooManyRequests");
  expect(answers[0]?.headers.get("retry-after")).toBe("7");
  expect((await t.control("GET", "/faults")).json.value).toEqual([]);
});

test("an error has the status and the code that were asked for", async () => {
  await t.control("POST", "/faults", { kind: "error", path: group, status: 503, code: "ServerBusy", message: "busy" });
  const answer = await t.ask("GET", group);
  expect([answer.status, answer.code]).toEqual([503, "ServerBusy"]);
  await t.control("POST", "/faults", { kind: "error", path: group, status: 409, code: "Conflict" });
  const busy = await t.ask("GET", group);
  expect([busy.status, busy.code]).toEqual([409, "Conflict"]);
  expect((await t.control("POST", "/faults", { kind: "error", status: 404 })).status).toBe(400);
});

test("a cut before the request does nothing, one after it loses only the answer", async () => {
  await t.control("POST", "/faults", { kind: "cut", method: "PUT", path: "*/cut1" });
  await expect(t.ask("PUT", box("cut1"), { body: here })).rejects.toThrow("fetch failed");
  expect((await t.ask("GET", box("cut1"))).status).toBe(404);

  await t.control("POST", "/faults", { kind: "cut-after", method: "PUT", path: "*/cut2" });
  await expect(t.ask("PUT", box("cut2"), { body: here })).rejects.toThrow("fetch failed");
  expect((await t.ask("GET", box("cut2"))).status).toBe(200);
});

test("an operation fails when asked to, and the resource with it", async () => {
  await t.control("POST", "/faults", {
    kind: "fail-operation",
    path: "*/doomed",
    code: "QuotaExceeded",
    message: "no cores left",
  });
  const settled = await t.settle(await t.ask("PUT", box("doomed"), { body: here }));

  expect(settled.json).toMatchObject({ status: "Failed", error: { code: "QuotaExceeded", message: "no cores left" } });
  expect((await t.ask("GET", box("doomed"))).json.properties).toMatchObject({ provisioningState: "Failed" });
});

test("a poll is lost once and answered the next time", async () => {
  await t.control("POST", "/faults", { kind: "lose-poll", path: "*/polled" });
  const created = await t.ask("PUT", box("polled"), { body: here });

  await expect(t.settle(created)).rejects.toThrow("fetch failed");
  expect((await t.settle(created)).json.status).toBe("Succeeded");
});

test.each([
  [{ kind: "explode" }, "kind"],
  [{ kind: "error", status: 404 }, "status"],
  [{ kind: "cut", count: 0 }, "count"],
  [{ kind: "cut", often: true }, "often"],
])("the fault %j is refused and says why", async (rule, named) => {
  const answer = await t.control("POST", "/faults", rule);
  expect([answer.status, answer.code]).toEqual([400, "InvalidRequest"]);
  expect(JSON.stringify(answer.body)).toContain(named);
});

test("time is moved by the control endpoint", async () => {
  const before = Date.parse((await t.control("GET", "/clock")).json.now as string);
  const after = Date.parse((await t.control("POST", "/clock/advance", { ms: 3_600_000 })).json.now as string);
  expect(after - before).toBeGreaterThanOrEqual(3_600_000);
  expect((await t.control("POST", "/clock/advance", { ms: -1 })).status).toBe(400);
});

test("the journal keeps what was asked, but no secrets and not itself", async () => {
  await t.ask("GET", `${group}?sig=hidden`);
  const { json } = await t.control("GET", "/requests?last=1");
  expect(json.value).toMatchObject([{ method: "GET", host: "localhost", path: group, apiVersion: "2025-04-01", status: 200 }]);
  expect(JSON.stringify(json)).not.toContain("hidden");
});

test("the directory is read over Graph by id, by application and as oneself", async () => {
  const someone = await t.principal("somebody");
  const graph = async (path: string) =>
    (await t.ask("GET", path, { token: await t.token("https://graph.microsoft.com"), apiVersion: null })).json;
  const filter = (text: string) => graph(`/v1.0/servicePrincipals?$filter=${encodeURIComponent(text)}`);

  expect((await filter(`servicePrincipalNames/any(c:c eq '${someone.clientId}')`)).value).toMatchObject([
    { id: someone.objectId, displayName: "somebody" },
  ]);
  expect((await filter("displayName eq 'nobody'")).value).toEqual([]);
  expect((await filter("startswith(displayName,'x')")).error).toMatchObject({ code: "Request_UnsupportedQuery" });
  expect(await graph("/v1.0/me")).toMatchObject({ appId: t.cloud.credentials.clientId });
  expect((await graph(`/v1.0/servicePrincipals/${someone.objectId}`)).appId).toBe(someone.clientId);
  const byIds = await t.ask("POST", "/v1.0/directoryObjects/getByIds", {
    body: { ids: [someone.objectId], types: ["ServicePrincipal"] },
    apiVersion: null,
  });
  expect(byIds.json.value).toMatchObject([{ id: someone.objectId }]);
  expect((await t.ask("GET", "/v1.0/me", { token: null, apiVersion: null })).status).toBe(401);
});

test("a reset leaves what a new cloud has, and tells providers of everything that goes", async () => {
  await using fresh = await startTestCloud({ providers: [() => toys] });
  const id = `${await fresh.group("old")}/providers/Toy.Store/boxes/last`;
  await fresh.put(id, here);
  await fresh.principal("old");
  removed.length = 0;

  expect((await fresh.control("POST", "/reset")).status).toBe(204);
  expect(removed).toEqual(["last"]);
  expect((await fresh.ask("GET", `${fresh.subscription}/resourcegroups`)).json.value).toEqual([]);
  expect((await fresh.ask("GET", "/v1.0/servicePrincipals", { apiVersion: null })).json.value).toHaveLength(1);
});
