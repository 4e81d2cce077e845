import { type Cidr, cidrContains, cidrHolds, cidrsOverlap, formatAddress, parseAddress, parseCidr } from "../../azure/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { problem, type Rule, type Values } from "./values.ts";

const SUBNETS = [
  "nodeSubnetPrefix",
  "computeSubnetPrefix",
  "privateEndpointSubnetPrefix",
  "ingressSubnetPrefix",
  "apiServerSubnetPrefix",
  "firewallSubnetPrefix",
  "firewallManagementSubnetPrefix",
] as const;

type SubnetName = (typeof SUBNETS)[number];
type RangeName = SubnetName | "virtualNetworkPrefix" | "podCidr" | "serviceCidr";

/** Where a subnet is not in every environment: whether it is in this one. */
const PRESENT: Partial<Record<SubnetName, (profile: Values["profile"]) => boolean>> = {
  ingressSubnetPrefix: ({ privateNetworking }) => privateNetworking,
  apiServerSubnetPrefix: ({ privateApiServer, egress }) => privateApiServer || egress !== "natGateway",
  firewallSubnetPrefix: ({ egress }) => egress === "firewall",
  firewallManagementSubnetPrefix: ({ egress, firewallSku }) => egress === "firewall" && firewallSku === "Basic",
};

function subnetsOf({ profile }: Values): SubnetName[] {
  return SUBNETS.filter((name) => PRESENT[name]?.(profile) ?? true);
}

/** Ranges that Azure's networks and AKS forbid, and Docker's bridge, which training nodes use themselves. */
const RESERVED: readonly (readonly [range: string, owner: string])[] = [
  ["169.254.0.0/16", "link-local addresses"],
  ["127.0.0.0/8", "loopback"],
  ["224.0.0.0/4", "multicast"],
  ["255.255.255.255/32", "broadcast"],
  ["168.63.129.16/32", "Azure's own DNS"],
  ["172.30.0.0/16", "AKS"],
  ["172.31.0.0/16", "AKS"],
  ["192.0.2.0/24", "AKS"],
  ["172.17.0.0/16", "the Docker bridge of training nodes"],
];

/** Ranges of the overlay that have to lie apart from everything. */
const APART: readonly (readonly [RangeName, RangeName, code: string])[] = [
  ["podCidr", "virtualNetworkPrefix", "range-overlaps"],
  ["serviceCidr", "virtualNetworkPrefix", "range-overlaps"],
  ["serviceCidr", "podCidr", "range-overlaps"],
];

export const checkAddresses: Rule = (values) => {
  const ranges = new Map<RangeName, Cidr>();
  const found: Diagnostic[] = [];
  const subnets = subnetsOf(values);
  for (const name of ["virtualNetworkPrefix", ...subnets, "podCidr", "serviceCidr"] as const) {
    const range = parseCidr(values[name]);
    if (range?.aligned) ranges.set(name, range);
    else found.push(invalid(name, values[name], range));
  }
  return [
    ...found,
    ...apart(ranges, subnets),
    ...inside(ranges, subnets),
    ...sizes(ranges),
    ...reserved(ranges),
    ...dns(values, ranges),
    ...tooWide(ranges),
    ...allowedRanges(values),
    ...peered(values, ranges),
    ...hubAddress(values),
  ];
};

function invalid(name: RangeName, text: string, range: Cidr | undefined): Diagnostic {
  if (!range)
    return problem("cidr-invalid", name, `${name} is ${text}, which is not an address range`, "write it like 10.40.0.0/16");
  return problem(
    "cidr-invalid",
    name,
    `${name} is ${text}, but a /${range.prefixLength} cannot start there`,
    `use ${formatAddress(range.first)}/${range.prefixLength}`,
  );
}

function apart(ranges: ReadonlyMap<RangeName, Cidr>, subnets: readonly SubnetName[]): Diagnostic[] {
  const pairs = subnets.flatMap((name, at) =>
    subnets.slice(0, at).map((other) => [name, other, "subnets-overlap"] as const satisfies (typeof APART)[number]),
  );
  return [...pairs, ...APART].flatMap(([name, other, code]) => {
    const [a, b] = [ranges.get(name), ranges.get(other)];
    if (!a || !b || !cidrsOverlap(a, b)) return [];
    return [problem(code, name, `${name} ${a.text} overlaps ${other} ${b.text}`, "give each its own range")];
  });
}

function inside(ranges: ReadonlyMap<RangeName, Cidr>, subnets: readonly SubnetName[]): Diagnostic[] {
  const network = ranges.get("virtualNetworkPrefix");
  return subnets.flatMap((name) => {
    const subnet = ranges.get(name);
    if (!network || !subnet || cidrContains(network, subnet)) return [];
    return [
      problem(
        "subnet-outside-network",
        name,
        `${name} ${subnet.text} is not inside virtualNetworkPrefix ${network.text}`,
        "choose a range of the virtual network",
      ),
    ];
  });
}

/** Subnets that a service has to itself, and the longest prefix that it takes. */
const LONGEST_PREFIX = [
  { name: "apiServerSubnetPrefix", longest: 28, what: "the API server" },
  { name: "firewallSubnetPrefix", longest: 26, what: "a firewall" },
  { name: "firewallManagementSubnetPrefix", longest: 26, what: "the management of a firewall" },
] as const;

function sizes(ranges: ReadonlyMap<RangeName, Cidr>): Diagnostic[] {
  return LONGEST_PREFIX.flatMap(({ name, longest, what }) => {
    const subnet = ranges.get(name);
    if (!subnet || subnet.prefixLength <= longest) return [];
    return [problem("subnet-too-small", name, `${name} ${subnet.text} is too small for ${what}`, `use a /${longest} or larger`)];
  });
}

