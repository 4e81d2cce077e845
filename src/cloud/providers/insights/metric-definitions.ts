/** What a metric can be asked for: the aggregations that Azure keeps of it, and the dimensions it is split by. */
export interface MetricDefinition {
  readonly aggregations: readonly string[];
  readonly dimensions: readonly string[];
}

type Definitions = Readonly<Record<string, MetricDefinition>>;

const [AVERAGE, TOTAL, COUNT] = [["Average"], ["Total"], ["Count"]];
const [SUMMED, PEAKS, SPREAD] = [
  ["Total", "Average"],
  ["Maximum", "Average"],
  ["Average", "Minimum", "Maximum"],
];
const NODE = ["node", "nodepool"];
const API = ["ActivityType", "ActivityName", "StatusCode", "StatusCodeClass"];
const REQUEST = ["GeoType", "ApiName", "Authentication"];
const RUN = ["Scenario", "RunType", "PublishedPipelineId", "ComputeType", "PipelineStepType", "ExperimentName"];

/** Metrics of one shape. */
function of(aggregations: readonly string[], names: readonly string[], dimensions: readonly string[] = []): Definitions {
  return Object.fromEntries(names.map((name) => [name, { aggregations, dimensions }]));
}

/**
 * Every metric of the platform's types, by lower-case type; a type that is missing here is not checked. Source: the
 * pages of supported metrics below learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/.
 */
