import { call, type Expr, type Input, type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import {
  apiServerRules,
  computeRules,
  INGRESS_RULES,
  nodeRules,
  PRIVATE_ENDPOINT_RULES,
  type SecurityRule,
  securityRules,
} from "./network-rules.ts";
import type { Settings } from "./settings.ts";

const API_VERSION = "2025-07-01";

export interface Network {
  readonly virtualNetwork: ResourceHandle;
  readonly natGateway: ResourceHandle;
  /** They stand in the body of the network. The private ones exist with private networking, the last with a private API server. */
  readonly nodeSubnet: ResourceHandle;
  readonly computeSubnet: ResourceHandle;
  readonly privateEndpointSubnet: ResourceHandle;
  readonly ingressSubnet: ResourceHandle;
  readonly apiServerSubnet: ResourceHandle;
  /** The address that everything in the subnets calls out from. */
  readonly egressAddress: Expr<string>;
}

const SUBNETS = {
  node: "snet-aks-nodes",
  compute: "snet-ml-compute",
  privateEndpoint: "snet-private-endpoints",
  ingress: "snet-ingress",
  apiServer: "snet-aks-apiserver",
} as const;

export function declareNetwork(program: ProgramBuilder, settings: Settings): Network {
  const [isPrivate, hasPrivateApi] = [settings.profile("privateNetworking"), settings.profile("privateApiServer")];
  const groups = declareRuleGroups(program, settings);
  const egress = declareEgress(program, settings);
  const subnet = (name: string, addressPrefix: Expr<string>, rules: ResourceHandle, more: object = {}) => ({
    name,
    properties: { addressPrefix, networkSecurityGroup: { id: rules.id }, defaultOutboundAccess: false, ...more },
  });
  const outward = { natGateway: { id: egress.gateway.id } };
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
          ],
          when<object[]>(
            isPrivate,
            [
              subnet(SUBNETS.privateEndpoint, settings.privateEndpointSubnetPrefix, groups.privateEndpoint, {
                privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
              }),
              subnet(SUBNETS.ingress, settings.ingressSubnetPrefix, groups.ingress),
            ],
            [],
          ),
          when<object[]>(
            hasPrivateApi,
            [
              subnet(SUBNETS.apiServer, settings.apiServerSubnetPrefix, groups.apiServer, {
                delegations: [{ name: "aks", properties: { serviceName: "Microsoft.ContainerService/managedClusters" } }],
              }),
            ],
            [],
          ),
        ),
      },
    },
    comment: "Subnets stay inline: writing a virtual network removes every subnet that its body does not list.",
  });
  const inside = (key: keyof typeof SUBNETS, condition?: Expr<boolean>) =>
    program.existing(`${key}Subnet`, {
      type: `Microsoft.Network/virtualNetworks/subnets@${API_VERSION}`,
      name: SUBNETS[key],
      parent: virtualNetwork,
      ...(condition === undefined ? {} : { condition }),
    });
  return {
    virtualNetwork,
    natGateway: egress.gateway,
    nodeSubnet: inside("node"),
    computeSubnet: inside("compute"),
    privateEndpointSubnet: inside("privateEndpoint", isPrivate),
    ingressSubnet: inside("ingress", isPrivate),
    apiServerSubnet: inside("apiServer", hasPrivateApi),
    egressAddress: egress.address.get("properties", "ipAddress"),
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
      ...(condition === undefined ? {} : { condition }),
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
      condition: settings.profile("privateNetworking"),
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
      condition: settings.profile("privateApiServer"),
      comment: "The API server answers in a subnet of its own.",
    }),
  };
}

/** Nodes and computes need a way out: Azure gives none by default, and Azure ML nodes without one time out while starting. */
function declareEgress(program: ProgramBuilder, settings: Settings): { gateway: ResourceHandle; address: ResourceHandle } {
  const address = program.resource("egressAddress", {
    type: `Microsoft.Network/publicIPAddresses@${API_VERSION}`,
    concern: "network",
    name: "pip-mlops-egress",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      // A NAT gateway takes only an address of its own SKU.
      sku: { name: settings.profile("natGatewaySku") },
      properties: { publicIPAllocationMethod: "Static" },
    },
    comment: "The one address that the platform calls out from.",
  });
  const gateway = program.resource("natGateway", {
    type: `Microsoft.Network/natGateways@${API_VERSION}`,
    concern: "network",
    name: "ng-mlops",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      sku: { name: settings.profile("natGatewaySku") },
      properties: { idleTimeoutInMinutes: 10, publicIpAddresses: [{ id: address.id }] },
    },
  });
  return { gateway, address };
}
