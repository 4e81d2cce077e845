import { type AnyInput, call, type Expr, get, type ProgramBuilder, type ResourceHandle } from "../../ir/index.ts";
import type { Settings } from "../settings.ts";
import { kebab } from "./metric-alerts.ts";

interface ActivityAlert {
  readonly scope: "group" | "subscription";
  readonly category: "ServiceHealth" | "ResourceHealth" | "Administrative";
  readonly operation?: string;
  readonly more?: readonly AnyInput[];
  readonly why: string;
}

const administrative = (operation: string, why: string): ActivityAlert => ({
  scope: "group",
  category: "Administrative",
  operation,
  why,
});

const SERVICES = [
  "Azure Kubernetes Service (AKS)",
  "Machine Learning Services",
  "Container Registry",
  "Key Vault",
  "Storage",
  "Virtual Network",
];

/** What somebody did, or Azure says about itself. */
const ACTIVITY_ALERTS: Readonly<Record<string, ActivityAlert>> = {
  serviceHealth: {
    scope: "subscription",
    category: "ServiceHealth",
    more: [{ field: "properties.impactedServices[*].ServiceName", containsAny: SERVICES }],
    why: "Azure reports trouble with a service that the platform stands on.",
  },
  resourceHealth: {
    scope: "group",
    category: "ResourceHealth",
    more: [
      {
        anyOf: ["Degraded", "Unavailable"].map((equals) => ({ field: "properties.currentHealthStatus", equals })),
      },
    ],
    why: "Azure reports a resource of the platform as degraded or unavailable.",
  },
  clusterDeleted: administrative("Microsoft.ContainerService/managedClusters/delete", "Somebody deletes the cluster."),
  clusterAdminCredentials: administrative(
    "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
    "Somebody asks for the credentials of the cluster's local administrator.",
  ),
  workspaceDeleted: administrative("Microsoft.MachineLearningServices/workspaces/delete", "Somebody deletes the workspace."),
  vaultDeleted: administrative("Microsoft.KeyVault/vaults/delete", "Somebody deletes the vault."),
  roleAssigned: administrative("Microsoft.Authorization/roleAssignments/write", "Somebody is given a role on the platform."),
  networkRuleChanged: administrative(
    "Microsoft.Network/networkSecurityGroups/securityRules/write",
    "Somebody changes a rule of the network.",
  ),
};

export function declareActivityAlerts(program: ProgramBuilder, settings: Settings, actionGroup: ResourceHandle): void {
  const scopes: Record<ActivityAlert["scope"], Expr<string>> = {
    group: get(call("resourceGroup"), "id"),
    subscription: get(call("subscription"), "id"),
  };
  for (const [key, { scope, category, operation, more = [], why }] of Object.entries(ACTIVITY_ALERTS)) {
    program.resource(`${key}Alert`, {
      type: "Microsoft.Insights/activityLogAlerts@2026-01-01",
      concern: "alerts",
      name: `alert-${kebab(key)}`,
      condition: settings.profile("alerting"),
      body: {
        location: "global",
        tags: settings.resourceTags,
        properties: {
          description: why,
          enabled: true,
          scopes: [scopes[scope]],
          condition: {
            allOf: [
              { field: "category", equals: category },
              ...(operation === undefined ? [] : [{ field: "operationName", equals: operation }]),
              ...more,
            ],
          },
          actions: { actionGroups: [{ actionGroupId: actionGroup.id }] },
        },
      },
    });
  }
}
