# Printed by Quayside from its definition. Change the definition, not this file.

resource "azapi_resource" "firewall_management_address" {
  count = local.profile.egress == "firewall" && local.profile.firewallSku == "Basic" ? 1 : 0

  type      = "Microsoft.Network/publicIPAddresses@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pip-mlops-firewall-management"
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
}

resource "azapi_resource" "firewall_policy" {
  count = local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Network/firewallPolicies@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "afwp-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      sku = {
        tier = local.profile.firewallSku
      }
      threatIntelMode = local.profile.firewallSku == "Basic" ? "Alert" : "Deny"
    }
  }
}

# docs/platform.md says of each rule why it is there.
resource "azapi_resource" "firewall_address_rules" {
  count = local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Network/firewallPolicies/ruleCollectionGroups@2025-07-01"
  parent_id = azapi_resource.firewall_policy[0].id
  name      = "addresses"

  body = {
    properties = {
      priority = 200
      ruleCollections = [
        {
          name               = "allow-addresses"
          priority           = 100
          ruleCollectionType = "FirewallPolicyFilterRuleCollection"
          action = {
            type = "Allow"
          }
          rules = concat(
            [
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureActiveDirectory-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureActiveDirectory"]
                destinationPorts     = ["80", "443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureMachineLearning-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureMachineLearning"]
                destinationPorts     = ["443", "8787", "18881"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureMachineLearning-UDP"
                ipProtocols          = ["UDP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureMachineLearning"]
                destinationPorts     = ["5831"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-BatchNodeManagement-Any"
                ipProtocols          = ["Any"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["BatchNodeManagement.${local.region}"]
                destinationPorts     = ["443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureResourceManager-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureResourceManager"]
                destinationPorts     = ["443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-Storage-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["Storage.${local.region}"]
                destinationPorts     = ["443", "445"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureKeyVault-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureKeyVault"]
                destinationPorts     = ["443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureFrontDoor-FrontEnd-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureFrontDoor.FrontEnd"]
                destinationPorts     = ["443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureFrontDoor-FirstParty-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureFrontDoor.FirstParty"]
                destinationPorts     = ["443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-MicrosoftContainerRegistry-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["MicrosoftContainerRegistry"]
                destinationPorts     = ["443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureContainerRegistry-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureContainerRegistry.${local.region}"]
                destinationPorts     = ["443"]
              },
              {
                ruleType             = "NetworkRule"
                name                 = "training-AzureMonitor-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.compute_subnet_prefix]
                destinationAddresses = ["AzureMonitor"]
                destinationPorts     = ["443"]
              },
            ],
            !local.profile.privateNetworking ? [
              {
                ruleType             = "NetworkRule"
                name                 = "nodes-Storage-TCP"
                ipProtocols          = ["TCP"]
                sourceAddresses      = [var.node_subnet_prefix]
                destinationAddresses = ["Storage.${local.region}"]
                destinationPorts     = ["445"]
              },
            ] : []
          )
        },
      ]
    }
  }
}

# docs/platform.md says of each rule why it is there.
resource "azapi_resource" "firewall_name_rules" {
  count = local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Network/firewallPolicies/ruleCollectionGroups@2025-07-01"
  parent_id = azapi_resource.firewall_policy[0].id
  name      = "names"

  body = {
    properties = {
      priority = 300
      ruleCollections = [
        {
          name               = "allow-names"
          priority           = 100
          ruleCollectionType = "FirewallPolicyFilterRuleCollection"
          action = {
            type = "Allow"
          }
          rules = concat(
            [
              {
                ruleType = "ApplicationRule"
                name     = "aksBase"
                protocols = [
                  {
                    protocolType = "Http"
                    port         = 80
                  },
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                fqdnTags        = ["AzureKubernetesService"]
              },
              {
                ruleType = "ApplicationRule"
                name     = "nodeBinaries"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns     = ["packages.aks.azure.com", "acs-mirror.azureedge.net", "packages.microsoft.com"]
              },
              {
                ruleType = "ApplicationRule"
                name     = "managedDisks"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns     = ["*.blob.storage.azure.net"]
              },
              {
                ruleType = "ApplicationRule"
                name     = "policyAddOn"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "data.policy.${var.azure_cloud.suffixes.storage}",
                  "store.policy.${var.azure_cloud.suffixes.storage}",
                  "dc.services.visualstudio.com",
                ]
              },
              {
                ruleType = "ApplicationRule"
                name     = "extensions"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "${local.region}.dp.kubernetesconfiguration.azure.com",
                  "*.ingestion.msftcloudes.com",
                  "*.microsoftmetrics.com",
                ]
              },
              {
                ruleType = "ApplicationRule"
                name     = "azureMlService"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "${local.region}.api.azureml.ms",
                  "*.workspace.${local.region}.api.azureml.ms",
                  "${local.region}.experiments.azureml.net",
                ]
              },
              {
                ruleType = "ApplicationRule"
                name     = "azureMlLogs"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "*.kusto.windows.net",
                  "*.table.${var.azure_cloud.suffixes.storage}",
                  "*.queue.${var.azure_cloud.suffixes.storage}",
                ]
              },
              {
                ruleType = "ApplicationRule"
                name     = "applicationInsights"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns     = ["*.in.applicationinsights.azure.com", "dc.services.visualstudio.com"]
              },
            ],
            [
              [
                {
                  ruleType = "ApplicationRule"
                  name     = "registry"
                  protocols = [
                    {
                      protocolType = "Https"
                      port         = 443
                    },
                  ]
                  sourceAddresses = [var.node_subnet_prefix]
                  targetFqdns = [
                    "${azapi_resource.container_registry.name}${var.azure_cloud.suffixes.acrLoginServer}",
                    "${azapi_resource.container_registry.name}.${local.region}.data${var.azure_cloud.suffixes.acrLoginServer}",
                    "*.blob.${var.azure_cloud.suffixes.storage}",
                  ]
                },
                {
                  ruleType = "ApplicationRule"
                  name     = "storageAccount"
                  protocols = [
                    {
                      protocolType = "Https"
                      port         = 443
                    },
                  ]
                  sourceAddresses = [var.node_subnet_prefix]
                  targetFqdns = [
                    "${azapi_resource.storage_account.name}.blob.${var.azure_cloud.suffixes.storage}",
                    "${azapi_resource.storage_account.name}.file.${var.azure_cloud.suffixes.storage}",
                  ]
                },
                {
                  ruleType = "ApplicationRule"
                  name     = "vault"
                  protocols = [
                    {
                      protocolType = "Https"
                      port         = 443
                    },
                  ]
                  sourceAddresses = [var.node_subnet_prefix]
                  targetFqdns     = ["${azapi_resource.key_vault.name}${var.azure_cloud.suffixes.keyvaultDns}"]
                },
              ],
              [],
            ][!local.profile.privateNetworking ? 0 : 1],
            local.profile.containerInsights ? [
              {
                ruleType = "ApplicationRule"
                name     = "containerInsights"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "*.ods.opinsights.azure.com",
                  "*.oms.opinsights.azure.com",
                  "*.monitoring.azure.com",
                  "*.ingest.monitor.azure.com",
                  "global.handler.control.monitor.azure.com",
                  "${local.region}.handler.control.monitor.azure.com",
                  "dc.services.visualstudio.com",
                ]
              },
            ] : [],
            local.profile.managedPrometheus ? [
              {
                ruleType = "ApplicationRule"
                name     = "managedPrometheus"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "*.metrics.ingest.monitor.azure.com",
                  "*.ingest.monitor.azure.com",
                  "global.handler.control.monitor.azure.com",
                  "${local.region}.handler.control.monitor.azure.com",
                ]
              },
            ] : [],
            local.profile.defender ? [
              {
                ruleType = "ApplicationRule"
                name     = "defender"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "*.ods.opinsights.azure.com",
                  "*.oms.opinsights.azure.com",
                  "*.cloud.defender.microsoft.com",
                ]
              },
            ] : [],
            local.profile.clusterBackup ? [
              {
                ruleType = "ApplicationRule"
                name     = "backupExtension"
                protocols = [
                  {
                    protocolType = "Http"
                    port         = 80
                  },
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix]
                targetFqdns = [
                  "*.microsoft.com",
                  "*.azure.com",
                  "*.digicert.com",
                  "*.digicert.cn",
                  "*.geotrust.com",
                  "*.msocsp.com",
                ]
              },
            ] : [],
            [
              [
                {
                  ruleType = "ApplicationRule"
                  name     = "gpuDrivers"
                  protocols = [
                    {
                      protocolType = "Https"
                      port         = 443
                    },
                  ]
                  sourceAddresses = [var.node_subnet_prefix]
                  targetFqdns     = ["nvidia.github.io", "us.download.nvidia.com", "download.docker.com"]
                },
                {
                  ruleType = "ApplicationRule"
                  name     = "ubuntuUpdates"
                  protocols = [
                    {
                      protocolType = "Http"
                      port         = 80
                    },
                  ]
                  sourceAddresses = [var.node_subnet_prefix]
                  targetFqdns     = ["security.ubuntu.com", "azure.archive.ubuntu.com", "changelogs.ubuntu.com"]
                },
              ],
              [],
            ][var.enable_gpu_nodes ? 0 : 1],
            [
              [
                {
                  ruleType = "ApplicationRule"
                  name     = "trainingInternet"
                  protocols = [
                    {
                      protocolType = "Http"
                      port         = 80
                    },
                    {
                      protocolType = "Https"
                      port         = 443
                    },
                  ]
                  sourceAddresses = [var.compute_subnet_prefix]
                  targetFqdns     = ["*"]
                },
                {
                  ruleType = "ApplicationRule"
                  name     = "packageIndexes"
                  protocols = [
                    {
                      protocolType = "Https"
                      port         = 443
                    },
                  ]
                  sourceAddresses = [var.node_subnet_prefix]
                  targetFqdns     = ["anaconda.com", "*.anaconda.com", "*.anaconda.org"]
                },
                {
                  ruleType = "ApplicationRule"
                  name     = "systemPackages"
                  protocols = [
                    {
                      protocolType = "Http"
                      port         = 80
                    },
                  ]
                  sourceAddresses = [var.node_subnet_prefix]
                  targetFqdns     = ["archive.ubuntu.com", "security.ubuntu.com", "ppa.launchpad.net"]
                },
              ],
              [],
            ][local.profile.computeInternetAccess ? 0 : 1],
            !(length(var.allowed_fqdns) == 0) ? [
              {
                ruleType = "ApplicationRule"
                name     = "teamNames"
                protocols = [
                  {
                    protocolType = "Https"
                    port         = 443
                  },
                ]
                sourceAddresses = [var.node_subnet_prefix, var.compute_subnet_prefix]
                targetFqdns     = var.allowed_fqdns
              },
            ] : []
          )
        },
      ]
    }
  }

  depends_on = [azapi_resource.firewall_address_rules]
}

