# Printed by Quayside from its definition. Change the definition, not this file.

resource "azapi_resource" "cluster" {
  type      = "Microsoft.ContainerService/managedClusters@2026-05-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "aks-${var.environment_name}-${var.suffix}"
  location  = local.location

  identity {
    type         = "UserAssigned"
    identity_ids = [azapi_resource.identity.id]
  }

  body = {
    sku = {
      name = "Base"
      tier = local.profile.tier
    }
    properties = {
      agentPoolProfiles = [
        {
          name              = "system"
          availabilityZones = local.profile.zones
          count             = 1
        },
      ]
      autoScalerProfile = {
        "scale-down-unneeded-time" = "10m"
        expander                   = "least-waste"
      }
    }
  }
  response_export_values     = ["properties.fqdn"]
  ignore_casing              = true
  ignore_other_items_in_list = ["properties.agentPoolProfiles"]
  list_unique_id_property = {
    "properties.agentPoolProfiles" = "name"
  }

  timeouts {
    create = "90m"
    update = "90m"
    delete = "90m"
  }
}

resource "azapi_resource" "pool" {
  type      = "Microsoft.ContainerService/managedClusters/agentPools@2026-05-01"
  parent_id = azapi_resource.cluster.id
  name      = "mlpool"

  body = {
    properties = merge(local.pool_defaults, {
      vmSize = "Standard_DS3_v2"
    })
  }

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}

resource "azapi_resource" "gpu_pool" {
  count = var.enable_gpu ? 1 : 0

  type      = "Microsoft.ContainerService/managedClusters/agentPools@2026-05-01"
  parent_id = azapi_resource.cluster.id
  name      = "gpupool"

  body = {
    properties = {
      mode         = "User"
      spotMaxPrice = 0.5
      vmSize       = "Standard_NC4as_T4_v3"
    }
  }
  response_export_values = ["properties.currentOrchestratorVersion"]
  ignore_null_property   = true

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}
