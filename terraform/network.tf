# Printed by Quayside from its definition. Change the definition, not this file.

# Azure's default rules deny what comes from the internet. Egress is not filtered here: AKS needs
# names, not addresses.
resource "azapi_resource" "node_network_rules" {
  type      = "Microsoft.Network/networkSecurityGroups@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "nsg-aks-nodes"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      securityRules = [
        {
          name = "AllowClusterInbound"
          properties = {
            description                = "Pods of the overlay keep their own addresses between nodes; the VirtualNetwork tag does not hold them."
            priority                   = 100
            direction                  = "Inbound"
            access                     = "Allow"
            protocol                   = "*"
            sourceAddressPrefixes      = [var.node_subnet_prefix, var.pod_cidr]
            sourcePortRange            = "*"
            destinationAddressPrefixes = [var.node_subnet_prefix, var.pod_cidr]
            destinationPortRange       = "*"
          }
        },
      ]
    }
  }
}

# Training nodes have no public address and call out by themselves, so nothing but their own subnet
# may call in.
resource "azapi_resource" "compute_network_rules" {
  type      = "Microsoft.Network/networkSecurityGroups@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "nsg-ml-compute"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      securityRules = [
        {
          name = "AllowOwnSubnetInbound"
          properties = {
            priority                 = 100
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "*"
            sourceAddressPrefix      = var.compute_subnet_prefix
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
        {
          name = "AllowLoadBalancerInbound"
          properties = {
            priority                 = 110
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "*"
            sourceAddressPrefix      = "AzureLoadBalancer"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
        {
          name = "DenyOtherInbound"
          properties = {
            priority                 = 120
            direction                = "Inbound"
            access                   = "Deny"
            protocol                 = "*"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
        {
          name = "AllowNetworkOutbound"
          properties = {
            priority                 = 130
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "*"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "VirtualNetwork"
            destinationPortRange     = "*"
          }
        },
        {
          name = "AllowAzureActiveDirectoryOutbound"
          properties = {
            priority                 = 140
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureActiveDirectory"
            destinationPortRanges    = ["80", "443"]
          }
        },
        {
          name = "AllowAzureMachineLearningOutbound"
          properties = {
            priority                 = 150
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureMachineLearning"
            destinationPortRanges    = ["443", "8787", "18881"]
          }
        },
        {
          name = "AllowAzureMachineLearningUdpOutbound"
          properties = {
            priority                 = 160
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Udp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureMachineLearning"
            destinationPortRange     = "5831"
          }
        },
        {
          name = "AllowBatchNodeManagementOutbound"
          properties = {
            priority                 = 170
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "*"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "BatchNodeManagement.${local.region}"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowAzureResourceManagerOutbound"
          properties = {
            priority                 = 180
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureResourceManager"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowStorageOutbound"
          properties = {
            priority                 = 190
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "Storage.${local.region}"
            destinationPortRanges    = ["443", "445"]
          }
        },
        {
          name = "AllowAzureKeyVaultOutbound"
          properties = {
            priority                 = 200
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureKeyVault"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowAzureFrontDoorFrontEndOutbound"
          properties = {
            priority                 = 210
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureFrontDoor.FrontEnd"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowAzureFrontDoorFirstPartyOutbound"
          properties = {
            priority                 = 220
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureFrontDoor.FirstParty"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowMicrosoftContainerRegistryOutbound"
          properties = {
            priority                 = 230
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "MicrosoftContainerRegistry"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowAzureContainerRegistryOutbound"
          properties = {
            priority                 = 240
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureContainerRegistry.${local.region}"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowAzureMonitorOutbound"
          properties = {
            priority                 = 250
            direction                = "Outbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "AzureMonitor"
            destinationPortRange     = "443"
          }
        },
        {
          name = "InternetOutbound"
          properties = {
            description              = "Package indexes and other public sources; without it jobs bring everything in their image. A firewall decides by itself."
            priority                 = 260
            direction                = "Outbound"
            access                   = local.profile.computeInternetAccess || local.profile.egress != "natGateway" ? "Allow" : "Deny"
            protocol                 = "*"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "Internet"
            destinationPortRange     = "*"
          }
        },
      ]
    }
  }
}

# Only the network reaches the private endpoints.
resource "azapi_resource" "private_endpoint_network_rules" {
  type      = "Microsoft.Network/networkSecurityGroups@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "nsg-private-endpoints"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      securityRules = [
        {
          name = "AllowNetworkInbound"
          properties = {
            description              = "HTTPS, and SMB for file shares."
            priority                 = 100
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "VirtualNetwork"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRanges    = ["443", "445"]
          }
        },
        {
          name = "DenyOtherInbound"
          properties = {
            priority                 = 110
            direction                = "Inbound"
            access                   = "Deny"
            protocol                 = "*"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
      ]
    }
  }
}

# For front ends of internal load balancers that a team puts before its models.
resource "azapi_resource" "ingress_network_rules" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/networkSecurityGroups@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "nsg-ingress"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      securityRules = [
        {
          name = "AllowNetworkInbound"
          properties = {
            description              = "Callers of models."
            priority                 = 100
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "VirtualNetwork"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRanges    = ["80", "443"]
          }
        },
        {
          name = "AllowLoadBalancerInbound"
          properties = {
            priority                 = 110
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "*"
            sourceAddressPrefix      = "AzureLoadBalancer"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
        {
          name = "DenyOtherInbound"
          properties = {
            priority                 = 120
            direction                = "Inbound"
            access                   = "Deny"
            protocol                 = "*"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
      ]
    }
  }
}

# The API server answers in a subnet of its own.
resource "azapi_resource" "api_server_network_rules" {
  count = local.profile.privateApiServer || local.profile.egress != "natGateway" ? 1 : 0

  type      = "Microsoft.Network/networkSecurityGroups@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "nsg-aks-apiserver"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      securityRules = [
        {
          name = "AllowNodesInbound"
          properties = {
            priority                 = 100
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = var.node_subnet_prefix
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRanges    = ["443", "4443"]
          }
        },
        {
          name = "AllowNetworkInbound"
          properties = {
            description              = "kubectl from the network."
            priority                 = 110
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "Tcp"
            sourceAddressPrefix      = "VirtualNetwork"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "443"
          }
        },
        {
          name = "AllowLoadBalancerInbound"
          properties = {
            description              = "Health probe of the API server, over TCP in one page of Microsoft's and UDP in another."
            priority                 = 120
            direction                = "Inbound"
            access                   = "Allow"
            protocol                 = "*"
            sourceAddressPrefix      = "AzureLoadBalancer"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "9988"
          }
        },
        {
          name = "DenyOtherInbound"
          properties = {
            priority                 = 130
            direction                = "Inbound"
            access                   = "Deny"
            protocol                 = "*"
            sourceAddressPrefix      = "*"
            sourcePortRange          = "*"
            destinationAddressPrefix = "*"
            destinationPortRange     = "*"
          }
        },
      ]
    }
  }
}

# The one address that the platform calls out from.
resource "azapi_resource" "egress_address" {
  count = local.profile.egress == "natGateway" ? 1 : 0

  type      = "Microsoft.Network/publicIPAddresses@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pip-mlops-egress"
  location  = local.location
  tags      = local.resource_tags

  body = {
    sku = {
      name = local.profile.natGatewaySku
    }
    properties = {
      publicIPAllocationMethod = "Static"
    }
  }
  response_export_values = ["properties.ipAddress"]
}

resource "azapi_resource" "nat_gateway" {
  count = local.profile.egress == "natGateway" ? 1 : 0

  type      = "Microsoft.Network/natGateways@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "ng-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    sku = {
      name = local.profile.natGatewaySku
    }
    properties = {
      idleTimeoutInMinutes = 10
      publicIpAddresses = [
        {
          id = azapi_resource.egress_address[0].id
        },
      ]
    }
  }
  ignore_casing = true
}

# AKS looks for this route before it makes a cluster.
resource "azapi_resource" "egress_routes" {
  count = local.profile.egress != "natGateway" ? 1 : 0

  type      = "Microsoft.Network/routeTables@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "rt-mlops-egress"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      disableBgpRoutePropagation = true
      routes = [
        {
          name = "to-firewall"
          properties = {
            addressPrefix    = "0.0.0.0/0"
            nextHopType      = "VirtualAppliance"
            nextHopIpAddress = local.profile.egress == "hubFirewall" ? var.hub_firewall_address : cidrhost(var.firewall_subnet_prefix, 4)
          }
        },
      ]
    }
  }
}

# The one address that the platform calls out from behind its firewall.
resource "azapi_resource" "firewall_address" {
  count = local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Network/publicIPAddresses@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pip-mlops-firewall"
  location  = local.location
  tags      = local.resource_tags

  body = {
    sku = {
      name = "Standard"
    }
    zones = local.profile.availabilityZones
    properties = {
      publicIPAllocationMethod = "Static"
    }
  }
  response_export_values = ["properties.ipAddress"]
}

# Subnets stay inline: writing a virtual network removes every subnet that its body does not list.
resource "azapi_resource" "virtual_network" {
  type      = "Microsoft.Network/virtualNetworks@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "vnet-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      addressSpace = {
        addressPrefixes = [var.virtual_network_prefix]
      }
      subnets = concat(
        [
          {
            name = "snet-aks-nodes"
            properties = {
              addressPrefix = var.node_subnet_prefix
              networkSecurityGroup = {
                id = azapi_resource.node_network_rules.id
              }
              defaultOutboundAccess = false
              natGateway = local.profile.egress == "natGateway" ? {
                id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/natGateways/ng-mlops"
              } : null
              routeTable = local.profile.egress != "natGateway" ? {
                id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/routeTables/rt-mlops-egress"
              } : null
            }
          },
          {
            name = "snet-ml-compute"
            properties = {
              addressPrefix = var.compute_subnet_prefix
              networkSecurityGroup = {
                id = azapi_resource.compute_network_rules.id
              }
              defaultOutboundAccess = false
              natGateway = local.profile.egress == "natGateway" ? {
                id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/natGateways/ng-mlops"
              } : null
              routeTable = local.profile.egress != "natGateway" ? {
                id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/routeTables/rt-mlops-egress"
              } : null
            }
          },
          {
            name = "snet-private-endpoints"
            properties = {
              addressPrefix = var.private_endpoint_subnet_prefix
              networkSecurityGroup = {
                id = azapi_resource.private_endpoint_network_rules.id
              }
              defaultOutboundAccess          = false
              privateEndpointNetworkPolicies = "NetworkSecurityGroupEnabled"
            }
          },
        ],
        local.profile.privateNetworking ? [
          {
            name = "snet-ingress"
            properties = {
              addressPrefix = var.ingress_subnet_prefix
              networkSecurityGroup = {
                id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/networkSecurityGroups/nsg-ingress"
              }
              defaultOutboundAccess = false
            }
          },
        ] : [],
        local.profile.privateApiServer || local.profile.egress != "natGateway" ? [
          {
            name = "snet-aks-apiserver"
            properties = {
              addressPrefix = var.api_server_subnet_prefix
              networkSecurityGroup = {
                id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/networkSecurityGroups/nsg-aks-apiserver"
              }
              defaultOutboundAccess = false
              delegations = [
                {
                  name = "aks"
                  properties = {
                    serviceName = "Microsoft.ContainerService/managedClusters"
                  }
                },
              ]
            }
          },
        ] : [],
        local.profile.egress == "firewall" ? [
          {
            name = "AzureFirewallSubnet"
            properties = {
              addressPrefix         = var.firewall_subnet_prefix
              defaultOutboundAccess = false
            }
          },
        ] : [],
        local.profile.egress == "firewall" && local.profile.firewallSku == "Basic" ? [
          {
            name = "AzureFirewallManagementSubnet"
            properties = {
              addressPrefix         = var.firewall_management_subnet_prefix
              defaultOutboundAccess = false
            }
          },
        ] : []
      )
    }
  }
  ignore_casing        = true
  ignore_null_property = true

  depends_on = [
    azapi_resource.nat_gateway,
    azapi_resource.egress_routes,
    azapi_resource.ingress_network_rules,
    azapi_resource.api_server_network_rules,
  ]
}

# Connected only once the hub's owner has made the peering of the other direction.
resource "azapi_resource" "hub_peering" {
  count = local.profile.egress == "hubFirewall" ? 1 : 0

  type      = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-07-01"
  parent_id = azapi_resource.virtual_network.id
  name      = "to-hub"

  body = {
    properties = {
      remoteVirtualNetwork = {
        id = var.hub_virtual_network_id
      }
      allowVirtualNetworkAccess = true
      allowForwardedTraffic     = true
      allowGatewayTransit       = false
      useRemoteGateways         = false
    }
  }
}
