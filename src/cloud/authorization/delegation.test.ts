import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES, roleDefinitionId } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { startTestCloud, type TestCloud } from "../testing.ts";

let t: TestCloud;
beforeAll(async () => {
  t = await startTestCloud({ providers: [] });
});
afterAll(() => t.close());

const guarded = (action: string, source: string) =>
  `((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${action}'})) OR (@${source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${ROLES.acrPull.id}} AND @${source}[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}))`;
const CONDITION = `${guarded("write", "Request")} AND ${guarded("delete", "Resource")}`;

const assignment = (principalId: string, role: keyof typeof ROLES, more: JsonObject = {}): JsonObject => ({
  properties: {
    principalId,
    roleDefinitionId: roleDefinitionId(t.cloud.subscriptionId, role),
    principalType: "ServicePrincipal",
    ...more,
  },
});
const at = (scope: string) => `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`;
const ask = (method: string, path: string, token?: string, body?: JsonObject) =>
  t.ask(method, path, { apiVersion: "2022-04-01", ...(token === undefined ? {} : { token }), ...(body ? { body } : {}) });

/** Somebody who may give and take AcrPull, to service principals, in one group. */
async function deployer(name: string) {
  const group = await t.group(name);
  const principal = await t.principal(name);
  const more = { condition: CONDITION, conditionVersion: "2.0" };
  const made = await ask(
    "PUT",
    at(group),
    undefined,
    assignment(principal.objectId, "roleBasedAccessControlAdministrator", more),
  );
  expect(made.status).toBe(201);
  return { group, token: principal.token, stored: made.json };
}

test("a delegate gives the roles that the condition names, to the principals that it names, and no others", async () => {
  const { group, token, stored } = await deployer("gives");
  const other = await t.principal("receiver");
  const put = async (body: JsonObject) => {
    const { status, code, body: answer } = await ask("PUT", at(group), token, body);
    return { status, code, message: JSON.stringify(answer) };
  };

  expect(stored.properties).toMatchObject({ condition: CONDITION, conditionVersion: "2.0" });
  expect(await put(assignment(other.objectId, "acrPull"))).toMatchObject({ status: 201 });
  expect(await put(assignment(other.objectId, "owner"))).toMatchObject({
    status: 403,
    code: "AuthorizationFailed",
    message: expect.stringContaining("ABAC condition that is not fulfilled") as string,
  });
  expect(await put(assignment(other.objectId, "acrPush"))).toMatchObject({ status: 403 });
  expect(await put(assignment(other.objectId, "acrPull", { principalType: "User" }))).toMatchObject({ status: 403 });
});

test("a delegate takes away what the condition names, reads everything, and cannot widen the condition", async () => {
  const { group, token, stored } = await deployer("takes");
  const other = await t.principal("loser");
  const [allowed, kept] = [at(group), at(group)];
  await ask("PUT", allowed, undefined, assignment(other.objectId, "acrPull"));
  await ask("PUT", kept, undefined, assignment(other.objectId, "reader"));

  expect((await ask("GET", kept, token)).status).toBe(200);
  expect((await ask("DELETE", allowed, token)).status).toBe(200);
  expect((await ask("DELETE", kept, token)).status).toBe(403);
  const properties = stored.properties as JsonObject;
  const without = { properties: { ...properties, condition: null, conditionVersion: null } };
  expect((await ask("PUT", stored.id as string, token, without)).status).toBe(403);
});

test("what a principal may do shows the condition", async () => {
  const { group, token } = await deployer("shows");

  const { json } = await ask("GET", `${group}/providers/Microsoft.Authorization/permissions`, token);
  expect(json.value).toMatchObject([{ condition: CONDITION, conditionVersion: "2.0" }]);
});

test.each([
  [{ condition: "1 == 1", conditionVersion: "2.0" }, "InvalidRoleAssignmentCondition"],
  [{ condition: CONDITION, conditionVersion: "1.0" }, "InvalidRoleAssignmentCondition"],
  [{ condition: "@Environment[isPrivateLink] BoolEquals true", conditionVersion: "2.0" }, "FeatureNotSupported"],
])("%j is refused with %s", async (more, code) => {
  const group = await t.group(`refused-${code}-${more.conditionVersion}-${more.condition.length}`);

  expect(await ask("PUT", at(group), undefined, assignment(randomUUID(), "reader", more))).toMatchObject({ status: 400, code });
});
