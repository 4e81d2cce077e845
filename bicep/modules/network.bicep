// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Address range of the virtual network.')
param virtualNetworkPrefix string

@description('Subnet of the cluster nodes, inside the virtual network.')
param nodeSubnetPrefix string

@description('Subnet of the training cluster, inside the virtual network.')
param computeSubnetPrefix string

@description('Subnet of the private endpoints, inside the virtual network; the workspace has one in every environment.')
param privateEndpointSubnetPrefix string

@description('Subnet for front ends of internal load balancers, inside the virtual network; used with private networking.')
param ingressSubnetPrefix string

@description('Subnet of the API server alone, inside the virtual network, at least a /28; used when the API server is private.')
param apiServerSubnetPrefix string

@description('Subnet of the firewall alone, inside the virtual network, at least a /26; used when egress is firewall.')
param firewallSubnetPrefix string

@description('Subnet through which Azure manages a Basic firewall, inside the virtual network, at least a /26.')
param firewallManagementSubnetPrefix string

@description('Resource id of the hub\'s virtual network, which the platform\'s is peered with; used when egress is hubFirewall.')
param hubVirtualNetworkId string

@description('Private address of the hub\'s firewall, to which everything that leaves the network is routed.')
param hubFirewallAddress string

@description('Overlay range of pods, outside the virtual network; every node takes a /24 of it.')
param podCidr string

@description('profile.computeInternetAccess of the platform.')
param profileComputeInternetAccess bool

@description('profile.egress of the platform.')
param profileEgress string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.privateApiServer of the platform.')
param profilePrivateApiServer bool

@description('profile.natGatewaySku of the platform.')
param profileNatGatewaySku string

@description('profile.availabilityZones of the platform.')
param profileAvailabilityZones array

@description('profile.firewallSku of the platform.')
param profileFirewallSku string

@description('The region as addresses spell it.')
param region string

@description('resourceTags of the platform.')
param resourceTags object

