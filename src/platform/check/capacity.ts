import { type Cidr, cidrSize, parseCidr, usableAddresses } from "../../azure/index.ts";
import { problem, type Rule, type Values } from "./values.ts";

/** Every node of an overlay takes a /24 of the pod range. */
const POD_ADDRESSES_PER_NODE = 256;

/** Whether the address ranges hold the nodes at their most, with the nodes that an upgrade adds for a while. */
export const checkCapacity: Rule = (values) => {
  const nodes = mostNodes(values);
  const clusters = values.profile.lowPriorityCluster ? 2 : 1;
  const surge = 1 + Math.ceil(mostMlNodes(values) * 0.33); // as the pools' upgrade settings say
  return [
    ...holds("nodeSubnetPrefix", aligned(values.nodeSubnetPrefix), nodes + surge, `${nodes} nodes and ${surge} for upgrades`),
    // Azure ML puts a load balancer beside the nodes.
    ...holds(
      "computeSubnetPrefix",
      aligned(values.computeSubnetPrefix),
      clusters * (values.mlComputeMaxNodes + 1),
      clusters === 1
        ? `a training cluster of ${values.mlComputeMaxNodes} nodes and its load balancer`
        : `two training clusters of ${values.mlComputeMaxNodes} nodes and their load balancers`,
    ),
    ...podRange(values, nodes + surge),
  ];
};

function holds(name: "nodeSubnetPrefix" | "computeSubnetPrefix", subnet: Cidr | undefined, needed: number, what: string) {
  if (!subnet || usableAddresses(subnet) >= needed) return [];
  return [
    problem(
      "subnet-too-small",
      name,
      `${name} ${subnet.text} leaves ${usableAddresses(subnet)} addresses, but ${what} need ${needed}`,
      `use at least a /${prefixFor(needed + 5)}, or lower the pools' maximum`,
    ),
  ];
}

function podRange({ podCidr }: Values, nodes: number) {
  const range = aligned(podCidr);
  const room = range && Math.floor(cidrSize(range) / POD_ADDRESSES_PER_NODE);
  if (!range || room === undefined || room >= nodes) return [];
  return [
    problem(
      "pod-range-too-small",
      "podCidr",
      `podCidr ${range.text} has room for ${room} nodes, but the pools may reach ${nodes}`,
      `use at least a /${prefixFor(nodes * POD_ADDRESSES_PER_NODE)}`,
    ),
  ];
}

function mostMlNodes(values: Values): number {
  return values.enableAutoScaling ? Math.max(values.aksNodeCount, values.aksNodeMaxCount) : values.aksNodeCount;
}

function mostNodes(values: Values): number {
  const { systemNodeCount, systemNodeMaxCount } = values.profile;
  const gpu = values.enableAutoScaling ? values.gpuNodeMaxCount : 1;
  const system = values.enableAutoScaling ? systemNodeMaxCount : systemNodeCount;
  const spot = values.enableAutoScaling ? values.spotNodeMaxCount : 1;
  return system + mostMlNodes(values) + (values.enableGpuNodes ? gpu : 0) + (values.enableSpotNodes ? spot : 0);
}

const prefixFor = (addresses: number) => 32 - Math.ceil(Math.log2(addresses));

/** Malformed ranges are reported by the address rules. */
function aligned(text: string): Cidr | undefined {
  const range = parseCidr(text);
  return range?.aligned ? range : undefined;
}
