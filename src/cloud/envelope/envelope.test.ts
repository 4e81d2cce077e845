import { afterAll, beforeAll, expect, test } from "vitest";
import { ArmFault, type ProviderModule } from "../contract.ts";
import { type Answer, startTestCloud, type TestCloud } from "../testing.ts";

const name = { pattern: /^[a-z0-9-]{2,40}$/, words: "2 to 40 lower-case letters, digits and hyphens" };
const status = { created: 201, updated: 200, deleted: 200 } as const;
const removed: string[] = [];
const attempts = new Map<string, number>();

const toys: ProviderModule = {
  namespace: "Toy.Store",
  types: [
    {
      type: "boxes",
      apiVersions: ["2024-01-01"],
      location: "required",
      name,
      status: { ...status, deleted: 202 },
      durationMs: 3_600_000,
      deleteDurationMs: 60_000,
      patch: true,
      immutable: ["properties.shape"],
      uniqueBy: ({ name: box }) => box,
      admit: ({ body }) => ({ ...body, properties: { shape: "cube", ...body.properties } }),
      provision: ({ name: box, properties }) => {
        attempts.set(box, (attempts.get(box) ?? 0) + 1);
        if (properties.broken === true) throw new ArmFault(409, "BoxBroken", "the box is broken", { target: box });
        return { weight: 3 };
      },
      removed: ({ name: box }) => void removed.push(box),
      actions: {
        open: { permission: "open/action", run: ({ body }) => ({ status: 200, body: { opened: body ?? null } }) },
        paint: { permission: "paint/action", run: () => ({ status: 202, later: async () => ({ painted: true }) }) },
        billing: {
          permission: "billing/write",
          methods: ["GET", "PUT"],
          run: ({ method = "" }) => ({ status: 200, body: { method } }),
        },
      },
    },
    {
      type: "boxes/lids",
      apiVersions: ["2024-01-01"],
      location: "inherited",
      name,
      status,
      removed: ({ name: lid }) => void removed.push(lid),
    },
    {
      type: "shelves",
      apiVersions: ["2024-01-01"],
      location: "required",
      name,
      status,
      // A shelf may not go while a box in its group stands on it.
      admitDelete: (shelf) => {
        const group = shelf.id.slice(0, shelf.id.indexOf("/providers/"));
        if (t.host.resources.below(group, "Toy.Store/boxes").length > 0)
          throw new ArmFault(409, "ShelfInUse", "boxes stand on the shelf");
      },
    },
    {
      type: "vaults",
      apiVersions: ["2024-01-01"],
      location: "required",
      name,
      status,
      uniqueBy: ({ name: vault }) => vault,
      softDelete: () => ({ days: 7, purgeable: true }),
      recovers: ({ properties }) => properties.createMode === "recover",
      removed: ({ name: vault }) => void removed.push(vault),
    },
    {
      type: "tickets",
      apiVersions: ["2024-01-01"],
      location: "inherited",
      name,
      status,
      admit: ({ body }) => ({ ...body, properties: { number: t.host.resources.ofType("Toy.Store/tickets").length + 1 } }),
    },
    {
      type: "albums",
      apiVersions: ["2024-01-01"],
      location: "inherited",
      name,
      status,
      extension: true,
    },
    {
      type: "albums/pages",
      apiVersions: ["2024-01-01"],
      location: "inherited",
      name,
      status,
      extension: true,
      parentImplied: true,
      list: (items, query) => (query.get("newest") === "true" ? items.slice(-1) : items),
    },
  ],
  actions: [
    {
      method: "POST",
      path: "checkNameAvailability",
      permission: "checkNameAvailability/read",
      run: ({ body }) => ({ status: 200, body: { nameAvailable: true, asked: body ?? null } }),
    },
    {
      method: "GET",
      path: "locations/{location}/deletedVaults/{vault}",
      permission: "locations/deletedVaults/read",
      run: ({ params }) => ({ status: 200, body: { ...params } }),
    },
    {
      method: "POST",
      path: "locations/{location}/warm",
      permission: "locations/warm/action",
      run: () => ({ status: 202, later: async () => ({ warm: true }) }),
    },
  ],
};

let t: TestCloud;
beforeAll(async () => {
  t = await startTestCloud({ providers: [() => toys] });
});
afterAll(() => t.close());