# docs/platform.md says of each rule why it is there.
resource "azapi_resource" "firewall_ml_registry_rules" {
  count = local.profile.egress == "firewall" && !local.profile.privateNetworking && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Network/firewallPolicies/ruleCollectionGroups@2025-07-01"
  parent_id = azapi_resource.firewall_policy[0].id
  name      = "ml-registry"

  body = {
    properties = {
      priority = 400
      ruleCollections = [
        {
          name               = "allow-ml-registry"
          priority           = 100
          ruleCollectionType = "FirewallPolicyFilterRuleCollection"
          action = {
            type = "Allow"
          }
          rules = [
            {
              ruleType = "ApplicationRule"
              name     = "mlRegistry"
              protocols = [
                {
                  protocolType = "Https"
                  port         = 443
                },
              ]
              sourceAddresses = [var.node_subnet_prefix]
              targetFqdns = [
                "${azapi_resource.ml_registry[0].output.properties.regionDetails[0].acrDetails[0].systemCreatedAcrAccount.acrAccountName}${var.azure_cloud.suffixes.acrLoginServer}",
                "${azapi_resource.ml_registry[0].output.properties.regionDetails[0].acrDetails[0].systemCreatedAcrAccount.acrAccountName}.${local.region}.data${var.azure_cloud.suffixes.acrLoginServer}",
                "${azapi_resource.ml_registry[0].output.properties.regionDetails[0].storageAccountDetails[0].systemCreatedStorageAccount.storageAccountName}.blob.${var.azure_cloud.suffixes.storage}",
              ]
            },
          ]
        },
      ]
    }
  }

  depends_on = [azapi_resource.firewall_name_rules]
}

