# Printed by Quayside from its definition. Change the definition, not this file.

# Acts as itself: it reads the cluster and enters it by Trusted Access.
resource "azapi_resource" "backup_vault" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.DataProtection/backupVaults@2025-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "bvault-mlops"
  location  = local.location
  tags      = local.resource_tags

  identity {
    type = "SystemAssigned"
  }

  body = {
    properties = {
      storageSettings = [
        {
          datastoreType = "VaultStore"
          type          = local.profile.backupRedundancy
        },
      ]
      securitySettings = {
        softDeleteSettings = {
          state = contains(["australiaeast", "eastasia", "westcentralus"], local.region) ? "On" : "Off"
        }
      }
      monitoringSettings = {
        azureMonitorAlertSettings = {
          alertsForAllJobFailures = "Enabled"
        }
      }
    }
  }
  response_export_values = ["identity.principalId"]
}

resource "azapi_resource" "backups_diagnostics" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.backup_vault[0].id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId                 = azapi_resource.log_analytics.id
      logAnalyticsDestinationType = "Dedicated"
      logs = concat(
        [
          {
            category = "AddonAzureBackupJobs"
            enabled  = true
          },
          {
            category = "AddonAzureBackupProtectedInstance"
            enabled  = true
          },
        ],
        local.profile.diagnosticLogs == "Full" ? [
          {
            category = "CoreAzureBackup"
            enabled  = true
          },
          {
            category = "AddonAzureBackupPolicy"
            enabled  = true
          },
          {
            category = "AzureBackupOperations"
            enabled  = true
          },
        ] : []
      )
    }
  }
  ignore_casing = true
}

# Azure never changes a policy of clusters; for another schedule make another policy.
resource "azapi_resource" "backup_policy" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.DataProtection/backupVaults/backupPolicies@2025-01-01"
  parent_id = azapi_resource.backup_vault[0].id
  name      = "aks"

  body = {
    properties = {
      objectType      = "BackupPolicy"
      datasourceTypes = ["Microsoft.ContainerService/managedClusters"]
      policyRules = [
        {
          objectType = "AzureBackupRule"
          name       = "Backup"
          backupParameters = {
            objectType = "AzureBackupParams"
            backupType = "Incremental"
          }
          dataStore = {
            objectType    = "DataStoreInfoBase"
            dataStoreType = "OperationalStore"
          }
          trigger = {
            objectType = "ScheduleBasedTriggerContext"
            schedule = {
              repeatingTimeIntervals = ["R/2026-01-01T02:00:00+00:00/${local.profile.backupInterval}"]
              timeZone               = "Coordinated Universal Time"
            }
            taggingCriteria = [
              {
                isDefault       = true
                taggingPriority = 99
                tagInfo = {
                  tagName = "Default"
                }
              },
            ]
          }
        },
        {
          objectType = "AzureRetentionRule"
          name       = "Default"
          isDefault  = true
          lifecycles = [
            {
              sourceDataStore = {
                objectType    = "DataStoreInfoBase"
                dataStoreType = "OperationalStore"
              }
              deleteAfter = {
                objectType = "AbsoluteDeleteOption"
                duration   = "P${local.profile.backupRetentionDays}D"
              }
              targetDataStoreCopySettings = []
            },
          ]
        },
      ]
    }
  }
}

# Of one cluster, and for nothing else.
resource "azapi_resource" "backup_container" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01"
  parent_id = azapi_update_resource.blob_service.id
  name      = "aks-backups"

  body = {
    properties = {
      publicAccess = "None"
    }
  }
}

# Lets the vault reach the API server although local accounts are off.
resource "azapi_resource" "backup_trusted_access" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "backup"

  body = {
    properties = {
      sourceResourceId = azapi_resource.backup_vault[0].id
      roles            = ["Microsoft.DataProtection/backupVaults/backup-operator"]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.azure_ml_extension]
}

# Writes objects to the container and has disks snapshotted. Settings are text, booleans included.
resource "azapi_resource" "backup_extension" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.KubernetesConfiguration/extensions@2025-03-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "azure-aks-backup"

  identity {
    type = "SystemAssigned"
  }

  body = {
    properties = {
      extensionType           = "microsoft.dataprotection.kubernetes"
      releaseTrain            = "stable"
      autoUpgradeMinorVersion = true
      scope = {
        cluster = {
          releaseNamespace = "dataprotection-microsoft"
        }
      }
      aksAssignedIdentity = {
        type = "SystemAssigned"
      }
      configurationSettings = {
        "configuration.backupStorageLocation.bucket"                   = "aks-backups"
        "configuration.backupStorageLocation.config.storageAccount"    = azapi_resource.storage_account.name
        "configuration.backupStorageLocation.config.storageAccountURI" = azapi_resource.storage_account.output.properties.primaryEndpoints.blob
        "configuration.backupStorageLocation.config.resourceGroup"     = data.azapi_resource.resource_group.name
        "configuration.backupStorageLocation.config.subscriptionId"    = data.azapi_client_config.current.subscription_id
        "configuration.backupStorageLocation.config.useAAD"            = "true"
        "credentials.tenantId"                                         = data.azapi_client_config.current.tenant_id
        "tolerations[0].key"                                           = "CriticalAddonsOnly"
        "tolerations[0].operator"                                      = "Exists"
        "tolerations[1].key"                                           = "workload"
        "tolerations[1].operator"                                      = "Equal"
        "tolerations[1].value"                                         = "ml"
        "tolerations[1].effect"                                        = "NoSchedule"
      }
    }
  }
  response_export_values = ["properties.aksAssignedIdentity.principalId"]

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }

  depends_on = [azapi_resource.backup_container, azapi_resource.backup_trusted_access]
}

