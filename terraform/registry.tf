# Printed by Quayside from its definition. Change the definition, not this file.

# No admin user: nodes, jobs and endpoints pull with their own identities.
resource "azapi_resource" "container_registry" {
  type      = "Microsoft.ContainerRegistry/registries@2025-11-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "acrmlops${var.name_suffix}"
  location  = local.location
  tags      = local.resource_tags

  body = {
    sku = {
      name = local.profile.registrySku
    }
    properties = {
      adminUserEnabled         = false
      publicNetworkAccess      = local.profile.privateNetworking ? "Disabled" : "Enabled"
      networkRuleBypassOptions = "AzureServices"
      policies = local.profile.registrySku == "Premium" ? {
        retentionPolicy = {
          status = "enabled"
          days   = local.profile.registryRetentionDays
        }
      } : null
      dataEndpointEnabled = local.profile.registrySku == "Premium" ? true : null
      zoneRedundancy      = local.profile.registrySku == "Premium" && !(length(local.profile.availabilityZones) == 0) ? "Enabled" : "Disabled"
    }
  }
  response_export_values = ["properties.loginServer"]
  ignore_null_property   = true
}

resource "azapi_resource" "registry_diagnostics" {
  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.container_registry.id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId = azapi_resource.log_analytics.id
      logs = concat(
        [
          {
            category = "ContainerRegistryLoginEvents"
            enabled  = true
          },
        ],
        local.profile.diagnosticLogs == "Full" ? [
          {
            category = "ContainerRegistryRepositoryEvents"
            enabled  = true
          },
        ] : []
      )
    }
  }
  ignore_casing = true
}

# Pulls go on when the region of the registry does not answer.
resource "azapi_resource" "registry_replica" {
  count = var.registry_replica_location != "" ? 1 : 0

  type      = "Microsoft.ContainerRegistry/registries/replications@2025-11-01"
  parent_id = azapi_resource.container_registry.id
  name      = lower(replace(var.registry_replica_location, " ", ""))
  location  = var.registry_replica_location
  tags      = local.resource_tags

  body = {
    properties = {
      regionEndpointEnabled = true
    }
  }
}
