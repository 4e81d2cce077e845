import { createHash } from "node:crypto";
import { vmSize } from "../../../../azure/index.ts";
import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import { numberAt, objectAt, textAt, textsAt } from "../../../providers/common/body.ts";
import { parseTaint } from "../../../providers/kubernetes-configuration/taints.ts";
import type { Cluster } from "./cluster.ts";

const POOL_TYPE = "Microsoft.ContainerService/managedClusters/agentPools";

/** CPU that AKS keeps for itself on a node, in millicores by cores. Source: AKS's page on resource reservations. */
const RESERVED_CPU: readonly (readonly [cores: number, millicores: number])[] = [
  [64, 740],
  [32, 420],
  [16, 260],
  [8, 180],
  [4, 140],
  [2, 100],
  [1, 60],
];
const EVICTION_MIB = 100;

/** A node for each machine that the agent pools ask for. */
export function nodesOf(host: CloudHost, cluster: Cluster): JsonObject[] {
  return host.resources.below(cluster.resource.id, POOL_TYPE).flatMap((pool) => {
    const count = numberAt(pool, "properties.count") ?? 0;
    return Array.from({ length: count }, (_, index) => nodeOf(cluster, pool, index));
  });
}

function nodeOf({ uid, resource }: Cluster, pool: Resource, index: number): JsonObject {
  const digits = String(createHash("sha256").update(uid).digest().readUInt32BE(0) % 100_000_000).padStart(8, "0");
  const set = `aks-${pool.name}-${digits}-vmss`;
  const name = `${set}${index.toString(36).padStart(6, "0")}`;
  const size = textAt(pool, "properties.vmSize") ?? "";
  const group = textAt(resource, "properties.nodeResourceGroup") ?? "";
  const subscription = resource.id.split("/").slice(0, 3).join("/");
  const zones = textsAt(pool, "properties.availabilityZones");
  const region = resource.location ?? "";
  const zone = zones.length === 0 ? String(index % 2) : `${region}-${zones[index % zones.length]}`;
  const capacity = capacityOf(size, numberAt(pool, "properties.maxPods") ?? 250);
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        agentpool: pool.name,
        "kubernetes.azure.com/agentpool": pool.name,
        "kubernetes.azure.com/mode": (textAt(pool, "properties.mode") ?? "User").toLowerCase(),
        "kubernetes.azure.com/cluster": group,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": size,
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": zone,
        ...objectAt(pool, "properties.nodeLabels"),
      },
    },
    spec: {
      providerID: `azure://${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${set}/virtualMachines/${index}`,
      ...taintsOf(pool),
    },
    status: {
      ...capacity,
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "the agent pool asks for this node" }],
      nodeInfo: {
        kubeletVersion: `v${textAt(pool, "properties.currentOrchestratorVersion") ?? ""}`,
        osImage: textAt(pool, "properties.osSKU") ?? "",
        operatingSystem: "linux",
        architecture: "amd64",
      },
    },
  };
}

function taintsOf(pool: Resource): JsonObject {
  const taints = textsAt(pool, "properties.nodeTaints").map((taint) => ({ ...parseTaint(taint) }));
  return taints.length === 0 ? {} : { taints };
}

function capacityOf(size: string, maxPods: number): JsonObject {
  const known = vmSize(size);
  if (known === undefined) return {};
  const { vCpus, memoryGiB } = known;
  const memoryMiB = memoryGiB * 1024;
  const [, reservedCpu = 0] = RESERVED_CPU.find(([cores]) => vCpus >= cores) ?? [];
  const reservedMiB = Math.min(20 * maxPods + 50, memoryMiB / 4) + EVICTION_MIB;
  const pods = String(maxPods);
  return {
    capacity: { cpu: String(vCpus), memory: `${memoryMiB}Mi`, pods },
    allocatable: { cpu: `${vCpus * 1000 - reservedCpu}m`, memory: `${Math.floor(memoryMiB - reservedMiB)}Mi`, pods },
  };
}
