import { ROLES, type RoleName, roleDefinitionId } from "../../../azure/index.ts";
import { guid } from "../../../base/names/index.ts";
import { ArmFault, type CloudHost } from "../../contract.ts";

/** Gives a service's identity a role, as Azure does on its own behalf. Safe to run again, and where somebody gave it before. */
export async function giveRole(host: CloudHost, principalId: string, role: RoleName, scope: string): Promise<void> {
  const name = guid(scope.toLowerCase(), principalId, ROLES[role].id);
  const properties = {
    roleDefinitionId: roleDefinitionId(host.subscriptionId, role),
    principalId,
    principalType: "ServicePrincipal",
  };
  try {
    const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
    await host.resources.put(id, "2022-04-01", { properties }, host.system);
  } catch (cause) {
    if (!(cause instanceof ArmFault) || cause.code !== "RoleAssignmentExists") throw cause;
  }
}