const box = (group: string, of: string) => `${group}/providers/Toy.Store/boxes/${of}`;
const here = { location: "westeurope" };
const outcome = ({ code, status: at }: Answer) => [at, code];

test("what providers decide of several writes at once is decided one after another", async () => {
  const group = await t.group("numbers");
  const ticket = (of: string) => `${group}/providers/Toy.Store/tickets/${of}`;
  const { resources, system } = t.host;
  const made = await Promise.all(["aa", "bb", "cc"].map((of) => resources.put(ticket(of), "2024-01-01", {}, system)));

  expect(made.map(({ properties }) => properties.number)).toEqual([1, 2, 3]);
});

test("of several deletes at once one takes the resource away, and the others wait for it", async () => {
  const group = await t.group("twice");
  await t.put(box(group, "wanted-gone"), here);
  const { resources, system } = t.host;
  await Promise.all([1, 2, 3].map(() => resources.delete(box(group, "wanted-gone"), system)));

  expect(resources.get(box(group, "wanted-gone"))).toBeUndefined();
  expect(removed.filter((name) => name === "wanted-gone")).toEqual(["wanted-gone"]);
});

test("a resource group is made, changed, found by HEAD and deleted with everything in it, deepest first", async () => {
  const group = await t.group("cascade");
  expect((await t.ask("PUT", group, { body: { location: "East US", tags: { a: "1" } } })).status).toBe(200);
  expect(outcome(await t.ask("PUT", group, { body: here }))).toEqual([409, "InvalidResourceGroupLocation"]);
  expect((await t.ask("HEAD", group)).status).toBe(204);
  await t.put(box(group, "deep"), here);
  await t.put(`${box(group, "deep")}/lids/top`, {});
  await t.put(`${group}/providers/Toy.Store/shelves/oak`, here);
  removed.length = 0;

  const deleted = await t.ask("DELETE", group);
  expect(deleted.status).toBe(202);
  expect(deleted.headers.get("location")).toContain(`${t.subscription}/operationresults/`);
  expect(Number(deleted.headers.get("retry-after"))).toBeGreaterThan(0);
  const settled = await t.settle(deleted);
  expect([settled.status, settled.body]).toEqual([200, undefined]);
  // The shelf was refused first, while the box still stood on it.
  expect(removed).toEqual(["top", "deep"]);
  expect((await t.ask("HEAD", group)).status).toBe(404);
  expect(outcome(await t.ask("DELETE", group))).toEqual([404, "ResourceGroupNotFound"]);
});

test("a group that is being deleted takes nothing new", async () => {
  await using slow = await startTestCloud({ providers: [() => toys], clock: "manual" });
  const group = await slow.group("leaving");
  const deleted = await slow.ask("DELETE", group);

  expect(outcome(await slow.ask("PUT", box(group, "late"), { body: here }))).toEqual([409, "ResourceGroupBeingDeleted"]);
  expect((await slow.ask("GET", deleted.headers.get("location") ?? "")).status).toBe(202);
  slow.cloud.clock.advance(60_000);
  expect((await slow.settle(deleted)).status).toBe(200);
});

test("a long-running PUT tells both addresses and its progress, and a second one has to wait", async () => {
  await using slow = await startTestCloud({ providers: [() => toys], clock: "manual" });
  const id = box(await slow.group("slow"), "heavy");
  const created = await slow.ask("PUT", id, { body: here });
  const [operation, result] = [created.headers.get("azure-asyncoperation") ?? "", created.headers.get("location") ?? ""];

  expect(created.headers.get("retry-after")).toBe("1");
  expect(Number(created.headers.get("x-ms-retry-after-ms"))).toBeGreaterThan(0);
  slow.cloud.clock.advance(1_800_000);
  expect((await slow.ask("GET", operation)).json).toMatchObject({ status: "InProgress", percentComplete: 50 });
  expect((await slow.ask("GET", result)).status).toBe(202);
  expect((await slow.ask("GET", id)).json.properties).toMatchObject({ provisioningState: "Creating" });
  expect(outcome(await slow.ask("PUT", id, { body: here }))).toEqual([409, "Conflict"]);
  slow.cloud.clock.advance(1_800_000);
  expect((await slow.settle(created)).json).toMatchObject({ status: "Succeeded", percentComplete: 100 });
  expect((await slow.ask("GET", result)).json).toMatchObject({ id, properties: { weight: 3, provisioningState: "Succeeded" } });
  const stranger = await slow.principal("curious");
  expect(outcome(await slow.ask("GET", operation, { token: stranger.token }))).toEqual([404, "OperationNotFound"]);
});