// Azure's default rules deny what comes from the internet. Egress is not filtered here: AKS needs
// names, not addresses.
resource nodeNetworkRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: 'nsg-aks-nodes'
  location: location
  tags: resourceTags
  properties: {
    securityRules: [
      {
        name: 'AllowClusterInbound'
        properties: {
          description: 'Pods of the overlay keep their own addresses between nodes; the VirtualNetwork tag does not hold them.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefixes: [nodeSubnetPrefix, podCidr]
          sourcePortRange: '*'
          destinationAddressPrefixes: [nodeSubnetPrefix, podCidr]
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// Training nodes have no public address and call out by themselves, so nothing but their own subnet
// may call in.
resource computeNetworkRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: 'nsg-ml-compute'
  location: location
  tags: resourceTags
  properties: {
    securityRules: [
      {
        name: 'AllowOwnSubnetInbound'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: computeSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'AllowLoadBalancerInbound'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'DenyOtherInbound'
        properties: {
          priority: 120
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'AllowNetworkOutbound'
        properties: {
          priority: 130
          direction: 'Outbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '*'
        }
      }
      {
        name: 'AllowAzureActiveDirectoryOutbound'
        properties: {
          priority: 140
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureActiveDirectory'
          destinationPortRanges: ['80', '443']
        }
      }
      {
        name: 'AllowAzureMachineLearningOutbound'
        properties: {
          priority: 150
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureMachineLearning'
          destinationPortRanges: ['443', '8787', '18881']
        }
      }
      {
        name: 'AllowAzureMachineLearningUdpOutbound'
        properties: {
          priority: 160
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Udp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureMachineLearning'
          destinationPortRange: '5831'
        }
      }
      {
        name: 'AllowBatchNodeManagementOutbound'
        properties: {
          priority: 170
          direction: 'Outbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'BatchNodeManagement.${region}'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowAzureResourceManagerOutbound'
        properties: {
          priority: 180
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureResourceManager'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowStorageOutbound'
        properties: {
          priority: 190
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'Storage.${region}'
          destinationPortRanges: ['443', '445']
        }
      }
      {
        name: 'AllowAzureKeyVaultOutbound'
        properties: {
          priority: 200
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureKeyVault'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowAzureFrontDoorFrontEndOutbound'
        properties: {
          priority: 210
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureFrontDoor.FrontEnd'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowAzureFrontDoorFirstPartyOutbound'
        properties: {
          priority: 220
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureFrontDoor.FirstParty'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowMicrosoftContainerRegistryOutbound'
        properties: {
          priority: 230
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'MicrosoftContainerRegistry'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowAzureContainerRegistryOutbound'
        properties: {
          priority: 240
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureContainerRegistry.${region}'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowAzureMonitorOutbound'
        properties: {
          priority: 250
          direction: 'Outbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'AzureMonitor'
          destinationPortRange: '443'
        }
      }
      {
        name: 'InternetOutbound'
        properties: {
          description: 'Package indexes and other public sources; without it jobs bring everything in their image. A firewall decides by itself.'
          priority: 260
          direction: 'Outbound'
          access: profileComputeInternetAccess || profileEgress != 'natGateway' ? 'Allow' : 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: 'Internet'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// Only the network reaches the private endpoints.
resource privateEndpointNetworkRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: 'nsg-private-endpoints'
  location: location
  tags: resourceTags
  properties: {
    securityRules: [
      {
        name: 'AllowNetworkInbound'
        properties: {
          description: 'HTTPS, and SMB for file shares.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: ['443', '445']
        }
      }
      {
        name: 'DenyOtherInbound'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// For front ends of internal load balancers that a team puts before its models.
resource ingressNetworkRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = if (profilePrivateNetworking) {
  name: 'nsg-ingress'
  location: location
  tags: resourceTags
  properties: {
    securityRules: [
      {
        name: 'AllowNetworkInbound'
        properties: {
          description: 'Callers of models.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: ['80', '443']
        }
      }
      {
        name: 'AllowLoadBalancerInbound'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        name: 'DenyOtherInbound'
        properties: {
          priority: 120
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// The API server answers in a subnet of its own.
resource apiServerNetworkRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = if (profilePrivateApiServer || profileEgress != 'natGateway') {
  name: 'nsg-aks-apiserver'
  location: location
  tags: resourceTags
  properties: {
    securityRules: [
      {
        name: 'AllowNodesInbound'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: nodeSubnetPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: ['443', '4443']
        }
      }
      {
        name: 'AllowNetworkInbound'
        properties: {
          description: 'kubectl from the network.'
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowLoadBalancerInbound'
        properties: {
          description: 'Health probe of the API server, over TCP in one page of Microsoft\'s and UDP in another.'
          priority: 120
          direction: 'Inbound'
          access: 'Allow'
          protocol: '*'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '9988'
        }
      }
      {
        name: 'DenyOtherInbound'
        properties: {
          priority: 130
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

// The one address that the platform calls out from.
resource egressAddress 'Microsoft.Network/publicIPAddresses@2025-07-01' = if (profileEgress == 'natGateway') {
  name: 'pip-mlops-egress'
  location: location
  tags: resourceTags
  sku: {
    name: profileNatGatewaySku
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource natGateway 'Microsoft.Network/natGateways@2025-07-01' = if (profileEgress == 'natGateway') {
  name: 'ng-mlops'
  location: location
  tags: resourceTags
  sku: {
    name: profileNatGatewaySku
  }
  properties: {
    idleTimeoutInMinutes: 10
    publicIpAddresses: [
      {
        id: egressAddress.id
      }
    ]
  }
}

// AKS looks for this route before it makes a cluster.
resource egressRoutes 'Microsoft.Network/routeTables@2025-07-01' = if (profileEgress != 'natGateway') {
  name: 'rt-mlops-egress'
  location: location
  tags: resourceTags
  properties: {
    disableBgpRoutePropagation: true
    routes: [
      {
        name: 'to-firewall'
        properties: {
          addressPrefix: '0.0.0.0/0'
          nextHopType: 'VirtualAppliance'
          nextHopIpAddress: profileEgress == 'hubFirewall'
            ? hubFirewallAddress
            : cidrHost(firewallSubnetPrefix, 3)
        }
      }
    ]
  }
}

// The one address that the platform calls out from behind its firewall.
resource firewallAddress 'Microsoft.Network/publicIPAddresses@2025-07-01' = if (profileEgress == 'firewall') {
  name: 'pip-mlops-firewall'
  location: location
  tags: resourceTags
  sku: {
    name: 'Standard'
  }
  zones: profileAvailabilityZones
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

// Subnets stay inline: writing a virtual network removes every subnet that its body does not list.
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' = {
  name: 'vnet-mlops'
  location: location
  tags: resourceTags
  properties: {
    addressSpace: {
      addressPrefixes: [virtualNetworkPrefix]
    }
    subnets: concat(
      [
        {
          name: 'snet-aks-nodes'
          properties: {
            addressPrefix: nodeSubnetPrefix
            networkSecurityGroup: {
              id: nodeNetworkRules.id
            }
            defaultOutboundAccess: false
            natGateway: profileEgress == 'natGateway'
              ? {
                  id: natGateway.id
                }
              : null
            routeTable: profileEgress != 'natGateway'
              ? {
                  id: egressRoutes.id
                }
              : null
          }
        }
        {
          name: 'snet-ml-compute'
          properties: {
            addressPrefix: computeSubnetPrefix
            networkSecurityGroup: {
              id: computeNetworkRules.id
            }
            defaultOutboundAccess: false
            natGateway: profileEgress == 'natGateway'
              ? {
                  id: natGateway.id
                }
              : null
            routeTable: profileEgress != 'natGateway'
              ? {
                  id: egressRoutes.id
                }
              : null
          }
        }
        {
          name: 'snet-private-endpoints'
          properties: {
            addressPrefix: privateEndpointSubnetPrefix
            networkSecurityGroup: {
              id: privateEndpointNetworkRules.id
            }
            defaultOutboundAccess: false
            privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled'
          }
        }
      ],
      profilePrivateNetworking
        ? [
            {
              name: 'snet-ingress'
              properties: {
                addressPrefix: ingressSubnetPrefix
                networkSecurityGroup: {
                  id: ingressNetworkRules.id
                }
                defaultOutboundAccess: false
              }
            }
          ]
        : [],
      profilePrivateApiServer || profileEgress != 'natGateway'
        ? [
            {
              name: 'snet-aks-apiserver'
              properties: {
                addressPrefix: apiServerSubnetPrefix
                networkSecurityGroup: {
                  id: apiServerNetworkRules.id
                }
                defaultOutboundAccess: false
                delegations: [
                  {
                    name: 'aks'
                    properties: {
                      serviceName: 'Microsoft.ContainerService/managedClusters'
                    }
                  }
                ]
              }
            }
          ]
        : [],
      profileEgress == 'firewall'
        ? [
            {
              name: 'AzureFirewallSubnet'
              properties: {
                addressPrefix: firewallSubnetPrefix
                defaultOutboundAccess: false
              }
            }
          ]
        : [],
      profileEgress == 'firewall' && profileFirewallSku == 'Basic'
        ? [
            {
              name: 'AzureFirewallManagementSubnet'
              properties: {
                addressPrefix: firewallManagementSubnetPrefix
                defaultOutboundAccess: false
              }
            }
          ]
        : []
    )
  }
}

// Connected only once the hub's owner has made the peering of the other direction.
resource hubPeering 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-07-01' = if (profileEgress == 'hubFirewall') {
  parent: virtualNetwork
  name: 'to-hub'
  properties: {
    remoteVirtualNetwork: {
      id: hubVirtualNetworkId
    }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: true
    allowGatewayTransit: false
    useRemoteGateways: false
  }
}

@description('Name of virtualNetwork.')
output virtualNetworkName string = virtualNetwork.name

@description('Resource id of firewallAddress.')
output firewallAddressId string = firewallAddress.id

@description('Name of egressRoutes.')
output egressRoutesName string = egressRoutes.name

@description('properties.ipAddress of egressAddress, known once it is deployed.')
output egressAddressIpAddress string? = egressAddress.?properties.ipAddress

@description('properties.ipAddress of firewallAddress, known once it is deployed.')
output firewallAddressIpAddress string? = firewallAddress.?properties.ipAddress

@description('Resource id of virtualNetwork.')
output virtualNetworkId string = virtualNetwork.id

@description('Resource id of natGateway.')
output natGatewayId string = natGateway.id
