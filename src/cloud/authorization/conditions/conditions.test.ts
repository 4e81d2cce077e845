import fc from "fast-check";
import { expect, test } from "vitest";
import { type Circumstances, holds } from "./holds.ts";
import { readCondition } from "./read.ts";

const WRITE = "Microsoft.Authorization/roleAssignments/write";
const [READER, OWNER] = ["acdd72a7-3385-48ef-bd42-f606fba81ae7", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"];
const ROLE = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]";
const TYPE = "@Request[Microsoft.Authorization/roleAssignments:PrincipalType]";
const asked = (role: string, type = "ServicePrincipal"): Circumstances => ({
  action: WRITE,
  request: {
    "microsoft.authorization/roleassignments:roledefinitionid": role,
    "microsoft.authorization/roleassignments:principaltype": type,
  },
  resource: {},
});
const CONSTRAINED = `
(
 (
  !(ActionMatches{'${WRITE}'})
 )
 OR
 (
  ${ROLE} ForAnyOfAnyValues:GuidEquals {${READER}, 7f951dda-4ed3-4680-a7ca-43fe172d538d}
  AND
  ${TYPE} ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal', 'Group'}
 )
)`;

test.each<[string, Circumstances, boolean]>([
  ["a role of the list to a service principal", asked(READER), true],
  ["the same in capitals", asked(READER.toUpperCase(), "group"), true],
  ["another role", asked(OWNER), false],
  ["a role of the list to a user", asked(READER, "User"), false],
  ["another action", { ...asked(OWNER), action: "Microsoft.Network/virtualNetworks/write" }, true],
  ["a request without attributes", { ...asked(READER), request: {} }, false],
])("Microsoft's template of constrained roles and %s: %s", (_, circumstances, expected) => {
  expect(holds(readCondition(CONSTRAINED), circumstances)).toBe(expected);
});

test.each<[string, boolean]>([
  [`${ROLE} GuidEquals '${READER}'`, true],
  [`${ROLE} ForAnyOfAllValues:GuidNotEquals {${OWNER}}`, true],
  [`${ROLE} ForAnyOfAllValues:GuidNotEquals {${OWNER}, ${READER}}`, false],
  [`${ROLE} ForAllOfAnyValues:GuidEquals {${OWNER}, ${READER}}`, true],
  [`${TYPE} StringEquals 'serviceprincipal'`, false],
  [`${TYPE} StringNotEqualsIgnoreCase 'serviceprincipal'`, false],
  [`NOT Exists @Resource[Microsoft.Authorization/roleAssignments:PrincipalId]`, true],
  [`Exists ${ROLE} && !(ActionMatches{'Microsoft.Authorization/*'})`, false],
  // AND binds before OR.
  [`${TYPE} StringEquals 'ServicePrincipal' OR ${TYPE} StringEquals 'x' AND ${TYPE} StringEquals 'y'`, true],
  [`(${TYPE} StringEquals 'ServicePrincipal' || ${TYPE} StringEquals 'x') && ${TYPE} StringEquals 'y'`, false],
])("%s is %s", (text, expected) => {
  expect(holds(readCondition(text), asked(READER))).toBe(expected);
});

test.each<[string, string, RegExp]>([
  ["", "InvalidRoleAssignmentCondition", /empty/],
  ["1 == 1", "InvalidRoleAssignmentCondition", /cannot be read/],
  [`(${ROLE} GuidEquals '${READER}'`, "InvalidRoleAssignmentCondition", /ends too early/],
  [`${ROLE} GuidEquals '${READER}')`, "InvalidRoleAssignmentCondition", /after its end/],
  [`${ROLE} ForSome:GuidEquals {'a'}`, "InvalidRoleAssignmentCondition", /quantifier/],
  ["ActionMatches{'a', 'b'}", "InvalidRoleAssignmentCondition", /one action/],
  [`${"(".repeat(100)}${ROLE}`, "InvalidRoleAssignmentCondition", /deeper/],
  ["x".repeat(8193), "InvalidRoleAssignmentCondition", /at most 8192/],
  [`${ROLE} StringLike 'a*'`, "FeatureNotSupported", /the operator StringLike/],
  ["@Principal[Microsoft.Directory/customSecurityAttributes/Id:a] StringEquals 'b'", "FeatureNotSupported", /@Principal/],
  ["@Environment[UtcNow] DateTimeGreaterThan '2026-01-01'", "FeatureNotSupported", /@Environment/],
  [
    "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'a'",
    "FeatureNotSupported",
    /containers:name/,
  ],
  ["!(ActionMatches{'a'} AND SubOperationMatches{'Blob.List'})", "FeatureNotSupported", /SubOperationMatches/],
])("%s is refused with %s", (text, code, message) => {
  expect(() => readCondition(text)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
  );
});

test("whatever text comes is read or refused, never a crash", () => {
  const piece = fc.constantFrom(
    "(",
    ")",
    "{",
    "}",
    ",",
    "!",
    " AND ",
    " OR ",
    "'a'",
    ROLE,
    " GuidEquals ",
    "ActionMatches",
    "x",
    "'",
    "@",
  );

  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      try {
        holds(readCondition(pieces.join("")), asked(READER));
      } catch (error) {
        expect(error).toMatchObject({ name: "ArmFault", status: 400 });
      }
    }),
  );
});
