import { ROLES, type RoleName } from "../azure/index.ts";
import { call, get, type Input, type ProgramBuilder, type ResourceHandle } from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import type { Principal } from "./principals.ts";

export interface Grant {
  /** The symbol of the role assignment. */
  readonly symbol: string;
  readonly concern: string;
  readonly to: Principal;
  readonly condition?: Input<boolean>;
  readonly role: RoleName;
  /** The resource group when absent. */
  readonly scope?: ResourceHandle;
  /** Becomes the description, which auditors read. */
  readonly why: string;
  /** Azure's condition of the role itself: when what it permits is permitted. */
  readonly limit?: Input<string>;
  readonly onlyIfNotExists?: boolean;
}

/**
 * The name is a GUID of scope, principal and role, so that every deployment finds the same assignment: Azure refuses a
 * second one for the same three (`RoleAssignmentExists`). An identity that is deployed along is named by its resource id,
 * because its object id is not known before.
 */
export function declareRoleAssignment(program: ProgramBuilder, grant: Grant): ResourceHandle {
  const role = ROLES[grant.role];
  return program.resource(grant.symbol, {
    type: "Microsoft.Authorization/roleAssignments@2022-04-01",
    concern: grant.concern,
    name: call<string>("guid", grant.scope?.id ?? get<string>(call("resourceGroup"), "id"), grant.to.key, role.id),
    ...(grant.scope === undefined ? {} : { scope: grant.scope }),
    ...onlyIf(grant.condition, grant.to.given),
    body: {
      properties: {
        roleDefinitionId: call<string>("subscriptionResourceId", "Microsoft.Authorization/roleDefinitions", role.id),
        principalId: grant.to.objectId,
        // Without the type Azure looks the principal up and fails while a new identity is still spreading (`PrincipalNotFound`).
        principalType: grant.to.type ?? "ServicePrincipal",
        description: grant.why,
        ...(grant.limit === undefined ? {} : { condition: grant.limit, conditionVersion: "2.0" }),
      },
    },
    ...(grant.onlyIfNotExists === undefined ? {} : { onlyIfNotExists: grant.onlyIfNotExists }),
    comment: role.name,
  });
}
