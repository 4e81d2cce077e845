// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
param location string

@description('properties.currentOrchestratorVersion of gpuPool, known once it is deployed.')
param gpuPoolCurrentOrchestratorVersion string?

@description('Resource id of gpuPool.')
param gpuPoolId string

// Written once.
@onlyIfNotExists()
resource note 'Microsoft.Resources/tags@2025-04-01' = {
  name: 'default'
  properties: {
    tags: {
      gpuVersion: gpuPoolCurrentOrchestratorVersion ?? 'none'
      gpuPool: gpuPoolId
      region: location
    }
  }
}
