// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant.')
param mlRegistryName string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('The region as addresses spell it.')
param region string

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of containerRegistry.')
param containerRegistryName string

@description('Resource id of virtualNetwork.')
param virtualNetworkId string

@description('Resource id of logAnalytics.')
param logAnalyticsId string

@description('Resource id of applicationInsights.')
param applicationInsightsId string

@description('Resource id of collectionEndpoint.')
param collectionEndpointId string

@description('Name of virtualNetwork.')
param virtualNetworkName string

@description('Resource id of keyVault.')
param keyVaultId string

@description('Resource id of storageAccount.')
param storageAccountId string

@description('properties.regionDetails of mlRegistry, known once it is deployed.')
param mlRegistryRegionDetails array?

@description('Resource id of monitorAccount.')
param monitorAccountId string

@description('Resource id of mlWorkspace.')
param mlWorkspaceId string

@description('Resource id of mlRegistry.')
param mlRegistryId string

@description('identity.principalId of mlWorkspace, known once it is deployed.')
param mlWorkspaceIdentityPrincipalId string

@description('Resource id of trainingIdentity.')
param trainingIdentityId string

@description('properties.principalId of trainingIdentity, known once it is deployed.')
param trainingIdentityPrincipalId string

resource containerRegistry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: containerRegistryName
}

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: virtualNetworkName
}

resource privateEndpointSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = {
  parent: virtualNetwork
  name: 'snet-private-endpoints'
}

var privateZoneNames = [
  { key: 'vault', name: 'privatelink.vaultcore.azure.net' }
  { key: 'blob', name: 'privatelink.blob.${environment().suffixes.storage}' }
  { key: 'file', name: 'privatelink.file.${environment().suffixes.storage}' }
  { key: 'registry', name: 'privatelink.azurecr.io' }
  { key: 'monitor', name: 'privatelink.monitor.azure.com' }
  { key: 'oms', name: 'privatelink.oms.opinsights.azure.com' }
  { key: 'ods', name: 'privatelink.ods.opinsights.azure.com' }
  { key: 'agents', name: 'privatelink.agentsvc.azure-automation.net' }
  { key: 'prometheus', name: 'privatelink.${region}.prometheus.monitor.azure.com' }
]

var privateZoneKeys = [
  for zone in privateZoneNames: zone.key
]

resource privateDnsZones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in privateZoneNames: if (profilePrivateNetworking) {
    name: zone.name
    location: 'global'
    tags: resourceTags
  }
]

resource privateDnsZoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in privateZoneNames: if (profilePrivateNetworking) {
    parent: privateDnsZones[i]
    name: 'vnet-mlops'
    location: 'global'
    tags: resourceTags
    properties: {
      registrationEnabled: false
      resolutionPolicy: 'NxDomainRedirect'
      virtualNetwork: {
        id: virtualNetworkId
      }
    }
  }
]

var azureMlZoneNames = [
  { key: 'workspaceApi', name: 'privatelink.api.azureml.ms' }
  { key: 'notebooks', name: 'privatelink.notebooks.azure.net' }
]

var azureMlZoneKeys = [
  for zone in azureMlZoneNames: zone.key
]

resource azureMlDnsZones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in azureMlZoneNames: {
    name: zone.name
    location: 'global'
    tags: resourceTags
  }
]

resource azureMlDnsZoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in azureMlZoneNames: {
    parent: azureMlDnsZones[i]
    name: 'vnet-mlops'
    location: 'global'
    tags: resourceTags
    properties: {
      registrationEnabled: false
      resolutionPolicy: 'NxDomainRedirect'
      virtualNetwork: {
        id: virtualNetworkId
      }
    }
  }
]

// One for each network: its zones answer for all of Azure Monitor.
resource monitorScope 'Microsoft.Insights/privateLinkScopes@2021-09-01' = if (profilePrivateNetworking) {
  name: 'ampls-mlops'
  location: 'global'
  tags: resourceTags
  properties: {
    accessModeSettings: {
      ingestionAccessMode: 'Open'
      queryAccessMode: 'Open'
    }
  }
}

// One after the other, and all of them before the private endpoint of the scope.
resource monitorScopeLogs 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = if (profilePrivateNetworking) {
  parent: monitorScope
  name: 'logs'
  properties: {
    linkedResourceId: logAnalyticsId
  }
}

// One after the other, and all of them before the private endpoint of the scope.
resource monitorScopeInsights 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = if (profilePrivateNetworking) {
  parent: monitorScope
  name: 'insights'
  properties: {
    linkedResourceId: applicationInsightsId
  }
  dependsOn: [
    monitorScopeLogs
  ]
}

// One after the other, and all of them before the private endpoint of the scope.
resource monitorScopeCollection 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = if (profilePrivateNetworking) {
  parent: monitorScope
  name: 'collection'
  properties: {
    linkedResourceId: collectionEndpointId
  }
  dependsOn: [
    monitorScopeInsights
  ]
}

