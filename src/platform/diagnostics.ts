import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";

/** Log categories worth their volume; `kube-audit` and the Azure ML `Read*` events are left out because they cost far more than they tell. */
const CATEGORIES = {
  cluster: ["kube-audit-admin", "guard", "cluster-autoscaler"],
  workspace: ["AmlComputeClusterEvent", "AmlComputeJobEvent", "AmlRunStatusChangedEvent"],
  vault: ["AuditEvent"],
  registry: ["ContainerRegistryLoginEvents"],
} as const;

/** Sends a resource's logs to Log Analytics; lives in the resource's own concern. */
export function declareDiagnostics(
  program: ProgramBuilder,
  kind: keyof typeof CATEGORIES,
  of: { readonly concern: string; readonly scope: ResourceHandle; readonly logAnalytics: ResourceHandle },
): ResourceHandle {
  return program.resource(`${kind}Diagnostics`, {
    // The newest stable version (2016-09-01) knows neither category groups nor dedicated tables.
    type: "Microsoft.Insights/diagnosticSettings@2021-05-01-preview",
    concern: of.concern,
    name: "to-log-analytics",
    scope: of.scope,
    body: {
      properties: {
        workspaceId: of.logAnalytics.id,
        logAnalyticsDestinationType: "Dedicated",
        logs: CATEGORIES[kind].map((category) => ({ category, enabled: true })),
      },
    },
  });
}
