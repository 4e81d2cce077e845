// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Object id of the person, group or service principal that runs the model pipeline and so uploads data and reads models; empty for none. Owner of the subscription is not enough for that.')
param operatorObjectId string

@description('What operatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param operatorType string

@description('Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant.')
param mlRegistryName string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.storageSku of the platform.')
param profileStorageSku string

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('resourceTags of the platform.')
param resourceTags object

@description('Resource id of logAnalytics.')
param logAnalyticsId string

@description('Resource id of trainingIdentity.')
param trainingIdentityId string

@description('properties.principalId of trainingIdentity, known once it is deployed.')
param trainingIdentityPrincipalId string

@description('Resource id of endpointIdentity.')
param endpointIdentityId string

@description('properties.principalId of endpointIdentity, known once it is deployed.')
param endpointIdentityPrincipalId string

// Its own region is among the regions, and Azure never takes one away.
resource mlRegistry 'Microsoft.MachineLearningServices/registries@2026-05-01' = if (mlRegistryName != '') {
  name: mlRegistryName != '' ? mlRegistryName : 'registry'
  location: location
  tags: resourceTags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    publicNetworkAccess: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    regionDetails: [
      {
        location: location
        acrDetails: [
          {
            systemCreatedAcrAccount: {
              acrAccountSku: 'Premium'
            }
          }
        ]
        storageAccountDetails: [
          {
            systemCreatedStorageAccount: {
              storageAccountType: profileStorageSku
              storageAccountHnsEnabled: false
              allowBlobPublicAccess: false
            }
          }
        ]
      }
    ]
  }
}

resource mlRegistryDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (mlRegistryName != '') {
  scope: mlRegistry
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logs: concat(
      [
        {
          category: 'RegistryAssetWriteEvent'
          enabled: true
        }
      ],
      profileDiagnosticLogs == 'Full'
        ? [
            {
              category: 'RegistryAssetReadEvent'
              enabled: true
            }
          ]
        : []
    )
  }
}

// AzureML Registry User
resource trainingShares 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (mlRegistryName != '') {
  scope: mlRegistry
  name: guid(mlRegistry.id, trainingIdentityId, '1823dd4f-9b8c-4ab6-ab4e-7397a3684615')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '1823dd4f-9b8c-4ab6-ab4e-7397a3684615'
    )
    principalId: trainingIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Use shared environments and models in training.'
  }
}

// AzureML Registry User
resource endpointShares 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (mlRegistryName != '') {
  scope: mlRegistry
  name: guid(mlRegistry.id, endpointIdentityId, '1823dd4f-9b8c-4ab6-ab4e-7397a3684615')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '1823dd4f-9b8c-4ab6-ab4e-7397a3684615'
    )
    principalId: endpointIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Serve models that were promoted through the registry.'
  }
}

// AzureML Registry User
resource operatorShares 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (mlRegistryName != '' && operatorObjectId != '') {
  scope: mlRegistry
  name: guid(mlRegistry.id, operatorObjectId, '1823dd4f-9b8c-4ab6-ab4e-7397a3684615')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '1823dd4f-9b8c-4ab6-ab4e-7397a3684615'
    )
    principalId: operatorObjectId
    principalType: operatorType
    description: 'Share models with other workspaces.'
  }
}

@description('properties.regionDetails of mlRegistry, known once it is deployed.')
output mlRegistryRegionDetails array? = mlRegistry.?properties.regionDetails

@description('Resource id of mlRegistry.')
output mlRegistryId string = mlRegistry.id

@description('Name of mlRegistry.')
output mlRegistryResourceName string = mlRegistry.name
