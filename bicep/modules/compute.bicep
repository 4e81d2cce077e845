// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Virtual machine size of the Azure ML training cluster (cpu-cluster).')
param mlComputeSku string

@description('Nodes that the training cluster may grow to from zero.')
@minValue(1)
@maxValue(100)
param mlComputeMaxNodes int

@description('Object id of the person, group or service principal that runs the model pipeline and so uploads data and reads models; empty for none. Owner of the subscription is not enough for that.')
param operatorObjectId string

@description('What operatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param operatorType string

@description('profile.lowPriorityCluster of the platform.')
param profileLowPriorityCluster bool

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of mlWorkspace.')
param mlWorkspaceName string

@description('Resource id of trainingIdentity.')
param trainingIdentityId string

@description('properties.principalId of trainingIdentity, known once it is deployed.')
param trainingIdentityPrincipalId string

@description('Resource id of endpointIdentity.')
param endpointIdentityId string

@description('properties.principalId of endpointIdentity, known once it is deployed.')
param endpointIdentityPrincipalId string

@description('Name of virtualNetwork.')
param virtualNetworkName string

resource mlWorkspace 'Microsoft.MachineLearningServices/workspaces@2026-05-01' existing = {
  name: mlWorkspaceName
}

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: virtualNetworkName
}

resource computeSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = {
  parent: virtualNetwork
  name: 'snet-ml-compute'
}

// AzureML Data Scientist
resource trainingRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: mlWorkspace
  name: guid(mlWorkspace.id, trainingIdentityId, 'f6c7c914-8db3-469d-8ca1-694a8f32e121')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'f6c7c914-8db3-469d-8ca1-694a8f32e121'
    )
    principalId: trainingIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Log runs and register models from training jobs.'
  }
}

// AzureML Metrics Writer (preview)
resource endpointMetrics 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: mlWorkspace
  name: guid(mlWorkspace.id, endpointIdentityId, '635dd51f-9968-44d3-b7fb-6d9a6bd613ae')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '635dd51f-9968-44d3-b7fb-6d9a6bd613ae'
    )
    principalId: endpointIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Write the metrics of served models.'
  }
}

// AzureML Data Scientist
resource operatorRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (operatorObjectId != '') {
  scope: mlWorkspace
  name: guid(mlWorkspace.id, operatorObjectId, 'f6c7c914-8db3-469d-8ca1-694a8f32e121')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'f6c7c914-8db3-469d-8ca1-694a8f32e121'
    )
    principalId: operatorObjectId
    principalType: operatorType
    description: 'Submit jobs, register models and release them.'
  }
}

// Costs nothing while idle: it scales from zero and back after fifteen minutes.
resource cpuCluster 'Microsoft.MachineLearningServices/workspaces/computes@2026-05-01' = {
  parent: mlWorkspace
  name: 'cpu-cluster'
  location: location
  tags: resourceTags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${trainingIdentityId}': {}
    }
  }
  properties: {
    computeType: 'AmlCompute'
    computeLocation: location
    disableLocalAuth: true
    properties: {
      osType: 'Linux'
      vmSize: mlComputeSku
      vmPriority: 'Dedicated'
      scaleSettings: {
        minNodeCount: 0
        maxNodeCount: mlComputeMaxNodes
        nodeIdleTimeBeforeScaleDown: 'PT15M'
      }
      subnet: {
        id: computeSubnet.id
      }
      enableNodePublicIp: false
      remoteLoginPortPublicAccess: 'Disabled'
    }
  }
}

// For jobs that can start again; Azure ML counts it against a quota of its own.
resource spotCluster 'Microsoft.MachineLearningServices/workspaces/computes@2026-05-01' = if (profileLowPriorityCluster) {
  parent: mlWorkspace
  name: 'spot-cluster'
  location: location
  tags: resourceTags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${trainingIdentityId}': {}
    }
  }
  properties: {
    computeType: 'AmlCompute'
    computeLocation: location
    disableLocalAuth: true
    properties: {
      osType: 'Linux'
      vmSize: mlComputeSku
      vmPriority: 'LowPriority'
      scaleSettings: {
        minNodeCount: 0
        maxNodeCount: mlComputeMaxNodes
        nodeIdleTimeBeforeScaleDown: 'PT15M'
      }
      subnet: {
        id: computeSubnet.id
      }
      enableNodePublicIp: false
      remoteLoginPortPublicAccess: 'Disabled'
    }
  }
}
