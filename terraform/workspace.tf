# Printed by Quayside from its definition. Change the definition, not this file.

# System-assigned identity: Trusted Access to the cluster and access to the firewalled storage speak
# for it only.
resource "azapi_resource" "ml_workspace" {
  type      = "Microsoft.MachineLearningServices/workspaces@2026-05-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = var.workspace_name
  location  = local.location
  tags      = local.resource_tags

  identity {
    type = "SystemAssigned"
  }

  body = {
    kind = "Default"
    sku = {
      name = "Basic"
      tier = "Basic"
    }
    properties = {
      friendlyName             = var.workspace_name
      storageAccount           = azapi_resource.storage_account.id
      keyVault                 = azapi_resource.key_vault.id
      applicationInsights      = azapi_resource.application_insights.id
      containerRegistry        = azapi_resource.container_registry.id
      systemDatastoresAuthMode = "Identity"
      publicNetworkAccess      = local.profile.privateNetworking ? "Disabled" : "Enabled"
      imageBuildCompute        = local.profile.privateNetworking ? "cpu-cluster" : null
      serverlessComputeSettings = local.profile.privateNetworking ? {
        serverlessComputeCustomSubnet = "${azapi_resource.virtual_network.id}/subnets/snet-ml-compute"
        serverlessComputeNoPublicIP   = true
      } : null
      managedNetwork = {
        isolationMode = "Disabled"
      }
      hbiWorkspace = false
      v1LegacyMode = false
    }
  }
  response_export_values = ["identity.principalId"]
  delete_query_parameters = var.purge_on_destroy ? {
    forceToPurge = ["true"]
  } : null
  ignore_casing        = true
  ignore_null_property = true

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}

resource "azapi_resource" "workspace_diagnostics" {
  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.ml_workspace.id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId = azapi_resource.log_analytics.id
      logs = concat(
        [
          {
            category = "AmlComputeClusterEvent"
            enabled  = true
          },
          {
            category = "AmlComputeJobEvent"
            enabled  = true
          },
          {
            category = "AmlRunStatusChangedEvent"
            enabled  = true
          },
        ],
        local.profile.diagnosticLogs == "Full" ? [
          {
            category = "AmlComputeCpuGpuUtilization"
            enabled  = true
          },
          {
            category = "ModelsChangeEvent"
            enabled  = true
          },
          {
            category = "ModelsActionEvent"
            enabled  = true
          },
          {
            category = "EnvironmentChangeEvent"
            enabled  = true
          },
          {
            category = "DataStoreChangeEvent"
            enabled  = true
          },
          {
            category = "ComputeInstanceEvent"
            enabled  = true
          },
          {
            category = "RunEvent"
            enabled  = true
          },
          {
            category = "DeploymentEventAKS"
            enabled  = true
          },
        ] : []
      )
    }
  }
  ignore_casing = true
}

# No credentials: jobs and people read it as themselves.
resource "azapi_resource" "training_datastore" {
  type      = "Microsoft.MachineLearningServices/workspaces/datastores@2026-05-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = "training_data"

  body = {
    properties = {
      datastoreType = "AzureBlob"
      description   = "Training data of the team."
      accountName   = azapi_resource.storage_account.name
      containerName = azapi_resource.training_data_container.name
      credentials = {
        credentialsType = "None"
      }
      serviceDataAccessAuthIdentity = "WorkspaceSystemAssignedIdentity"
    }
  }
}
