import { isWithin, ROLES, type RoleDefinition } from "../../azure/index.ts";
import type { Clock } from "../../base/index.ts";
import type { Authorizer, Resource } from "../contract.ts";
import type { Tokens } from "../entra/tokens.ts";
import type { Documents } from "../envelope/context.ts";
import type { Replication } from "../replication.ts";
import { permits } from "./permissions.ts";

export const ASSIGNMENT_TYPE = "Microsoft.Authorization/roleAssignments";

const BY_ID: ReadonlyMap<string, RoleDefinition> = new Map(Object.values(ROLES).map((role) => [role.id, role]));

/** The role that a definition id names, at whatever scope the id was written. */
export function roleOf(definitionId: unknown): RoleDefinition | undefined {
  return typeof definitionId === "string"
    ? BY_ID.get(definitionId.slice(definitionId.lastIndexOf("/") + 1).toLowerCase())
    : undefined;
}

interface Grant {
  readonly scope: string;
  readonly role: RoleDefinition;
  /** Virtual milliseconds since the epoch. */
  readonly madeAt: number;
}

/** Decides by role assignments, inherited from the scopes above, once they have been replicated. */
export function createAuthorizer(documents: Documents, tokens: Tokens, clock: Clock, replication: Replication): Authorizer {
  let grants = new Map<string, Grant[]>();
  let read = -1;

  function grantsOf(objectId: string): readonly Grant[] {
    const version = documents.version(ASSIGNMENT_TYPE);
    if (version !== read) {
      grants = Map.groupBy(documents.ofType(ASSIGNMENT_TYPE).flatMap(toGrant), ({ principal }) => principal);
      read = version;
    }
    return grants.get(objectId.toLowerCase()) ?? [];
  }

  return {
    allows: (principal, action, scope, options) => {
      if (principal.kind === "system") return true;
      return grantsOf(principal.objectId).some(
        (grant) =>
          grant.madeAt + replication.roleMs <= clock.now() &&
          isWithin(scope, grant.scope) &&
          permits(grant.role, action, options?.data === true),
      );
    },
    authenticate: (authorization, audiences) => tokens.authenticate(authorization, audiences),
    issueToken: (principal, audience, lifetimeMs) => tokens.issue(principal, audience, lifetimeMs),
  };
}

function toGrant(assignment: Resource): (Grant & { principal: string })[] {
  const role = roleOf(assignment.properties.roleDefinitionId);
  const { createdOn, principalId } = assignment.properties;
  const madeAt = typeof createdOn === "string" ? Date.parse(createdOn) : 0;
  return role === undefined || typeof principalId !== "string"
    ? []
    : [{ principal: principalId.toLowerCase(), scope: scopeOfAssignment(assignment.id), role, madeAt }];
}

/** What stands before the assignment's own part of its id; `/` for the tenant. */
export function scopeOfAssignment(id: string): string {
  return id.slice(0, id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/")) || "/";
}