test("operations that overlap take as long as the longest, in virtual time", async () => {
  const group = await t.group("parallel");
  const before = t.cloud.clock.now();
  await Promise.all(
    ["p1", "p2", "p3"].map((of) =>
      t.host.resources.put(box(group, of), "2024-01-01", { ...here, properties: {} }, t.host.system),
    ),
  );

  expect(t.cloud.clock.now() - before).toBeGreaterThanOrEqual(3_600_000);
  expect(t.cloud.clock.now() - before).toBeLessThan(2 * 3_600_000);
});

test("a provision that fails leaves the resource Failed and tells why at both addresses; a new PUT repairs it", async () => {
  const id = box(await t.group("failing"), "glass");
  const created = await t.ask("PUT", id, { body: { ...here, properties: { broken: true } } });
  const settled = await t.settle(created);

  expect(settled.json).toMatchObject({ status: "Failed", error: { code: "BoxBroken", target: "glass" } });
  expect(outcome(await t.ask("GET", created.headers.get("location") ?? ""))).toEqual([409, "BoxBroken"]);
  expect((await t.ask("GET", id)).json.properties).toMatchObject({ provisioningState: "Failed" });
  await expect(
    t.host.resources.put(id, "2024-01-01", { ...here, properties: { broken: true } }, t.host.system),
  ).rejects.toMatchObject({ code: "BoxBroken" });
  expect((await t.put(id, here)).properties).toMatchObject({ provisioningState: "Succeeded" });
});

test("a name that is unique in Azure is taken once, and a fixed property stays", async () => {
  const group = await t.group("unique");
  await t.put(box(group, "only"), here);
  expect(outcome(await t.ask("PUT", box(await t.group("unique2"), "only"), { body: here }))).toEqual([409, "Conflict"]);
  expect(outcome(await t.ask("PUT", box(group, "only"), { body: { ...here, properties: { shape: "ball" } } }))).toEqual([
    409,
    "PropertyChangeNotAllowed",
  ]);
});

test("actions run below a resource, with their methods, and as operations", async () => {
  const id = box(await t.group("actions"), "acted");
  await t.put(id, here);
  expect((await t.ask("POST", `${id}/OPEN`, { body: { how: "wide" } })).json).toEqual({ opened: { how: "wide" } });
  expect((await t.ask("PUT", `${id}/billing`, { body: {} })).json).toEqual({ method: "PUT" });
  expect((await t.ask("POST", `${id}/billing`)).status).toBe(405);
  expect(outcome(await t.ask("POST", `${id}/burn`))).toEqual([404, "InvalidResourceType"]);
  expect(outcome(await t.ask("POST", `${box(await t.group("actions"), "gone")}/open`))).toEqual([404, "ResourceNotFound"]);
  const painted = await t.ask("POST", `${id}/paint`);
  expect(painted.status).toBe(202);
  expect((await t.settle(painted)).json).toMatchObject({ status: "Succeeded" });
  expect((await t.ask("GET", painted.headers.get("location") ?? "")).json).toEqual({ painted: true });
});

test("a namespace answers its own paths, with values from the path", async () => {
  const base = `${t.subscription}/providers/toy.store`;
  expect((await t.ask("POST", `${base}/checkNameAvailability`, { body: { name: "x" } })).json).toEqual({
    nameAvailable: true,
    asked: { name: "x" },
  });
  expect((await t.ask("GET", `${base}/locations/westeurope/deletedVaults/v1`)).json).toEqual({
    location: "westeurope",
    vault: "v1",
  });
  expect((await t.ask("DELETE", `${base}/checkNameAvailability`)).status).toBe(405);
  expect((await t.settle(await t.ask("POST", `${base}/locations/westeurope/warm`))).json.status).toBe("Succeeded");
  const stranger = await t.principal("nobody");
  expect((await t.ask("POST", `${base}/checkNameAvailability`, { token: stranger.token })).code).toBe("AuthorizationFailed");
});

