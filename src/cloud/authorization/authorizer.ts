import { isWithin, ROLES, type RoleDefinition } from "../../azure/index.ts";
import type { Clock } from "../../base/index.ts";
import type { AccessOptions, Authorizer, Principal, Resource } from "../contract.ts";
import type { Tokens } from "../entra/tokens.ts";
import type { Documents } from "../envelope/context.ts";
import type { Replication } from "../replication.ts";
import type { Condition } from "./conditions/condition.ts";
import { holds } from "./conditions/holds.ts";
import { readCondition } from "./conditions/read.ts";
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
  readonly condition?: Condition;
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

  /** Grants of a role that permits the action, with conditions that may yet say no. */
  const permitting = (principal: Principal, action: string, scope: string, data: boolean) =>
    grantsOf(principal.objectId).filter(
      (grant) =>
        grant.madeAt + replication.roleMs <= clock.now() && isWithin(scope, grant.scope) && permits(grant.role, action, data),
    );

  const allows = (principal: Principal, action: string, scope: string, options: AccessOptions = {}): boolean => {
    if (principal.kind === "system") return true;
    const { data = false, request = {}, resource = {} } = options;
    return permitting(principal, action, scope, data).some(
      ({ condition }) => condition === undefined || holds(condition, { action, request, resource }),
    );
  };

  return {
    allows,
    isStoppedByCondition: (principal, action, scope, options) =>
      !allows(principal, action, scope, options) && permitting(principal, action, scope, options?.data === true).length > 0,
    authenticate: (authorization, audiences) => tokens.authenticate(authorization, audiences),
    issueToken: (principal, audience, lifetimeMs) => tokens.issue(principal, audience, lifetimeMs),
  };
}

function toGrant(assignment: Resource): (Grant & { principal: string })[] {
  const role = roleOf(assignment.properties.roleDefinitionId);
  const { createdOn, principalId, condition } = assignment.properties;
  const madeAt = typeof createdOn === "string" ? Date.parse(createdOn) : 0;
  if (role === undefined || typeof principalId !== "string") return [];
  return [
    {
      principal: principalId.toLowerCase(),
      scope: scopeOfAssignment(assignment.id),
      role,
      madeAt,
      ...(typeof condition === "string" ? { condition: readCondition(condition) } : {}),
    },
  ];
}

/** What stands before the assignment's own part of its id; `/` for the tenant. */
export function scopeOfAssignment(id: string): string {
  return id.slice(0, id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/")) || "/";
}
