import { expect, test } from "vitest";
import { ROLES, roleDefinitionId } from "./index.ts";

const roles = Object.values(ROLES);

test("every role has a GUID of its own and a name of its own", () => {
  for (const role of roles) expect(role.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(new Set(roles.map((role) => role.id)).size).toBe(roles.length);
  expect(new Set(roles.map((role) => role.name)).size).toBe(roles.length);
});

test("every role permits something", () => {
  for (const role of roles) expect([...role.actions, ...role.dataActions], role.name).not.toHaveLength(0);
});

test("a role definition id is at subscription scope", () => {
  expect(roleDefinitionId("s", "acrPull")).toBe(
    "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d",
  );
});