# Azure gives it the first free address of its subnet, to which the route of the other subnets
# leads.
resource "azapi_resource" "firewall" {
  count = local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Network/azureFirewalls@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "afw-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    zones = local.profile.availabilityZones
    properties = {
      sku = {
        name = "AZFW_VNet"
        tier = local.profile.firewallSku
      }
      firewallPolicy = {
        id = azapi_resource.firewall_policy[0].id
      }
      ipConfigurations = [
        {
          name = "outside"
          properties = {
            subnet = {
              id = "${azapi_resource.virtual_network.id}/subnets/AzureFirewallSubnet"
            }
            publicIPAddress = {
              id = azapi_resource.firewall_address[0].id
            }
          }
        },
      ]
      managementIpConfiguration = local.profile.egress == "firewall" && local.profile.firewallSku == "Basic" ? {
        name = "management"
        properties = {
          subnet = {
            id = "${azapi_resource.virtual_network.id}/subnets/AzureFirewallManagementSubnet"
          }
          publicIPAddress = {
            id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/publicIPAddresses/pip-mlops-firewall-management"
          }
        }
      } : null
    }
  }
  ignore_casing        = true
  ignore_null_property = true

  depends_on = [azapi_resource.firewall_management_address, azapi_resource.firewall_ml_registry_rules]
}

resource "azapi_resource" "firewall_diagnostics" {
  count = local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.firewall[0].id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId                 = azapi_resource.log_analytics.id
      logAnalyticsDestinationType = "Dedicated"
      logs = concat(
        [
          {
            category = "AZFWApplicationRule"
            enabled  = true
          },
          {
            category = "AZFWNetworkRule"
            enabled  = true
          },
        ],
        local.profile.diagnosticLogs == "Full" ? [
          {
            category = "AZFWThreatIntel"
            enabled  = true
          },
        ] : []
      )
    }
  }
  ignore_casing = true
}
