import { call, type Expr, type Input, type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import { hasApiServerSubnet, wayOut } from "./egress/way-out.ts";
import {
  apiServerRules,
  computeRules,
  INGRESS_RULES,
  nodeRules,
  PRIVATE_ENDPOINT_RULES,
  type SecurityRule,
  securityRules,
} from "./network-rules.ts";
import { declarePublicAddress } from "./public-address.ts";
import type { Settings } from "./settings.ts";

const API_VERSION = "2025-07-01";

export interface Network {
  readonly virtualNetwork: ResourceHandle;
  readonly natGateway: ResourceHandle;
  /** They stand in the body of the network. Most exist only where the profile has a use for them. */
  readonly nodeSubnet: ResourceHandle;
  readonly computeSubnet: ResourceHandle;
  readonly privateEndpointSubnet: ResourceHandle;
  readonly ingressSubnet: ResourceHandle;
  readonly apiServerSubnet: ResourceHandle;
  readonly firewallSubnet: ResourceHandle;
  readonly firewallManagementSubnet: ResourceHandle;
  readonly firewallAddress: ResourceHandle;
  /** Where the route out leads; without a firewall there is none. */
  readonly routes: ResourceHandle;
  /** The peering with a hub. */
  readonly peering: ResourceHandle;
  /** The address that everything in the subnets calls out from; null behind the firewall of a hub, which has its own. */
  readonly egressAddress: Expr<string>;
}

const SUBNETS = {
  node: "snet-aks-nodes",
  compute: "snet-ml-compute",
  privateEndpoint: "snet-private-endpoints",
  ingress: "snet-ingress",
  apiServer: "snet-aks-apiserver",
} as const;

/** Azure finds these by name. */
const FIREWALL_SUBNETS = { firewall: "AzureFirewallSubnet", firewallManagement: "AzureFirewallManagementSubnet" } as const;

export function declareNetwork(program: ProgramBuilder, settings: Settings): Network {
  const [isPrivate, hasApiServer] = [settings.profile("privateNetworking"), hasApiServerSubnet(settings)];
  const { byGateway, routed, byFirewall, isManagedApart } = wayOut(settings);
  const groups = declareRuleGroups(program, settings);
  const egress = declareGateway(program, settings);
  const routes = declareRoutes(program, settings);
  const firewallAddress = declareFirewallAddress(program, settings);
  const subnet = (name: string, addressPrefix: Expr<string>, rules: ResourceHandle, more: object = {}) => ({
    name,
    properties: { addressPrefix, networkSecurityGroup: { id: rules.id }, defaultOutboundAccess: false, ...more },
  });
  const outward = {
    natGateway: when<object>(byGateway, { id: egress.gateway.id }, null),
    routeTable: when<object>(routed, { id: routes.id }, null),
  };
  // A firewall's subnets take no security group.
  const bare = (name: string, addressPrefix: Expr<string>) => ({
    name,
    properties: { addressPrefix, defaultOutboundAccess: false },
  });
  const virtualNetwork = program.resource("virtualNetwork", {
    type: `Microsoft.Network/virtualNetworks@${API_VERSION}`,
    concern: "network",
    name: "vnet-mlops",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        addressSpace: { addressPrefixes: [settings.virtualNetworkPrefix] },
        subnets: call(
          "concat",
          [
            subnet(SUBNETS.node, settings.nodeSubnetPrefix, groups.node, outward),
            subnet(SUBNETS.compute, settings.computeSubnetPrefix, groups.compute, outward),
            subnet(SUBNETS.privateEndpoint, settings.privateEndpointSubnetPrefix, groups.privateEndpoint, {
              privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
            }),
          ],
          when<object[]>(isPrivate, [subnet(SUBNETS.ingress, settings.ingressSubnetPrefix, groups.ingress)], []),
          when<object[]>(
            hasApiServer,
            [
              subnet(SUBNETS.apiServer, settings.apiServerSubnetPrefix, groups.apiServer, {
                delegations: [{ name: "aks", properties: { serviceName: "Microsoft.ContainerService/managedClusters" } }],
              }),
            ],
            [],
          ),
          when<object[]>(byFirewall, [bare(FIREWALL_SUBNETS.firewall, settings.firewallSubnetPrefix)], []),
          when<object[]>(
            isManagedApart,
            [bare(FIREWALL_SUBNETS.firewallManagement, settings.firewallManagementSubnetPrefix)],
            [],
          ),
        ),
      },
    },
    comment: "Subnets stay inline: writing a virtual network removes every subnet that its body does not list.",
  });
  const inside = (key: keyof typeof SUBNETS | keyof typeof FIREWALL_SUBNETS, condition?: Expr<boolean>) =>
    program.existing(`${key}Subnet`, {
      type: `Microsoft.Network/virtualNetworks/subnets@${API_VERSION}`,
      name: { ...SUBNETS, ...FIREWALL_SUBNETS }[key],
      parent: virtualNetwork,
      ...onlyIf(condition),
    });
  return {
    virtualNetwork,
    natGateway: egress.gateway,
    nodeSubnet: inside("node"),
    computeSubnet: inside("compute"),
    privateEndpointSubnet: inside("privateEndpoint"),
    ingressSubnet: inside("ingress", isPrivate),
    apiServerSubnet: inside("apiServer", hasApiServer),
    firewallSubnet: inside("firewall", byFirewall),
    firewallManagementSubnet: inside("firewallManagement", isManagedApart),
    firewallAddress,
    routes,
    peering: declarePeering(program, settings, virtualNetwork),
    egressAddress: call<string>(
      "coalesce",
      egress.address.get("properties", "ipAddress"),
      firewallAddress.get("properties", "ipAddress"),
    ),
  };
}

