import { type AnyInput, call, type Expr, get, type ProgramBuilder, type ResourceHandle, text } from "../../ir/index.ts";
import { camel, kebab } from "../case.ts";
import type { Settings } from "../settings.ts";

interface ActivityAlert {
  readonly scope: "group" | "subscription";
  readonly category: "ServiceHealth" | "ResourceHealth" | "Administrative";
  /** What an event of the category must be besides. */
  readonly condition: AnyInput;
  readonly why: string;
}

const administrative = (operation: string, why: string): ActivityAlert => ({
  scope: "group",
  category: "Administrative",
  condition: { field: "operationName", equals: operation },
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
    condition: { field: "properties.impactedServices[*].ServiceName", containsAny: SERVICES },
    why: "Azure reports trouble with a service that the platform stands on.",
  },
  resourceHealth: {
    scope: "group",
    category: "ResourceHealth",
    condition: {
      anyOf: ["Degraded", "Unavailable"].map((equals) => ({ field: "properties.currentHealthStatus", equals })),
    },
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
  // Not the write of a whole group: each deployment of the platform writes all of them.
  networkRuleChanged: administrative(
    "Microsoft.Network/networkSecurityGroups/securityRules/write",
    "Somebody changes a single rule of the network, as deployments, which write whole groups, do not.",
  ),
};

export function declareActivityAlerts(program: ProgramBuilder, settings: Settings, actionGroup: ResourceHandle): void {
  const scopes: Record<ActivityAlert["scope"], Expr<string>> = {
    group: get(call("resourceGroup"), "id"),
    subscription: get(call("subscription"), "id"),
  };
  const rows = Object.entries(ACTIVITY_ALERTS).map(
    ([key, { scope, category, condition, why }]) =>
      [kebab(key), { description: why, scope: scopes[scope], category, condition }] as const,
  );
  const table = program.table("activityAlertRules", "rule", Object.fromEntries(rows));
  program.loop("activityAlerts", table, (rule) => ({
    symbol: (key) => `${camel(key)}Alert`,
    type: "Microsoft.Insights/activityLogAlerts@2026-01-01",
    concern: "alerts",
    name: text`alert-${rule.key}`,
    condition: settings.profile("alerting"),
    body: {
      location: "global",
      tags: settings.resourceTags,
      properties: {
        description: rule.get("description"),
        enabled: true,
        scopes: [rule.get("scope")],
        condition: { allOf: [{ field: "category", equals: rule.get("category") }, rule.get("condition")] },
        actions: { actionGroups: [{ actionGroupId: actionGroup.id }] },
      },
    },
  }));
}
