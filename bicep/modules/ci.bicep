// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
param location string

@description('Environment that chooses the profile: sizes, redundancy, retention and protection.')
@allowed([
  'dev'
  'staging'
  'prod'
])
param environmentName string

@description('GitHub repository (owner/name) whose workflows of the environment train and release models; empty for none.')
param githubRepository string

@description('Issuer that the Azure DevOps service connection shows, without a slash that it does not have.')
param azureDevOpsIssuer string

@description('Subject that the Azure DevOps service connection shows, for instance sc://organization/project/MLOps-ServiceConnection; empty for none.')
param azureDevOpsSubject string

@description('Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant.')
param mlRegistryName string

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of mlWorkspace.')
param mlWorkspaceName string

@description('Name of containerRegistry.')
param containerRegistryName string

@description('Name of storageAccount.')
param storageAccountName string

@description('Name of mlRegistry.')
param mlRegistryName2 string

resource mlWorkspace 'Microsoft.MachineLearningServices/workspaces@2026-05-01' existing = {
  name: mlWorkspaceName
}

resource containerRegistry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: containerRegistryName
}

resource storageAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName
}

resource mlRegistry 'Microsoft.MachineLearningServices/registries@2026-05-01' existing = {
  name: mlRegistryName2
}

// Pipelines act as this identity.
resource pipelineIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (githubRepository != '' || azureDevOpsSubject != '') {
  name: 'id-ml-pipeline'
  location: location
  tags: resourceTags
}

// Azure refuses concurrent writes on the credentials of one identity.
resource githubFederation 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = if (githubRepository != '') {
  parent: pipelineIdentity
  name: 'github'
  properties: {
    issuer: 'https://token.actions.githubusercontent.com'
    subject: 'repo:${githubRepository}:environment:${environmentName}'
    audiences: ['api://AzureADTokenExchange']
  }
}

// Azure refuses concurrent writes on the credentials of one identity.
resource azureDevOpsFederation 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = if (azureDevOpsSubject != '') {
  parent: pipelineIdentity
  name: 'azure-devops'
  properties: {
    issuer: azureDevOpsIssuer
    subject: azureDevOpsSubject
    audiences: ['api://AzureADTokenExchange']
  }
  dependsOn: [
    githubFederation
  ]
}

// AzureML Data Scientist
resource pipelineJobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (githubRepository != '' || azureDevOpsSubject != '') {
  scope: mlWorkspace
  name: guid(mlWorkspace.id, pipelineIdentity.id, 'f6c7c914-8db3-469d-8ca1-694a8f32e121')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'f6c7c914-8db3-469d-8ca1-694a8f32e121'
    )
    principalId: pipelineIdentity.?properties.principalId
    principalType: 'ServicePrincipal'
    description: 'Submit jobs, register models and release them.'
  }
}

// AcrPush
resource pipelineImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (githubRepository != '' || azureDevOpsSubject != '') {
  scope: containerRegistry
  name: guid(containerRegistry.id, pipelineIdentity.id, '8311e382-0749-4cb8-b61a-304f252e45ec')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '8311e382-0749-4cb8-b61a-304f252e45ec'
    )
    principalId: pipelineIdentity.?properties.principalId
    principalType: 'ServicePrincipal'
    description: 'Push images of models.'
  }
}

// Storage Blob Data Contributor
resource pipelineData 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (githubRepository != '' || azureDevOpsSubject != '') {
  scope: storageAccount
  name: guid(storageAccount.id, pipelineIdentity.id, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
    )
    principalId: pipelineIdentity.?properties.principalId
    principalType: 'ServicePrincipal'
    description: 'Upload data and read models.'
  }
}

// AzureML Registry User
resource pipelineShares 'Microsoft.Authorization/roleAssignments@2022-04-01' = if ((githubRepository != '' || azureDevOpsSubject != '') && mlRegistryName != '') {
  scope: mlRegistry
  name: guid(mlRegistry.id, pipelineIdentity.id, '1823dd4f-9b8c-4ab6-ab4e-7397a3684615')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '1823dd4f-9b8c-4ab6-ab4e-7397a3684615'
    )
    principalId: pipelineIdentity.?properties.principalId
    principalType: 'ServicePrincipal'
    description: 'Share models with other workspaces.'
  }
}
