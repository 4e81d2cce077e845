import { type Cidr, cidrSize, parseCidr, usableAddresses } from "../../azure/index.ts";
import { problem, type Rule, type Values } from "./values.ts";

/** Every node of an overlay takes a /24 of the pod range. */
const POD_ADDRESSES_PER_NODE = 256;

/** Whether the address ranges hold the private endpoints, and the nodes at their most with those that an upgrade adds for a while. */
export const checkCapacity: Rule = (values) => {
  const nodes = mostNodes(values);
  const surge = 1 + Math.ceil(mostMlNodes(values) * 0.33); // as the pools' upgrade settings say
  const needs: Need[] = [
    {
      subnet: "nodeSubnetPrefix",
      addresses: nodes + surge,
      what: `${nodes} nodes and ${surge} for upgrades`,
      orElse: "lower the pools' maximum",
    },
    // Azure ML puts a load balancer beside the nodes.
    {
      subnet: "computeSubnetPrefix",
      addresses: 2 * (values.mlComputeMaxNodes + 1),
      what: `two training clusters of ${values.mlComputeMaxNodes} nodes and their load balancers`,
      orElse: "lower mlComputeMaxNodes",
    },
    endpoints(values),
  ];
  return [...needs.flatMap((need) => holds(values, need)), ...podRange(values, nodes + surge)];
};

interface Need {
  readonly subnet: "nodeSubnetPrefix" | "computeSubnetPrefix" | "privateEndpointSubnetPrefix";
  readonly addresses: number;
  readonly what: string;
  /** What helps besides a larger subnet. */
  readonly orElse?: string;
}

/** The workspace's, which has a name for its API and one for its notebooks, is in every environment. */
const WORKSPACE_ADDRESSES = 2;

function endpoints(values: Values): Need {
  const subnet = "privateEndpointSubnetPrefix";
  return values.profile.privateNetworking
    ? {
        subnet,
        addresses: endpointAddresses(values),
        what: "the private endpoints",
        orElse: "set profileOverrides.privateNetworking to false",
      }
    : { subnet, addresses: WORKSPACE_ADDRESSES, what: "the names of the workspace's private endpoint" };
}

function holds(values: Values, { subnet, addresses, what, orElse }: Need) {
  const range = aligned(values[subnet]);
  if (!range || usableAddresses(range) >= addresses) return [];
  return [
    problem(
      "subnet-too-small",
      subnet,
      `${subnet} ${range.text} leaves ${usableAddresses(range)} addresses, but ${what} need ${addresses}`,
      `use at least a /${prefixFor(addresses + 5)}${orElse ? `, or ${orElse}` : ""}`,
    ),
  ];
}

/**
 * Least addresses of the private endpoints: eleven of Azure Monitor (its page on the design of private links), one for each
 * name of a container registry, which has data in each region, two of the workspace and one of everything else.
 */
function endpointAddresses({ registryReplicaLocation, mlRegistryName }: Values): number {
  const registry = registryReplicaLocation === "" ? 2 : 3;
  const mlRegistry = mlRegistryName === "" ? 0 : 1 + 1 + 2; // itself, its storage, its images
  const others = ["vault", "blob", "file", "prometheus"].length;
  return 11 + registry + mlRegistry + WORKSPACE_ADDRESSES + others;
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
