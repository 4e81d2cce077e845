import { type Input, type ProgramBuilder, type ResourceHandle, text } from "../../ir/index.ts";
import type { Settings } from "../settings.ts";
import { kebab } from "./metric-alerts.ts";
import type { AlertScopes } from "./scopes.ts";

export interface LogAlert {
  /** Rows are what to tell somebody about; none is well. */
  readonly query: Input<string>;
  readonly every: "PT5M" | "PT15M" | "PT1H";
  readonly window: "PT5M" | "PT15M" | "PT1H";
  readonly severity: 0 | 1 | 2 | 3 | 4;
  readonly why: string;
}

const QUARTER = { every: "PT15M", window: "PT15M" } as const;
const FIVE_MINUTES = { every: "PT5M", window: "PT5M" } as const;

/**
 * Queries over what arrives in Log Analytics. Endpoints on Kubernetes have no metrics of their own in Azure Monitor, so
 * their latency and errors are read from the requests that Application Insights keeps. Columns are those of the table
 * references below learn.microsoft.com/azure/azure-monitor/reference/tables/; in `aksauditadmin`, `ObjectRef` and
 * `ResponseStatus` are dynamic, which comparisons by size need cast.
 */
function logAlerts({ computeNamespace, endpointLatencyMs }: Settings): Record<string, LogAlert> {
  const events = text`KubeEvents | where Namespace == '${computeNamespace}'`;
  return {
    endpointLatency: {
      query: text`AppRequests | where Name has '/score' | summarize p95 = percentile(DurationMs, 95) by AppRoleName | where p95 > ${endpointLatencyMs}`,
      ...FIVE_MINUTES,
      severity: 2,
      why: "The slowest twentieth of the predictions takes longer than promised.",
    },
    endpointErrors: {
      query:
        "AppRequests | where Name has '/score' | summarize failed = countif(toint(ResultCode) >= 500), total = count() by AppRoleName | where failed * 100 > total",
      ...FIVE_MINUTES,
      severity: 1,
      why: "More than one prediction in a hundred fails.",
    },
    schedulingFailed: {
      query: text`${events} | where Reason == 'FailedScheduling'`,
      ...QUARTER,
      severity: 2,
      why: "Jobs or models find no node: a taint that they do not tolerate, or no room.",
    },
    podsRestarting: {
      query: text`${events} | where Reason in ('BackOff', 'OOMKilling', 'Evicted')`,
      ...QUARTER,
      severity: 2,
      why: "Pods of jobs or models are killed and started again.",
    },
    imagePullFailed: {
      query: "KubeEvents | where Reason == 'Failed' and Message has 'pull'",
      ...QUARTER,
      severity: 2,
      why: "An image cannot be pulled: the registry's role or its private name is missing.",
    },
    clusterAdminGranted: {
      query:
        "AKSAuditAdmin | where Verb in ('create', 'update', 'patch') and ObjectRef.resource == 'clusterrolebindings' and toint(ResponseStatus.code) < 300",
      ...QUARTER,
      severity: 3,
      why: "Somebody was given rights over the whole cluster.",
    },
    vaultForbidden: {
      query: "AZKVAuditLogs | where ResultSignature == 'Forbidden'",
      ...QUARTER,
      severity: 3,
      why: "The vault refused a caller.",
    },
    computeResizeFailed: {
      query: "AmlComputeClusterEvent | where isnotempty(ClusterErrorCodes)",
      ...QUARTER,
      severity: 3,
      why: "A training cluster could not get nodes, mostly for want of quota.",
    },
    logsStopped: {
      query: "_LogOperation | where Category == 'Ingestion' and Detail has 'Data collection stopped'",
      ...QUARTER,
      severity: 2,
      why: "The daily limit of logs is used up; every other log alert is blind until tomorrow.",
    },
  };
}

export function declareLogAlerts(
  program: ProgramBuilder,
  settings: Settings,
  { logAnalytics }: AlertScopes,
  actionGroup: ResourceHandle,
): void {
  for (const [key, { query, every, window, severity, why }] of Object.entries(logAlerts(settings))) {
    program.resource(`${key}Alert`, {
      type: "Microsoft.Insights/scheduledQueryRules@2026-03-01",
      concern: "alerts",
      name: `alert-${kebab(key)}`,
      condition: settings.profile("alerting"),
      body: {
        location: settings.location,
        tags: settings.resourceTags,
        kind: "LogAlert",
        properties: {
          displayName: `alert-${kebab(key)}`,
          description: why,
          severity,
          enabled: true,
          scopes: [logAnalytics.id],
          evaluationFrequency: every,
          windowSize: window,
          criteria: {
            allOf: [
              {
                query,
                timeAggregation: "Count",
                operator: "GreaterThan",
                threshold: 0,
                failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
              },
            ],
          },
          autoMitigate: true,
          // Azure would run the query now, and most tables are made by their first row.
          skipQueryValidation: true,
          actions: { actionGroups: [actionGroup.id] },
        },
      },
    });
  }
}
