import { type Expr, type ProgramBuilder, type ResourceHandle, text } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

const API_VERSION = "2025-07-01";

export interface Network {
  readonly virtualNetwork: ResourceHandle;
  /** Resource ids. */
  readonly nodeSubnetId: Expr<string>;
  readonly computeSubnetId: Expr<string>;
  /** The address that everything in the subnets calls out from. */
  readonly egressAddress: Expr<string>;
}

const SUBNETS = { nodes: "snet-aks-nodes", compute: "snet-ml-compute" } as const;

export function declareNetwork(program: ProgramBuilder, settings: Settings): Network {
  const nodes = declareNodeRules(program, settings);
  const compute = declareComputeRules(program, settings);
  const egress = declareEgress(program, settings);
  const subnet = (name: string, addressPrefix: Settings["nodeSubnetPrefix"], rules: ResourceHandle) => ({
    name,
    properties: {
      addressPrefix,
      networkSecurityGroup: { id: rules.id },
      natGateway: { id: egress.gateway.id },
      defaultOutboundAccess: false,
    },
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
        subnets: [
          subnet(SUBNETS.nodes, settings.nodeSubnetPrefix, nodes),
          subnet(SUBNETS.compute, settings.computeSubnetPrefix, compute),
        ],
      },
    },
    comment: "Subnets stay inline: writing a virtual network removes every subnet that its body does not list.",
  });
  return {
    virtualNetwork,
    nodeSubnetId: text`${virtualNetwork.id}/subnets/${SUBNETS.nodes}`,
    computeSubnetId: text`${virtualNetwork.id}/subnets/${SUBNETS.compute}`,
    egressAddress: egress.address.get("properties", "ipAddress"),
  };
}

function declareNodeRules(program: ProgramBuilder, settings: Settings): ResourceHandle {
  const cluster = [settings.nodeSubnetPrefix, settings.podCidr];
  return program.resource("nodeNetworkRules", {
    type: `Microsoft.Network/networkSecurityGroups@${API_VERSION}`,
    concern: "network",
    name: "nsg-aks-nodes",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        securityRules: [
          {
            name: "AllowClusterInbound",
            properties: {
              description:
                "Pods of the overlay keep their own addresses between nodes; the VirtualNetwork tag does not hold them.",
              priority: 100,
              direction: "Inbound",
              access: "Allow",
              protocol: "*",
              sourceAddressPrefixes: cluster,
              sourcePortRange: "*",
              destinationAddressPrefixes: cluster,
              destinationPortRange: "*",
            },
          },
        ],
      },
    },
    comment:
      "Azure's default rules deny what comes from the internet. Egress is not filtered here: AKS needs names, not addresses.",
  });
}

function declareComputeRules(program: ProgramBuilder, settings: Settings): ResourceHandle {
  const inbound = (
    name: string,
    priority: number,
    access: "Allow" | "Deny",
    sourceAddressPrefix: Settings["location"] | string,
  ) => ({
    name,
    properties: {
      priority,
      direction: "Inbound",
      access,
      protocol: "*",
      sourceAddressPrefix,
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
    },
  });
  return program.resource("computeNetworkRules", {
    type: `Microsoft.Network/networkSecurityGroups@${API_VERSION}`,
    concern: "network",
    name: "nsg-ml-compute",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        securityRules: [
          inbound("AllowOwnSubnetInbound", 100, "Allow", settings.computeSubnetPrefix),
          inbound("AllowLoadBalancerInbound", 110, "Allow", "AzureLoadBalancer"),
          inbound("DenyOtherInbound", 4000, "Deny", "*"),
        ],
      },
    },
    comment: "Training nodes have no public address and call out by themselves, so nothing but their own subnet may call in.",
  });
}

/** Both subnets need a way out: Azure gives none by default, and Azure ML nodes without one time out while starting. */
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
