import { equals, not, type ProgramBuilder, type ResourceHandle } from "../ir/index.ts";
import { clusterOperatorPrincipal } from "./principals.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";

/**
 * The role of whoever applies the objects of the cluster, apart from the operator's of the model pipeline, who needs none there.
 * Only this role may write quotas and the whole cluster's kinds. The deployer has it already, and Azure takes it once.
 */
export function declareClusterOperator(program: ProgramBuilder, settings: Settings, cluster: ResourceHandle): void {
  declareRoleAssignment(program, {
    symbol: "clusterOperatorObjects",
    concern: "attach",
    to: clusterOperatorPrincipal(settings),
    condition: not(equals(settings.clusterOperatorObjectId, settings.deployerObjectId)),
    role: "aksRbacClusterAdmin",
    scope: cluster,
    why: "Apply what belongs on the cluster.",
  });
}
