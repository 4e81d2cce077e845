// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Ending of the names that must be unique in all of Azure (storage account, vault, registry).')
@minLength(3)
@maxLength(8)
param nameSuffix string

@description('profile.vaultRetentionDays of the platform.')
param profileVaultRetentionDays int

@description('profile.vaultPurgeProtection of the platform.')
param profileVaultPurgeProtection bool

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('resourceTags of the platform.')
param resourceTags object

@description('Resource id of logAnalytics.')
param logAnalyticsId string

// Purge protection is left out rather than false where it is off: Azure refuses false.
resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'kv-mlops-${nameSuffix}'
  location: location
  tags: resourceTags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: profileVaultRetentionDays
    enablePurgeProtection: profileVaultPurgeProtection ? true : null
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: profilePrivateNetworking ? 'Deny' : 'Allow'
    }
  }
}

resource vaultDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: keyVault
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: concat(
      [
        {
          category: 'AuditEvent'
          enabled: true
        }
      ],
      profileDiagnosticLogs == 'Full'
        ? [
            {
              category: 'AzurePolicyEvaluationDetails'
              enabled: true
            }
          ]
        : []
    )
  }
}

@description('Name of keyVault.')
output keyVaultName string = keyVault.name

@description('Resource id of keyVault.')
output keyVaultId string = keyVault.id

@description('properties.vaultUri of keyVault, known once it is deployed.')
output keyVaultVaultUri string = keyVault.properties.vaultUri
