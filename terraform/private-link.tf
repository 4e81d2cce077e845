# Printed by Quayside from its definition. Change the definition, not this file.

locals {
  private_zone_names = {
    vault        = { name = "privatelink.vaultcore.azure.net" }
    blob         = { name = "privatelink.blob.${var.azure_cloud.suffixes.storage}" }
    file         = { name = "privatelink.file.${var.azure_cloud.suffixes.storage}" }
    registry     = { name = "privatelink.azurecr.io" }
    workspaceApi = { name = "privatelink.api.azureml.ms", wanted = true }
    notebooks    = { name = "privatelink.notebooks.azure.net", wanted = true }
    monitor      = { name = "privatelink.monitor.azure.com" }
    oms          = { name = "privatelink.oms.opinsights.azure.com" }
    ods          = { name = "privatelink.ods.opinsights.azure.com" }
    agents       = { name = "privatelink.agentsvc.azure-automation.net" }
    prometheus   = { name = "privatelink.${local.region}.prometheus.monitor.azure.com" }
  }
}

resource "azapi_resource" "private_dns_zones" {
  for_each = {
    for key, zone in local.private_zone_names : key => zone
    if lookup(zone, "wanted", local.profile.privateNetworking)
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
    if lookup(zone, "wanted", local.profile.privateNetworking)
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

resource "azapi_resource" "vault_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-vault"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-vault"
      privateLinkServiceConnections = [
        {
          name = "pep-vault"
          properties = {
            privateLinkServiceId = azapi_resource.key_vault.id
            groupIds             = ["vault"]
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "blob_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-blob"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-blob"
      privateLinkServiceConnections = [
        {
          name = "pep-blob"
          properties = {
            privateLinkServiceId = azapi_resource.storage_account.id
            groupIds             = ["blob"]
          }
        },
      ]
    }
  }
  ignore_casing = true
}

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
}

resource "azapi_resource" "registry_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-registry"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-registry"
      privateLinkServiceConnections = [
        {
          name = "pep-registry"
          properties = {
            privateLinkServiceId = azapi_resource.container_registry.id
            groupIds             = ["registry"]
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.registry_replica]
}

resource "azapi_resource" "workspace_endpoint" {
  count = true ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-workspace"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-workspace"
      privateLinkServiceConnections = [
        {
          name = "pep-workspace"
          properties = {
            privateLinkServiceId = azapi_resource.ml_workspace.id
            groupIds             = ["amlworkspace"]
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "ml_registry_endpoint" {
  count = local.profile.privateNetworking && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-ml-registry"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-ml-registry"
      privateLinkServiceConnections = [
        {
          name = "pep-ml-registry"
          properties = {
            privateLinkServiceId = azapi_resource.ml_registry[0].id
            groupIds             = ["amlregistry"]
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "ml_registry_storage_endpoint" {
  count = local.profile.privateNetworking && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-ml-registry-storage"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-ml-registry-storage"
      privateLinkServiceConnections = [
        {
          name = "pep-ml-registry-storage"
          properties = {
            privateLinkServiceId = azapi_resource.ml_registry[0].output.properties.regionDetails[0].storageAccountDetails[0].systemCreatedStorageAccount.armResourceId.resourceId
            groupIds             = ["blob"]
          }
        },
      ]
    }
  }
  ignore_casing        = true
  ignore_null_property = true
}

resource "azapi_resource" "ml_registry_images_endpoint" {
  count = local.profile.privateNetworking && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-ml-registry-images"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-ml-registry-images"
      privateLinkServiceConnections = [
        {
          name = "pep-ml-registry-images"
          properties = {
            privateLinkServiceId = azapi_resource.ml_registry[0].output.properties.regionDetails[0].acrDetails[0].systemCreatedAcrAccount.armResourceId.resourceId
            groupIds             = ["registry"]
          }
        },
      ]
    }
  }
  ignore_casing        = true
  ignore_null_property = true
}

resource "azapi_resource" "monitor_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-monitor"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-monitor"
      privateLinkServiceConnections = [
        {
          name = "pep-monitor"
          properties = {
            privateLinkServiceId = azapi_resource.monitor_scope[0].id
            groupIds             = ["azuremonitor"]
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [
    azapi_resource.monitor_scope_logs,
    azapi_resource.monitor_scope_insights,
    azapi_resource.monitor_scope_collection,
  ]
}

resource "azapi_resource" "prometheus_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints@2025-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "pep-prometheus"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      subnet = {
        id = "${azapi_resource.virtual_network.id}/subnets/snet-private-endpoints"
      }
      customNetworkInterfaceName = "nic-pep-prometheus"
      privateLinkServiceConnections = [
        {
          name = "pep-prometheus"
          properties = {
            privateLinkServiceId = azapi_resource.monitor_account.id
            groupIds             = ["prometheusMetrics"]
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "vault_endpoint_zones" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.vault_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "vault"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["vault"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

resource "azapi_resource" "blob_endpoint_zones" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.blob_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "blob"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["blob"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
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

resource "azapi_resource" "registry_endpoint_zones" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.registry_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "registry"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["registry"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

resource "azapi_resource" "workspace_endpoint_zones" {
  count = true ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.workspace_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "workspaceApi"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["workspaceApi"].id
          }
        },
        {
          name = "notebooks"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["notebooks"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

resource "azapi_resource" "ml_registry_endpoint_zones" {
  count = local.profile.privateNetworking && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.ml_registry_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "workspaceApi"
          properties = {
            privateDnsZoneId = "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/privateDnsZones/privatelink.api.azureml.ms"
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zones, azapi_resource.private_dns_zone_links]
}

resource "azapi_resource" "ml_registry_storage_endpoint_zones" {
  count = local.profile.privateNetworking && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.ml_registry_storage_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "blob"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["blob"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

resource "azapi_resource" "ml_registry_images_endpoint_zones" {
  count = local.profile.privateNetworking && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.ml_registry_images_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "registry"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["registry"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

resource "azapi_resource" "monitor_endpoint_zones" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.monitor_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "monitor"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["monitor"].id
          }
        },
        {
          name = "oms"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["oms"].id
          }
        },
        {
          name = "ods"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["ods"].id
          }
        },
        {
          name = "agents"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["agents"].id
          }
        },
        {
          name = "blob"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["blob"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

resource "azapi_resource" "prometheus_endpoint_zones" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01"
  parent_id = azapi_resource.prometheus_endpoint[0].id
  name      = "default"

  body = {
    properties = {
      privateDnsZoneConfigs = [
        {
          name = "prometheus"
          properties = {
            privateDnsZoneId = azapi_resource.private_dns_zones["prometheus"].id
          }
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.private_dns_zone_links]
}

# Reader
resource "azapi_resource" "workspace_reads_blob_endpoint" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.blob_endpoint[0].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.blob_endpoint[0].id, azapi_resource.ml_workspace.id, "acdd72a7-3385-48ef-bd42-f606fba81ae7"]))

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
