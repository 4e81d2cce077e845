// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Ending of the names that must be unique in all of Azure (storage account, vault, registry).')
@minLength(3)
@maxLength(8)
param nameSuffix string

@description('Second region that keeps a copy of the container registry; empty for none. Needs the Premium SKU.')
param registryReplicaLocation string

@description('profile.registrySku of the platform.')
param profileRegistrySku string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.registryRetentionDays of the platform.')
param profileRegistryRetentionDays int

@description('profile.availabilityZones of the platform.')
param profileAvailabilityZones array

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('resourceTags of the platform.')
param resourceTags object

@description('Resource id of logAnalytics.')
param logAnalyticsId string

// No admin user: nodes, jobs and endpoints pull with their own identities.
resource containerRegistry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: 'acrmlops${nameSuffix}'
  location: location
  tags: resourceTags
  sku: {
    name: profileRegistrySku
  }
  properties: {
    adminUserEnabled: false
    publicNetworkAccess: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    networkRuleBypassOptions: 'AzureServices'
    policies: profileRegistrySku == 'Premium'
      ? {
          retentionPolicy: {
            status: 'enabled'
            days: profileRegistryRetentionDays
          }
        }
      : null
    dataEndpointEnabled: profileRegistrySku == 'Premium' ? true : null
    zoneRedundancy: profileRegistrySku == 'Premium' && !empty(profileAvailabilityZones)
      ? 'Enabled'
      : 'Disabled'
  }
}

resource registryDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: containerRegistry
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logs: concat(
      [
        {
          category: 'ContainerRegistryLoginEvents'
          enabled: true
        }
      ],
      profileDiagnosticLogs == 'Full'
        ? [
            {
              category: 'ContainerRegistryRepositoryEvents'
              enabled: true
            }
          ]
        : []
    )
  }
}

// Pulls go on when the region of the registry does not answer.
resource registryReplica 'Microsoft.ContainerRegistry/registries/replications@2025-11-01' = if (registryReplicaLocation != '') {
  parent: containerRegistry
  name: registryReplicaLocation == '' ? 'replica' : toLower(replace(registryReplicaLocation, ' ', ''))
  location: registryReplicaLocation
  tags: resourceTags
  properties: {
    regionEndpointEnabled: true
  }
}

@description('Name of containerRegistry.')
output containerRegistryName string = containerRegistry.name

@description('Resource id of containerRegistry.')
output containerRegistryId string = containerRegistry.id

@description('properties.loginServer of containerRegistry, known once it is deployed.')
output containerRegistryLoginServer string = containerRegistry.properties.loginServer
