import { and, type Expr, equals, type ProgramBuilder, type ResourceHandle, text } from "../../ir/index.ts";
import { camel, kebab } from "../case.ts";
import { wayOut } from "../egress/index.ts";
import type { Settings } from "../settings.ts";
import type { AlertScopes } from "./scopes.ts";

type Severity = 0 | 1 | 2 | 3 | 4;

export interface MetricAlert {
  readonly on: Exclude<keyof AlertScopes, "backupVault" | "logAnalytics" | "monitorAccount">;
  /** As the service spells it; those of Azure ML have blanks. */
  readonly metric: string;
  /** One that Azure keeps of the metric, or it refuses the alert. Of this and what else is optional, `USUAL` is the default. */
  readonly aggregation?: "Average" | "Count" | "Total";
  readonly operator?: "GreaterThan" | "LessThan";
  readonly threshold: number;
  readonly window?: "PT5M" | "PT15M" | "PT30M" | "PT1H";
  readonly every?: "PT5M" | "PT15M";
  readonly severity: Severity;
  readonly only?: { readonly dimension: string; readonly values: readonly string[] };
  /** Where what it looks at is not always so: when it is. */
  readonly given?: (settings: Settings) => Expr<boolean>;
  readonly why: string;
}

/** What alerts leave out. */
const USUAL = { aggregation: "Average", operator: "GreaterThan", window: "PT15M", every: "PT5M" } as const;

const HOUR = { window: "PT1H", every: "PT15M" } as const;

/** Platform metrics that Azure collects by itself; by name of the alert. */
const METRIC_ALERTS: Readonly<Record<string, MetricAlert>> = {
  nodeCpu: {
    on: "cluster",
    metric: "node_cpu_usage_percentage",
    threshold: 90,
    severity: 3,
    why: "Nodes run out of CPU.",
  },
  nodeMemory: {
    on: "cluster",
    metric: "node_memory_working_set_percentage",
    threshold: 90,
    severity: 3,
    why: "Nodes run out of memory; pods will be evicted.",
  },
  nodeDisk: {
    on: "cluster",
    metric: "node_disk_usage_percentage",
    threshold: 85,
    severity: 3,
    why: "Disks of nodes fill up; images will be removed and pods evicted.",
  },
  podsUnschedulable: {
    on: "cluster",
    metric: "cluster_autoscaler_unschedulable_pods_count",
    threshold: 0,
    window: "PT30M",
    severity: 2,
    why: "Pods find no node for half an hour: quota, a taint nobody tolerates, or a pool that does not scale from zero.",
  },
  autoscalerUnsafe: {
    on: "cluster",
    metric: "cluster_autoscaler_cluster_safe_to_autoscale",
    operator: "LessThan",
    threshold: 1,
    severity: 2,
    why: "The autoscaler has stopped acting.",
  },
  apiServerCpu: {
    on: "cluster",
    metric: "apiserver_cpu_usage_percentage",
    threshold: 90,
    severity: 2,
    why: "The API server is overloaded.",
  },
  apiServerMemory: {
    on: "cluster",
    metric: "apiserver_memory_usage_percentage",
    threshold: 90,
    severity: 2,
    why: "The API server is overloaded.",
  },
  etcdSize: {
    on: "cluster",
    metric: "etcd_database_usage_percentage",
    threshold: 75,
    ...HOUR,
    severity: 2,
    why: "The cluster's database fills up; at its limit it takes no more writes.",
  },
  podsFailed: {
    on: "cluster",
    metric: "kube_pod_status_phase",
    only: { dimension: "phase", values: ["Failed"] },
    threshold: 0,
    severity: 3,
    why: "Pods have failed.",
  },
  nodesNotReady: {
    on: "cluster",
    metric: "kube_node_status_condition",
    only: { dimension: "status2", values: ["NotReady"] },
    threshold: 0,
    window: "PT30M",
    severity: 1,
    why: "Nodes are not ready.",
  },
  natFailures: {
    on: "natGateway",
    given: (settings) => wayOut(settings).byGateway,
    metric: "SNATConnectionCount",
    only: { dimension: "ConnectionState", values: ["Failed"] },
    aggregation: "Total",
    threshold: 0,
    severity: 2,
    why: "Connections out of the network fail: the gateway has no ports left.",
  },
  firewallHealth: {
    on: "firewall",
    given: (settings) => wayOut(settings).byFirewall,
    metric: "FirewallHealth",
    operator: "LessThan",
    threshold: 90,
    severity: 1,
    why: "The firewall is not well; nodes and training clusters lose their way out.",
  },
  firewallPorts: {
    on: "firewall",
    given: (settings) => wayOut(settings).byFirewall,
    metric: "SNATPortUtilization",
    threshold: 80,
    severity: 2,
    why: "The firewall runs out of ports for connections; give it a second address.",
  },
  vaultAvailability: {
    on: "keyVault",
    metric: "Availability",
    operator: "LessThan",
    threshold: 99,
    severity: 1,
    why: "The vault does not answer.",
  },
  vaultLatency: {
    on: "keyVault",
    metric: "ServiceApiLatency",
    threshold: 1000,
    severity: 3,
    why: "The vault answers slowly.",
  },
  vaultSaturation: {
    on: "keyVault",
    metric: "SaturationShoebox",
    threshold: 75,
    severity: 3,
    why: "The vault is near its capacity.",
  },
  vaultRefusals: {
    on: "keyVault",
    metric: "ServiceApiResult",
    only: { dimension: "StatusCode", values: ["403", "429"] },
    aggregation: "Count",
    threshold: 5,
    severity: 2,
    why: "The vault refuses: a role or network path was lost, or somebody asks too often.",
  },
  storageAvailability: {
    on: "storageAccount",
    metric: "Availability",
    operator: "LessThan",
    threshold: 99,
    severity: 1,
    why: "The storage account does not answer.",
  },
  storageLatency: {
    on: "storageAccount",
    metric: "SuccessE2ELatency",
    threshold: 1000,
    severity: 3,
    why: "The storage account answers slowly.",
  },
  storageThrottled: {
    on: "storageAccount",
    metric: "Transactions",
    only: { dimension: "ResponseType", values: ["ServerBusyError", "ClientThrottlingError"] },
    aggregation: "Total",
    threshold: 10,
    severity: 2,
    why: "The storage account turns requests away.",
  },
  registryFull: {
    on: "containerRegistry",
    metric: "StorageUsed",
    threshold: 429_496_729_600,
    ...HOUR,
    severity: 3,
    given: (settings) => equals(settings.profile("registrySku"), "Premium"), // Standard includes 100 GiB, Basic 10
    why: "The registry holds 400 GiB of the 500 GiB that its price includes.",
  },
  runsFailed: {
    on: "workspace",
    metric: "Failed Runs",
    aggregation: "Total",
    threshold: 0,
    ...HOUR,
    severity: 2,
    why: "Jobs have failed.",
  },
  workspaceErrors: {
    on: "workspace",
    metric: "Errors",
    aggregation: "Total",
    threshold: 5,
    ...HOUR,
    severity: 3,
    why: "Jobs report errors.",
  },
  runsQueued: { on: "workspace", metric: "Queued Runs", threshold: 10, ...HOUR, severity: 3, why: "Jobs wait for computes." },
  quotaUsed: {
    on: "workspace",
    metric: "Quota Utilization Percentage",
    threshold: 85,
    ...HOUR,
    severity: 3,
    why: "The quota for training nodes is nearly used.",
  },
  nodesUnusable: {
    on: "workspace",
    metric: "Unusable Nodes",
    threshold: 0,
    window: "PT30M",
    severity: 2,
    why: "Training nodes do not start, for want of a way out of their subnet among others.",
  },
  nodesPreempted: {
    on: "workspace",
    metric: "Preempted Nodes",
    aggregation: "Total",
    threshold: 3,
    ...HOUR,
    severity: 4,
    why: "Azure takes many low-priority nodes back.",
  },
  deploysFailed: {
    on: "workspace",
    metric: "Model Deploy Failed",
    aggregation: "Total",
    threshold: 0,
    severity: 2,
    why: "A model could not be deployed.",
  },
};

