import { and, equals, not, type ProgramBuilder, type ResourceHandle } from "../ir/index.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";

/**
 * The role of whoever applies the objects of the cluster, apart from the operator's of the model pipeline, who needs none there.
 * Only this role may write quotas and the whole cluster's kinds. The deployer has it already, and Azure takes it once.
 */
export function declareClusterOperator(program: ProgramBuilder, settings: Settings, cluster: ResourceHandle): void {
  const { clusterOperatorObjectId: operator, deployerObjectId: deployer } = settings;
  declareRoleAssignment(program, {
    symbol: "clusterOperatorObjects",
    concern: "attach",
    principal: operator,
    principalId: operator,
    principalType: settings.clusterOperatorType,
    condition: and(not(equals(operator, "")), not(equals(operator, deployer))),
    role: "aksRbacClusterAdmin",
    scope: cluster,
    why: "Apply what belongs on the cluster.",
  });
}
