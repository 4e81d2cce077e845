import { isWithin, ROLES, type RoleDefinition } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { ArmFault, type ArmHandler, type ArmRequest, type Principal } from "../contract.ts";
import type { Envelope } from "../envelope/context.ts";
import { faults } from "../envelope/faults.ts";
import { page } from "../envelope/paging.ts";
import { toBody } from "../envelope/present.ts";
import { ASSIGNMENT_TYPE, roleOf, scopeOfAssignment } from "./authorizer.ts";

const PATH = /^(.*)\/providers\/microsoft\.authorization\/(roledefinitions|roleassignments|permissions)(?:\/([^/]+))?$/i;
const EQUALS = /^\s*(\w+)\s+eq\s+'([^']*)'\s*$/i;
const ASSIGNED_TO = /^\s*assignedTo\(\s*'([^']*)'\s*\)\s*$/i;
const AT_SCOPE = /^\s*atScope\(\)\s*$/i;
const SCOPE_BELOW = /^\s*atScopeAndBelow\(\)\s*$/i;

/** Role definitions, and the lists of assignments and permissions; an assignment itself is a resource like any other. */
export function createAuthorizationRoutes(envelope: Envelope): ArmHandler {
  const { authorizer, endpoints } = envelope.host;
  return async (request) => {
    const matched = PATH.exec(request.path);
    if (!matched) return undefined;
    const [, scope = "", kind = "", name] = matched;
    const type = kind.toLowerCase();
    if (type === "roleassignments" && name !== undefined) return undefined;
    if (request.method !== "GET") {
      if (type === "roledefinitions") throw faults.unsupported("custom role definitions");
      throw faults.methodNotAllowed(request.method, `'${request.path}'`);
    }
    checkScope(envelope, scope);
    if (type === "permissions")
      return { status: 200, body: page(permissionsAt(envelope, request.caller, scope), request, endpoints.arm) };
    const canonical = type === "roledefinitions" ? "roleDefinitions" : "roleAssignments";
    const action = `Microsoft.Authorization/${canonical}/read`;
    if (!authorizer.allows(request.caller, action, scope || "/") && !(scope === "" && canonical === "roleDefinitions")) {
      throw faults.unauthorized(request.caller, action, scope || "/");
    }
    if (canonical === "roleAssignments")
      return { status: 200, body: page(assignmentsAt(envelope, request, scope), request, endpoints.arm) };
    if (name === undefined)
      return { status: 200, body: page(definitionsBy(request.query.get("$filter"), scope), request, endpoints.arm) };
    const role = roleOf(name);
    if (role === undefined)
      throw new ArmFault(404, "RoleDefinitionDoesNotExist", `the specified role definition with ID '${name}' does not exist`);
    return { status: 200, body: definition(role, scope) };
  };
}

function checkScope(envelope: Envelope, scope: string): void {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(scope)?.[1];
  if (subscription !== undefined && subscription.toLowerCase() !== envelope.host.subscriptionId.toLowerCase()) {
    throw faults.subscriptionNotFound(subscription);
  }
}

function definition(role: RoleDefinition, scope: string): JsonObject {
  const prefix = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  return {
    id: `${prefix}/providers/Microsoft.Authorization/roleDefinitions/${role.id}`,
    name: role.id,
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName: role.name,
      type: "BuiltInRole",
      description: "",
      assignableScopes: ["/"],
      permissions: [permission(role)],
      createdOn: "2015-02-02T21:55:09.8806423Z",
      updatedOn: "2021-11-11T20:13:07.4993029Z",
      createdBy: null,
      updatedBy: null,
    },
  };
}

function permission({ actions, dataActions, notActions, notDataActions }: RoleDefinition): JsonObject {
  return {
    actions: [...actions],
    notActions: [...notActions],
    dataActions: [...dataActions],
    notDataActions: [...notDataActions],
  };
}

function definitionsBy(filter: string | null, scope: string): JsonObject[] {
  let roles: RoleDefinition[] = Object.values(ROLES);
  for (const clause of clauses(filter)) {
    if (AT_SCOPE.test(clause) || SCOPE_BELOW.test(clause)) continue; // built-in roles are at every scope
    const [, field = "", value = ""] = EQUALS.exec(clause) ?? [];
    const wanted = value.toLowerCase();
    if (field.toLowerCase() === "rolename") roles = roles.filter((role) => role.name.toLowerCase() === wanted);
    else if (field.toLowerCase() === "type") roles = wanted === "builtinrole" ? roles : [];
    else throw faults.invalidContent(`the $filter '${filter ?? ""}' is not supported at '${clause.trim()}'`, "$filter");
  }
  return roles.map((role) => definition(role, scope));
}

/** Without a filter: at the scope, above it and below it; `atScope()` leaves out those below. */
function assignmentsAt(envelope: Envelope, request: ArmRequest, scope: string): JsonObject[] {
  const filter = request.query.get("$filter");
  let found = envelope.documents.ofType(ASSIGNMENT_TYPE).filter(({ id }) => {
    const at = scopeOfAssignment(id);
    return isWithin(scope, at) || isWithin(at, scope);
  });
  for (const clause of clauses(filter)) {
    if (SCOPE_BELOW.test(clause)) continue;
    const [, field = "", value = ""] = EQUALS.exec(clause) ?? [];
    const principal = ASSIGNED_TO.exec(clause)?.[1] ?? (field.toLowerCase() === "principalid" ? value : undefined);
    if (AT_SCOPE.test(clause)) found = found.filter(({ id }) => isWithin(scope, scopeOfAssignment(id)));
    else if (principal !== undefined) found = found.filter(({ properties }) => sameText(properties.principalId, principal));
    else if (field.toLowerCase() === "roledefinitionid") {
      found = found.filter(({ properties }) => roleOf(properties.roleDefinitionId)?.id === roleOf(value)?.id);
    } else throw faults.invalidContent(`the $filter '${filter ?? ""}' is not supported at '${clause.trim()}'`, "$filter");
  }
  return found.map((assignment) => toBody(envelope, assignment));
}

function permissionsAt(envelope: Envelope, caller: Principal, scope: string): JsonObject[] {
  return envelope.documents
    .ofType(ASSIGNMENT_TYPE)
    .filter(({ id, properties }) => properties.principalId === caller.objectId && isWithin(scope, scopeOfAssignment(id)))
    .flatMap(({ properties }) => {
      const role = roleOf(properties.roleDefinitionId);
      const { condition, conditionVersion } = properties;
      if (role === undefined) return [];
      return [typeof condition === "string" ? { ...permission(role), condition, conditionVersion } : permission(role)];
    });
}

function sameText(value: unknown, text: string): boolean {
  return typeof value === "string" && value.toLowerCase() === text.toLowerCase();
}

function clauses(filter: string | null): string[] {
  return filter === null || filter.trim() === "" ? [] : filter.split(/\s+and\s+/i);
}
