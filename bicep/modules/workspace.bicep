// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Name of the Azure Machine Learning workspace.')
@minLength(3)
@maxLength(33)
param workspaceName string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('resourceTags of the platform.')
param resourceTags object

@description('Resource id of storageAccount.')
param storageAccountId string

@description('Resource id of keyVault.')
param keyVaultId string

@description('Resource id of applicationInsights.')
param applicationInsightsId string

@description('Resource id of containerRegistry.')
param containerRegistryId string

@description('Name of virtualNetwork.')
param virtualNetworkName string

@description('Resource id of logAnalytics.')
param logAnalyticsId string

@description('Name of storageAccount.')
param storageAccountName string

@description('Name of trainingDataContainer.')
param trainingDataContainerName string

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: virtualNetworkName
}

resource computeSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = {
  parent: virtualNetwork
  name: 'snet-ml-compute'
}

// System-assigned identity: Trusted Access to the cluster and access to the firewalled storage
// speak for it only.
resource mlWorkspace 'Microsoft.MachineLearningServices/workspaces@2026-05-01' = {
  name: workspaceName
  location: location
  tags: resourceTags
  kind: 'Default'
  sku: {
    name: 'Basic'
    tier: 'Basic'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    friendlyName: workspaceName
    storageAccount: storageAccountId
    keyVault: keyVaultId
    applicationInsights: applicationInsightsId
    containerRegistry: containerRegistryId
    systemDatastoresAuthMode: 'Identity'
    publicNetworkAccess: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    imageBuildCompute: profilePrivateNetworking ? 'cpu-cluster' : null
    serverlessComputeSettings: profilePrivateNetworking
      ? {
          serverlessComputeCustomSubnet: computeSubnet.id
          serverlessComputeNoPublicIP: true
        }
      : null
    managedNetwork: {
      isolationMode: 'Disabled'
    }
    hbiWorkspace: false
    v1LegacyMode: false
  }
}

resource workspaceDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: mlWorkspace
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logs: concat(
      [
        {
          category: 'AmlComputeClusterEvent'
          enabled: true
        }
        {
          category: 'AmlComputeJobEvent'
          enabled: true
        }
        {
          category: 'AmlRunStatusChangedEvent'
          enabled: true
        }
      ],
      profileDiagnosticLogs == 'Full'
        ? [
            {
              category: 'AmlComputeCpuGpuUtilization'
              enabled: true
            }
            {
              category: 'ModelsChangeEvent'
              enabled: true
            }
            {
              category: 'ModelsActionEvent'
              enabled: true
            }
            {
              category: 'EnvironmentChangeEvent'
              enabled: true
            }
            {
              category: 'DataStoreChangeEvent'
              enabled: true
            }
            {
              category: 'ComputeInstanceEvent'
              enabled: true
            }
            {
              category: 'RunEvent'
              enabled: true
            }
            {
              category: 'DeploymentEventAKS'
              enabled: true
            }
          ]
        : []
    )
  }
}

// No credentials: jobs and people read it as themselves.
resource trainingDatastore 'Microsoft.MachineLearningServices/workspaces/datastores@2026-05-01' = {
  parent: mlWorkspace
  name: 'training_data'
  properties: {
    datastoreType: 'AzureBlob'
    description: 'Training data of the team.'
    accountName: storageAccountName
    containerName: trainingDataContainerName
    credentials: {
      credentialsType: 'None'
    }
    serviceDataAccessAuthIdentity: 'WorkspaceSystemAssignedIdentity'
  }
}

@description('Resource id of mlWorkspace.')
output mlWorkspaceId string = mlWorkspace.id

@description('identity.principalId of mlWorkspace, known once it is deployed.')
output mlWorkspaceIdentityPrincipalId string = mlWorkspace.identity.principalId

@description('Name of mlWorkspace.')
output mlWorkspaceName string = mlWorkspace.name
