import { and, type Expr, type ProgramBuilder, type ResourceHandle, text } from "../../ir/index.ts";
import { wayOut } from "../egress/index.ts";
import type { Settings } from "../settings.ts";
import { camel, kebab } from "./names.ts";
import type { AlertScopes } from "./scopes.ts";

type Severity = 0 | 1 | 2 | 3 | 4;

export interface MetricAlert {
  readonly on: Exclude<keyof AlertScopes, "backupVault" | "logAnalytics" | "monitorAccount">;
  /** As the service spells it; those of Azure ML have blanks. */
  readonly metric: string;
  /** One that Azure keeps of the metric, or it refuses the alert. */
  readonly aggregation: "Average" | "Count" | "Total";
  readonly operator: "GreaterThan" | "LessThan";
  readonly threshold: number;
  readonly window: "PT5M" | "PT15M" | "PT30M" | "PT1H";
  readonly every: "PT5M" | "PT15M";
  readonly severity: Severity;
  readonly only?: { readonly dimension: string; readonly values: readonly string[] };
  readonly why: string;
}

/** What tables leave out. */
const USUAL = { aggregation: "Average", operator: "GreaterThan", window: "PT15M", every: "PT5M" } as const;

const QUARTER = { window: "PT15M", every: "PT5M" } as const;
const HALF_HOUR = { window: "PT30M", every: "PT5M" } as const;
const HOUR = { window: "PT1H", every: "PT15M" } as const;
const above = (threshold: number) => ({ aggregation: "Average", operator: "GreaterThan", threshold }) as const;
const below = (threshold: number) => ({ aggregation: "Average", operator: "LessThan", threshold }) as const;
const totalAbove = (threshold: number) => ({ aggregation: "Total", operator: "GreaterThan", threshold }) as const;

