// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('profile.backupRedundancy of the platform.')
param profileBackupRedundancy string

@description('profile.clusterBackup of the platform.')
param profileClusterBackup bool

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('profile.backupInterval of the platform.')
param profileBackupInterval string

@description('profile.backupRetentionDays of the platform.')
param profileBackupRetentionDays int

@description('The region as addresses spell it.')
param region string

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of storageAccount.')
param storageAccountName string

@description('Name of blobService.')
param blobServiceName string

@description('Name of aksCluster.')
param aksClusterName string

@description('Resource id of logAnalytics.')
param logAnalyticsId string

@description('properties.primaryEndpoints.blob of storageAccount, known once it is deployed.')
param storageAccountPrimaryEndpointsBlob string

@description('Resource id of controlPlaneIdentity.')
param controlPlaneIdentityId string

@description('properties.principalId of controlPlaneIdentity, known once it is deployed.')
param controlPlaneIdentityPrincipalId string

resource storageAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' existing = {
  parent: storageAccount
  name: blobServiceName
}

resource aksCluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: aksClusterName
}

// Acts as itself: it reads the cluster and enters it by Trusted Access.
resource backupVault 'Microsoft.DataProtection/backupVaults@2025-01-01' = if (profileClusterBackup) {
  name: 'bvault-mlops'
  location: location
  tags: resourceTags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    storageSettings: [
      {
        datastoreType: 'VaultStore'
        type: profileBackupRedundancy
      }
    ]
    securitySettings: {
      softDeleteSettings: {
        state: contains(['australiaeast', 'eastasia', 'westcentralus'], region) ? 'On' : 'Off'
      }
    }
    monitoringSettings: {
      azureMonitorAlertSettings: {
        alertsForAllJobFailures: 'Enabled'
      }
    }
  }
}

resource backupsDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (profileClusterBackup) {
  scope: backupVault
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: concat(
      [
        {
          category: 'AddonAzureBackupJobs'
          enabled: true
        }
        {
          category: 'AddonAzureBackupProtectedInstance'
          enabled: true
        }
      ],
      profileDiagnosticLogs == 'Full'
        ? [
            {
              category: 'CoreAzureBackup'
              enabled: true
            }
            {
              category: 'AddonAzureBackupPolicy'
              enabled: true
            }
            {
              category: 'AzureBackupOperations'
              enabled: true
            }
          ]
        : []
    )
  }
}

// Azure never changes a policy of clusters; for another schedule make another policy.
resource backupPolicy 'Microsoft.DataProtection/backupVaults/backupPolicies@2025-01-01' = if (profileClusterBackup) {
  parent: backupVault
  name: 'aks'
  properties: {
    objectType: 'BackupPolicy'
    datasourceTypes: ['Microsoft.ContainerService/managedClusters']
    policyRules: [
      {
        objectType: 'AzureBackupRule'
        name: 'Backup'
        backupParameters: {
          objectType: 'AzureBackupParams'
          backupType: 'Incremental'
        }
        dataStore: {
          objectType: 'DataStoreInfoBase'
          dataStoreType: 'OperationalStore'
        }
        trigger: {
          objectType: 'ScheduleBasedTriggerContext'
          schedule: {
            repeatingTimeIntervals: ['R/2026-01-01T02:00:00+00:00/${profileBackupInterval}']
            timeZone: 'Coordinated Universal Time'
          }
          taggingCriteria: [
            {
              isDefault: true
              taggingPriority: 99
              tagInfo: {
                tagName: 'Default'
              }
            }
          ]
        }
      }
      {
        objectType: 'AzureRetentionRule'
        name: 'Default'
        isDefault: true
        lifecycles: [
          {
            sourceDataStore: {
              objectType: 'DataStoreInfoBase'
              dataStoreType: 'OperationalStore'
            }
            deleteAfter: {
              objectType: 'AbsoluteDeleteOption'
              duration: 'P${profileBackupRetentionDays}D'
            }
            targetDataStoreCopySettings: []
          }
        ]
      }
    ]
  }
}

// Of one cluster, and for nothing else.
resource backupContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = if (profileClusterBackup) {
  parent: blobService
  name: 'aks-backups'
  properties: {
    publicAccess: 'None'
  }
}

// Lets the vault reach the API server although local accounts are off.
resource backupTrustedAccess 'Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings@2026-05-01' = if (profileClusterBackup) {
  parent: aksCluster
  name: 'backup'
  properties: {
    sourceResourceId: backupVault.id
    roles: ['Microsoft.DataProtection/backupVaults/backup-operator']
  }
}

