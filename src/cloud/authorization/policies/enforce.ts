import { isWithin, sameId } from "../../../azure/index.ts";
import { isObject } from "../../../base/index.ts";
import { ArmFault, type Resource } from "../../contract.ts";
import type { Documents } from "../../envelope/context.ts";
import { POLICY_ASSIGNMENT, scopeOf } from "./assignments.ts";
import { builtIn, parameterValues } from "./built-in.ts";

/** Throws when a policy that is assigned at or above a resource denies it as it is asked for. */
export function refuseByPolicy(documents: Documents, resource: Resource): void {
  for (const assignment of documents.ofType(POLICY_ASSIGNMENT)) {
    const { enforcementMode, notScopes, parameters, policyDefinitionId } = assignment.properties;
    const excluded =
      Array.isArray(notScopes) && notScopes.some((scope) => typeof scope === "string" && isWithin(resource.id, scope));
    if (enforcementMode !== "Default" || excluded || !isWithin(resource.id, scopeOf(assignment.id))) continue;
    if (sameId(resource.id, assignment.id)) continue;
    const policy = typeof policyDefinitionId === "string" ? builtIn(policyDefinitionId) : undefined;
    if (policy?.denies?.(resource, parameterValues(policy, isObject(parameters) ? parameters : {})) !== true) continue;
    throw new ArmFault(
      403,
      "RequestDisallowedByPolicy",
      `resource '${resource.name}' was disallowed by policy: the assignment '${assignment.name}' of '${policy.name}' at '${scopeOf(assignment.id)}' denies it`,
      { target: resource.name },
    );
  }
}