/** Azure refuses to peer networks that overlap, and what is beyond the peering could not be reached. */
function peered({ given }: Values, ranges: ReadonlyMap<RangeName, Cidr>): Diagnostic[] {
  const others = Array.isArray(given.peeredRanges) ? given.peeredRanges : [];
  return others.flatMap((text, at) => {
    const name = `peeredRanges[${at}]`;
    const range = typeof text === "string" ? parseCidr(text) : undefined;
    if (!range?.aligned) {
      return [
        problem(
          "cidr-invalid",
          name,
          `${name} is ${JSON.stringify(text)}, which is not an address range`,
          "write it like 10.39.0.0/22",
        ),
      ];
    }
    return (["virtualNetworkPrefix", "podCidr", "serviceCidr"] as const).flatMap((own) => {
      const mine = ranges.get(own);
      if (!mine || !cidrsOverlap(mine, range)) return [];
      return [
        problem(
          "range-overlaps-peer",
          own,
          `${own} ${mine.text} overlaps ${name} ${range.text}, which is reached through a peering`,
          "choose a range that nobody else has",
        ),
      ];
    });
  });
}

function hubAddress({ profile, hubFirewallAddress, given }: Values): Diagnostic[] {
  if (profile.egress !== "hubFirewall" || hubFirewallAddress === "") return [];
  const at = "hubFirewallAddress";
  const address = parseAddress(hubFirewallAddress);
  if (address === undefined) {
    return [
      problem(
        "hub-address",
        at,
        `hubFirewallAddress is ${hubFirewallAddress}, which is not an address`,
        "write it like 10.39.0.4",
      ),
    ];
  }
  const others = Array.isArray(given.peeredRanges) ? given.peeredRanges : [];
  const known = others.flatMap((text) => (typeof text === "string" ? (parseCidr(text) ?? []) : []));
  if (known.length === 0 || known.some((range) => cidrHolds(range, address))) return [];
  return [
    problem(
      "hub-address",
      at,
      `hubFirewallAddress ${hubFirewallAddress} lies in none of peeredRanges`,
      "name the hub's range there, or correct the address",
    ),
  ];
}

function reserved(ranges: ReadonlyMap<RangeName, Cidr>): Diagnostic[] {
  return (["virtualNetworkPrefix", "podCidr", "serviceCidr"] as const).flatMap((name) => {
    const range = ranges.get(name);
    const clash = range && RESERVED.find(([text]) => overlapsText(range, text));
    if (!range || !clash) return [];
    return [
      problem(
        "range-reserved",
        name,
        `${name} ${range.text} overlaps ${clash[0]}, which belongs to ${clash[1]}`,
        "choose another range",
      ),
    ];
  });
}

function overlapsText(range: Cidr, text: string): boolean {
  const other = parseCidr(text);
  return other !== undefined && cidrsOverlap(range, other);
}

function dns(values: Values, ranges: ReadonlyMap<RangeName, Cidr>): Diagnostic[] {
  const service = ranges.get("serviceCidr");
  const address = parseAddress(values.dnsServiceIp);
  const at = "dnsServiceIp";
  if (address === undefined) {
    return [
      problem("dns-address", at, `dnsServiceIp is ${values.dnsServiceIp}, which is not an address`, "write it like 172.16.0.10"),
    ];
  }
  if (!service) return [];
  if (!cidrHolds(service, address)) {
    return [
      problem(
        "dns-address",
        at,
        `dnsServiceIp ${values.dnsServiceIp} is not inside serviceCidr ${service.text}`,
        "choose an address of it",
      ),
    ];
  }
  // The first usable address is that of kubernetes.default.svc.
  if (address - service.first <= 1) {
    return [
      problem(
        "dns-address",
        at,
        `dnsServiceIp ${values.dnsServiceIp} is taken by Kubernetes itself`,
        "use the tenth address of serviceCidr",
      ),
    ];
  }
  return [];
}

/** AKS takes services only from a range smaller than /12. */
function tooWide(ranges: ReadonlyMap<RangeName, Cidr>): Diagnostic[] {
  const service = ranges.get("serviceCidr");
  if (!service || service.prefixLength > 12) return [];
  return [problem("range-too-wide", "serviceCidr", `serviceCidr ${service.text} is too wide`, "AKS takes /13 and smaller")];
}

/** No network of one owner is larger; also keeps a range from covering private ones. */
const LEAST_SOURCE = 8;

/** AKS knows callers by their public address only. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

function allowedRanges({ given }: Values): Diagnostic[] {
  const ranges = Array.isArray(given.apiServerAllowedRanges) ? given.apiServerAllowedRanges : [];
  return ranges.flatMap((text, at) => {
    const name = `apiServerAllowedRanges[${at}]`;
    const range = typeof text === "string" ? parseCidr(text) : undefined;
    if (!range?.aligned) {
      return [
        problem(
          "cidr-invalid",
          name,
          `${name} is ${JSON.stringify(text)}, which is not an address range`,
          "write it like 203.0.113.7/32",
        ),
      ];
    }
    if (range.prefixLength < LEAST_SOURCE) {
      return [
        problem(
          "range-too-wide",
          name,
          `${name} ${range.text} lets in nearly everybody`,
          "give the public address of your network, or leave apiServerAllowedRanges empty",
        ),
      ];
    }
    if (PRIVATE.some((other) => overlapsText(range, other))) {
      return [
        problem(
          "range-private",
          name,
          `${name} ${range.text} is private, and AKS sees only public addresses`,
          "give the public address of your network",
        ),
      ];
    }
    return [];
  });
}