export function declareMetricAlerts(
  program: ProgramBuilder,
  settings: Settings,
  scopes: AlertScopes,
  actionGroup: ResourceHandle,
): void {
  const rows = Object.entries(METRIC_ALERTS).map(([key, alert]) => [kebab(key), row(settings, scopes, alert)] as const);
  const table = program.table("metricAlertRules", "rule", Object.fromEntries(rows));
  program.loop("metricAlerts", table, (rule) => ({
    symbol: (key) => `${camel(key)}Alert`,
    type: "Microsoft.Insights/metricAlerts@2026-01-01",
    concern: "alerts",
    name: text`alert-${rule.key}`,
    condition: and(settings.profile("alerting"), rule.get("wanted", true)),
    body: {
      location: "global",
      tags: settings.resourceTags,
      properties: {
        description: rule.get("description"),
        severity: rule.get("severity"),
        enabled: true,
        scopes: [rule.get("scope")],
        evaluationFrequency: rule.get("frequency", USUAL.every),
        windowSize: rule.get("window", USUAL.window),
        autoMitigate: true,
        criteria: {
          "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
          allOf: [
            {
              name: "condition",
              criterionType: "StaticThresholdCriterion",
              metricName: rule.get("metric"),
              timeAggregation: rule.get("aggregation", USUAL.aggregation),
              operator: rule.get("operator", USUAL.operator),
              threshold: rule.get("threshold"),
              dimensions: rule.get("dimensions", []),
            },
          ],
        },
        actions: [{ actionGroupId: actionGroup.id }],
      },
    },
  }));
}

function row(settings: Settings, scopes: AlertScopes, alert: MetricAlert) {
  const { on, only, every, given, why, severity, metric, ...condition } = alert;
  return {
    description: why,
    severity,
    scope: scopes[on].id,
    metric,
    dimensions: only && [{ name: only.dimension, operator: "Include", values: only.values }],
    ...condition,
    frequency: every,
    wanted: given?.(settings),
  };
}