test("what nobody has is named", async () => {
  const group = await t.group("strange");
  expect(outcome(await t.ask("PUT", `${group}/providers/Nobody.Here/things/a`, { body: here }))).toEqual([
    404,
    "InvalidResourceNamespace",
  ]);
  expect(outcome(await t.ask("GET", `${group}/providers/Toy.Store/dolls`))).toEqual([404, "InvalidResourceType"]);
  expect(outcome(await t.ask("PUT", `${t.subscription}/providers/Toy.Store/boxes/a1`, { body: here }))).toEqual([
    404,
    "InvalidResourceType",
  ]);
  expect(outcome(await t.ask("GET", "/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/a"))).toEqual([
    404,
    "SubscriptionNotFound",
  ]);
  expect(outcome(await t.ask("GET", "/subscriptions/33333333-3333-4333-8333-333333333333"))).toEqual([
    404,
    "SubscriptionNotFound",
  ]);
  expect(outcome(await t.ask("GET", "/nothing"))).toEqual([404, "NotFound"]);
});

test.each([
  ["{", "not JSON"],
  ["[]", "not an object"],
  ['{"location":"eastus","properties":1}', "properties that are no object"],
  ['{"location":"eastus","tags":{"a":1}}', "a tag that is no string"],
  ['{"location":"eastus","name":"other"}', "another name"],
  ['{"location":"eastus","identity":{"type":"Mine"}}', "an identity of no kind"],
])("the body %s is refused: %s", async (body) => {
  const group = await t.group("bodies");
  expect(outcome(await t.ask("PUT", box(group, "body"), { body }))).toEqual([400, "InvalidRequestContent"]);
});

test("a ReadOnly lock stops writes and secret-listing POSTs below it, and is itself removable", async () => {
  const group = await t.group("locked");
  await t.put(box(group, "fixed"), here);
  const lock = `${group}/providers/Microsoft.Authorization/locks/ro`;
  await t.put(lock, { properties: { level: "ReadOnly" } }, "2020-05-01");

  expect((await t.ask("GET", box(group, "fixed"))).status).toBe(200);
  for (const [method, path] of [
    ["PUT", box(group, "fixed")],
    ["PATCH", box(group, "fixed")],
    ["DELETE", box(group, "fixed")],
    ["POST", `${box(group, "fixed")}/open`],
    ["DELETE", group],
  ] as const) {
    const answer = await t.ask(method, path, method === "PUT" || method === "PATCH" ? { body: here } : {});
    expect(outcome(answer), `${method} ${path}`).toEqual([409, "ScopeLocked"]);
  }
  expect((await t.ask("DELETE", lock, { apiVersion: "2020-05-01" })).status).toBe(200);
  expect((await t.ask("PUT", box(group, "fixed"), { body: here })).status).toBe(200);
  expect(outcome(await t.ask("PUT", lock, { apiVersion: "2020-05-01", body: { properties: { level: "Loose" } } }))).toEqual([
    400,
    "InvalidRequestContent",
  ]);
});

test("a soft-deleted name stays taken until it is recovered, purged or forgotten", async () => {
  await using soft = await startTestCloud({ providers: [() => toys], clock: "manual" });
  const group = await soft.group("soft");
  const id = `${group}/providers/Toy.Store/vaults/kv`;
  const body = { ...here, properties: { note: "kept" } };
  await soft.put(id, body);
  await soft.ask("DELETE", id);

  expect(outcome(await soft.ask("PUT", id, { body }))).toEqual([409, "Conflict"]);
  expect(outcome(await soft.ask("PUT", id.replace("soft", "elsewhere"), { body }))).toEqual([404, "ResourceGroupNotFound"]);
  expect(soft.host.resources.softDeleted("Toy.Store/vaults")).toMatchObject([
    { resource: { id, properties: { note: "kept" } }, purgeable: true },
  ]);
  expect((await soft.ask("PUT", id, { body: { ...here, properties: { createMode: "recover" } } })).status).toBe(201);
  expect(soft.host.resources.softDeleted("Toy.Store/vaults")).toEqual([]);

  removed.length = 0;
  await soft.ask("DELETE", id);
  expect(await soft.host.resources.purge(id)).toBe(true);
  expect(await soft.host.resources.purge(id)).toBe(false);
  expect(removed).toEqual(["kv"]);
  expect((await soft.ask("PUT", id, { body })).status).toBe(201);

  await soft.ask("DELETE", id);
  removed.length = 0;
  soft.cloud.clock.advance(8 * 86_400_000);
  expect((await soft.ask("PUT", id, { body })).status).toBe(201);
  expect(removed).toEqual(["kv"]);
});

