import type { ClusterObject } from "./cluster-objects.ts";
import { COMPUTE_NAMESPACE, PART_OF } from "./cluster-words.ts";
import { CPU_INSTANCE_TYPES } from "./instance-types.ts";
import type { EnvironmentName } from "./profiles.ts";

/** The largest limits of the instance types: a smaller maximum would turn their pods away. */
const LARGEST = CPU_INSTANCE_TYPES.large?.resources.limits ?? {};

export const LIMIT_RANGE: ClusterObject = {
  reason:
    "For containers that say nothing, above all the side-cars that Azure ML adds: the quota counts requests, so each pod needs some. In the compute namespace on purpose: in azureml it would give a CPU to each of the extension's own components, and models do not run there. The maximum is that of the largest instance type.",
  object: {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "ml-workload-limits", namespace: COMPUTE_NAMESPACE, labels: PART_OF },
    spec: {
      limits: [
        {
          type: "Container",
          default: { cpu: "1", memory: "1Gi" },
          defaultRequest: { cpu: "100m", memory: "256Mi" },
          max: { ...LARGEST },
        },
      ],
    },
  },
};

/** Nodes' worth of room that jobs and models may ask for together. */
export const QUOTA_NODES: Readonly<Record<EnvironmentName, number>> = { dev: 4, staging: 6, prod: 10 };

/** What Kubernetes and the extension leave of a node of 4 vCPUs and 14 GiB. */
const ROOM = { cpu: 3, memoryGiB: 10 };

export function resourceQuota(nodes: number): ClusterObject {
  return {
    reason: `Requests for ${nodes} nodes of 4 vCPUs and 14 GiB, less what Kubernetes and the extension take; limits may be twice that. Scoring goes through the extension's router, so nothing here needs an address of its own. GPUs: the component gpu allows some.`,
    object: {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "ml-workload-quota", namespace: COMPUTE_NAMESPACE, labels: PART_OF },
      spec: {
        hard: {
          "requests.cpu": String(ROOM.cpu * nodes),
          "requests.memory": `${ROOM.memoryGiB * nodes}Gi`,
          "limits.cpu": String(2 * ROOM.cpu * nodes),
          "limits.memory": `${2 * ROOM.memoryGiB * nodes}Gi`,
          "requests.nvidia.com/gpu": "0",
          pods: String(20 * nodes),
          "services.loadbalancers": "0",
          "services.nodeports": "0",
        },
      },
    },
  };
}
