// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Environment that chooses the profile: sizes, redundancy, retention and protection.')
@allowed([
  'dev'
  'staging'
  'prod'
])
param environmentName string

@description('Object id of the person, group or service principal that runs the model pipeline and so uploads data and reads models; empty for none. Owner of the subscription is not enough for that.')
param operatorObjectId string

@description('What operatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param operatorType string

@description('Object id of the person, group or service principal that applies what belongs on the cluster (kubernetes/), with a role that sees all of the cluster; empty for none. Owner of the subscription is not enough for that. quayside up names its caller.')
param clusterOperatorObjectId string

@description('What clusterOperatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param clusterOperatorType string

@description('Object id of the principal that deploys the platform from a pipeline; empty for none. An owner gives it its roles with the first deployment: it may then give the platform\'s roles and no others.')
param deployerObjectId string

@description('What deployerObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param deployerType string

@description('GitHub repository (owner/name) whose workflows of the environment train and release models; empty for none.')
param githubRepository string

@description('Issuer that the Azure DevOps service connection shows, without a slash that it does not have.')
param azureDevOpsIssuer string

@description('Subject that the Azure DevOps service connection shows, for instance sc://organization/project/MLOps-ServiceConnection; empty for none.')
param azureDevOpsSubject string

@description('Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant.')
param mlRegistryName string

@description('profile.clusterBackup of the platform.')
param profileClusterBackup bool

@description('profile.deletionLocks of the platform.')
param profileDeletionLocks bool

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of mlWorkspace.')
param mlWorkspaceName string

@description('Name of containerRegistry.')
param containerRegistryName string

@description('Name of storageAccount.')
param storageAccountName string

@description('Name of mlRegistry.')
param mlRegistryResourceName string

@description('Name of aksCluster.')
param aksClusterName string

@description('Ids of the roles that the platform gives.')
var assignableRoles = '0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8, 1823dd4f-9b8c-4ab6-ab4e-7397a3684615, 2a2b9908-6ea1-4ae2-8e65-a410df84e7d1, 3913510d-42f4-4e42-8a64-420c390055eb, 4633458b-17de-408a-b874-0445c86b69e6, 4d97b98b-1d4f-4787-a291-c67834d212e7, 635dd51f-9968-44d3-b7fb-6d9a6bd613ae, 7f951dda-4ed3-4680-a7ca-43fe172d538d, 8311e382-0749-4cb8-b61a-304f252e45ec, 85cb6faf-e071-4c9b-8136-154b5a04f717, acdd72a7-3385-48ef-bd42-f606fba81ae7, b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b, ba92f5b4-2d11-453d-a403-e96b0029c9fe, f1a07417-d97a-45cb-824c-7a7467783830, f6c7c914-8db3-469d-8ca1-694a8f32e121${profileClusterBackup ? ', b24988ac-6180-42a0-ab88-20f7382dd24c' : ''}'

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
  name: mlRegistryResourceName
}

resource aksCluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: aksClusterName
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
    principalId: pipelineIdentity!.properties.principalId
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
    principalId: pipelineIdentity!.properties.principalId
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
    principalId: pipelineIdentity!.properties.principalId
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
    principalId: pipelineIdentity!.properties.principalId
    principalType: 'ServicePrincipal'
    description: 'Share models with other workspaces.'
  }
}

// Contributor
@onlyIfNotExists()
resource deployerResources 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployerObjectId != '') {
  name: guid(resourceGroup().id, deployerObjectId, 'b24988ac-6180-42a0-ab88-20f7382dd24c')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b24988ac-6180-42a0-ab88-20f7382dd24c'
    )
    principalId: deployerObjectId
    principalType: deployerType
    description: 'Deploy the platform.'
  }
}

// Role Based Access Control Administrator
@onlyIfNotExists()
resource deployerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployerObjectId != '') {
  name: guid(resourceGroup().id, deployerObjectId, 'f58310d9-a9f6-439a-9e8d-f62e7b41a168')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'f58310d9-a9f6-439a-9e8d-f62e7b41a168'
    )
    principalId: deployerObjectId
    principalType: deployerType
    description: 'Give the platform\'s identities their roles, and no others: a condition names the roles and the kinds of principals.'
    condition: '((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/write\'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${assignableRoles}} AND @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {\'ServicePrincipal\'${operatorObjectId == '' ? '' : ', \'${operatorType}\''}${clusterOperatorObjectId == '' ? '' : ', \'${clusterOperatorType}\''}})) AND ((!(ActionMatches{\'Microsoft.Authorization/roleAssignments/delete\'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${assignableRoles}} AND @Resource[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {\'ServicePrincipal\'${operatorObjectId == '' ? '' : ', \'${operatorType}\''}${clusterOperatorObjectId == '' ? '' : ', \'${clusterOperatorType}\''}}))'
    conditionVersion: '2.0'
  }
}

// Resource Policy Contributor
@onlyIfNotExists()
resource deployerPolicies 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployerObjectId != '') {
  name: guid(resourceGroup().id, deployerObjectId, '36243c78-bf99-498c-9df9-86d9f8d28608')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '36243c78-bf99-498c-9df9-86d9f8d28608'
    )
    principalId: deployerObjectId
    principalType: deployerType
    description: 'Assign the platform\'s policies.'
  }
}

// Locks Contributor
@onlyIfNotExists()
resource deployerLocks 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profileDeletionLocks && deployerObjectId != '') {
  name: guid(resourceGroup().id, deployerObjectId, '28bf596f-4eb7-45ce-b5bc-6cf482fec137')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '28bf596f-4eb7-45ce-b5bc-6cf482fec137'
    )
    principalId: deployerObjectId
    principalType: deployerType
    description: 'Lock what must not be deleted.'
  }
}

// Azure Kubernetes Service RBAC Cluster Admin
@onlyIfNotExists()
resource deployerObjects 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (deployerObjectId != '') {
  scope: aksCluster
  name: guid(aksCluster.id, deployerObjectId, 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b'
    )
    principalId: deployerObjectId
    principalType: deployerType
    description: 'Apply what belongs on the cluster.'
  }
}
