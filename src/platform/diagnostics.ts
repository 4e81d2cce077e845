import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";

interface Logs {
  readonly categories: readonly string[];
  /** Own tables instead of the common one; services that have no choice answer without the member, which reads as drift. */
  readonly dedicated?: boolean;
}

/** Log categories worth their volume; `kube-audit` and the Azure ML `Read*` events are left out because they cost far more than they tell. */
const LOGS = {
  cluster: { categories: ["kube-audit-admin", "guard", "cluster-autoscaler"], dedicated: true },
  workspace: { categories: ["AmlComputeClusterEvent", "AmlComputeJobEvent", "AmlRunStatusChangedEvent"] },
  vault: { categories: ["AuditEvent"], dedicated: true },
  registry: { categories: ["ContainerRegistryLoginEvents"] },
} as const satisfies Record<string, Logs>;

/** Sends a resource's logs to Log Analytics; lives in the resource's own concern. */
export function declareDiagnostics(
  program: ProgramBuilder,
  kind: keyof typeof LOGS,
  of: { readonly concern: string; readonly scope: ResourceHandle; readonly logAnalytics: ResourceHandle },
): ResourceHandle {
  const { categories, dedicated }: Logs = LOGS[kind];
  return program.resource(`${kind}Diagnostics`, {
    // The newest stable version (2016-09-01) knows neither category groups nor dedicated tables.
    type: "Microsoft.Insights/diagnosticSettings@2021-05-01-preview",
    concern: of.concern,
    name: "to-log-analytics",
    scope: of.scope,
    body: {
      properties: {
        workspaceId: of.logAnalytics.id,
        logAnalyticsDestinationType: dedicated ? "Dedicated" : undefined,
        logs: categories.map((category) => ({ category, enabled: true })),
      },
    },
  });
}