test("identities are given once and kept, and those that are not there are refused", async () => {
  const group = await t.group("identities");
  const id = box(group, "someone");
  const first = await t.put(id, { ...here, identity: { type: "Systemassigned" } });
  expect(first.identity).toMatchObject({ type: "SystemAssigned", tenantId: t.cloud.tenantId });
  expect((await t.put(id, { ...here, identity: { type: "SystemAssigned" } })).identity).toEqual(first.identity);
  expect((await t.put(id, { ...here, identity: { type: "None", userAssignedIdentities: null } })).identity).toBeUndefined();
  expect((await t.put(id, { ...here, identity: { type: "SystemAssigned" } })).identity).not.toEqual(first.identity);
  const none = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/none`;
  const refused = await t.ask("PUT", id, {
    body: { ...here, identity: { type: "UserAssigned", userAssignedIdentities: { [none]: {} } } },
  });
  expect(outcome(refused)).toEqual([400, "FailedIdentityOperation"]);
});

test("a collection below an implied parent is listed by the type's own rule, and its PUT makes the parent", async () => {
  const group = await t.group("albums");
  const album = `${group}/providers/Toy.Store/albums/a1`;
  expect((await t.ask("GET", `${album}/pages`)).json.value).toEqual([]);
  for (const page of ["p1", "p2"]) await t.put(`${album}/pages/${page}`, {});
  expect((await t.ask("GET", album)).status).toBe(200);
  expect((await t.ask("GET", `${album}/pages?newest=true`)).json.value).toMatchObject([{ name: "p2" }]);
});

test("lists come in pages whose links lead to the rest", async () => {
  const group = await t.group("pages");
  const names = ["s1", "s2", "s3", "s4", "s5"];
  for (const shelf of names) await t.put(`${group}/providers/Toy.Store/shelves/${shelf}`, here);
  const found: unknown[] = [];
  let link: string | undefined = `${group}/providers/Toy.Store/shelves?$top=2`;
  let pages = 0;
  while (link !== undefined && pages < 10) {
    const { json } = await t.ask("GET", link, { apiVersion: link.startsWith("http") ? null : "2024-01-01" });
    found.push(...(json.value as { name: string }[]).map((item) => item.name));
    link = json.nextLink as string | undefined;
    pages += 1;
  }
  expect([found, pages]).toEqual([names, 3]);
});

test.each([
  ["resourceType eq 'toy.store/SHELVES'", ["f1", "f2"]],
  ["resourceGroup eq 'filters' and resourceType eq 'Toy.Store/boxes'", ["fbox"]],
  ["name eq 'f2'", ["f2"]],
  ["substringof('box', name)", ["fbox"]],
  ["tagName eq 'team' and tagValue eq 'blue'", ["f2"]],
  ["name eq 'f1' or name eq 'fbox'", ["f1", "fbox"]],
])("the resources of a subscription are filtered by %s", async (filter, expected) => {
  const group = await t.group("filters");
  await t.put(`${group}/providers/Toy.Store/shelves/f1`, { ...here, tags: { team: "red", other: "blue" } });
  await t.put(`${group}/providers/Toy.Store/shelves/f2`, { ...here, tags: { team: "blue" } });
  await t.put(box(group, "fbox"), here);

  const { json } = await t.ask(
    "GET",
    `${group}/resources?$filter=${encodeURIComponent(filter)}&$expand=createdTime,provisioningState`,
  );
  expect((json.value as { name: string }[]).map((item) => item.name).sort()).toEqual(expected);
  expect(json.value).toMatchObject([
    { provisioningState: "Succeeded", createdTime: expect.any(String) as string },
    ...expected.slice(1).map(() => ({})),
  ]);
});

test("a filter that is not understood is refused", async () => {
  expect(outcome(await t.ask("GET", `${t.subscription}/resources?$filter=${encodeURIComponent("plan/name eq 'x'")}`))).toEqual([
    400,
    "InvalidRequestContent",
  ]);
});

test("tags are merged, replaced and taken away as a resource of their own", async () => {
  const group = await t.group("tags");
  const tags = `${group}/providers/Microsoft.Resources/tags/default`;
  const patch = async (operation: string, change: Record<string, string>) =>
    (await t.ask("PATCH", tags, { body: { operation, properties: { tags: change } } })).json.properties;

  expect(await patch("Merge", { a: "1", b: "2" })).toEqual({ tags: { a: "1", b: "2" } });
  expect(await patch("Delete", { a: "1", b: "other" })).toEqual({ tags: { b: "2" } });
  expect(await patch("Replace", { c: "3" })).toEqual({ tags: { c: "3" } });
  expect((await t.ask("GET", group)).json.tags).toEqual({ c: "3" });
  expect((await t.ask("PATCH", tags, { body: { operation: "Burn", properties: { tags: {} } } })).code).toBe(
    "InvalidRequestContent",
  );
  expect((await t.ask("DELETE", tags)).status).toBe(200);
  expect((await t.ask("GET", `${t.subscription}/providers/Microsoft.Resources/tags/default`)).json.properties).toEqual({
    tags: {},
  });
});

test("an unregistered namespace refuses until it is registered", async () => {
  await using fresh = await startTestCloud({ providers: [() => toys], unregistered: ["toy.store"] });
  const provider = `${fresh.subscription}/providers/Toy.Store`;
  const group = await fresh.group("registration");
  expect((await fresh.ask("GET", provider)).json.registrationState).toBe("NotRegistered");
  expect(outcome(await fresh.ask("PUT", box(group, "early"), { body: here }))).toEqual([409, "MissingSubscriptionRegistration"]);
  expect((await fresh.ask("POST", `${provider}/register`)).json.registrationState).toBe("Registered");
  expect((await fresh.put(box(group, "early"), here)).name).toBe("early");
  expect((await fresh.ask("POST", `${provider}/unregister`)).json.registrationState).toBe("NotRegistered");
  expect((await fresh.ask("POST", `${fresh.subscription}/providers/Microsoft.Resources/unregister`)).status).toBe(400);
});

test("a provider tells its types and their api-versions, newest first", async () => {
  const { json } = await t.ask("GET", `${t.subscription}/providers/toy.store`);
  expect(json).toMatchObject({ namespace: "Toy.Store", registrationPolicy: "RegistrationRequired" });
  expect(json.resourceTypes).toContainEqual(expect.objectContaining({ resourceType: "boxes", apiVersions: ["2024-01-01"] }));
  expect((await t.ask("GET", `${t.subscription}/locations`)).json.value).toContainEqual(
    expect.objectContaining({ name: "westeurope", displayName: "West Europe" }),
  );
});

test("preflight checks what a PUT would, but not what the same template may still make", async () => {
  const group = `${t.subscription}/resourceGroups/not-yet`;
  const check = (id: string, body = here as object) => t.host.resources.check(id, "2024-01-01", body as never, t.host.system);
  await check(box(group, "fine"));
  await check(`${box(group, "none")}/lids/fine`);
  await expect(check(box(group, "BAD!"))).rejects.toMatchObject({ code: "InvalidResourceName" });
  await expect(check(box(group, "fine"), {})).rejects.toMatchObject({ code: "LocationRequired" });
  expect(t.host.resources.get(box(group, "fine"))).toBeUndefined();
});

test("operations that were running when the cloud was stopped are taken up by the next one", async () => {
  const first = await startTestCloud({ providers: [() => toys], clock: "manual", keep: true });
  const group = await first.group("restart");
  await first.ask("PUT", box(group, "resumed"), { body: here });
  const painting = await first.ask("PUT", box(group, "leaving"), { body: here });
  expect(painting.status).toBe(201);
  attempts.clear();
  await first.close();

  await using second = await startTestCloud({ providers: [() => toys], clock: "instant", stateDir: first.stateDir });
  expect(second.subscription).toBe(first.subscription);
  const path = new URL(painting.headers.get("azure-asyncoperation") ?? "");
  expect(
    (await second.settle({ ...painting, headers: new Headers({ "azure-asyncoperation": `${path.pathname}${path.search}` }) }))
      .json.status,
  ).toBe("Succeeded");
  expect((await second.ask("GET", box(group, "resumed"))).json.properties).toMatchObject({
    weight: 3,
    provisioningState: "Succeeded",
  });
  expect(Object.fromEntries(attempts)).toEqual({ resumed: 1, leaving: 1 });
});
