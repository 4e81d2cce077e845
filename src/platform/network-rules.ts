import { type AnyInput, call, type Expr, type Input, text, when } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

/** One rule of a network security group; the order in its list makes the priority. */
export interface SecurityRule {
  readonly name: string;
  readonly direction?: "Inbound" | "Outbound";
  readonly access?: Input<"Allow" | "Deny">;
  readonly protocol?: "Tcp" | "Udp" | "*";
  /** An address range, a service tag or `*`; several where Azure takes the plural. */
  readonly from?: Input<string> | readonly Input<string>[];
  readonly to?: Input<string> | readonly Input<string>[];
  readonly ports?: readonly string[];
  readonly why?: string;
}

const FIRST_PRIORITY = 100;
const PRIORITY_STEP = 10;

/** Rules in the shape of a body, most important first. */
export function securityRules(rules: readonly SecurityRule[]): AnyInput[] {
  return rules.map((rule, at) => ({
    name: rule.name,
    properties: {
      description: rule.why,
      priority: FIRST_PRIORITY + at * PRIORITY_STEP,
      direction: rule.direction ?? "Inbound",
      access: rule.access ?? "Allow",
      protocol: rule.protocol ?? "*",
      ...addresses("source", rule.from ?? "*"),
      sourcePortRange: "*",
      ...addresses("destination", rule.to ?? "*"),
      ...ports(rule.ports ?? ["*"]),
    },
  }));
}

/** Azure takes the singular or the plural member, never both. */
function addresses(side: "source" | "destination", given: Input<string> | readonly Input<string>[]) {
  return Array.isArray(given) ? { [`${side}AddressPrefixes`]: given } : { [`${side}AddressPrefix`]: given as Input<string> };
}

function ports(given: readonly string[]) {
  const [only, ...more] = given;
  return more.length === 0 ? { destinationPortRange: only } : { destinationPortRanges: given };
}

const DENY_INBOUND: SecurityRule = { name: "DenyOtherInbound", access: "Deny" };
const LOAD_BALANCER: SecurityRule = { name: "AllowLoadBalancerInbound", from: "AzureLoadBalancer" };

export function nodeRules(settings: Settings): readonly SecurityRule[] {
  const cluster = [settings.nodeSubnetPrefix, settings.podCidr];
  return [
    {
      name: "AllowClusterInbound",
      from: cluster,
      to: cluster,
      why: "Pods of the overlay keep their own addresses between nodes; the VirtualNetwork tag does not hold them.",
    },
  ];
}

/** Source: what AKS asks of a subnet for API server VNet integration. */
export function apiServerRules(settings: Settings): readonly SecurityRule[] {
  return [
    { name: "AllowNodesInbound", protocol: "Tcp", from: settings.nodeSubnetPrefix, ports: ["443", "4443"] },
    { name: "AllowNetworkInbound", protocol: "Tcp", from: "VirtualNetwork", ports: ["443"], why: "kubectl from the network." },
    { ...LOAD_BALANCER, protocol: "Tcp", ports: ["9988"], why: "Health probe of the API server." },
    DENY_INBOUND,
  ];
}

export const PRIVATE_ENDPOINT_RULES: readonly SecurityRule[] = [
  {
    name: "AllowNetworkInbound",
    protocol: "Tcp",
    from: "VirtualNetwork",
    ports: ["443", "445"],
    why: "HTTPS, and SMB for file shares.",
  },
  DENY_INBOUND,
];

export const INGRESS_RULES: readonly SecurityRule[] = [
  { name: "AllowNetworkInbound", protocol: "Tcp", from: "VirtualNetwork", ports: ["80", "443"], why: "Callers of models." },
  LOAD_BALANCER,
  DENY_INBOUND,
];

/** Source: the required service tags of Azure ML's computes in a network of one's own. */
export function computeRules(settings: Settings): readonly SecurityRule[] {
  const region: Expr<string> = call("toLower", call("replace", settings.location, " ", ""));
  const out = (
    name: string,
    to: Input<string>,
    open: readonly string[],
    protocol: "Tcp" | "Udp" | "*" = "Tcp",
  ): SecurityRule => ({
    name: `Allow${name}Outbound`,
    direction: "Outbound",
    protocol,
    to,
    ports: open,
  });
  return [
    { name: "AllowOwnSubnetInbound", from: settings.computeSubnetPrefix },
    LOAD_BALANCER,
    DENY_INBOUND,
    { name: "AllowNetworkOutbound", direction: "Outbound", to: "VirtualNetwork" },
    out("Entra", "AzureActiveDirectory", ["80", "443"]),
    out("MachineLearning", "AzureMachineLearning", ["443", "8787", "18881"]),
    out("MachineLearningSession", "AzureMachineLearning", ["5831"], "Udp"),
    out("Batch", text`BatchNodeManagement.${region}`, ["443"], "*"),
    out("ResourceManager", "AzureResourceManager", ["443"]),
    out("Storage", text`Storage.${region}`, ["443", "445"]),
    out("KeyVault", "AzureKeyVault", ["443"]),
    out("FrontDoor", "AzureFrontDoor.FrontEnd", ["443"]),
    out("FirstParty", "AzureFrontDoor.FirstParty", ["443"]),
    out("Images", "MicrosoftContainerRegistry", ["443"]),
    out("Registry", text`AzureContainerRegistry.${region}`, ["443"]),
    out("Monitor", "AzureMonitor", ["443"]),
    {
      name: "InternetOutbound",
      direction: "Outbound",
      access: when<"Allow" | "Deny">(settings.profile("computeInternetAccess"), "Allow", "Deny"),
      to: "Internet",
      why: "Package indexes and other public sources; without it jobs bring everything in their image.",
    },
  ];
}
