import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES, roleDefinitionId } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { startTestCloud, type TestCloud } from "../testing.ts";
import { matchesAction, permits } from "./permissions.ts";

let t: TestCloud;
beforeAll(async () => {
  t = await startTestCloud({ providers: [] });
});
afterAll(() => t.close());

const assignments = (scope: string) => `${scope}/providers/Microsoft.Authorization/roleAssignments`;
const properties = (principalId: string, role: keyof typeof ROLES = "reader") => ({
  principalId,
  roleDefinitionId: roleDefinitionId(t.cloud.subscriptionId, role),
});

test.each([
  ["*", "Microsoft.Network/virtualNetworks/write", true],
  ["*/read", "Microsoft.Network/virtualNetworks/READ", true],
  ["*/read", "Microsoft.Network/virtualNetworks/write", false],
  ["Microsoft.Network/*", "microsoft.network/virtualNetworks/subnets/join/action", true],
  ["Microsoft.Network/*", "Microsoft.Networking/x/read", false],
  [
    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    true,
  ],
  ["Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/readX", false],
])("the permission %s with %s: %s", (pattern, action, expected) => {
  expect(matchesAction(pattern, action)).toBe(expected);
});

test("notActions take from the same role's actions, and data actions are apart", () => {
  expect(permits(ROLES.contributor, "Microsoft.Authorization/roleAssignments/write", false)).toBe(false);
  expect(permits(ROLES.contributor, "Microsoft.Authorization/roleAssignments/read", false)).toBe(true);
  expect(permits(ROLES.owner, "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", true)).toBe(false);
  expect(permits(ROLES.azureMlDataScientist, "Microsoft.MachineLearningServices/workspaces/computes/write", false)).toBe(false);
  expect(permits(ROLES.azureMlDataScientist, "Microsoft.MachineLearningServices/workspaces/jobs/write", false)).toBe(true);
});

test("an assignment is inherited from the scope above and gives no more than its role", async () => {
  const group = await t.group("inherit");
  const someone = await t.principal("someone");
  const ask = (method: string, path: string, body?: JsonObject) =>
    t.ask(method, path, { token: someone.token, ...(body === undefined ? {} : { body }) });
  expect((await ask("GET", group)).code).toBe("AuthorizationFailed");
  expect((await ask("GET", "/subscriptions")).json.value).toEqual([]);

  await t.assign(someone.objectId, "reader", t.subscription);
  expect((await ask("GET", group)).status).toBe(200);
  expect((await ask("GET", "/subscriptions")).json.value).toHaveLength(1);
  const refused = await ask("PUT", group, { location: "eastus" });
  expect(refused.status).toBe(403);
  expect(JSON.stringify(refused.body)).toContain(
    `object id '${someone.objectId}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '${group}'`,
  );
});

test("the list of groups shows those that the caller may read", async () => {
  const [mine] = [await t.group("mine"), await t.group("theirs")];
  const someone = await t.principal("lister");
  await t.assign(someone.objectId, "reader", mine);

  const { json } = await t.ask("GET", `${t.subscription}/resourcegroups`, { token: someone.token });
  expect(json.value).toMatchObject([{ id: mine }]);
});

test("the same assignment again is the same; under another name it exists; changed it is refused", async () => {
  const group = await t.group("twice");
  const [one, other] = [await t.principal("one"), await t.principal("other")];
  const id = `${assignments(group)}/${randomUUID()}`;
  const put = (at: string, body: JsonObject) => t.ask("PUT", at, { body: { properties: body }, apiVersion: "2022-04-01" });

  expect((await put(id, properties(one.objectId))).status).toBe(201);
  const again = await put(id, properties(one.objectId));
  expect(again.status).toBe(200);
  expect(again.json.properties).toMatchObject({ scope: group, principalType: "ServicePrincipal" });
  const twin = await put(`${assignments(group)}/${randomUUID()}`, properties(one.objectId));
  expect([twin.status, twin.code]).toEqual([409, "RoleAssignmentExists"]);
  expect(JSON.stringify(twin.body)).toContain(id.slice(-36).replaceAll("-", ""));
  const changed = await put(id, properties(other.objectId));
  expect([changed.status, changed.code]).toEqual([400, "RoleAssignmentUpdateNotPermitted"]);
});

