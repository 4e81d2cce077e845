// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
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

@description('Resource id of mlWorkspace.')
param mlWorkspaceId string

@description('Resource id of mlRegistry.')
param mlRegistryId string

@description('properties.regionDetails of mlRegistry, known once it is deployed.')
param mlRegistryRegionDetails array?

@description('Resource id of monitorAccount.')
param monitorAccountId string

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

resource privateEndpointSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = if (profilePrivateNetworking) {
  parent: virtualNetwork
  name: 'snet-private-endpoints'
}

resource vaultZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.vaultcore.azure.net'
  location: 'global'
  tags: resourceTags
}

resource vaultZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: vaultZone
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

resource blobZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.blob.${environment().suffixes.storage}'
  location: 'global'
  tags: resourceTags
}

resource blobZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: blobZone
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

resource fileZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.file.${environment().suffixes.storage}'
  location: 'global'
  tags: resourceTags
}

resource fileZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: fileZone
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

resource registryZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.azurecr.io'
  location: 'global'
  tags: resourceTags
}

resource registryZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: registryZone
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

resource workspaceApiZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.api.azureml.ms'
  location: 'global'
  tags: resourceTags
}

resource workspaceApiZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: workspaceApiZone
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

resource notebooksZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.notebooks.azure.net'
  location: 'global'
  tags: resourceTags
}

resource notebooksZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: notebooksZone
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

resource monitorZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.monitor.azure.com'
  location: 'global'
  tags: resourceTags
}

resource monitorZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: monitorZone
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

resource omsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.oms.opinsights.azure.com'
  location: 'global'
  tags: resourceTags
}

resource omsZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: omsZone
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

resource odsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.ods.opinsights.azure.com'
  location: 'global'
  tags: resourceTags
}

resource odsZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: odsZone
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

resource agentsZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.agentsvc.azure-automation.net'
  location: 'global'
  tags: resourceTags
}

resource agentsZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: agentsZone
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

resource prometheusZone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (profilePrivateNetworking) {
  name: 'privatelink.${region}.prometheus.monitor.azure.com'
  location: 'global'
  tags: resourceTags
}

resource prometheusZoneLink 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = if (profilePrivateNetworking) {
  parent: prometheusZone
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

resource vaultEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking) {
  name: 'pep-vault'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-vault'
    privateLinkServiceConnections: [
      {
        name: 'pep-vault'
        properties: {
          privateLinkServiceId: keyVaultId
          groupIds: ['vault']
        }
      }
    ]
  }
}

resource vaultEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: vaultEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'vault'
        properties: {
          privateDnsZoneId: vaultZone.id
        }
      }
    ]
  }
  dependsOn: [
    vaultZoneLink
  ]
}

resource blobEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking) {
  name: 'pep-blob'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-blob'
    privateLinkServiceConnections: [
      {
        name: 'pep-blob'
        properties: {
          privateLinkServiceId: storageAccountId
          groupIds: ['blob']
        }
      }
    ]
  }
}

resource blobEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: blobEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'blob'
        properties: {
          privateDnsZoneId: blobZone.id
        }
      }
    ]
  }
  dependsOn: [
    blobZoneLink
  ]
}

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
}

resource fileEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: fileEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'file'
        properties: {
          privateDnsZoneId: fileZone.id
        }
      }
    ]
  }
  dependsOn: [
    fileZoneLink
  ]
}

resource registryEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking) {
  name: 'pep-registry'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-registry'
    privateLinkServiceConnections: [
      {
        name: 'pep-registry'
        properties: {
          privateLinkServiceId: containerRegistry.id
          groupIds: ['registry']
        }
      }
    ]
  }
}

resource registryEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: registryEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'registry'
        properties: {
          privateDnsZoneId: registryZone.id
        }
      }
    ]
  }
  dependsOn: [
    registryZoneLink
  ]
}

resource workspaceEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking) {
  name: 'pep-workspace'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-workspace'
    privateLinkServiceConnections: [
      {
        name: 'pep-workspace'
        properties: {
          privateLinkServiceId: mlWorkspaceId
          groupIds: ['amlworkspace']
        }
      }
    ]
  }
}

