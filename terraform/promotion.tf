# Printed by Quayside from its definition. Change the definition, not this file.

# Its own region is among the regions, and Azure never takes one away.
resource "azapi_resource" "ml_registry" {
  count = var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.MachineLearningServices/registries@2026-05-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = var.ml_registry_name
  location  = local.location
  tags      = local.resource_tags

  identity {
    type = "SystemAssigned"
  }

  body = {
    properties = {
      publicNetworkAccess = local.profile.privateNetworking ? "Disabled" : "Enabled"
      regionDetails = [
        {
          location = local.location
          acrDetails = [
            {
              systemCreatedAcrAccount = {
                acrAccountSku = "Premium"
              }
            },
          ]
          storageAccountDetails = [
            {
              systemCreatedStorageAccount = {
                storageAccountType       = local.profile.storageSku
                storageAccountHnsEnabled = false
                allowBlobPublicAccess    = false
              }
            },
          ]
        },
      ]
    }
  }
  response_export_values = ["properties.regionDetails"]
}

resource "azapi_resource" "ml_registry_diagnostics" {
  count = var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.ml_registry[0].id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId = azapi_resource.log_analytics.id
      logs = concat(
        [
          {
            category = "RegistryAssetWriteEvent"
            enabled  = true
          },
        ],
        local.profile.diagnosticLogs == "Full" ? [
          {
            category = "RegistryAssetReadEvent"
            enabled  = true
          },
        ] : []
      )
    }
  }
  ignore_casing = true
}

# AzureML Registry User
resource "azapi_resource" "training_shares" {
  count = var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_registry[0].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_registry[0].id, azapi_resource.training_identity.id, "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/1823dd4f-9b8c-4ab6-ab4e-7397a3684615"
      principalId      = azapi_resource.training_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Use shared environments and models in training."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AzureML Registry User
resource "azapi_resource" "endpoint_shares" {
  count = var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_registry[0].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_registry[0].id, azapi_resource.endpoint_identity.id, "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/1823dd4f-9b8c-4ab6-ab4e-7397a3684615"
      principalId      = azapi_resource.endpoint_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Serve models that were promoted through the registry."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AzureML Registry User
resource "azapi_resource" "operator_shares" {
  count = var.ml_registry_name != "" && var.operator_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_registry[0].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_registry[0].id, var.operator_object_id, "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/1823dd4f-9b8c-4ab6-ab4e-7397a3684615"
      principalId      = var.operator_object_id
      principalType    = var.operator_type
      description      = "Share models with other workspaces."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}
