// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
param location string

@description('Environment; chooses sizes.')
@allowed([
  'dev'
  'prod'
])
param environmentName string

@description('Nodes of the pool.')
@minValue(1)
@maxValue(100)
param nodeCount int

@description('Adds a pool with GPUs.')
param enableGpu bool

@description('Ending of names that must be unique; the team\'s own.')
@minLength(3)
@maxLength(6)
param suffix string

@description('Resource id of identity.')
param identityId string

@description('What differs between environments.')
var profiles = {
  dev: {
    tier: 'Free'
    zones: []
  }
  prod: {
    tier: 'Standard'
    zones: ['1', '2', '3']
  }
}

var profile = profiles[environmentName]

var poolDefaults = {
  mode: 'User'
  count: nodeCount
}

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' = {
  name: 'aks-${environmentName}-${suffix}'
  location: location
  sku: {
    name: 'Base'
    tier: profile.tier
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    agentPoolProfiles: [
      {
        name: 'system'
        availabilityZones: profile.zones
        count: 1
      }
    ]
    autoScalerProfile: {
      'scale-down-unneeded-time': '10m'
      expander: 'least-waste'
    }
  }
}

resource pool 'Microsoft.ContainerService/managedClusters/agentPools@2026-05-01' = {
  parent: cluster
  name: 'mlpool'
  properties: union(
    poolDefaults,
    {
      vmSize: 'Standard_DS3_v2'
    }
  )
}

resource gpuPool 'Microsoft.ContainerService/managedClusters/agentPools@2026-05-01' = if (enableGpu) {
  parent: cluster
  name: 'gpupool'
  properties: {
    mode: 'User'
    spotMaxPrice: json('0.5')
    vmSize: enableGpu ? 'Standard_NC4as_T4_v3' : null
  }
}

@description('Name of cluster.')
output clusterName string = cluster.name

@description('properties.fqdn of cluster, known once it is deployed.')
output clusterFqdn string = cluster.properties.fqdn

@description('properties.currentOrchestratorVersion of gpuPool, known once it is deployed.')
output gpuPoolCurrentOrchestratorVersion string? = gpuPool.?properties.currentOrchestratorVersion

@description('Resource id of gpuPool.')
output gpuPoolId string = gpuPool.id
