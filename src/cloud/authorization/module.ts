import { sameId } from "../../azure/index.ts";
import { ArmFault, type Change, type CloudHost, type ProviderModule, type Resource } from "../contract.ts";
import type { Directory } from "../entra/principals.ts";
import type { Documents } from "../envelope/context.ts";
import { faults } from "../envelope/faults.ts";
import type { Replication } from "../replication.ts";
import { ASSIGNMENT_TYPE, roleOf, scopeOfAssignment } from "./authorizer.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LEVELS = ["CanNotDelete", "ReadOnly"];

interface Surroundings {
  readonly documents: Documents;
  readonly directory: Directory;
  readonly host: Pick<CloudHost, "clock" | "subscriptionId">;
  readonly replication: Replication;
}

/** Microsoft.Authorization: role assignments and locks, both extensions of anything. */
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
    ],
  };
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
  // Keeping a condition without evaluating it would permit more than Azure does.
  if (typeof body.properties.condition === "string") throw faults.unsupported("conditions of role assignments");
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
      condition: null,
      conditionVersion: null,
      delegatedManagedIdentityResourceId: null,
      ...body.properties,
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
