// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Add a pool of GPU nodes.')
param enableGpuNodes bool

@description('Subnet of the cluster nodes, inside the virtual network.')
param nodeSubnetPrefix string

@description('Subnet of the training cluster, inside the virtual network.')
param computeSubnetPrefix string

@description('Further host names that nodes and training clusters may reach through the firewall over HTTPS, for instance of a package index; *.example.com stands for all below it.')
@maxLength(100)
param allowedFqdns array

@description('Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant.')
param mlRegistryName string

@description('profile.availabilityZones of the platform.')
param profileAvailabilityZones array

@description('profile.egress of the platform.')
param profileEgress string

@description('profile.firewallSku of the platform.')
param profileFirewallSku string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.containerInsights of the platform.')
param profileContainerInsights bool

@description('profile.managedPrometheus of the platform.')
param profileManagedPrometheus bool

@description('profile.defender of the platform.')
param profileDefender bool

@description('profile.clusterBackup of the platform.')
param profileClusterBackup bool

@description('profile.computeInternetAccess of the platform.')
param profileComputeInternetAccess bool

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('The region as addresses spell it.')
param region string

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of containerRegistry.')
param containerRegistryName string

@description('Name of storageAccount.')
param storageAccountName string

@description('Name of keyVault.')
param keyVaultName string

@description('properties.regionDetails of mlRegistry, known once it is deployed.')
param mlRegistryRegionDetails array?

@description('Name of virtualNetwork.')
param virtualNetworkName string

@description('Resource id of firewallAddress.')
param firewallAddressId string

@description('Resource id of logAnalytics.')
param logAnalyticsId string

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: virtualNetworkName
}

resource firewallSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = if (profileEgress == 'firewall') {
  parent: virtualNetwork
  name: 'AzureFirewallSubnet'
}

resource firewallManagementSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = if (profileEgress == 'firewall' && profileFirewallSku == 'Basic') {
  parent: virtualNetwork
  name: 'AzureFirewallManagementSubnet'
}