/** Platform metrics that Azure collects by itself; by name of the alert. */
export const METRIC_ALERTS = {
  nodeCpu: {
    on: "cluster",
    metric: "node_cpu_usage_percentage",
    ...above(90),
    ...QUARTER,
    severity: 3,
    why: "Nodes run out of CPU.",
  },
  nodeMemory: {
    on: "cluster",
    metric: "node_memory_working_set_percentage",
    ...above(90),
    ...QUARTER,
    severity: 3,
    why: "Nodes run out of memory; pods will be evicted.",
  },
  nodeDisk: {
    on: "cluster",
    metric: "node_disk_usage_percentage",
    ...above(85),
    ...QUARTER,
    severity: 3,
    why: "Disks of nodes fill up; images will be removed and pods evicted.",
  },
  podsUnschedulable: {
    on: "cluster",
    metric: "cluster_autoscaler_unschedulable_pods_count",
    ...above(0),
    ...HALF_HOUR,
    severity: 2,
    why: "Pods find no node for half an hour: quota, a taint nobody tolerates, or a pool that does not scale from zero.",
  },
  autoscalerUnsafe: {
    on: "cluster",
    metric: "cluster_autoscaler_cluster_safe_to_autoscale",
    ...below(1),
    ...QUARTER,
    severity: 2,
    why: "The autoscaler has stopped acting.",
  },
  apiServerCpu: {
    on: "cluster",
    metric: "apiserver_cpu_usage_percentage",
    ...above(90),
    ...QUARTER,
    severity: 2,
    why: "The API server is overloaded.",
  },
  apiServerMemory: {
    on: "cluster",
    metric: "apiserver_memory_usage_percentage",
    ...above(90),
    ...QUARTER,
    severity: 2,
    why: "The API server is overloaded.",
  },
  etcdSize: {
    on: "cluster",
    metric: "etcd_database_usage_percentage",
    ...above(75),
    ...HOUR,
    severity: 2,
    why: "The cluster's database fills up; at its limit it takes no more writes.",
  },
  podsFailed: {
    on: "cluster",
    metric: "kube_pod_status_phase",
    only: { dimension: "phase", values: ["Failed"] },
    ...above(0),
    ...QUARTER,
    severity: 3,
    why: "Pods have failed.",
  },
  nodesNotReady: {
    on: "cluster",
    metric: "kube_node_status_condition",
    only: { dimension: "status2", values: ["NotReady"] },
    ...above(0),
    ...HALF_HOUR,
    severity: 1,
    why: "Nodes are not ready.",
  },
  natFailures: {
    on: "natGateway",
    metric: "SNATConnectionCount",
    only: { dimension: "ConnectionState", values: ["Failed"] },
    ...totalAbove(0),
    ...QUARTER,
    severity: 2,
    why: "Connections out of the network fail: the gateway has no ports left.",
  },
  firewallHealth: {
    on: "firewall",
    metric: "FirewallHealth",
    ...below(90),
    ...QUARTER,
    severity: 1,
    why: "The firewall is not well; nodes and training clusters lose their way out.",
  },
  firewallPorts: {
    on: "firewall",
    metric: "SNATPortUtilization",
    ...above(80),
    ...QUARTER,
    severity: 2,
    why: "The firewall runs out of ports for connections; give it a second address.",
  },
  vaultAvailability: {
    on: "keyVault",
    metric: "Availability",
    ...below(99),
    ...QUARTER,
    severity: 1,
    why: "The vault does not answer.",
  },
  vaultLatency: {
    on: "keyVault",
    metric: "ServiceApiLatency",
    ...above(1000),
    ...QUARTER,
    severity: 3,
    why: "The vault answers slowly.",
  },
  vaultSaturation: {
    on: "keyVault",
    metric: "SaturationShoebox",
    ...above(75),
    ...QUARTER,
    severity: 3,
    why: "The vault is near its capacity.",
  },
  vaultRefusals: {
    on: "keyVault",
    metric: "ServiceApiResult",
    only: { dimension: "StatusCode", values: ["403", "429"] },
    aggregation: "Count",
    operator: "GreaterThan",
    threshold: 5,
    ...QUARTER,
    severity: 2,
    why: "The vault refuses: a role or network path was lost, or somebody asks too often.",
  },
  storageAvailability: {
    on: "storageAccount",
    metric: "Availability",
    ...below(99),
    ...QUARTER,
    severity: 1,
    why: "The storage account does not answer.",
  },
  storageLatency: {
    on: "storageAccount",
    metric: "SuccessE2ELatency",
    ...above(1000),
    ...QUARTER,
    severity: 3,
    why: "The storage account answers slowly.",
  },
  storageThrottled: {
    on: "storageAccount",
    metric: "Transactions",
    only: { dimension: "ResponseType", values: ["ServerBusyError", "ClientThrottlingError"] },
    ...totalAbove(10),
    ...QUARTER,
    severity: 2,
    why: "The storage account turns requests away.",
  },
  registryFull: {
    on: "containerRegistry",
    metric: "StorageUsed",
    ...above(429_496_729_600),
    ...HOUR,
    severity: 3,
    why: "The registry holds 400 GiB of the 500 GiB that its price includes.",
  },
  runsFailed: { on: "workspace", metric: "Failed Runs", ...totalAbove(0), ...HOUR, severity: 2, why: "Jobs have failed." },
  workspaceErrors: { on: "workspace", metric: "Errors", ...totalAbove(5), ...HOUR, severity: 3, why: "Jobs report errors." },
  runsQueued: { on: "workspace", metric: "Queued Runs", ...above(10), ...HOUR, severity: 3, why: "Jobs wait for computes." },
  quotaUsed: {
    on: "workspace",
    metric: "Quota Utilization Percentage",
    ...above(85),
    ...HOUR,
    severity: 3,
    why: "The quota for training nodes is nearly used.",
  },
  nodesUnusable: {
    on: "workspace",
    metric: "Unusable Nodes",
    ...above(0),
    ...HALF_HOUR,
    severity: 2,
    why: "Training nodes do not start, for want of a way out of their subnet among others.",
  },
  nodesPreempted: {
    on: "workspace",
    metric: "Preempted Nodes",
    ...totalAbove(3),
    ...HOUR,
    severity: 4,
    why: "Azure takes many low-priority nodes back.",
  },
  deploysFailed: {
    on: "workspace",
    metric: "Model Deploy Failed",
    ...totalAbove(0),
    ...QUARTER,
    severity: 2,
    why: "A model could not be deployed.",
  },
} as const satisfies Record<string, MetricAlert>;

export function declareMetricAlerts(
  program: ProgramBuilder,
  settings: Settings,
  scopes: AlertScopes,
  actionGroup: ResourceHandle,
): void {
  const rows = Object.entries<MetricAlert>(METRIC_ALERTS).map(
    ([key, alert]) => [kebab(key), row(settings, scopes, alert)] as const,
  );
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
  const { on, only } = alert;
  const unusual = <Field extends keyof typeof USUAL>(field: Field) => (alert[field] === USUAL[field] ? undefined : alert[field]);
  return {
    description: alert.why,
    severity: alert.severity,
    scope: scopes[on].id,
    metric: alert.metric,
    dimensions: only && [{ name: only.dimension, operator: "Include", values: only.values }],
    aggregation: unusual("aggregation"),
    operator: unusual("operator"),
    threshold: alert.threshold,
    window: unusual("window"),
    frequency: unusual("every"),
    wanted: isThere(settings, on),
  };
}

/** Ways out are there or not; everything else always is. */
function isThere(settings: Settings, on: MetricAlert["on"]): Expr<boolean> | undefined {
  const { byGateway, byFirewall } = wayOut(settings);
  if (on === "natGateway") return byGateway;
  return on === "firewall" ? byFirewall : undefined;
}
