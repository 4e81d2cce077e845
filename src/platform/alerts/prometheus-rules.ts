import { and, type Input, type ProgramBuilder, type ResourceHandle, text } from "../../ir/index.ts";
import { camel, kebab } from "../case.ts";
import type { Settings } from "../settings.ts";
import type { AlertScopes } from "./scopes.ts";

/** No interface, which would be no plain data to tables. */
export type PrometheusRule = {
  readonly alert: string;
  readonly expression: Input<string>;
  /** How long it must hold, as an ISO 8601 duration. */
  readonly for: string;
  readonly severity: 0 | 1 | 2 | 3 | 4;
  readonly summary: string;
};

export interface PrometheusGroup {
  readonly why: string;
  readonly condition?: Input<boolean>;
  readonly rules: readonly PrometheusRule[];
}

/** Azure takes at most 20 rules a group. Series are those that managed Prometheus keeps without being told to, and those that kubernetes/ has read. */
export function prometheusGroups({ computeNamespace, enableGpuNodes }: Settings): Record<string, PrometheusGroup> {
  const models = text`namespace="${computeNamespace}"`;
  return {
    nodeRules: {
      why: "Nodes that are not well.",
      rules: [
        {
          alert: "NodeNotReady",
          expression: 'kube_node_status_condition{condition="Ready",status="true"} == 0',
          for: "PT15M",
          severity: 2,
          summary: "a node is not ready",
        },
        {
          alert: "NodeFlapping",
          expression: 'changes(kube_node_status_condition{condition="Ready",status="true"}[15m]) > 2',
          for: "PT5M",
          severity: 3,
          summary: "a node keeps changing between ready and not ready",
        },
        {
          alert: "NodeDiskFilling",
          expression: '1 - node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"} > 0.8',
          for: "PT15M",
          severity: 3,
          summary: "a node's disk is more than 80 % full",
        },
        {
          alert: "NodeMemoryHigh",
          expression: "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9",
          for: "PT15M",
          severity: 3,
          summary: "a node uses more than 90 % of its memory",
        },
      ],
    },
    podRules: {
      why: "Pods of jobs and models that are not well.",
      rules: [
        {
          alert: "PodCrashLooping",
          expression: 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
          for: "PT15M",
          severity: 2,
          summary: "a container keeps crashing",
        },
        {
          alert: "ContainerOutOfMemory",
          expression:
            'increase(kube_pod_container_status_restarts_total[10m]) > 0 and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1',
          for: "PT1M",
          severity: 2,
          summary: "a container was killed for its memory",
        },
        {
          alert: "PodRestarting",
          expression: "increase(kube_pod_container_status_restarts_total[1h]) > 3",
          for: "PT5M",
          severity: 3,
          summary: "a container restarted more than three times in an hour",
        },
        {
          // The phase is spelt with a capital: in lower case the series does not exist and the rule never fires.
          alert: "PodFailed",
          expression: 'sum by (namespace, pod) (kube_pod_status_phase{phase="Failed"}) > 0',
          for: "PT5M",
          severity: 3,
          summary: "a pod has failed",
        },
        {
          alert: "PodPending",
          expression: text`sum by (pod) (kube_pod_status_phase{phase="Pending",${models}}) > 0`,
          for: "PT15M",
          severity: 2,
          summary: "a job or model waits for a node",
        },
      ],
    },
    workloadRules: {
      why: "Models, their router and jobs as a whole.",
      rules: [
        {
          alert: "ModelReplicasMissing",
          expression: text`kube_deployment_spec_replicas{${models}} > on (deployment) kube_deployment_status_replicas_available{${models}}`,
          for: "PT15M",
          severity: 2,
          summary: "a model has fewer replicas than it should",
        },
        {
          alert: "ModelWithoutReplica",
          expression: text`kube_deployment_spec_replicas{${models}} > 0 and on (deployment) kube_deployment_status_replicas_available{${models}} == 0`,
          for: "PT1M",
          severity: 1,
          summary: "a model has no replica that answers",
        },
        {
          alert: "RouterReplicasMissing",
          expression:
            'kube_deployment_spec_replicas{namespace="azureml",deployment=~"azureml-fe.*"} > on (deployment) kube_deployment_status_replicas_available{namespace="azureml",deployment=~"azureml-fe.*"}',
          for: "PT10M",
          severity: 1,
          summary: "the inference router has fewer replicas than it should",
        },
        {
          alert: "JobFailed",
          expression: text`kube_job_failed{condition="true",${models}} > 0`,
          for: "PT5M",
          severity: 3,
          summary: "a Kubernetes job has failed",
        },
        {
          alert: "QuotaAlmostFull",
          expression: 'kube_resourcequota{type="used"} / ignoring (type) (kube_resourcequota{type="hard"} > 0) > 0.9',
          for: "PT15M",
          severity: 3,
          summary: "a namespace has nearly used its quota",
        },
        {
          alert: "VolumeFilling",
          expression: "kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes > 0.8",
          for: "PT15M",
          severity: 3,
          summary: "a volume is more than 80 % full",
        },
      ],
    },
    controlPlaneRules: {
      why: "The API server and what it calls.",
      rules: [
        {
          alert: "ApiServerErrors",
          expression: 'sum(rate(apiserver_request_total{code=~"5.."}[5m])) / sum(rate(apiserver_request_total[5m])) > 0.05',
          for: "PT10M",
          severity: 2,
          summary: "the API server fails more than one request in twenty",
        },
        {
          alert: "ApiServerThrottling",
          expression: 'sum(rate(apiserver_request_total{code="429"}[5m])) > 1',
          for: "PT10M",
          severity: 3,
          summary: "the API server turns clients away",
        },
      ],
    },
    gpuRules: {
      why: "GPUs that are idle, hot or broken; the Azure ML extension brings their exporter, and kubernetes/ has it read.",
      condition: enableGpuNodes,
      rules: [
        {
          alert: "GpuIdle",
          expression: "avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h]) < 10",
          for: "PT1H",
          severity: 4,
          summary: "a GPU that is paid for has done next to nothing for an hour",
        },
        {
          alert: "GpuMemoryFull",
          expression: "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 0.95",
          for: "PT10M",
          severity: 3,
          summary: "a GPU's memory is nearly full",
        },
        {
          alert: "GpuHot",
          expression: "DCGM_FI_DEV_GPU_TEMP > 85",
          for: "PT10M",
          severity: 2,
          summary: "a GPU is hotter than 85 degrees",
        },
        {
          alert: "GpuFault",
          expression: "DCGM_FI_DEV_XID_ERRORS > 0",
          for: "PT1M",
          severity: 1,
          summary: "a GPU reports a fault of its hardware or driver",
        },
      ],
    },
  };
}