resource firewallManagementAddress 'Microsoft.Network/publicIPAddresses@2025-07-01' = if (profileEgress == 'firewall' && profileFirewallSku == 'Basic') {
  name: 'pip-mlops-firewall-management'
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

resource firewallPolicy 'Microsoft.Network/firewallPolicies@2025-07-01' = if (profileEgress == 'firewall') {
  name: 'afwp-mlops'
  location: location
  tags: resourceTags
  properties: {
    sku: {
      tier: profileFirewallSku
    }
    threatIntelMode: profileFirewallSku == 'Basic' ? 'Alert' : 'Deny'
  }
}

// docs/platform.md says of each rule why it is there.
resource firewallAddressRules 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2025-07-01' = if (profileEgress == 'firewall') {
  parent: firewallPolicy
  name: 'addresses'
  properties: {
    priority: 200
    ruleCollections: [
      {
        name: 'allow-addresses'
        priority: 100
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection'
        action: {
          type: 'Allow'
        }
        rules: concat(
          [
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureActiveDirectory-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureActiveDirectory']
              destinationPorts: ['80', '443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureMachineLearning-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureMachineLearning']
              destinationPorts: ['443', '8787', '18881']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureMachineLearning-UDP'
              ipProtocols: ['UDP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureMachineLearning']
              destinationPorts: ['5831']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-BatchNodeManagement-Any'
              ipProtocols: ['Any']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['BatchNodeManagement.${region}']
              destinationPorts: ['443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureResourceManager-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureResourceManager']
              destinationPorts: ['443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-Storage-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['Storage.${region}']
              destinationPorts: ['443', '445']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureKeyVault-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureKeyVault']
              destinationPorts: ['443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureFrontDoor-FrontEnd-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureFrontDoor.FrontEnd']
              destinationPorts: ['443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureFrontDoor-FirstParty-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureFrontDoor.FirstParty']
              destinationPorts: ['443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-MicrosoftContainerRegistry-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['MicrosoftContainerRegistry']
              destinationPorts: ['443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureContainerRegistry-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureContainerRegistry.${region}']
              destinationPorts: ['443']
            }
            {
              ruleType: 'NetworkRule'
              name: 'training-AzureMonitor-TCP'
              ipProtocols: ['TCP']
              sourceAddresses: [computeSubnetPrefix]
              destinationAddresses: ['AzureMonitor']
              destinationPorts: ['443']
            }
          ],
          !profilePrivateNetworking
            ? [
                {
                  ruleType: 'NetworkRule'
                  name: 'nodes-Storage-TCP'
                  ipProtocols: ['TCP']
                  sourceAddresses: [nodeSubnetPrefix]
                  destinationAddresses: ['Storage.${region}']
                  destinationPorts: ['445']
                }
              ]
            : []
        )
      }
    ]
  }
}

// docs/platform.md says of each rule why it is there.
resource firewallNameRules 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2025-07-01' = if (profileEgress == 'firewall') {
  parent: firewallPolicy
  name: 'names'
  properties: {
    priority: 300
    ruleCollections: [
      {
        name: 'allow-names'
        priority: 100
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection'
        action: {
          type: 'Allow'
        }
        rules: concat(
          [
            {
              ruleType: 'ApplicationRule'
              name: 'aksBase'
              protocols: [
                {
                  protocolType: 'Http'
                  port: 80
                }
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              fqdnTags: ['AzureKubernetesService']
            }
            {
              ruleType: 'ApplicationRule'
              name: 'nodeBinaries'
              protocols: [
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              targetFqdns: ['packages.aks.azure.com', 'acs-mirror.azureedge.net', 'packages.microsoft.com']
            }
            {
              ruleType: 'ApplicationRule'
              name: 'managedDisks'
              protocols: [
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              targetFqdns: ['*.blob.storage.azure.net']
            }
            {
              ruleType: 'ApplicationRule'
              name: 'policyAddOn'
              protocols: [
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              targetFqdns: [
                'data.policy.${environment().suffixes.storage}'
                'store.policy.${environment().suffixes.storage}'
                'dc.services.visualstudio.com'
              ]
            }
            {
              ruleType: 'ApplicationRule'
              name: 'extensions'
              protocols: [
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              targetFqdns: [
                '${region}.dp.kubernetesconfiguration.azure.com'
                '*.ingestion.msftcloudes.com'
                '*.microsoftmetrics.com'
              ]
            }
            {
              ruleType: 'ApplicationRule'
              name: 'azureMlService'
              protocols: [
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              targetFqdns: [
                '${region}.api.azureml.ms'
                '*.workspace.${region}.api.azureml.ms'
                '${region}.experiments.azureml.net'
              ]
            }
            {
              ruleType: 'ApplicationRule'
              name: 'azureMlLogs'
              protocols: [
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              targetFqdns: [
                '*.kusto.windows.net'
                '*.table.${environment().suffixes.storage}'
                '*.queue.${environment().suffixes.storage}'
              ]
            }
            {
              ruleType: 'ApplicationRule'
              name: 'applicationInsights'
              protocols: [
                {
                  protocolType: 'Https'
                  port: 443
                }
              ]
              sourceAddresses: [nodeSubnetPrefix]
              targetFqdns: ['*.in.applicationinsights.azure.com', 'dc.services.visualstudio.com']
            }
          ],
          !profilePrivateNetworking
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'registry'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: [
                    '${containerRegistryName}${environment().suffixes.acrLoginServer}'
                    '${containerRegistryName}.${region}.data${environment().suffixes.acrLoginServer}'
                    '*.blob.${environment().suffixes.storage}'
                  ]
                }
                {
                  ruleType: 'ApplicationRule'
                  name: 'storageAccount'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: [
                    '${storageAccountName}.blob.${environment().suffixes.storage}'
                    '${storageAccountName}.file.${environment().suffixes.storage}'
                  ]
                }
                {
                  ruleType: 'ApplicationRule'
                  name: 'vault'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: ['${keyVaultName}${environment().suffixes.keyvaultDns}']
                }
              ]
            : [],
          profileContainerInsights
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'containerInsights'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: [
                    '*.ods.opinsights.azure.com'
                    '*.oms.opinsights.azure.com'
                    '*.monitoring.azure.com'
                    '*.ingest.monitor.azure.com'
                    'global.handler.control.monitor.azure.com'
                    '${region}.handler.control.monitor.azure.com'
                    'dc.services.visualstudio.com'
                  ]
                }
              ]
            : [],
          profileManagedPrometheus
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'managedPrometheus'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: [
                    '*.metrics.ingest.monitor.azure.com'
                    '*.ingest.monitor.azure.com'
                    'global.handler.control.monitor.azure.com'
                    '${region}.handler.control.monitor.azure.com'
                  ]
                }
              ]
            : [],
          profileDefender
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'defender'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: [
                    '*.ods.opinsights.azure.com'
                    '*.oms.opinsights.azure.com'
                    '*.cloud.defender.microsoft.com'
                  ]
                }
              ]
            : [],
          profileClusterBackup
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'backupExtension'
                  protocols: [
                    {
                      protocolType: 'Http'
                      port: 80
                    }
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: [
                    '*.microsoft.com'
                    '*.azure.com'
                    '*.digicert.com'
                    '*.digicert.cn'
                    '*.geotrust.com'
                    '*.msocsp.com'
                  ]
                }
              ]
            : [],
          enableGpuNodes
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'gpuDrivers'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: ['nvidia.github.io', 'us.download.nvidia.com', 'download.docker.com']
                }
                {
                  ruleType: 'ApplicationRule'
                  name: 'ubuntuUpdates'
                  protocols: [
                    {
                      protocolType: 'Http'
                      port: 80
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: ['security.ubuntu.com', 'azure.archive.ubuntu.com', 'changelogs.ubuntu.com']
                }
              ]
            : [],
          profileComputeInternetAccess
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'trainingInternet'
                  protocols: [
                    {
                      protocolType: 'Http'
                      port: 80
                    }
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [computeSubnetPrefix]
                  targetFqdns: ['*']
                }
                {
                  ruleType: 'ApplicationRule'
                  name: 'packageIndexes'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: ['anaconda.com', '*.anaconda.com', '*.anaconda.org']
                }
                {
                  ruleType: 'ApplicationRule'
                  name: 'systemPackages'
                  protocols: [
                    {
                      protocolType: 'Http'
                      port: 80
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix]
                  targetFqdns: ['archive.ubuntu.com', 'security.ubuntu.com', 'ppa.launchpad.net']
                }
              ]
            : [],
          !empty(allowedFqdns)
            ? [
                {
                  ruleType: 'ApplicationRule'
                  name: 'teamNames'
                  protocols: [
                    {
                      protocolType: 'Https'
                      port: 443
                    }
                  ]
                  sourceAddresses: [nodeSubnetPrefix, computeSubnetPrefix]
                  targetFqdns: allowedFqdns
                }
              ]
            : []
        )
      }
    ]
  }
  dependsOn: [
    firewallAddressRules
  ]
}

