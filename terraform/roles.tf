# Printed by Quayside from its definition. Change the definition, not this file.

# Network Contributor
resource "azapi_resource" "control_plane_nodes" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = "${azapi_resource.virtual_network.id}/subnets/snet-aks-nodes"
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", ["${azapi_resource.virtual_network.id}/subnets/snet-aks-nodes", azapi_resource.control_plane_identity.id, "4d97b98b-1d4f-4787-a291-c67834d212e7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7"
      principalId      = azapi_resource.control_plane_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Join nodes and internal load balancers to the node subnet."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Network Contributor
resource "azapi_resource" "control_plane_ingress" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = "${azapi_resource.virtual_network.id}/subnets/snet-ingress"
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", ["${azapi_resource.virtual_network.id}/subnets/snet-ingress", azapi_resource.control_plane_identity.id, "4d97b98b-1d4f-4787-a291-c67834d212e7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7"
      principalId      = azapi_resource.control_plane_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Put front ends of internal load balancers into the ingress subnet."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Network Contributor
resource "azapi_resource" "control_plane_api_server" {
  count = local.profile.privateApiServer || local.profile.egress != "natGateway" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = "${azapi_resource.virtual_network.id}/subnets/snet-aks-apiserver"
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", ["${azapi_resource.virtual_network.id}/subnets/snet-aks-apiserver", azapi_resource.control_plane_identity.id, "4d97b98b-1d4f-4787-a291-c67834d212e7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7"
      principalId      = azapi_resource.control_plane_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Put the API server into its subnet."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Network Contributor
resource "azapi_resource" "control_plane_routes" {
  count = local.profile.egress != "natGateway" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.egress_routes[0].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.egress_routes[0].id, azapi_resource.control_plane_identity.id, "4d97b98b-1d4f-4787-a291-c67834d212e7"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7"
      principalId      = azapi_resource.control_plane_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "See that the route out leads to the firewall, which AKS asks for before it makes the cluster."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Managed Identity Operator
resource "azapi_resource" "control_plane_kubelet" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.kubelet_identity.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.kubelet_identity.id, azapi_resource.control_plane_identity.id, "f1a07417-d97a-45cb-824c-7a7467783830"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/f1a07417-d97a-45cb-824c-7a7467783830"
      principalId      = azapi_resource.control_plane_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Give the nodes the kubelet identity."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AcrPull
resource "azapi_resource" "kubelet_pull" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.container_registry.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.container_registry.id, azapi_resource.kubelet_identity.id, "7f951dda-4ed3-4680-a7ca-43fe172d538d"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
      principalId      = azapi_resource.kubelet_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Pull images onto the nodes."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AcrPull
resource "azapi_resource" "training_pull" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.container_registry.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.container_registry.id, azapi_resource.training_identity.id, "7f951dda-4ed3-4680-a7ca-43fe172d538d"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
      principalId      = azapi_resource.training_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Pull training images."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Storage Blob Data Contributor
resource "azapi_resource" "training_data" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.storage_account.id, azapi_resource.training_identity.id, "ba92f5b4-2d11-453d-a403-e96b0029c9fe"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe"
      principalId      = azapi_resource.training_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Read data and write models, metrics and logs."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Key Vault Secrets User
resource "azapi_resource" "training_secrets" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.key_vault.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.key_vault.id, azapi_resource.training_identity.id, "4633458b-17de-408a-b874-0445c86b69e6"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"
      principalId      = azapi_resource.training_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Read the secrets that jobs name."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Monitoring Metrics Publisher
resource "azapi_resource" "training_telemetry" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.application_insights.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.application_insights.id, azapi_resource.training_identity.id, "3913510d-42f4-4e42-8a64-420c390055eb"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/3913510d-42f4-4e42-8a64-420c390055eb"
      principalId      = azapi_resource.training_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Publish metrics of training jobs."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AcrPull
resource "azapi_resource" "endpoint_pull" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.container_registry.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.container_registry.id, azapi_resource.endpoint_identity.id, "7f951dda-4ed3-4680-a7ca-43fe172d538d"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
      principalId      = azapi_resource.endpoint_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Pull the image of the model server."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Storage Blob Data Reader
resource "azapi_resource" "endpoint_models" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.storage_account.id, azapi_resource.endpoint_identity.id, "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
      principalId      = azapi_resource.endpoint_identity.output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Download the model that is served."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Storage Blob Data Contributor
resource "azapi_resource" "operator_data" {
  count = var.operator_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.storage_account.id, var.operator_object_id, "ba92f5b4-2d11-453d-a403-e96b0029c9fe"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe"
      principalId      = var.operator_object_id
      principalType    = var.operator_type
      description      = "Upload training data and read models and held-out predictions."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}
