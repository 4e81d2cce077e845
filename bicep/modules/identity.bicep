// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('resourceTags of the platform.')
param resourceTags object

// The cluster acts as this identity: it joins nodes to the subnet and assigns the kubelet identity.
resource controlPlaneIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-aks-control-plane'
  location: location
  tags: resourceTags
}

// The nodes act as this identity: they pull images.
resource kubeletIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-aks-kubelet'
  location: location
  tags: resourceTags
}

// Training jobs act as this identity.
resource trainingIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-ml-training'
  location: location
  tags: resourceTags
}

// Online endpoints act as this identity: they fetch models and images.
resource endpointIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-ml-endpoint'
  location: location
  tags: resourceTags
}

@description('Resource id of trainingIdentity.')
output trainingIdentityId string = trainingIdentity.id

@description('properties.principalId of trainingIdentity, known once it is deployed.')
output trainingIdentityPrincipalId string = trainingIdentity.properties.principalId

@description('Resource id of endpointIdentity.')
output endpointIdentityId string = endpointIdentity.id

@description('properties.principalId of endpointIdentity, known once it is deployed.')
output endpointIdentityPrincipalId string = endpointIdentity.properties.principalId

@description('Name of kubeletIdentity.')
output kubeletIdentityName string = kubeletIdentity.name

@description('Resource id of controlPlaneIdentity.')
output controlPlaneIdentityId string = controlPlaneIdentity.id

@description('properties.principalId of controlPlaneIdentity, known once it is deployed.')
output controlPlaneIdentityPrincipalId string = controlPlaneIdentity.properties.principalId

@description('properties.principalId of kubeletIdentity, known once it is deployed.')
output kubeletIdentityPrincipalId string = kubeletIdentity.properties.principalId

@description('Resource id of kubeletIdentity.')
output kubeletIdentityId string = kubeletIdentity.id

@description('properties.clientId of kubeletIdentity, known once it is deployed.')
output kubeletIdentityClientId string = kubeletIdentity.properties.clientId

@description('Name of trainingIdentity.')
output trainingIdentityName string = trainingIdentity.name