// docs/platform.md says of each rule why it is there.
resource firewallMlRegistryRules 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2025-07-01' = if (profileEgress == 'firewall' && !profilePrivateNetworking && mlRegistryName != '') {
  parent: firewallPolicy
  name: 'ml-registry'
  properties: {
    priority: 400
    ruleCollections: [
      {
        name: 'allow-ml-registry'
        priority: 100
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection'
        action: {
          type: 'Allow'
        }
        rules: [
          {
            ruleType: 'ApplicationRule'
            name: 'mlRegistry'
            protocols: [
              {
                protocolType: 'Https'
                port: 443
              }
            ]
            sourceAddresses: [nodeSubnetPrefix]
            targetFqdns: [
              '${mlRegistryRegionDetails[?0].acrDetails[0].systemCreatedAcrAccount.acrAccountName}${environment().suffixes.acrLoginServer}'
              '${mlRegistryRegionDetails[?0].acrDetails[0].systemCreatedAcrAccount.acrAccountName}.${region}.data${environment().suffixes.acrLoginServer}'
              '${mlRegistryRegionDetails[?0].storageAccountDetails[0].systemCreatedStorageAccount.storageAccountName}.blob.${environment().suffixes.storage}'
            ]
          }
        ]
      }
    ]
  }
  dependsOn: [
    firewallNameRules
  ]
}

// Azure gives it the first free address of its subnet, to which the route of the other subnets
// leads.
resource firewall 'Microsoft.Network/azureFirewalls@2025-07-01' = if (profileEgress == 'firewall') {
  name: 'afw-mlops'
  location: location
  tags: resourceTags
  zones: profileAvailabilityZones
  properties: {
    sku: {
      name: 'AZFW_VNet'
      tier: profileFirewallSku
    }
    firewallPolicy: {
      id: firewallPolicy.id
    }
    ipConfigurations: [
      {
        name: 'outside'
        properties: {
          subnet: {
            id: firewallSubnet.id
          }
          publicIPAddress: {
            id: firewallAddressId
          }
        }
      }
    ]
    managementIpConfiguration: profileEgress == 'firewall' && profileFirewallSku == 'Basic'
      ? {
          name: 'management'
          properties: {
            subnet: {
              id: firewallManagementSubnet.id
            }
            publicIPAddress: {
              id: firewallManagementAddress.id
            }
          }
        }
      : null
  }
  dependsOn: [
    firewallMlRegistryRules
  ]
}

resource firewallDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (profileEgress == 'firewall') {
  scope: firewall
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: concat(
      [
        {
          category: 'AZFWApplicationRule'
          enabled: true
        }
        {
          category: 'AZFWNetworkRule'
          enabled: true
        }
      ],
      profileDiagnosticLogs == 'Full'
        ? [
            {
              category: 'AZFWThreatIntel'
              enabled: true
            }
          ]
        : []
    )
  }
}

@description('Resource id of firewall.')
output firewallId string = firewall.id
