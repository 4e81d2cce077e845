# Printed by Quayside from its definition. Change the definition, not this file.

locals {
  private_zone_names = {
    vault      = { name = "privatelink.vaultcore.azure.net" }
    blob       = { name = "privatelink.blob.${var.azure_cloud.suffixes.storage}" }
    file       = { name = "privatelink.file.${var.azure_cloud.suffixes.storage}" }
    registry   = { name = "privatelink.azurecr.io" }
    monitor    = { name = "privatelink.monitor.azure.com" }
    oms        = { name = "privatelink.oms.opinsights.azure.com" }
    ods        = { name = "privatelink.ods.opinsights.azure.com" }
    agents     = { name = "privatelink.agentsvc.azure-automation.net" }
    prometheus = { name = "privatelink.${local.region}.prometheus.monitor.azure.com" }
  }
}

resource "azapi_resource" "private_dns_zones" {
  for_each = {
    for key, zone in local.private_zone_names : key => zone
    if local.profile.privateNetworking
  }

  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = each.value.name
  location  = "global"
  tags      = local.resource_tags
}

resource "azapi_resource" "private_dns_zone_links" {
  for_each = {
    for key, zone in local.private_zone_names : key => zone
    if local.profile.privateNetworking
  }

  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  parent_id = azapi_resource.private_dns_zones[each.key].id
  name      = "vnet-mlops"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      registrationEnabled = false
      resolutionPolicy    = "NxDomainRedirect"
      virtualNetwork = {
        id = azapi_resource.virtual_network.id
      }
    }
  }
  ignore_casing = true
}

locals {
  azure_ml_zone_names = {
    workspaceApi = { name = "privatelink.api.azureml.ms" }
    notebooks    = { name = "privatelink.notebooks.azure.net" }
  }
}

resource "azapi_resource" "azure_ml_dns_zones" {
  for_each = local.azure_ml_zone_names

  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = each.value.name
  location  = "global"
  tags      = local.resource_tags
}

resource "azapi_resource" "azure_ml_dns_zone_links" {
  for_each = local.azure_ml_zone_names

  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  parent_id = azapi_resource.azure_ml_dns_zones[each.key].id
  name      = "vnet-mlops"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      registrationEnabled = false
      resolutionPolicy    = "NxDomainRedirect"
      virtualNetwork = {
        id = azapi_resource.virtual_network.id
      }
    }
  }
  ignore_casing = true
}

# One for each network: its zones answer for all of Azure Monitor.
resource "azapi_resource" "monitor_scope" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Insights/privateLinkScopes@2021-09-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "ampls-mlops"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      accessModeSettings = {
        ingestionAccessMode = "Open"
        queryAccessMode     = "Open"
      }
    }
  }
}

# One after the other, and all of them before the private endpoint of the scope.
resource "azapi_resource" "monitor_scope_logs" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01"
  parent_id = azapi_resource.monitor_scope[0].id
  name      = "logs"

  body = {
    properties = {
      linkedResourceId = azapi_resource.log_analytics.id
    }
  }
  ignore_casing = true
}

# One after the other, and all of them before the private endpoint of the scope.
resource "azapi_resource" "monitor_scope_insights" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01"
  parent_id = azapi_resource.monitor_scope[0].id
  name      = "insights"

  body = {
    properties = {
      linkedResourceId = azapi_resource.application_insights.id
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.monitor_scope_logs]
}

# One after the other, and all of them before the private endpoint of the scope.
resource "azapi_resource" "monitor_scope_collection" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01"
  parent_id = azapi_resource.monitor_scope[0].id
  name      = "collection"

  body = {
    properties = {
      linkedResourceId = azapi_resource.collection_endpoint.id
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.monitor_scope_insights]
}

locals {
  private_links = {
    vault = {
      name    = "pep-vault"
      groupId = "vault"
      zones   = ["vault"]
      target  = azapi_resource.key_vault.id
    }
    blob = {
      name    = "pep-blob"
      groupId = "blob"
      zones   = ["blob"]
      target  = azapi_resource.storage_account.id
    }
    registry = {
      name    = "pep-registry"
      groupId = "registry"
      zones   = ["registry"]
      target  = azapi_resource.container_registry.id
    }
    mlRegistryStorage = {
      name    = "pep-ml-registry-storage"
      groupId = "blob"
      zones   = ["blob"]
      target  = one(azapi_resource.ml_registry[*].output.properties.regionDetails[0].storageAccountDetails[0].systemCreatedStorageAccount.armResourceId.resourceId)
      wanted  = var.ml_registry_name != ""
    }
    mlRegistryImages = {
      name    = "pep-ml-registry-images"
      groupId = "registry"
      zones   = ["registry"]
      target  = one(azapi_resource.ml_registry[*].output.properties.regionDetails[0].acrDetails[0].systemCreatedAcrAccount.armResourceId.resourceId)
      wanted  = var.ml_registry_name != ""
    }
    monitor = {
      name    = "pep-monitor"
      groupId = "azuremonitor"
      zones   = ["monitor", "oms", "ods", "agents", "blob"]
      target  = one(azapi_resource.monitor_scope[*].id)
    }
    prometheus = {
      name    = "pep-prometheus"
      groupId = "prometheusMetrics"
      zones   = ["prometheus"]
      target  = azapi_resource.monitor_account.id
    }
  }
}

