# Printed by Quayside from its definition. Change the definition, not this file.

# Shared keys are off: senders authenticate with Microsoft Entra.
resource "azapi_resource" "log_analytics" {
  type      = "Microsoft.OperationalInsights/workspaces@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "log-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      sku = {
        name = "PerGB2018"
      }
      retentionInDays = local.profile.logRetentionDays
      workspaceCapping = {
        dailyQuotaGb = local.profile.logDailyQuotaGb
      }
      features = {
        disableLocalAuth                            = true
        enableLogAccessUsingOnlyResourcePermissions = true
      }
      publicNetworkAccessForIngestion = local.profile.privateNetworking ? "Disabled" : "Enabled"
      publicNetworkAccessForQuery     = "Enabled"
    }
  }
  delete_query_parameters = var.purge_on_destroy ? {
    force = ["true"]
  } : null
}

resource "azapi_resource" "logs_diagnostics" {
  count = local.profile.diagnosticLogs == "Full" ? 1 : 0

  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.log_analytics.id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId = azapi_resource.log_analytics.id
      logs = [
        {
          category = "Audit"
          enabled  = true
        },
      ]
    }
  }
  ignore_casing = true
}

# Local authentication stays on: Azure ML's model servers send telemetry with the connection string.
resource "azapi_resource" "application_insights" {
  type      = "Microsoft.Insights/components@2020-02-02"
  parent_id = data.azapi_resource.resource_group.id
  name      = "appi-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "web"
    properties = {
      Application_Type                = "web"
      WorkspaceResourceId             = azapi_resource.log_analytics.id
      IngestionMode                   = "LogAnalytics"
      DisableLocalAuth                = false
      publicNetworkAccessForIngestion = local.profile.privateNetworking ? "Disabled" : "Enabled"
      publicNetworkAccessForQuery     = "Enabled"
    }
  }
  ignore_casing = true
}

# Holds the Prometheus metrics of the cluster; Azure keeps what belongs to it in a resource group of
# its own.
resource "azapi_resource" "monitor_account" {
  type      = "Microsoft.Monitor/accounts@2025-10-03"
  parent_id = data.azapi_resource.resource_group.id
  name      = "amw-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      publicNetworkAccess = local.profile.privateNetworking ? "Disabled" : "Enabled"
    }
  }
}

# In the region of the cluster, as its agents want it.
resource "azapi_resource" "collection_endpoint" {
  type      = "Microsoft.Insights/dataCollectionEndpoints@2024-03-11"
  parent_id = data.azapi_resource.resource_group.id
  name      = "dce-mlops"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "Linux"
    properties = {
      networkAcls = {
        publicNetworkAccess = local.profile.privateNetworking ? "Disabled" : "Enabled"
      }
    }
  }
}
