import { sameId } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { ArmFault, type AttributeValues, type Change, type CloudHost, type ProviderModule, type Resource } from "../contract.ts";
import type { Directory } from "../entra/principals.ts";
import type { Documents } from "../envelope/context.ts";
import { faults } from "../envelope/faults.ts";
import type { Replication } from "../replication.ts";
import { ASSIGNMENT_TYPE, roleOf, scopeOfAssignment } from "./authorizer.ts";
import { readCondition } from "./conditions/read.ts";
import { POLICY_ASSIGNMENTS } from "./policies/assignments.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LEVELS = ["CanNotDelete", "ReadOnly"];

interface Surroundings {
  readonly documents: Documents;
  readonly directory: Directory;
  readonly host: Pick<CloudHost, "clock" | "subscriptionId">;
  readonly replication: Replication;
}

/** Microsoft.Authorization: role assignments, locks and policy assignments, all extensions of anything. */
export function createAuthorization(surroundings: Surroundings): ProviderModule {
  return {
    namespace: "Microsoft.Authorization",
    types: [
      {
        type: "roleAssignments",
        apiVersions: ["2022-04-01", "2020-10-01-preview", "2020-04-01-preview", "2018-09-01-preview", "2015-07-01"],
        location: "inherited",
        extension: true,
        name: { pattern: GUID, words: "a GUID" },
        status: { created: 201, updated: 200, deleted: 200 },
        deleteShows: true,
        admit: (change) => admitAssignment(change, surroundings),
        attributes: (assignment) => attributesOf(assignment, surroundings.directory),
      },
      {
        type: "locks",
        apiVersions: ["2020-05-01", "2017-04-01", "2016-09-01", "2015-01-01"],
        location: "inherited",
        extension: true,
        name: { pattern: /^[^<>%&\\?/]{1,260}$/, words: "1 to 260 characters without <, >, %, &, \\, ? and /" },
        status: { created: 201, updated: 200, deleted: 200 },
        admit: admitLock,
      },
      POLICY_ASSIGNMENTS,
    ],
  };
}

/** What conditions may look at. Without a type in the request Azure looks the principal up. */
function attributesOf({ properties }: Resource, directory: Directory): AttributeValues {
  const { principalId, principalType } = properties;
  const kind = typeof principalId === "string" ? directory.entry(principalId)?.kind : undefined;
  const type = principalType ?? (kind === undefined ? undefined : kind === "user" ? "User" : "ServicePrincipal");
  const values = { RoleDefinitionId: roleOf(properties.roleDefinitionId)?.id, PrincipalId: principalId, PrincipalType: type };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      typeof value === "string" ? [[`${ASSIGNMENT_TYPE}:${name}`.toLowerCase(), value]] : [],
    ),
  );
}

/** Read here, so that one that nobody could keep is never stored. */
function admitCondition({ properties }: Resource): JsonObject {
  const { condition, conditionVersion } = properties;
  if (typeof condition !== "string") return { condition: null, conditionVersion: null };
  if ((conditionVersion ?? "2.0") !== "2.0")
    throw new ArmFault(
      400,
      "InvalidRoleAssignmentCondition",
      `the given role assignment condition is invalid: conditionVersion is ${JSON.stringify(conditionVersion)}; it must be 2.0`,
      { target: "properties.conditionVersion" },
    );
  readCondition(condition);
  return { condition, conditionVersion: "2.0" };
}

function admitLock({ body }: Change): Resource {
  const { level } = body.properties;
  if (typeof level !== "string" || !LEVELS.includes(level)) {
    throw faults.invalidContent(
      `properties.level is ${JSON.stringify(level)}; it must be ${LEVELS.join(" or ")}`,
      "properties.level",
    );
  }
  return body;
}

function admitAssignment(change: Change, { directory, documents, host, replication }: Surroundings): Resource {
  const { body, caller, id, previous } = change;
  const { principalId, principalType, roleDefinitionId } = body.properties;
  if (typeof principalId !== "string" || typeof roleDefinitionId !== "string") {
    throw faults.invalidContent("properties.principalId and properties.roleDefinitionId are required");
  }
  const condition = admitCondition(body);
  const role = roleOf(roleDefinitionId);
  if (role === undefined)
    throw new ArmFault(400, "RoleDefinitionDoesNotExist", `the specified role definition '${roleDefinitionId}' does not exist`);
  const entry = directory.entry(principalId);
  const replicated = entry !== undefined && (entry.madeAt ?? 0) + replication.principalMs <= host.clock.now();
  const principal = replicated || principalType !== undefined ? entry : undefined;
  // With principalType given, Azure does not look the principal up: a new one may not have reached every replica.
  if (principal === undefined && principalType === undefined) {
    throw new ArmFault(
      400,
      "PrincipalNotFound",
      `the principal ${principalId.replaceAll("-", "")} does not exist in the directory; if you have just made it, a replication delay may be the cause: set principalType (ServicePrincipal) in the assignment`,
    );
  }
  const scope = scopeOfAssignment(id);
  if (previous !== undefined) {
    const same = previous.properties.principalId === principalId && roleOf(previous.properties.roleDefinitionId)?.id === role.id;
    if (!same) {
      throw new ArmFault(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "the tenant id, application id, principal id, role definition id and scope of a role assignment cannot be updated",
      );
    }
  }
  const twin = documents
    .ofType(ASSIGNMENT_TYPE)
    .find(
      (other) =>
        !sameId(other.id, id) &&
        sameId(scopeOfAssignment(other.id), scope) &&
        other.properties.principalId === principalId &&
        roleOf(other.properties.roleDefinitionId)?.id === role.id,
    );
  if (twin !== undefined) {
    throw new ArmFault(
      409,
      "RoleAssignmentExists",
      `the role assignment already exists; the ID of the existing role assignment is ${twin.name.replaceAll("-", "")}`,
    );
  }
  const at = new Date(host.clock.now()).toISOString();
  return {
    ...body,
    properties: {
      delegatedManagedIdentityResourceId: null,
      ...body.properties,
      ...condition,
      roleDefinitionId: `/subscriptions/${host.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role.id}`,
      principalType: typeof principalType === "string" ? principalType : principal?.kind === "user" ? "User" : "ServicePrincipal",
      scope,
      createdOn: previous?.properties.createdOn ?? at,
      createdBy: previous?.properties.createdBy ?? caller.objectId,
      updatedOn: at,
      updatedBy: caller.objectId,
    },
  };
}