# Reader
resource "azapi_resource" "backup_vault_cluster" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.aks_cluster.id, azapi_resource.backup_vault[0].id, "acdd72a7-3385-48ef-bd42-f606fba81ae7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
      principalId      = azapi_resource.backup_vault[0].output.identity.principalId
      principalType    = "ServicePrincipal"
      description      = "See the cluster and its backup extension."
    }
  }
  ignore_null_property = true
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Reader
resource "azapi_resource" "backup_vault_group" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [data.azapi_resource.resource_group.id, azapi_resource.backup_vault[0].id, "acdd72a7-3385-48ef-bd42-f606fba81ae7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
      principalId      = azapi_resource.backup_vault[0].output.identity.principalId
      principalType    = "ServicePrincipal"
      description      = "See the snapshots in the resource group."
    }
  }
  ignore_null_property = true
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Storage Blob Data Contributor
resource "azapi_resource" "backup_extension_data" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.storage_account.id, azapi_resource.backup_extension[0].id, "ba92f5b4-2d11-453d-a403-e96b0029c9fe"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe"
      principalId      = azapi_resource.backup_extension[0].output.properties.aksAssignedIdentity.principalId
      principalType    = "ServicePrincipal"
      description      = "Write Kubernetes objects to the backup container."
    }
  }
  ignore_null_property = true
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Contributor
resource "azapi_resource" "control_plane_snapshots" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [data.azapi_resource.resource_group.id, azapi_resource.control_plane_identity.id, "b24988ac-6180-42a0-ab88-20f7382dd24c"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
      principalId      = azapi_resource.control_plane_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Make and delete snapshots of disks in the resource group; Azure Backup asks for this role and takes no narrower one."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Keeps the resource group: take it away before the group, while the cluster and its extension run.
resource "azapi_resource" "cluster_backup" {
  count = local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.DataProtection/backupVaults/backupInstances@2025-01-01"
  parent_id = azapi_resource.backup_vault[0].id
  name      = azapi_resource.aks_cluster.name

  body = {
    properties = {
      objectType   = "BackupInstance"
      friendlyName = azapi_resource.aks_cluster.name
      dataSourceInfo = {
        objectType       = "Datasource"
        datasourceType   = "Microsoft.ContainerService/managedClusters"
        resourceType     = "Microsoft.ContainerService/managedClusters"
        resourceID       = azapi_resource.aks_cluster.id
        resourceName     = azapi_resource.aks_cluster.name
        resourceLocation = local.location
        resourceUri      = azapi_resource.aks_cluster.id
      }
      dataSourceSetInfo = {
        objectType       = "DatasourceSet"
        datasourceType   = "Microsoft.ContainerService/managedClusters"
        resourceType     = "Microsoft.ContainerService/managedClusters"
        resourceID       = azapi_resource.aks_cluster.id
        resourceName     = azapi_resource.aks_cluster.name
        resourceLocation = local.location
        resourceUri      = azapi_resource.aks_cluster.id
      }
      policyInfo = {
        policyId = azapi_resource.backup_policy[0].id
        policyParameters = {
          dataStoreParametersList = [
            {
              objectType      = "AzureOperationalStoreParameters"
              dataStoreType   = "OperationalStore"
              resourceGroupId = data.azapi_resource.resource_group.id
            },
          ]
          backupDatasourceParametersList = [
            {
              objectType                   = "KubernetesClusterBackupDatasourceParameters"
              includeClusterScopeResources = true
              snapshotVolumes              = true
              includedNamespaces           = []
              excludedNamespaces           = []
              includedResourceTypes        = []
              excludedResourceTypes        = []
              labelSelectors               = []
            },
          ]
        }
      }
    }
  }
  ignore_casing = true
  retry = {
    error_message_regex = [
      "KubernetesBackupListExtensionsError",
      "UserErrorExtensionMSIMissingPermissionsOnBackupStorageLocation",
      "UserErrorBackupStorageLocationNotReady",
    ]
  }

  depends_on = [
    azapi_resource.backup_extension,
    azapi_resource.backup_vault_cluster,
    azapi_resource.backup_vault_group,
    azapi_resource.backup_extension_data,
    azapi_resource.control_plane_snapshots,
    azapi_resource.private_endpoint_zones,
    azapi_resource.file_endpoint_zones,
    azapi_resource.azure_ml_endpoint_zones,
  ]
}
