import { type AnyInput, type Input, or, text, when } from "../ir/index.ts";
import { TRAINING_TAGS } from "./egress/rules.ts";
import { wayOut } from "./egress/way-out.ts";
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
    {
      ...LOAD_BALANCER,
      ports: ["9988"],
      why: "Health probe of the API server, over TCP in one page of Microsoft's and UDP in another.",
    },
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

/** What Azure ML asks to be open, and the internet where the profile wants it. */
export function computeRules(settings: Settings): readonly SecurityRule[] {
  const out = TRAINING_TAGS.map(({ to, protocol, ports }): SecurityRule => {
    const [tag = "", regional] = to.split(".{region}");
    return {
      name: `Allow${tag.replaceAll(".", "")}${protocol === "UDP" ? "Udp" : ""}Outbound`,
      direction: "Outbound",
      protocol: NSG_PROTOCOL[protocol],
      to: regional === undefined ? tag : text`${tag}.${settings.region}`,
      ports: ports.map(String),
    };
  });
  return [
    { name: "AllowOwnSubnetInbound", from: settings.computeSubnetPrefix },
    LOAD_BALANCER,
    DENY_INBOUND,
    { name: "AllowNetworkOutbound", direction: "Outbound", to: "VirtualNetwork" },
    ...out,
    {
      name: "InternetOutbound",
      direction: "Outbound",
      access: when<"Allow" | "Deny">(or(settings.profile("computeInternetAccess"), wayOut(settings).routed), "Allow", "Deny"),
      to: "Internet",
      why: "Package indexes and other public sources; without it jobs bring everything in their image. A firewall decides by itself.",
    },
  ];
}

const NSG_PROTOCOL = { TCP: "Tcp", UDP: "Udp", Any: "*" } as const;