export const METRICS: Readonly<Record<string, Definitions>> = {
  "microsoft.containerservice/managedclusters": {
    ...of(PEAKS, ["apiserver_cpu_usage_percentage", "apiserver_memory_usage_percentage"]),
    ...of(SUMMED, ["apiserver_current_inflight_requests"], ["requestKind"]),
    ...of(SUMMED, [
      "cluster_autoscaler_cluster_safe_to_autoscale",
      "cluster_autoscaler_scale_down_in_cooldown",
      "cluster_autoscaler_unneeded_nodes_count",
      "cluster_autoscaler_unschedulable_pods_count",
      "kube_node_status_allocatable_cpu_cores",
      "kube_node_status_allocatable_memory_bytes",
    ]),
    ...of(PEAKS, ["etcd_cpu_usage_percentage", "etcd_database_usage_percentage", "etcd_memory_usage_percentage"], ["partition"]),
    ...of(SUMMED, ["kube_node_status_condition"], ["condition", "status", "status2", "node"]),
    ...of(SUMMED, ["kube_pod_status_phase"], ["phase", "namespace", "pod"]),
    ...of(SUMMED, ["kube_pod_status_ready"], ["namespace", "pod", "condition"]),
    ...of(PEAKS, ["node_disk_usage_bytes", "node_disk_usage_percentage"], [...NODE, "device"]),
    ...of(
      PEAKS,
      [
        "node_cpu_usage_millicores",
        "node_cpu_usage_percentage",
        "node_memory_rss_bytes",
        "node_memory_rss_percentage",
        "node_memory_working_set_bytes",
        "node_memory_working_set_percentage",
        "node_network_in_bytes",
        "node_network_out_bytes",
      ],
      NODE,
    ),
  },
  "microsoft.keyvault/vaults": {
    ...of(AVERAGE, ["Availability", "ServiceApiLatency"], API),
    ...of(AVERAGE, ["SaturationShoebox"], ["ActivityType", "ActivityName", "TransactionType"]),
    ...of(COUNT, ["ServiceApiHit"], ["ActivityType", "ActivityName"]),
    ...of(COUNT, ["ServiceApiResult"], API),
  },
  "microsoft.storage/storageaccounts": {
    ...of(SPREAD, ["Availability", "SuccessE2ELatency", "SuccessServerLatency"], REQUEST),
    ...of(["Total", ...SPREAD], ["Egress", "Ingress"], REQUEST),
    ...of(TOTAL, ["Transactions"], ["ResponseType", ...REQUEST, "TransactionType"]),
    ...of(AVERAGE, ["UsedCapacity"]),
  },
  "microsoft.containerregistry/registries": {
    ...of(TOTAL, ["AgentPoolCPUTime", "RunDuration"]),
    ...of(TOTAL, ["SuccessfulPullCount", "SuccessfulPushCount", "TotalPullCount", "TotalPushCount"]),
    ...of(AVERAGE, ["StorageUsed"], ["Geolocation"]),
  },
  "microsoft.network/natgateways": {
    ...of(TOTAL, ["ByteCount", "PacketCount"], ["Protocol", "Direction"]),
    ...of(AVERAGE, ["DatapathAvailability"]),
    ...of(TOTAL, ["PacketDropCount"]),
    ...of(TOTAL, ["SNATConnectionCount"], ["Protocol", "ConnectionState"]),
    ...of(TOTAL, ["TotalConnectionCount"], ["Protocol"]),
  },
  "microsoft.network/azurefirewalls": {
    ...of(TOTAL, ["ApplicationRuleHit", "NetworkRuleHit"], ["Status", "Reason", "Protocol"]),
    ...of(TOTAL, ["DataProcessed"]),
    ...of(AVERAGE, ["FirewallHealth"], ["Status", "Reason"]),
    ...of(AVERAGE, ["FirewallLatencyPng", "Throughput"]),
    ...of(["Average", "Maximum"], ["SNATPortUtilization"], ["Protocol"]),
  },
  "microsoft.machinelearningservices/workspaces": {
    ...of(
      ["Total", "Count", ...SPREAD],
      [
        "Cancel Requested Runs",
        "Cancelled Runs",
        "Completed Runs",
        "Failed Runs",
        "Finalizing Runs",
        "Not Responding Runs",
        "Not Started Runs",
        "Preparing Runs",
        "Provisioning Runs",
        "Queued Runs",
        "Started Runs",
        "Starting Runs",
      ],
      RUN,
    ),
    ...of(["Total", "Count", ...SPREAD], ["Errors", "Warnings"], ["Scenario"]),
    ...of(["Total", "Count", ...SPREAD], ["Model Deploy Failed", "Model Register Failed"], ["Scenario", "StatusCode"]),
    ...of(
      ["Total", "Count", ...SPREAD],
      ["Model Deploy Started", "Model Deploy Succeeded", "Model Register Succeeded"],
      ["Scenario"],
    ),
    ...of(
      ["Total", ...SPREAD],
      ["Active", "Idle", "Leaving", "Preempted", "Total", "Unusable"].flatMap((state) => [`${state} Cores`, `${state} Nodes`]),
      ["Scenario", "ClusterName"],
    ),
    ...of(["Total", ...SPREAD], ["Quota Utilization Percentage"], ["Scenario", "ClusterName", "VmFamilyName", "VmPriority"]),
    ...of(["Total", ...SPREAD], ["CpuUtilization"], ["Scenario", "runId", "NodeId", "ClusterName"]),
    ...of(
      ["Total", ...SPREAD],
      ["GpuMemoryUtilization", "GpuUtilization"],
      ["Scenario", "runId", "NodeId", "DeviceId", "ClusterName"],
    ),
    ...of(["Total", ...SPREAD], ["GpuEnergyJoules"], ["Scenario", "runId", "rootRunId", "InstanceId", "DeviceId", "ComputeName"]),
    ...of(
      ["Total", ...SPREAD],
      [
        "CpuCapacityMillicores",
        "CpuMemoryCapacityMegabytes",
        "CpuMemoryUtilizationMegabytes",
        "CpuMemoryUtilizationPercentage",
        "CpuUtilizationMillicores",
        "CpuUtilizationPercentage",
        "DiskAvailMegabytes",
        "DiskReadMegabytes",
        "DiskUsedMegabytes",
        "DiskWriteMegabytes",
        "StorageAPIFailureCount",
        "StorageAPISuccessCount",
      ],
      ["RunId", "InstanceId", "ComputeName"],
    ),
    ...of(
      ["Total", ...SPREAD],
      [
        "GpuCapacityMilliGPUs",
        "GpuMemoryCapacityMegabytes",
        "GpuMemoryUtilizationMegabytes",
        "GpuMemoryUtilizationPercentage",
        "GpuUtilizationMilliGPUs",
        "GpuUtilizationPercentage",
        "IBReceiveMegabytes",
        "IBTransmitMegabytes",
        "NetworkInputMegabytes",
        "NetworkOutputMegabytes",
      ],
      ["RunId", "InstanceId", "DeviceId", "ComputeName"],
    ),
  },
};
