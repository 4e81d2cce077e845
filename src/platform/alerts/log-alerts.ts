import { type Input, type ProgramBuilder, type ResourceHandle, text } from "../../ir/index.ts";
import { camel, kebab } from "../case.ts";
import type { Settings } from "../settings.ts";
import type { AlertScopes } from "./scopes.ts";

export interface LogAlert {
  /** Rows are what to tell somebody about; none is well. */
  readonly query: Input<string>;
  /** How often it is asked, of the time since then. */
  readonly every: "PT5M" | "PT15M" | "PT1H";
  readonly severity: 0 | 1 | 2 | 3 | 4;
  readonly why: string;
}

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
      every: "PT5M",
      severity: 2,
      why: "The slowest twentieth of the predictions takes longer than promised.",
    },
    endpointErrors: {
      query:
        "AppRequests | where Name has '/score' | summarize failed = countif(toint(ResultCode) >= 500), total = count() by AppRoleName | where failed * 100 > total",
      every: "PT5M",
      severity: 1,
      why: "More than one prediction in a hundred fails.",
    },
    schedulingFailed: {
      query: text`${events} | where Reason == 'FailedScheduling'`,
      every: "PT15M",
      severity: 2,
      why: "Jobs or models find no node: a taint that they do not tolerate, or no room.",
    },
    podsRestarting: {
      // A node tells of processes that it killed for their memory, in the default namespace.
      query: text`KubeEvents | where Reason == 'OOMKilling' or (Namespace == '${computeNamespace}' and Reason in ('BackOff', 'Evicted'))`,
      every: "PT15M",
      severity: 2,
      why: "Pods of jobs or models are killed and started again.",
    },
    imagePullFailed: {
      query: "KubeEvents | where Reason == 'Failed' and Message has 'pull'",
      every: "PT15M",
      severity: 2,
      why: "An image cannot be pulled: the registry's role or its private name is missing.",
    },
    clusterAdminGranted: {
      query:
        "AKSAuditAdmin | where Verb in ('create', 'update', 'patch') and ObjectRef.resource == 'clusterrolebindings' and toint(ResponseStatus.code) < 300",
      every: "PT15M",
      severity: 3,
      why: "Somebody was given rights over the whole cluster.",
    },
    vaultForbidden: {
      query: "AZKVAuditLogs | where ResultSignature == 'Forbidden'",
      every: "PT15M",
      severity: 3,
      why: "The vault refused a caller.",
    },
    computeResizeFailed: {
      query: "AmlComputeClusterEvent | where isnotempty(ClusterErrorCodes)",
      every: "PT15M",
      severity: 3,
      why: "A training cluster could not get nodes, mostly for want of quota.",
    },
    logsStopped: {
      query: "_LogOperation | where Category =~ 'Ingestion' and Detail contains 'OverQuota'",
      every: "PT15M",
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
  const rows = Object.entries(logAlerts(settings)).map(
    ([key, { why, severity, query, every }]) => [kebab(key), { description: why, severity, query, every }] as const,
  );
  const table = program.table("logAlertRules", "rule", Object.fromEntries(rows));
  program.loop("logAlerts", table, (rule) => ({
    symbol: (key) => `${camel(key)}Alert`,
    type: "Microsoft.Insights/scheduledQueryRules@2026-03-01",
    concern: "alerts",
    name: text`alert-${rule.key}`,
    condition: settings.profile("alerting"),
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      kind: "LogAlert",
      properties: {
        displayName: text`alert-${rule.key}`,
        description: rule.get("description"),
        severity: rule.get("severity"),
        enabled: true,
        scopes: [logAnalytics.id],
        evaluationFrequency: rule.get("every"),
        windowSize: rule.get("every"),
        criteria: {
          allOf: [
            {
              query: rule.get("query"),
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
  }));
}
