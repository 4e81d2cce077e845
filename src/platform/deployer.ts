import { ROLES, type RoleName } from "../azure/index.ts";
import { assert } from "../base/index.ts";
import {
  type Expr,
  equals,
  expression,
  type Input,
  type Node,
  or,
  type Program,
  type ProgramBuilder,
  type Resource,
  type ResourceHandle,
  text,
  walk,
  when,
} from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import { deployerPrincipal } from "./principals.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";

interface DeployerRole {
  readonly role: RoleName;
  /** On the cluster rather than on the resource group. */
  readonly onCluster?: true;
  readonly given?: (settings: Settings) => Expr<boolean>;
  readonly why: string;
}

/** What a pipeline needs that deploys the platform again; less than Owner, which could give itself anything. */
export const DEPLOYER_ROLES = {
  deployerResources: { role: "contributor", why: "Deploy the platform." },
  deployerRoles: {
    role: "roleBasedAccessControlAdministrator",
    why: "Give the platform's identities their roles, and no others: a condition names the roles and the kinds of principals.",
  },
  deployerPolicies: { role: "resourcePolicyContributor", why: "Assign the platform's policies." },
  deployerLocks: {
    role: "locksContributor",
    given: (settings) => settings.profile("deletionLocks"),
    why: "Lock what must not be deleted.",
  },
  deployerObjects: { role: "aksRbacClusterAdmin", onCluster: true, why: "Apply what belongs on the cluster." },
} as const satisfies Record<string, DeployerRole>;

/**
 * Roles of the principal that deploys from a pipeline. They are given once, by an owner: the condition keeps the deployer
 * from giving the same roles to anybody, itself among them, so its own deployments have to leave them as they are.
 */
export function declareDeployer(program: ProgramBuilder, settings: Settings, cluster: ResourceHandle): void {
  const roles = program.variable<string>(
    "assignableRoles",
    assignedRoles(program.build()),
    "Ids of the roles that the platform gives.",
  );
  const condition = roleCondition(settings, roles);
  for (const [symbol, row] of Object.entries<DeployerRole>(DEPLOYER_ROLES)) {
    declareRoleAssignment(program, {
      symbol,
      concern: "ci",
      to: deployerPrincipal(settings),
      ...onlyIf(row.given?.(settings)),
      role: row.role,
      ...(row.onCluster ? { scope: cluster } : {}),
      why: row.why,
      ...(row.role === "roleBasedAccessControlAdministrator" ? { limit: condition } : {}),
      onlyIfNotExists: true,
    });
  }
}

/** These permit nearly everything on their scope, so the deployer may give one only where the platform does. */
const WIDE: readonly string[] = [ROLES.owner.id, ROLES.contributor.id];

/** The ids of the roles that a program gives, now or when something is switched on later, joined. */
function assignedRoles({ resources }: Program): Expr<string> {
  const assignments = resources.filter(({ type }) => type === "Microsoft.Authorization/roleAssignments");
  const byRole = [...Map.groupBy(assignments, ({ body }) => roleIn(body))].sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = byRole.flatMap(([id]) => (WIDE.includes(id) ? [] : [id]));
  const wide = byRole.flatMap(([id, rows]) =>
    WIDE.includes(id) ? [when<string>(conditionsOf(rows) ?? true, `, ${id}`, "")] : [],
  );
  return wide.reduce<Expr<string>>((list, next) => text`${list}${next}`, text`${plain.join(", ")}`);
}

/** When one of several resources is there at least; `undefined`: always. */
function conditionsOf(rows: readonly Resource[]): Expr<boolean> | undefined {
  const [first, ...more] = new Map(rows.map(({ condition }) => [JSON.stringify(condition), condition])).values();
  if (first === undefined || more.includes(undefined)) return undefined;
  const rest = more.filter((node) => node !== undefined);
  return rest.reduce<Expr<boolean>>((before, node) => or(before, expression<boolean>(node)), expression<boolean>(first));
}

function roleIn(body: Node): string {
  let role: string | undefined;
  walk(body, (node) => {
    const [, id] = node.kind === "call" && node.name === "subscriptionResourceId" ? node.args : [];
    if (id?.kind === "literal" && typeof id.value === "string") role = id.value;
  });
  assert(role !== undefined, "a role assignment names its role");
  return role;
}

/**
 * Which roles may be given to, and taken from, which kinds of principals. Source: Microsoft's template "Constrain roles and
 * principal types"; what is asked for and what stands there are told apart, so each has a part of its own.
 */
function roleCondition(settings: Settings, roles: Expr<string>): Input<string> {
  const { operatorObjectId, operatorType, clusterOperatorObjectId, clusterOperatorType } = settings;
  const also = (objectId: Expr<string>, type: Expr<string>) => when<string>(equals(objectId, ""), "", text`, '${type}'`);
  const kinds = text`'ServicePrincipal'${also(operatorObjectId, operatorType)}${also(clusterOperatorObjectId, clusterOperatorType)}`;
  const part = (action: "write" | "delete", source: "Request" | "Resource") => {
    const attribute = `@${source}[Microsoft.Authorization/roleAssignments`;
    return text`((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${action}'})) OR (${attribute}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${roles}} AND ${attribute}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {${kinds}}))`;
  };
  return text`${part("write", "Request")} AND ${part("delete", "Resource")}`;
}