test("an unknown principal or role is refused, but a principalType vouches for the principal", async () => {
  const group = await t.group("unknown");
  const put = async (body: JsonObject) =>
    (await t.ask("PUT", `${assignments(group)}/${randomUUID()}`, { body: { properties: body } })).code ?? "made";

  const nobody = randomUUID();
  expect(await put(properties(nobody))).toBe("PrincipalNotFound");
  expect(await put({ ...properties(nobody), principalType: "ServicePrincipal" })).toBe("made");
  expect(
    await put({
      ...properties(nobody),
      roleDefinitionId: roleDefinitionId("s", "reader").replace(ROLES.reader.id, randomUUID()),
    }),
  ).toBe("RoleDefinitionDoesNotExist");
  expect(await put({ principalId: nobody })).toBe("InvalidRequestContent");
});

test("with a replication delay a new principal is not found and a new role does not work, until time has passed", async () => {
  await using slow = await startTestCloud({ providers: [], clock: "manual" });
  const group = await slow.group("late");
  await slow.control("PUT", "/replication", { roleMs: 60_000, principalMs: 30_000 });
  const someone = await slow.principal("late");
  const put = async () => {
    const body = {
      properties: { principalId: someone.objectId, roleDefinitionId: roleDefinitionId(slow.cloud.subscriptionId, "reader") },
    };
    return (await slow.ask("PUT", `${assignments(group)}/${randomUUID()}`, { body })).code ?? "made";
  };
  const read = async () => (await slow.ask("GET", group, { token: someone.token })).status;

  expect(await put()).toBe("PrincipalNotFound");
  slow.cloud.clock.advance(30_000);
  expect(await put()).toBe("made");
  expect(await read()).toBe(403);
  slow.cloud.clock.advance(60_000);
  expect(await read()).toBe(200);
});

test("a Contributor may not give roles away", async () => {
  const group = await t.group("contributors");
  const contributor = await t.principal("contributor");
  await t.assign(contributor.objectId, "contributor", group);

  const answer = await t.ask("PUT", `${assignments(group)}/${randomUUID()}`, {
    token: contributor.token,
    body: { properties: properties(contributor.objectId, "owner") },
  });
  expect([answer.status, answer.code]).toEqual([403, "AuthorizationFailed"]);
});

test("assignments are listed at a scope, with those above and those below", async () => {
  const group = await t.group("listed");
  const someone = await t.principal("somebody");
  await t.assign(someone.objectId, "acrPull", group);
  const list = async (scope: string, filter?: string) => {
    const query = filter === undefined ? "" : `?$filter=${encodeURIComponent(filter)}`;
    const { json } = await t.ask("GET", `${assignments(scope)}${query}`);
    return (json.value as { properties: { principalId: string } }[]).map((item) => item.properties.principalId);
  };

  expect(await list(group)).toContain(someone.objectId);
  expect(await list(t.subscription)).toContain(someone.objectId);
  expect(await list(t.subscription, "atScope()")).not.toContain(someone.objectId);
  expect(await list(t.subscription, `principalId eq '${someone.objectId}'`)).toEqual([someone.objectId]);
  expect(await list(group, `atScope() and assignedTo('${someone.objectId}')`)).toEqual([someone.objectId]);
  expect((await t.ask("GET", `${assignments(group)}?$filter=nonsense`)).code).toBe("InvalidRequestContent");
});

test("role definitions are found by name and by id, at any scope", async () => {
  const definitions = "/providers/Microsoft.Authorization/roleDefinitions";
  const byName = await t.ask("GET", `${t.subscription}${definitions}?$filter=${encodeURIComponent("roleName eq 'AcrPull'")}`);
  expect(byName.json.value).toMatchObject([{ name: ROLES.acrPull.id, id: roleDefinitionId(t.cloud.subscriptionId, "acrPull") }]);
  expect((await t.ask("GET", `${definitions}/${ROLES.acrPull.id}`)).json.properties).toMatchObject({ roleName: "AcrPull" });
  expect((await t.ask("GET", `${t.subscription}${definitions}/${randomUUID()}`)).code).toBe("RoleDefinitionDoesNotExist");
  expect((await t.ask("PUT", `${t.subscription}${definitions}/${randomUUID()}`, { body: {} })).code).toBe("FeatureNotSupported");
});

test("permissions are those of the caller", async () => {
  const group = await t.group("permissions");
  const { json } = await t.ask("GET", `${group}/providers/Microsoft.Authorization/permissions`);
  expect(json.value).toEqual([{ actions: ["*"], notActions: [], dataActions: [], notDataActions: [] }]);
});

test("assignments inside a group go with it", async () => {
  const group = await t.group("gone");
  const someone = await t.principal("left");
  await t.assign(someone.objectId, "owner", group);
  await t.settle(await t.ask("DELETE", group));
  await t.group("gone");

  expect((await t.ask("GET", group, { token: someone.token })).code).toBe("AuthorizationFailed");
});
