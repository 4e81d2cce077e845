// Printed by Quayside from its definition. Change the definition, not this file.

@description('Name of cluster.')
param clusterName string

@description('Resource id of identity.')
param identityId string

@description('properties.principalId of identity, known once it is deployed.')
param identityPrincipalId string

@description('properties.fqdn of cluster, known once it is deployed.')
param clusterFqdn string

resource cluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: clusterName
}

resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: cluster
  name: guid(cluster.id, identityId)
  properties: {
    principalId: identityPrincipalId
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'acdd72a7-3385-48ef-bd42-f606fba81ae7'
    )
    description: 'Reads ${cluster.name}; it\'s "${clusterFqdn}".'
  }
}
