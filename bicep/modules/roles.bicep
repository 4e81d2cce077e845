// Printed by Quayside from its definition. Change the definition, not this file.

@description('Object id of the person, group or service principal that runs the model pipeline and so uploads data and reads models; empty for none. Owner of the subscription is not enough for that.')
param operatorObjectId string

@description('What operatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param operatorType string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.privateApiServer of the platform.')
param profilePrivateApiServer bool

@description('profile.egress of the platform.')
param profileEgress string

@description('Name of virtualNetwork.')
param virtualNetworkName string

@description('Name of egressRoutes.')
param egressRoutesName string

@description('Name of kubeletIdentity.')
param kubeletIdentityName string

@description('Name of containerRegistry.')
param containerRegistryName string

@description('Name of storageAccount.')
param storageAccountName string

@description('Name of keyVault.')
param keyVaultName string

@description('Name of applicationInsights.')
param applicationInsightsName string

@description('Resource id of controlPlaneIdentity.')
param controlPlaneIdentityId string

@description('properties.principalId of controlPlaneIdentity, known once it is deployed.')
param controlPlaneIdentityPrincipalId string

@description('properties.principalId of kubeletIdentity, known once it is deployed.')
param kubeletIdentityPrincipalId string

@description('Resource id of trainingIdentity.')
param trainingIdentityId string

@description('properties.principalId of trainingIdentity, known once it is deployed.')
param trainingIdentityPrincipalId string

@description('Resource id of endpointIdentity.')
param endpointIdentityId string

@description('properties.principalId of endpointIdentity, known once it is deployed.')
param endpointIdentityPrincipalId string

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: virtualNetworkName
}

resource nodeSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = {
  parent: virtualNetwork
  name: 'snet-aks-nodes'
}

resource ingressSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = if (profilePrivateNetworking) {
  parent: virtualNetwork
  name: 'snet-ingress'
}

resource apiServerSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = if (profilePrivateApiServer || profileEgress != 'natGateway') {
  parent: virtualNetwork
  name: 'snet-aks-apiserver'
}

resource egressRoutes 'Microsoft.Network/routeTables@2025-07-01' existing = {
  name: egressRoutesName
}

resource kubeletIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: kubeletIdentityName
}

resource containerRegistry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: containerRegistryName
}

resource storageAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName
}

resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

// Network Contributor
resource controlPlaneNodes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: nodeSubnet
  name: guid(nodeSubnet.id, controlPlaneIdentityId, '4d97b98b-1d4f-4787-a291-c67834d212e7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4d97b98b-1d4f-4787-a291-c67834d212e7'
    )
    principalId: controlPlaneIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Join nodes and internal load balancers to the node subnet.'
  }
}

// Network Contributor
resource controlPlaneIngress 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profilePrivateNetworking) {
  scope: ingressSubnet
  name: guid(ingressSubnet.id, controlPlaneIdentityId, '4d97b98b-1d4f-4787-a291-c67834d212e7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4d97b98b-1d4f-4787-a291-c67834d212e7'
    )
    principalId: controlPlaneIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Put front ends of internal load balancers into the ingress subnet.'
  }
}

// Network Contributor
resource controlPlaneApiServer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profilePrivateApiServer || profileEgress != 'natGateway') {
  scope: apiServerSubnet
  name: guid(apiServerSubnet.id, controlPlaneIdentityId, '4d97b98b-1d4f-4787-a291-c67834d212e7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4d97b98b-1d4f-4787-a291-c67834d212e7'
    )
    principalId: controlPlaneIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Put the API server into its subnet.'
  }
}

// Network Contributor
resource controlPlaneRoutes 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profileEgress != 'natGateway') {
  scope: egressRoutes
  name: guid(egressRoutes.id, controlPlaneIdentityId, '4d97b98b-1d4f-4787-a291-c67834d212e7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4d97b98b-1d4f-4787-a291-c67834d212e7'
    )
    principalId: controlPlaneIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'See that the route out leads to the firewall, which AKS asks for before it makes the cluster.'
  }
}

// Managed Identity Operator
resource controlPlaneKubelet 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: kubeletIdentity
  name: guid(kubeletIdentity.id, controlPlaneIdentityId, 'f1a07417-d97a-45cb-824c-7a7467783830')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'f1a07417-d97a-45cb-824c-7a7467783830'
    )
    principalId: controlPlaneIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Give the nodes the kubelet identity.'
  }
}

// AcrPull
resource kubeletPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: containerRegistry
  name: guid(containerRegistry.id, kubeletIdentity.id, '7f951dda-4ed3-4680-a7ca-43fe172d538d')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '7f951dda-4ed3-4680-a7ca-43fe172d538d'
    )
    principalId: kubeletIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Pull images onto the nodes.'
  }
}

// AcrPull
resource trainingPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: containerRegistry
  name: guid(containerRegistry.id, trainingIdentityId, '7f951dda-4ed3-4680-a7ca-43fe172d538d')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '7f951dda-4ed3-4680-a7ca-43fe172d538d'
    )
    principalId: trainingIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Pull training images.'
  }
}

// Storage Blob Data Contributor
resource trainingData 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storageAccount
  name: guid(storageAccount.id, trainingIdentityId, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
    )
    principalId: trainingIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Read data and write models, metrics and logs.'
  }
}

// Key Vault Secrets User
resource trainingSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: keyVault
  name: guid(keyVault.id, trainingIdentityId, '4633458b-17de-408a-b874-0445c86b69e6')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4633458b-17de-408a-b874-0445c86b69e6'
    )
    principalId: trainingIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Read the secrets that jobs name.'
  }
}

// Monitoring Metrics Publisher
resource trainingTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: applicationInsights
  name: guid(applicationInsights.id, trainingIdentityId, '3913510d-42f4-4e42-8a64-420c390055eb')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '3913510d-42f4-4e42-8a64-420c390055eb'
    )
    principalId: trainingIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Publish metrics of training jobs.'
  }
}

// AcrPull
resource endpointPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: containerRegistry
  name: guid(containerRegistry.id, endpointIdentityId, '7f951dda-4ed3-4680-a7ca-43fe172d538d')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '7f951dda-4ed3-4680-a7ca-43fe172d538d'
    )
    principalId: endpointIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Pull the image of the model server.'
  }
}

// Storage Blob Data Reader
resource endpointModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storageAccount
  name: guid(storageAccount.id, endpointIdentityId, '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
    )
    principalId: endpointIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Download the model that is served.'
  }
}

// Storage Blob Data Contributor
resource operatorData 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (operatorObjectId != '') {
  scope: storageAccount
  name: guid(storageAccount.id, operatorObjectId, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
    )
    principalId: operatorObjectId
    principalType: operatorType
    description: 'Upload training data and read models and held-out predictions.'
  }
}