var privateLinks = [
  {
    name: 'pep-vault'
    groupId: 'vault'
    zones: ['vault']
    target: keyVaultId
  }
  {
    name: 'pep-blob'
    groupId: 'blob'
    zones: ['blob']
    target: storageAccountId
  }
  {
    name: 'pep-registry'
    groupId: 'registry'
    zones: ['registry']
    target: containerRegistry.id
  }
  {
    name: 'pep-ml-registry-storage'
    groupId: 'blob'
    zones: ['blob']
    target: mlRegistryRegionDetails[?0].storageAccountDetails[0].systemCreatedStorageAccount.armResourceId.resourceId
    wanted: mlRegistryName != ''
  }
  {
    name: 'pep-ml-registry-images'
    groupId: 'registry'
    zones: ['registry']
    target: mlRegistryRegionDetails[?0].acrDetails[0].systemCreatedAcrAccount.armResourceId.resourceId
    wanted: mlRegistryName != ''
  }
  {
    name: 'pep-monitor'
    groupId: 'azuremonitor'
    zones: ['monitor', 'oms', 'ods', 'agents', 'blob']
    target: monitorScope.id
  }
  {
    name: 'pep-prometheus'
    groupId: 'prometheusMetrics'
    zones: ['prometheus']
    target: monitorAccountId
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2025-07-01' = [
  for link in privateLinks: if (profilePrivateNetworking && (link.?wanted ?? true)) {
    name: link.name
    location: location
    tags: resourceTags
    properties: {
      subnet: {
        id: privateEndpointSubnet.id
      }
      customNetworkInterfaceName: 'nic-${link.name}'
      privateLinkServiceConnections: [
        {
          name: link.name
          properties: {
            privateLinkServiceId: link.target
            groupIds: [link.groupId]
          }
        }
      ]
    }
    dependsOn: [
      monitorScopeLogs
      monitorScopeInsights
      monitorScopeCollection
    ]
  }
]

resource privateEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = [
  for (link, i) in privateLinks: if (profilePrivateNetworking && (link.?wanted ?? true)) {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        for zone in link.zones: {
          name: zone
          properties: {
            privateDnsZoneId: privateDnsZones[indexOf(privateZoneKeys, zone)].id
          }
        }
      ]
    }
    dependsOn: [
      privateDnsZoneLinks
    ]
  }
]

// An account takes one endpoint at a time: of two side by side, one may end with
// StorageAccountOperationInProgress.
resource fileEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking) {
  name: 'pep-file'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-file'
    privateLinkServiceConnections: [
      {
        name: 'pep-file'
        properties: {
          privateLinkServiceId: storageAccountId
          groupIds: ['file']
        }
      }
    ]
  }
  dependsOn: [
    privateEndpoints[1] // blob
  ]
}

resource fileEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: fileEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'file'
        properties: {
          privateDnsZoneId: privateDnsZones[2].id
        }
      }
    ]
  }
  dependsOn: [
    privateDnsZoneLinks[2] // file
  ]
}

var azureMlLinks = [
  {
    name: 'pep-workspace'
    groupId: 'amlworkspace'
    zones: ['workspaceApi', 'notebooks']
    target: mlWorkspaceId
  }
  {
    name: 'pep-ml-registry'
    groupId: 'amlregistry'
    zones: ['workspaceApi']
    target: mlRegistryId
    wanted: profilePrivateNetworking && mlRegistryName != ''
  }
]

resource azureMlEndpoints 'Microsoft.Network/privateEndpoints@2025-07-01' = [
  for link in azureMlLinks: if (link.?wanted ?? true) {
    name: link.name
    location: location
    tags: resourceTags
    properties: {
      subnet: {
        id: privateEndpointSubnet.id
      }
      customNetworkInterfaceName: 'nic-${link.name}'
      privateLinkServiceConnections: [
        {
          name: link.name
          properties: {
            privateLinkServiceId: link.target
            groupIds: [link.groupId]
          }
        }
      ]
    }
  }
]

resource azureMlEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = [
  for (link, i) in azureMlLinks: if (link.?wanted ?? true) {
    parent: azureMlEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        for zone in link.zones: {
          name: zone
          properties: {
            privateDnsZoneId: azureMlDnsZones[indexOf(azureMlZoneKeys, zone)].id
          }
        }
      ]
    }
    dependsOn: [
      azureMlDnsZoneLinks
    ]
  }
]

// Reader
resource workspaceReadsBlobEndpoint 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profilePrivateNetworking) {
  scope: privateEndpoints[1] // blob
  name: guid(privateEndpoints[1].id, mlWorkspaceId, 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'acdd72a7-3385-48ef-bd42-f606fba81ae7'
    )
    principalId: mlWorkspaceIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Let the studio preview data behind the private endpoint.'
  }
}

// Reader
resource workspaceReadsFileEndpoint 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profilePrivateNetworking) {
  scope: fileEndpoint
  name: guid(fileEndpoint.id, mlWorkspaceId, 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'acdd72a7-3385-48ef-bd42-f606fba81ae7'
    )
    principalId: mlWorkspaceIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Let the studio preview data behind the private endpoint.'
  }
}

// AcrPush
resource trainingPush 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profilePrivateNetworking) {
  scope: containerRegistry
  name: guid(containerRegistry.id, trainingIdentityId, '8311e382-0749-4cb8-b61a-304f252e45ec')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '8311e382-0749-4cb8-b61a-304f252e45ec'
    )
    principalId: trainingIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Push the images that the training cluster builds, as only it reaches the private registry.'
  }
}