resource workspaceEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: workspaceEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'workspaceApi'
        properties: {
          privateDnsZoneId: workspaceApiZone.id
        }
      }
      {
        name: 'notebooks'
        properties: {
          privateDnsZoneId: notebooksZone.id
        }
      }
    ]
  }
  dependsOn: [
    workspaceApiZoneLink
    notebooksZoneLink
  ]
}

resource mlRegistryEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking && mlRegistryName != '') {
  name: 'pep-ml-registry'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-ml-registry'
    privateLinkServiceConnections: [
      {
        name: 'pep-ml-registry'
        properties: {
          privateLinkServiceId: mlRegistryId
          groupIds: ['amlregistry']
        }
      }
    ]
  }
}

resource mlRegistryEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking && mlRegistryName != '') {
  parent: mlRegistryEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'workspaceApi'
        properties: {
          privateDnsZoneId: workspaceApiZone.id
        }
      }
    ]
  }
  dependsOn: [
    workspaceApiZoneLink
  ]
}

resource mlRegistryStorageEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking && mlRegistryName != '') {
  name: 'pep-ml-registry-storage'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-ml-registry-storage'
    privateLinkServiceConnections: [
      {
        name: 'pep-ml-registry-storage'
        properties: {
          privateLinkServiceId: mlRegistryRegionDetails[?0].storageAccountDetails[0].systemCreatedStorageAccount.armResourceId.resourceId
          groupIds: ['blob']
        }
      }
    ]
  }
}

resource mlRegistryStorageEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking && mlRegistryName != '') {
  parent: mlRegistryStorageEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'blob'
        properties: {
          privateDnsZoneId: blobZone.id
        }
      }
    ]
  }
  dependsOn: [
    blobZoneLink
  ]
}

resource mlRegistryImagesEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking && mlRegistryName != '') {
  name: 'pep-ml-registry-images'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-ml-registry-images'
    privateLinkServiceConnections: [
      {
        name: 'pep-ml-registry-images'
        properties: {
          privateLinkServiceId: mlRegistryRegionDetails[?0].acrDetails[0].systemCreatedAcrAccount.armResourceId.resourceId
          groupIds: ['registry']
        }
      }
    ]
  }
}

resource mlRegistryImagesEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking && mlRegistryName != '') {
  parent: mlRegistryImagesEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'registry'
        properties: {
          privateDnsZoneId: registryZone.id
        }
      }
    ]
  }
  dependsOn: [
    registryZoneLink
  ]
}

resource monitorEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking) {
  name: 'pep-monitor'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-monitor'
    privateLinkServiceConnections: [
      {
        name: 'pep-monitor'
        properties: {
          privateLinkServiceId: monitorScope.id
          groupIds: ['azuremonitor']
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

resource monitorEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: monitorEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'monitor'
        properties: {
          privateDnsZoneId: monitorZone.id
        }
      }
      {
        name: 'oms'
        properties: {
          privateDnsZoneId: omsZone.id
        }
      }
      {
        name: 'ods'
        properties: {
          privateDnsZoneId: odsZone.id
        }
      }
      {
        name: 'agents'
        properties: {
          privateDnsZoneId: agentsZone.id
        }
      }
      {
        name: 'blob'
        properties: {
          privateDnsZoneId: blobZone.id
        }
      }
    ]
  }
  dependsOn: [
    monitorZoneLink
    omsZoneLink
    odsZoneLink
    agentsZoneLink
    blobZoneLink
  ]
}

resource prometheusEndpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = if (profilePrivateNetworking) {
  name: 'pep-prometheus'
  location: location
  tags: resourceTags
  properties: {
    subnet: {
      id: privateEndpointSubnet.id
    }
    customNetworkInterfaceName: 'nic-pep-prometheus'
    privateLinkServiceConnections: [
      {
        name: 'pep-prometheus'
        properties: {
          privateLinkServiceId: monitorAccountId
          groupIds: ['prometheusMetrics']
        }
      }
    ]
  }
}

resource prometheusEndpointZones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = if (profilePrivateNetworking) {
  parent: prometheusEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'prometheus'
        properties: {
          privateDnsZoneId: prometheusZone.id
        }
      }
    ]
  }
  dependsOn: [
    prometheusZoneLink
  ]
}

// Reader
resource workspaceReadsBlobEndpoint 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profilePrivateNetworking) {
  scope: blobEndpoint
  name: guid(blobEndpoint.id, mlWorkspaceId, 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
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