interface RuleGroup {
  readonly symbol: string;
  readonly name: string;
  readonly rules: readonly SecurityRule[];
  readonly condition?: Input<boolean>;
  readonly comment: string;
}

/** One group for each subnet. */
function declareRuleGroups(program: ProgramBuilder, settings: Settings): Record<keyof typeof SUBNETS, ResourceHandle> {
  const declare = ({ symbol, name, rules, condition, comment }: RuleGroup) =>
    program.resource(symbol, {
      type: `Microsoft.Network/networkSecurityGroups@${API_VERSION}`,
      concern: "network",
      name,
      ...onlyIf(condition),
      body: { location: settings.location, tags: settings.resourceTags, properties: { securityRules: securityRules(rules) } },
      comment,
    });
  return {
    node: declare({
      symbol: "nodeNetworkRules",
      name: "nsg-aks-nodes",
      rules: nodeRules(settings),
      comment:
        "Azure's default rules deny what comes from the internet. Egress is not filtered here: AKS needs names, not addresses.",
    }),
    compute: declare({
      symbol: "computeNetworkRules",
      name: "nsg-ml-compute",
      rules: computeRules(settings),
      comment: "Training nodes have no public address and call out by themselves, so nothing but their own subnet may call in.",
    }),
    privateEndpoint: declare({
      symbol: "privateEndpointNetworkRules",
      name: "nsg-private-endpoints",
      rules: PRIVATE_ENDPOINT_RULES,
      comment: "Only the network reaches the private endpoints.",
    }),
    ingress: declare({
      symbol: "ingressNetworkRules",
      name: "nsg-ingress",
      rules: INGRESS_RULES,
      condition: settings.profile("privateNetworking"),
      comment: "For front ends of internal load balancers that a team puts before its models.",
    }),
    apiServer: declare({
      symbol: "apiServerNetworkRules",
      name: "nsg-aks-apiserver",
      rules: apiServerRules(settings),
      condition: hasApiServerSubnet(settings),
      comment: "The API server answers in a subnet of its own.",
    }),
  };
}

/** Nodes and computes need a way out: Azure gives none by default, and Azure ML nodes without one time out while starting. */
function declareGateway(program: ProgramBuilder, settings: Settings): { gateway: ResourceHandle; address: ResourceHandle } {
  const condition = wayOut(settings).byGateway;
  const address = declarePublicAddress(program, settings, {
    symbol: "egressAddress",
    concern: "network",
    name: "pip-mlops-egress",
    condition,
    // A NAT gateway takes only an address of its own SKU.
    sku: settings.profile("natGatewaySku"),
    comment: "The one address that the platform calls out from.",
  });
  const gateway = program.resource("natGateway", {
    type: `Microsoft.Network/natGateways@${API_VERSION}`,
    concern: "network",
    name: "ng-mlops",
    condition,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      sku: { name: settings.profile("natGatewaySku") },
      properties: { idleTimeoutInMinutes: 10, publicIpAddresses: [{ id: address.id }] },
    },
  });
  return { gateway, address };
}

function declareFirewallAddress(program: ProgramBuilder, settings: Settings): ResourceHandle {
  return declarePublicAddress(program, settings, {
    symbol: "firewallAddress",
    concern: "network",
    name: "pip-mlops-firewall",
    condition: wayOut(settings).byFirewall,
    sku: "Standard",
    zones: settings.profile("availabilityZones"),
    comment: "The one address that the platform calls out from behind its firewall.",
  });
}

/** Azure keeps the first three addresses of a subnet and gives the next to the firewall, which is made after the route. */
const FIREWALL_HOST = 3;

function declareRoutes(program: ProgramBuilder, settings: Settings): ResourceHandle {
  const { routed, byHub } = wayOut(settings);
  return program.resource("egressRoutes", {
    type: `Microsoft.Network/routeTables@${API_VERSION}`,
    concern: "network",
    name: "rt-mlops-egress",
    condition: routed,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        // A route from on-premises would lead around the firewall.
        disableBgpRoutePropagation: true,
        routes: [
          {
            name: "to-firewall",
            properties: {
              addressPrefix: "0.0.0.0/0",
              nextHopType: "VirtualAppliance",
              nextHopIpAddress: when<string>(
                byHub,
                settings.hubFirewallAddress,
                call("cidrHost", settings.firewallSubnetPrefix, FIREWALL_HOST),
              ),
            },
          },
        ],
      },
    },
    comment: "AKS looks for this route before it makes a cluster.",
  });
}

function declarePeering(program: ProgramBuilder, settings: Settings, virtualNetwork: ResourceHandle): ResourceHandle {
  return program.resource("hubPeering", {
    type: `Microsoft.Network/virtualNetworks/virtualNetworkPeerings@${API_VERSION}`,
    concern: "network",
    name: "to-hub",
    parent: virtualNetwork,
    condition: wayOut(settings).byHub,
    body: {
      properties: {
        remoteVirtualNetwork: { id: settings.hubVirtualNetworkId },
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: true,
        allowGatewayTransit: false,
        useRemoteGateways: false,
      },
    },
    comment: "Connected only once the hub's owner has made the peering of the other direction.",
  });
}
