// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('profile.logRetentionDays of the platform.')
param profileLogRetentionDays int

@description('profile.logDailyQuotaGb of the platform.')
param profileLogDailyQuotaGb int

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('resourceTags of the platform.')
param resourceTags object

// Shared keys are off: senders authenticate with Microsoft Entra.
resource logAnalytics 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-mlops'
  location: location
  tags: resourceTags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: profileLogRetentionDays
    workspaceCapping: {
      dailyQuotaGb: profileLogDailyQuotaGb
    }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
    publicNetworkAccessForIngestion: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

resource logsDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (profileDiagnosticLogs == 'Full') {
  scope: logAnalytics
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalytics.id
    logs: [
      {
        category: 'Audit'
        enabled: true
      }
    ]
  }
}

// Local authentication stays on: Azure ML's model servers send telemetry with the connection
// string.
resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-mlops'
  location: location
  tags: resourceTags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logAnalytics.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: false
    publicNetworkAccessForIngestion: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    publicNetworkAccessForQuery: 'Enabled'
  }
}

// Holds the Prometheus metrics of the cluster; Azure keeps what belongs to it in a resource group
// of its own.
resource monitorAccount 'Microsoft.Monitor/accounts@2025-10-03' = {
  name: 'amw-mlops'
  location: location
  tags: resourceTags
  properties: {
    publicNetworkAccess: profilePrivateNetworking ? 'Disabled' : 'Enabled'
  }
}

// In the region of the cluster, as its agents want it.
resource collectionEndpoint 'Microsoft.Insights/dataCollectionEndpoints@2024-03-11' = {
  name: 'dce-mlops'
  location: location
  tags: resourceTags
  kind: 'Linux'
  properties: {
    networkAcls: {
      publicNetworkAccess: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    }
  }
}

@description('Resource id of logAnalytics.')
output logAnalyticsId string = logAnalytics.id

@description('Name of applicationInsights.')
output applicationInsightsName string = applicationInsights.name

@description('Resource id of applicationInsights.')
output applicationInsightsId string = applicationInsights.id

@description('Resource id of collectionEndpoint.')
output collectionEndpointId string = collectionEndpoint.id

@description('Resource id of monitorAccount.')
output monitorAccountId string = monitorAccount.id

@description('Name of logAnalytics.')
output logAnalyticsName string = logAnalytics.name
