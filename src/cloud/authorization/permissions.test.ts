import { expect, test } from "vitest";
import { ROLES } from "../../azure/index.ts";
import { matchesAction, permits } from "./permissions.ts";

test.each([
  ["Microsoft.Network/*", "Microsoft.Network/virtualNetworks/subnets/join/action", true],
  ["*/read", "Microsoft.Storage/storageAccounts/READ", true],
  ["*/read", "Microsoft.Storage/storageAccounts/write", false],
  ["Microsoft.*/read", "Microsoft.Storage/storageAccounts/read", true],
  [
    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    true,
  ],
  [
    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/x/assign/action",
    true,
  ],
  [
    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
    "Microsoft.ManagedIdentity/userAssignedIdentitiesassign/action",
    false,
  ],
  ["Microsoft.Storage/storageAccounts", "MicrosoftxStorage/storageAccounts", false],
])("%s on %s is %s", (pattern, action, matches) => {
  expect(matchesAction(pattern, action)).toBe(matches);
});

test("Managed Identity Operator may assign an identity but not change it", () => {
  const identities = "Microsoft.ManagedIdentity/userAssignedIdentities";

  expect(permits(ROLES.managedIdentityOperator, `${identities}/assign/action`, false)).toBe(true);
  expect(permits(ROLES.managedIdentityOperator, `${identities}/read`, false)).toBe(true);
  expect(permits(ROLES.managedIdentityOperator, `${identities}/write`, false)).toBe(false);
});
