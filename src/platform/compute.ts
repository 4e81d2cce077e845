import type { RoleName } from "../azure/index.ts";
import { entries, type ProgramBuilder, type ResourceHandle } from "../ir/index.ts";
import type { Egress } from "./egress/index.ts";
import type { Identities } from "./identity.ts";
import type { Network } from "./network.ts";
import { workspacePrincipals } from "./principals.ts";
import type { PrivateLink } from "./private-link.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { RoleAssignments } from "./roles.ts";
import type { Settings } from "./settings.ts";
import { ML_API_VERSION, TRAINING_CLUSTER } from "./workspace.ts";

const WORKSPACE_ROLES = {
  trainingRuns: { who: "training", role: "azureMlDataScientist", why: "Log runs and register models from training jobs." },
  endpointMetrics: { who: "endpoint", role: "azureMlMetricsWriter", why: "Write the metrics of served models." },
  operatorRuns: { who: "operator", role: "azureMlDataScientist", why: "Submit jobs, register models and release them." },
} as const satisfies Record<string, { who: "training" | "endpoint" | "operator"; role: RoleName; why: string }>;

export interface ComputeNeeds {
  readonly identities: Identities;
  readonly network: Network;
  readonly egress: Egress;
  readonly privateLink: PrivateLink;
  readonly roles: RoleAssignments;
  readonly workspace: ResourceHandle;
}

/** What the identities and the operator may do in the workspace, and the training clusters that Azure ML manages. */
export function declareCompute(program: ProgramBuilder, settings: Settings, needs: ComputeNeeds): void {
  const { identities, roles, workspace } = needs;
  const principals = workspacePrincipals(settings, identities);
  for (const [symbol, row] of Object.entries(WORKSPACE_ROLES)) {
    declareRoleAssignment(program, {
      symbol,
      concern: "compute",
      to: principals[row.who],
      role: row.role,
      scope: workspace,
      why: row.why,
    });
  }
  for (const cluster of CLUSTERS) {
    program.resource(cluster.symbol, {
      type: `Microsoft.MachineLearningServices/workspaces/computes@${ML_API_VERSION}`,
      concern: "compute",
      name: cluster.name,
      parent: workspace,
      ...("switch" in cluster ? { condition: settings.profile(cluster.switch) } : {}),
      body: {
        location: settings.location,
        tags: settings.resourceTags,
        identity: { type: "UserAssigned", userAssignedIdentities: entries([[identities.training.id, {}]]) },
        properties: {
          computeType: "AmlCompute",
          computeLocation: settings.location,
          disableLocalAuth: true,
          properties: {
            osType: "Linux",
            vmSize: settings.mlComputeSku,
            vmPriority: cluster.priority,
            scaleSettings: { minNodeCount: 0, maxNodeCount: settings.mlComputeMaxNodes, nodeIdleTimeBeforeScaleDown: "PT15M" },
            subnet: { id: needs.network.computeSubnet.id },
            enableNodePublicIp: false,
            remoteLoginPortPublicAccess: "Disabled",
          },
        },
      },
      dependsOn: [
        roles.trainingPull,
        roles.trainingData,
        ...Object.values(needs.privateLink),
        needs.egress.firewall,
        needs.network.peering,
      ],
      comment: cluster.comment,
    });
  }
}

const CLUSTERS = [
  {
    symbol: "cpuCluster",
    name: TRAINING_CLUSTER,
    priority: "Dedicated",
    comment: "Costs nothing while idle: it scales from zero and back after fifteen minutes.",
  },
  {
    symbol: "spotCluster",
    name: "spot-cluster",
    priority: "LowPriority",
    switch: "lowPriorityCluster",
    comment: "For jobs that can start again; Azure ML counts it against a quota of its own.",
  },
] as const;
