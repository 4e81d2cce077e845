// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
param location string

// Acts for the cluster; its roles are given before the cluster is made, because the cluster needs
// them while it is being made and Azure does not wait for them by itself.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-mlops'
  location: location
}

@description('Resource id of identity.')
output identityId string = identity.id

@description('properties.principalId of identity, known once it is deployed.')
output identityPrincipalId string = identity.properties.principalId
