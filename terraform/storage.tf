# Printed by Quayside from its definition. Change the definition, not this file.

# Account keys are off: people, jobs and the workspace use their own identities, and jobs on the
# cluster read inputs with mode download. Azure ML accepts no hierarchical namespace here.
resource "azapi_resource" "storage_account" {
  type      = "Microsoft.Storage/storageAccounts@2026-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "stmlops${var.name_suffix}"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "StorageV2"
    sku = {
      name = local.profile.storageSku
    }
    properties = {
      accessTier                   = "Hot"
      allowBlobPublicAccess        = false
      allowCrossTenantReplication  = false
      allowSharedKeyAccess         = false
      defaultToOAuthAuthentication = true
      minimumTlsVersion            = "TLS1_2"
      supportsHttpsTrafficOnly     = true
      allowedCopyScope             = "AAD"
      sasPolicy = {
        sasExpirationPeriod = "1.00:00:00"
        expirationAction    = "Log"
      }
      publicNetworkAccess = local.profile.privateNetworking ? "Disabled" : "Enabled"
      networkAcls = {
        bypass        = "AzureServices"
        defaultAction = local.profile.privateNetworking ? "Deny" : "Allow"
      }
    }
  }
  response_export_values = ["properties.primaryEndpoints.blob"]
}

# Azure ML studio reads blobs from the browser; leaving its rules out would remove them at every
# deployment.
resource "azapi_update_resource" "blob_service" {
  type      = "Microsoft.Storage/storageAccounts/blobServices@2026-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = "default"

  body = {
    properties = {
      deleteRetentionPolicy = {
        enabled = true
        days    = local.profile.blobRetentionDays
      }
      containerDeleteRetentionPolicy = {
        enabled = true
        days    = local.profile.blobRetentionDays
      }
      isVersioningEnabled = local.profile.blobVersioning
      changeFeed = [
        {
          enabled         = true
          retentionInDays = local.profile.blobRetentionDays
        },
        {
          enabled = false
        },
      ][local.profile.blobRestoreDays > 0 ? 0 : 1]
      restorePolicy = [
        {
          enabled = true
          days    = local.profile.blobRestoreDays
        },
        {
          enabled = false
        },
      ][local.profile.blobRestoreDays > 0 ? 0 : 1]
      cors = {
        corsRules = [
          {
            allowedOrigins = [
              "https://mlworkspace.azure.ai",
              "https://ml.azure.com",
              "https://*.ml.azure.com",
              "https://ai.azure.com",
              "https://*.ai.azure.com",
            ]
            allowedMethods  = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH"]
            allowedHeaders  = ["*"]
            exposedHeaders  = ["*"]
            maxAgeInSeconds = 1800
          },
        ]
      }
    }
  }
}

resource "azapi_resource" "blobs_diagnostics" {
  count = local.profile.diagnosticLogs == "Full" ? 1 : 0

  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_update_resource.blob_service.id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId = azapi_resource.log_analytics.id
      logs = [
        {
          category = "StorageWrite"
          enabled  = true
        },
        {
          category = "StorageDelete"
          enabled  = true
        },
      ]
    }
  }
  ignore_casing = true
}

# Azure ML keeps notebooks and uploaded code on file shares.
resource "azapi_update_resource" "file_service" {
  type      = "Microsoft.Storage/storageAccounts/fileServices@2026-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = "default"

  body = {
    properties = {
      shareDeleteRetentionPolicy = {
        enabled = true
        days    = local.profile.blobRetentionDays
      }
    }
  }
}

resource "azapi_resource" "storage_lifecycle" {
  type      = "Microsoft.Storage/storageAccounts/managementPolicies@2026-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = "default"

  body = {
    properties = {
      policy = {
        rules = [
          {
            name    = "outputs-of-jobs"
            enabled = true
            type    = "Lifecycle"
            definition = {
              filters = {
                blobTypes   = ["blockBlob"]
                prefixMatch = ["azureml/ExperimentRun"]
              }
              actions = {
                baseBlob = [
                  {
                    tierToCool = {
                      daysAfterModificationGreaterThan = local.profile.outputsCoolDays
                    }
                    delete = {
                      daysAfterModificationGreaterThan = local.profile.outputsDeleteDays
                    }
                  },
                  {
                    tierToCool = {
                      daysAfterModificationGreaterThan = local.profile.outputsCoolDays
                    }
                  },
                ][local.profile.outputsDeleteDays > 0 ? 0 : 1]
              }
            }
          },
          {
            name    = "old-versions"
            enabled = true
            type    = "Lifecycle"
            definition = {
              filters = {
                blobTypes = ["blockBlob"]
              }
              actions = {
                version = {
                  delete = {
                    daysAfterCreationGreaterThan = local.profile.blobRetentionDays
                  }
                }
              }
            }
          },
        ]
      }
    }
  }
}

# The team's own data, apart from what Azure ML writes.
resource "azapi_resource" "training_data_container" {
  type      = "Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01"
  parent_id = azapi_update_resource.blob_service.id
  name      = "training-data"

  body = {
    properties = {
      publicAccess = "None"
    }
  }
}
