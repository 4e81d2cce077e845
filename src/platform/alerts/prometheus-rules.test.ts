import { expect, test } from "vitest";
import { evaluateProgram } from "../../ir/index.ts";
import { POD_MONITORS } from "../cluster-metrics.ts";
import { definePlatform } from "../index.ts";

/**
 * What managed Prometheus keeps of its own targets unless it is told otherwise (the "minimal ingestion profile"), as far as
 * rules may want it. Source: the keep lists of github.com/Azure/prometheus-collector.
 */
const KEPT = new Set([
  "apiserver_current_inflight_requests",
  "apiserver_request_total",
  "kube_daemonset_status_number_ready",
  "kube_deployment_spec_replicas",
  "kube_deployment_status_replicas_available",
  "kube_horizontalpodautoscaler_spec_max_replicas",
  "kube_horizontalpodautoscaler_status_current_replicas",
  "kube_horizontalpodautoscaler_status_desired_replicas",
  "kube_job_failed",
  "kube_job_status_active",
  "kube_job_status_start_time",
  "kube_job_status_succeeded",
  "kube_node_spec_taint",
  "kube_node_status_allocatable",
  "kube_node_status_capacity",
  "kube_node_status_condition",
  "kube_pod_container_resource_limits",
  "kube_pod_container_resource_requests",
  "kube_pod_container_status_last_terminated_reason",
  "kube_pod_container_status_ready",
  "kube_pod_container_status_restarts_total",
  "kube_pod_container_status_waiting_reason",
  "kube_pod_status_phase",
  "kube_pod_status_reason",
  "kube_resourcequota",
  "kube_statefulset_status_replicas_ready",
  "kubelet_volume_stats_available_bytes",
  "kubelet_volume_stats_capacity_bytes",
  "kubelet_volume_stats_used_bytes",
  "node_cpu_seconds_total",
  "node_filesystem_avail_bytes",
  "node_filesystem_readonly",
  "node_filesystem_size_bytes",
  "node_memory_MemAvailable_bytes",
  "node_memory_MemTotal_bytes",
]);

/** Words of PromQL that are no series. */
const WORDS = /^(sum|by|on|ignoring|and|or|unless|rate|increase|changes|(max|avg)_over_time)$/;

/** The series that an expression reads. */
function series(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, "")
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replaceAll(/\b(by|on|ignoring) \([^)]*\)/g, "");
  return (bare.match(/[A-Za-z_]\w*/g) ?? []).filter((word) => !WORDS.test(word));
}

interface Rule {
  readonly alert: string;
  readonly expression: string;
}

const rules = evaluateProgram(definePlatform(), {
  parameters: { environmentName: "prod", enableGpuNodes: true },
  subscriptionId: "00000000-0000-0000-0000-000000000000",
  tenantId: "11111111-1111-1111-1111-111111111111",
  resourceGroup: { name: "rg", location: "eastus" },
})
  .resources.filter(({ condition, type }) => condition && type.endsWith("/prometheusRuleGroups"))
  .flatMap(({ body }) => (body.properties as unknown as { rules: Rule[] }).rules);

/** The names that kubernetes/ has read from the Prometheus of the Azure ML extension. */
const federated = [...JSON.stringify(POD_MONITORS).matchAll(/__name__=~\\"([^"\\]+)/g)].map(
  ([, names = ""]) => new RegExp(`^(${names})$`),
);

test("every rule reads series that managed Prometheus keeps or kubernetes/ has read: of others it would never fire", () => {
  const unknown = rules.flatMap(({ alert, expression }) =>
    series(expression)
      .filter((name) => !KEPT.has(name) && !federated.some((names) => names.test(name)))
      .map((name) => `${alert}: ${name}`),
  );

  expect(rules.map(({ alert }) => alert)).toContain("GpuIdle");
  expect(federated).toHaveLength(2);
  expect(unknown).toEqual([]);
});
