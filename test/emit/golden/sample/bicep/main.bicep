// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
param location string = resourceGroup().location

@description('Environment; chooses sizes.')
@allowed([
  'dev'
  'prod'
])
param environmentName string = 'dev'

@description('Nodes of the pool.')
@minValue(1)
@maxValue(100)
param nodeCount int = 3

@description('Adds a pool with GPUs.')
param enableGpu bool = false

@description('Ending of names that must be unique; the team\'s own.')
@minLength(3)
@maxLength(6)
param suffix string

module identity 'modules/identity.bicep' = {
  params: {
    location: location
  }
}

module cluster 'modules/cluster.bicep' = {
  params: {
    location: location
    environmentName: environmentName
    nodeCount: nodeCount
    enableGpu: enableGpu
    suffix: suffix
    identityId: identity.outputs.identityId
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    clusterName: cluster.outputs.clusterName
    identityId: identity.outputs.identityId
    identityPrincipalId: identity.outputs.identityPrincipalId
    clusterFqdn: cluster.outputs.clusterFqdn
  }
}

module notes 'modules/notes.bicep' = {
  params: {
    location: location
    gpuPoolCurrentOrchestratorVersion: cluster.outputs.gpuPoolCurrentOrchestratorVersion
    gpuPoolId: cluster.outputs.gpuPoolId
  }
  dependsOn: [
    roles
  ]
}

@description('Name of the cluster.')
output clusterName string = cluster.outputs.clusterName

@description('Kubernetes version of the GPU pool, if there is one.')
output gpuVersion string? = cluster.outputs.gpuPoolCurrentOrchestratorVersion
