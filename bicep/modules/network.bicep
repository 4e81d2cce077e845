// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
param location string

@description('Address range of the virtual network.')
param virtualNetworkPrefix string

@description('Subnet of the cluster nodes, inside the virtual network.')
param nodeSubnetPrefix string

@description('Subnet of the training cluster, inside the virtual network.')
param computeSubnetPrefix string

@description('Overlay range of pods, outside the virtual network; every node takes a /24 of it.')
param podCidr string

@description('profile.natGatewaySku of the platform.')
param profileNatGatewaySku string

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
          priority: 4000
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
resource egressAddress 'Microsoft.Network/publicIPAddresses@2025-07-01' = {
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

resource natGateway 'Microsoft.Network/natGateways@2025-07-01' = {
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

// Subnets stay inline: writing a virtual network removes every subnet that its body does not list.
resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' = {
  name: 'vnet-mlops'
  location: location
  tags: resourceTags
  properties: {
    addressSpace: {
      addressPrefixes: [virtualNetworkPrefix]
    }
    subnets: [
      {
        name: 'snet-aks-nodes'
        properties: {
          addressPrefix: nodeSubnetPrefix
          networkSecurityGroup: {
            id: nodeNetworkRules.id
          }
          natGateway: {
            id: natGateway.id
          }
          defaultOutboundAccess: false
        }
      }
      {
        name: 'snet-ml-compute'
        properties: {
          addressPrefix: computeSubnetPrefix
          networkSecurityGroup: {
            id: computeNetworkRules.id
          }
          natGateway: {
            id: natGateway.id
          }
          defaultOutboundAccess: false
        }
      }
    ]
  }
}

@description('Name of virtualNetwork.')
output virtualNetworkName string = virtualNetwork.name

@description('Resource id of virtualNetwork.')
output virtualNetworkId string = virtualNetwork.id

@description('properties.ipAddress of egressAddress, known once it is deployed.')
output egressAddressIpAddress string = egressAddress.properties.ipAddress