// Writes objects to the container and has disks snapshotted. Settings are text, booleans included.
resource backupExtension 'Microsoft.KubernetesConfiguration/extensions@2025-03-01' = if (profileClusterBackup) {
  scope: aksCluster
  name: 'azure-aks-backup'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    extensionType: 'microsoft.dataprotection.kubernetes'
    releaseTrain: 'stable'
    autoUpgradeMinorVersion: true
    scope: {
      cluster: {
        releaseNamespace: 'dataprotection-microsoft'
      }
    }
    aksAssignedIdentity: {
      type: 'SystemAssigned'
    }
    configurationSettings: {
      'configuration.backupStorageLocation.bucket': backupContainer.name
      'configuration.backupStorageLocation.config.storageAccount': storageAccount.name
      'configuration.backupStorageLocation.config.storageAccountURI': storageAccountPrimaryEndpointsBlob
      'configuration.backupStorageLocation.config.resourceGroup': resourceGroup().name
      'configuration.backupStorageLocation.config.subscriptionId': subscription().subscriptionId
      'configuration.backupStorageLocation.config.useAAD': 'true'
      'credentials.tenantId': subscription().tenantId
      'tolerations[0].key': 'CriticalAddonsOnly'
      'tolerations[0].operator': 'Exists'
      'tolerations[1].key': 'workload'
      'tolerations[1].operator': 'Equal'
      'tolerations[1].value': 'ml'
      'tolerations[1].effect': 'NoSchedule'
    }
  }
  dependsOn: [
    backupTrustedAccess
  ]
}

// Reader
resource backupVaultCluster 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profileClusterBackup) {
  scope: aksCluster
  name: guid(aksCluster.id, backupVault.id, 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'acdd72a7-3385-48ef-bd42-f606fba81ae7'
    )
    principalId: backupVault!.identity.principalId
    principalType: 'ServicePrincipal'
    description: 'See the cluster and its backup extension.'
  }
}

// Reader
resource backupVaultGroup 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profileClusterBackup) {
  name: guid(resourceGroup().id, backupVault.id, 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'acdd72a7-3385-48ef-bd42-f606fba81ae7'
    )
    principalId: backupVault!.identity.principalId
    principalType: 'ServicePrincipal'
    description: 'See the snapshots in the resource group.'
  }
}

// Storage Blob Data Contributor
resource backupExtensionData 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profileClusterBackup) {
  scope: storageAccount
  name: guid(storageAccount.id, backupExtension.id, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
    )
    principalId: backupExtension!.properties.aksAssignedIdentity.principalId
    principalType: 'ServicePrincipal'
    description: 'Write Kubernetes objects to the backup container.'
  }
}

// Contributor
resource controlPlaneSnapshots 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (profileClusterBackup) {
  name: guid(resourceGroup().id, controlPlaneIdentityId, 'b24988ac-6180-42a0-ab88-20f7382dd24c')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b24988ac-6180-42a0-ab88-20f7382dd24c'
    )
    principalId: controlPlaneIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Make and delete snapshots of disks in the resource group; Azure Backup asks for this role and takes no narrower one.'
  }
}

// Keeps the resource group: take it away before the group, while the cluster and its extension run.
resource clusterBackup 'Microsoft.DataProtection/backupVaults/backupInstances@2025-01-01' = if (profileClusterBackup) {
  parent: backupVault
  name: aksCluster.name
  properties: {
    objectType: 'BackupInstance'
    friendlyName: aksCluster.name
    dataSourceInfo: {
      objectType: 'Datasource'
      datasourceType: 'Microsoft.ContainerService/managedClusters'
      resourceType: 'Microsoft.ContainerService/managedClusters'
      resourceID: aksCluster.id
      resourceName: aksCluster.name
      resourceLocation: location
      resourceUri: aksCluster.id
    }
    dataSourceSetInfo: {
      objectType: 'DatasourceSet'
      datasourceType: 'Microsoft.ContainerService/managedClusters'
      resourceType: 'Microsoft.ContainerService/managedClusters'
      resourceID: aksCluster.id
      resourceName: aksCluster.name
      resourceLocation: location
      resourceUri: aksCluster.id
    }
    policyInfo: {
      policyId: backupPolicy.id
      policyParameters: {
        dataStoreParametersList: [
          {
            objectType: 'AzureOperationalStoreParameters'
            dataStoreType: 'OperationalStore'
            resourceGroupId: resourceGroup().id
          }
        ]
        backupDatasourceParametersList: [
          {
            objectType: 'KubernetesClusterBackupDatasourceParameters'
            includeClusterScopeResources: true
            snapshotVolumes: true
            includedNamespaces: []
            excludedNamespaces: []
            includedResourceTypes: []
            excludedResourceTypes: []
            labelSelectors: []
          }
        ]
      }
    }
  }
  dependsOn: [
    backupExtension
    backupVaultCluster
    backupVaultGroup
    backupExtensionData
    controlPlaneSnapshots
  ]
}

@description('Resource id of backupVault.')
output backupVaultId string = backupVault.id
