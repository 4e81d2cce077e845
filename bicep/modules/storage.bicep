// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Ending of the names that must be unique in all of Azure (storage account, vault, registry).')
@minLength(3)
@maxLength(8)
param nameSuffix string

@description('profile.storageSku of the platform.')
param profileStorageSku string

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.blobRetentionDays of the platform.')
param profileBlobRetentionDays int

@description('profile.blobVersioning of the platform.')
param profileBlobVersioning bool

@description('profile.blobRestoreDays of the platform.')
param profileBlobRestoreDays int

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('profile.outputsDeleteDays of the platform.')
param profileOutputsDeleteDays int

@description('profile.outputsCoolDays of the platform.')
param profileOutputsCoolDays int

@description('resourceTags of the platform.')
param resourceTags object

@description('Resource id of logAnalytics.')
param logAnalyticsId string

// Account keys are off: people, jobs and the workspace use their own identities, and jobs on the
// cluster read inputs with mode download. Azure ML accepts no hierarchical namespace here.
resource storageAccount 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: 'stmlops${nameSuffix}'
  location: location
  tags: resourceTags
  kind: 'StorageV2'
  sku: {
    name: profileStorageSku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowedCopyScope: 'AAD'
    sasPolicy: {
      sasExpirationPeriod: '1.00:00:00'
      expirationAction: 'Log'
    }
    publicNetworkAccess: profilePrivateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: profilePrivateNetworking ? 'Deny' : 'Allow'
    }
  }
}

// Azure ML studio reads blobs from the browser; leaving its rules out would remove them at every
// deployment.
resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: storageAccount
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: profileBlobRetentionDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: profileBlobRetentionDays
    }
    isVersioningEnabled: profileBlobVersioning
    changeFeed: profileBlobRestoreDays > 0
      ? {
          enabled: true
          retentionInDays: profileBlobRetentionDays
        }
      : {
          enabled: false
        }
    restorePolicy: profileBlobRestoreDays > 0
      ? {
          enabled: true
          days: profileBlobRestoreDays
        }
      : {
          enabled: false
        }
    cors: {
      corsRules: [
        {
          allowedOrigins: [
            'https://mlworkspace.azure.ai'
            'https://ml.azure.com'
            'https://*.ml.azure.com'
            'https://ai.azure.com'
            'https://*.ai.azure.com'
          ]
          allowedMethods: ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'POST', 'PATCH']
          allowedHeaders: ['*']
          exposedHeaders: ['*']
          maxAgeInSeconds: 1800
        }
      ]
    }
  }
}

resource blobsDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (profileDiagnosticLogs == 'Full') {
  scope: blobService
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

// Azure ML keeps notebooks and uploaded code on file shares.
resource fileService 'Microsoft.Storage/storageAccounts/fileServices@2026-04-01' = {
  parent: storageAccount
  name: 'default'
  properties: {
    shareDeleteRetentionPolicy: {
      enabled: true
      days: profileBlobRetentionDays
    }
  }
}

resource storageLifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-04-01' = {
  parent: storageAccount
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'outputs-of-jobs'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['azureml/ExperimentRun']
            }
            actions: {
              baseBlob: profileOutputsDeleteDays > 0
                ? {
                    tierToCool: {
                      daysAfterModificationGreaterThan: profileOutputsCoolDays
                    }
                    delete: {
                      daysAfterModificationGreaterThan: profileOutputsDeleteDays
                    }
                  }
                : {
                    tierToCool: {
                      daysAfterModificationGreaterThan: profileOutputsCoolDays
                    }
                  }
            }
          }
        }
        {
          name: 'old-versions'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: profileBlobRetentionDays
                }
              }
            }
          }
        }
      ]
    }
  }
}

// The team's own data, apart from what Azure ML writes.
resource trainingDataContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = {
  parent: blobService
  name: 'training-data'
  properties: {
    publicAccess: 'None'
  }
}

@description('Name of storageAccount.')
output storageAccountName string = storageAccount.name

@description('Resource id of storageAccount.')
output storageAccountId string = storageAccount.id

@description('Name of trainingDataContainer.')
output trainingDataContainerName string = trainingDataContainer.name

@description('Name of blobService.')
output blobServiceName string = blobService.name

@description('properties.primaryEndpoints.blob of storageAccount, known once it is deployed.')
output storageAccountPrimaryEndpointsBlob string = storageAccount.properties.primaryEndpoints.blob