export function declarePrometheusRules(
  program: ProgramBuilder,
  settings: Settings,
  { cluster, monitorAccount }: AlertScopes,
  actionGroup: ResourceHandle,
): void {
  const rows = Object.entries(prometheusGroups(settings)).map(
    ([key, { why, condition, rules }]) => [kebab(key), { description: why, wanted: condition, rules }] as const,
  );
  const table = program.table("prometheusRules", "group", Object.fromEntries(rows));
  program.loop("prometheusRuleGroups", table, (group) => ({
    symbol: camel,
    type: "Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01",
    concern: "alerts",
    name: text`mlops-${group.key}`,
    condition: and(settings.profile("alerting"), settings.profile("managedPrometheus"), group.get("wanted", true)),
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        description: group.get("description"),
        scopes: [monitorAccount.id, cluster.id],
        // The label that the agents give every series of this cluster.
        clusterName: cluster.name,
        enabled: true,
        interval: "PT1M",
        rules: group.map("rules", "rule", (rule) => ({
          alert: rule.get("alert"),
          expression: rule.get("expression"),
          for: rule.get("for"),
          severity: rule.get("severity"),
          enabled: true,
          annotations: { summary: rule.get("summary") },
          actions: [{ actionGroupId: actionGroup.id }],
          resolveConfiguration: { autoResolved: true, timeToResolve: "PT10M" },
        })),
      },
    },
  }));
}
