# Printed by Quayside from its definition. Change the definition, not this file.

# AzureML Data Scientist
resource "azapi_resource" "training_runs" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_workspace.id, azapi_resource.training_identity.id, "f6c7c914-8db3-469d-8ca1-694a8f32e121"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/f6c7c914-8db3-469d-8ca1-694a8f32e121"
      principalId      = azapi_resource.training_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Log runs and register models from training jobs."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AzureML Metrics Writer (preview)
resource "azapi_resource" "endpoint_metrics" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_workspace.id, azapi_resource.endpoint_identity.id, "635dd51f-9968-44d3-b7fb-6d9a6bd613ae"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/635dd51f-9968-44d3-b7fb-6d9a6bd613ae"
      principalId      = azapi_resource.endpoint_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Write the metrics of served models."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AzureML Data Scientist
resource "azapi_resource" "operator_runs" {
  count = var.operator_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_workspace.id, var.operator_object_id, "f6c7c914-8db3-469d-8ca1-694a8f32e121"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/f6c7c914-8db3-469d-8ca1-694a8f32e121"
      principalId      = var.operator_object_id
      principalType    = var.operator_type
      description      = "Submit jobs, register models and release them."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Costs nothing while idle: it scales from zero and back after fifteen minutes.
resource "azapi_resource" "cpu_cluster" {
  type      = "Microsoft.MachineLearningServices/workspaces/computes@2026-05-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = "cpu-cluster"
  location  = local.location
  tags      = local.resource_tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azapi_resource.training_identity.id]
  }

  body = {
    properties = {
      computeType      = "AmlCompute"
      computeLocation  = local.location
      disableLocalAuth = true
      properties = {
        osType     = "Linux"
        vmSize     = var.ml_compute_sku
        vmPriority = "Dedicated"
        scaleSettings = {
          minNodeCount                = 0
          maxNodeCount                = var.ml_compute_max_nodes
          nodeIdleTimeBeforeScaleDown = "PT15M"
        }
        subnet = {
          id = "${azapi_resource.virtual_network.id}/subnets/snet-ml-compute"
        }
        enableNodePublicIp          = false
        remoteLoginPortPublicAccess = "Disabled"
      }
    }
  }
  ignore_casing = true
  retry = {
    error_message_regex = [
      "LinkedAuthorizationFailed",
      "CustomKubeletIdentityMissingPermissionError",
      "does not have permission to perform action",
    ]
  }

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }

  depends_on = [
    azapi_resource.training_pull,
    azapi_resource.training_data,
    azapi_resource.private_endpoint_zones,
    azapi_resource.file_endpoint_zones,
    azapi_resource.azure_ml_endpoint_zones,
    azapi_resource.firewall,
    azapi_resource.hub_peering,
  ]
}

# For jobs that can start again; Azure ML counts it against a quota of its own.
resource "azapi_resource" "spot_cluster" {
  count = local.profile.lowPriorityCluster ? 1 : 0

  type      = "Microsoft.MachineLearningServices/workspaces/computes@2026-05-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = "spot-cluster"
  location  = local.location
  tags      = local.resource_tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azapi_resource.training_identity.id]
  }

  body = {
    properties = {
      computeType      = "AmlCompute"
      computeLocation  = local.location
      disableLocalAuth = true
      properties = {
        osType     = "Linux"
        vmSize     = var.ml_compute_sku
        vmPriority = "LowPriority"
        scaleSettings = {
          minNodeCount                = 0
          maxNodeCount                = var.ml_compute_max_nodes
          nodeIdleTimeBeforeScaleDown = "PT15M"
        }
        subnet = {
          id = "${azapi_resource.virtual_network.id}/subnets/snet-ml-compute"
        }
        enableNodePublicIp          = false
        remoteLoginPortPublicAccess = "Disabled"
      }
    }
  }
  ignore_casing = true
  retry = {
    error_message_regex = [
      "LinkedAuthorizationFailed",
      "CustomKubeletIdentityMissingPermissionError",
      "does not have permission to perform action",
    ]
  }

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }

  depends_on = [
    azapi_resource.training_pull,
    azapi_resource.training_data,
    azapi_resource.private_endpoint_zones,
    azapi_resource.file_endpoint_zones,
    azapi_resource.azure_ml_endpoint_zones,
    azapi_resource.firewall,
    azapi_resource.hub_peering,
  ]
}