resource "azapi_resource" "private_endpoints" {
  for_each = {
    for key, link in local.private_links : key => link
    if local.profile.privateNetworking && lookup(link, "wanted", true)
  }

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = each.value.name
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-${each.value.name}"
      privateLinkServiceConnections = [
        {
          name = each.value.name
          properties = {
            privateLinkServiceId = each.value.target
            groupIds             = [each.value.groupId]
          }
        },
      ]
    }
  }
  ignore_casing        = true
  ignore_null_property = true

  depends_on = [
    azapi_resource.registry_replica,
    azapi_resource.monitor_scope_logs,
    azapi_resource.monitor_scope_insights,
    azapi_resource.monitor_scope_collection,
  ]
}

resource "azapi_resource" "private_endpoint_zones" {
  for_each = {
    for key, link in local.private_links : key => link
    if local.profile.privateNetworking && lookup(link, "wanted", true)
  }

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.private_endpoints[each.key].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        for zone in each.value.zones : {
          name = zone
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones[zone].id
          }
        }
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

# An account takes one endpoint at a time: of two side by side, one may end with
# StorageAccountOperationInProgress.
resource "azapi_resource" "file_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-file"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-file"
      privateLinkServiceConnections = [
        {
          name = "pep-file"
          properties = {
            privateLinkServiceId = azapi_resource.storage_account.id
            groupIds             = ["file"]
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_endpoints]
}

resource "azapi_resource" "file_endpoint_zones" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.file_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "file"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["file"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

locals {
  azure_ml_links = {
    workspace = {
      name    = "pep-workspace"
      groupId = "amlworkspace"
      zones   = ["workspaceApi", "notebooks"]
      target  = azapi_resource.ml_workspace.id
    }
    mlRegistry = {
      name    = "pep-ml-registry"
      groupId = "amlregistry"
      zones   = ["workspaceApi"]
      target  = one(azapi_resource.ml_registry[*].id)
      wanted  = local.profile.privateNetworking && var.ml_registry_name != ""
    }
  }
}

resource "azapi_resource" "azure_ml_endpoints" {
  for_each = {
    for key, link in local.azure_ml_links : key => link
    if lookup(link, "wanted", true)
  }

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = each.value.name
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-${each.value.name}"
      privateLinkServiceConnections = [
        {
          name = each.value.name
          properties = {
            privateLinkServiceId = each.value.target
            groupIds             = [each.value.groupId]
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "azure_ml_endpoint_zones" {
  for_each = {
    for key, link in local.azure_ml_links : key => link
    if lookup(link, "wanted", true)
  }

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.azure_ml_endpoints[each.key].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        for zone in each.value.zones : {
          name = zone
          properties = {
            privateDnsZoneId = azapi_resource.azure_ml_dns_zones[zone].id
          }
        }
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.azure_ml_dns_zone_links]
}

# Reader
resource "azapi_resource" "workspace_reads_blob_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.private_endpoints["blob"].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.private_endpoints["blob"].id, azapi_resource.ml_workspace.id, "acdd72a7-3385-48ef-bd42-f606fba81ae7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
      principalId      = azapi_resource.ml_workspace.output.identity.principalId
      principalType    = "ServicePrincipal"
      description      = "Let the studio preview data behind the private endpoint."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Reader
resource "azapi_resource" "workspace_reads_file_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.file_endpoint[0].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.file_endpoint[0].id, azapi_resource.ml_workspace.id, "acdd72a7-3385-48ef-bd42-f606fba81ae7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
      principalId      = azapi_resource.ml_workspace.output.identity.principalId
      principalType    = "ServicePrincipal"
      description      = "Let the studio preview data behind the private endpoint."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AcrPush
resource "azapi_resource" "training_push" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.container_registry.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.container_registry.id, azapi_resource.training_identity.id, "8311e382-0749-4cb8-b61a-304f252e45ec"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/8311e382-0749-4cb8-b61a-304f252e45ec"
      principalId      = azapi_resource.training_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Push the images that the training cluster builds, as only it reaches the private registry."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}
