# Printed by Quayside from its definition. Change the definition, not this file.

# Pipelines act as this identity.
resource "azapi_resource" "pipeline_identity" {
  count = var.github_repository != "" || var.azure_dev_ops_subject != "" ? 1 : 0

  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = data.azapi_resource.resource_group.id
  name      = "id-ml-pipeline"
  location  = local.location
  tags      = local.resource_tags

  response_export_values = ["properties.principalId"]
}

# Azure refuses concurrent writes on the credentials of one identity.
resource "azapi_resource" "github_federation" {
  count = var.github_repository != "" ? 1 : 0

  type      = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30"
  parent_id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ml-pipeline"
  name      = "github"

  body = {
    properties = {
      issuer    = "https://token.actions.githubusercontent.com"
      subject   = "repo:${var.github_repository}:environment:${var.environment}"
      audiences = ["api://AzureADTokenExchange"]
    }
  }

  depends_on = [azapi_resource.pipeline_identity]
}

# Azure refuses concurrent writes on the credentials of one identity.
resource "azapi_resource" "azure_dev_ops_federation" {
  count = var.azure_dev_ops_subject != "" ? 1 : 0

  type      = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30"
  parent_id = "${data.azapi_resource.resource_group.id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ml-pipeline"
  name      = "azure-devops"

  body = {
    properties = {
      issuer    = var.azure_dev_ops_issuer
      subject   = var.azure_dev_ops_subject
      audiences = ["api://AzureADTokenExchange"]
    }
  }

  depends_on = [azapi_resource.pipeline_identity, azapi_resource.github_federation]
}

# AzureML Data Scientist
resource "azapi_resource" "pipeline_jobs" {
  count = var.github_repository != "" || var.azure_dev_ops_subject != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_workspace.id, azapi_resource.pipeline_identity[0].id, "f6c7c914-8db3-469d-8ca1-694a8f32e121"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/f6c7c914-8db3-469d-8ca1-694a8f32e121"
      principalId      = azapi_resource.pipeline_identity[0].output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Submit jobs, register models and release them."
    }
  }
  ignore_null_property = true
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AcrPush
resource "azapi_resource" "pipeline_images" {
  count = var.github_repository != "" || var.azure_dev_ops_subject != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.container_registry.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.container_registry.id, azapi_resource.pipeline_identity[0].id, "8311e382-0749-4cb8-b61a-304f252e45ec"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/8311e382-0749-4cb8-b61a-304f252e45ec"
      principalId      = azapi_resource.pipeline_identity[0].output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Push images of models."
    }
  }
  ignore_null_property = true
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Storage Blob Data Contributor
resource "azapi_resource" "pipeline_data" {
  count = var.github_repository != "" || var.azure_dev_ops_subject != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.storage_account.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.storage_account.id, azapi_resource.pipeline_identity[0].id, "ba92f5b4-2d11-453d-a403-e96b0029c9fe"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe"
      principalId      = azapi_resource.pipeline_identity[0].output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Upload data and read models."
    }
  }
  ignore_null_property = true
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# AzureML Registry User
resource "azapi_resource" "pipeline_shares" {
  count = (var.github_repository != "" || var.azure_dev_ops_subject != "") && var.ml_registry_name != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.ml_registry[0].id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.ml_registry[0].id, azapi_resource.pipeline_identity[0].id, "1823dd4f-9b8c-4ab6-ab4e-7397a3684615"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/1823dd4f-9b8c-4ab6-ab4e-7397a3684615"
      principalId      = azapi_resource.pipeline_identity[0].output.properties.principalId
      principalType    = "ServicePrincipal"
      description      = "Share models with other workspaces."
    }
  }
  ignore_null_property = true
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Contributor
resource "azapi_resource" "deployer_resources" {
  count = var.deployer_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [data.azapi_resource.resource_group.id, var.deployer_object_id, "b24988ac-6180-42a0-ab88-20f7382dd24c"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
      principalId      = var.deployer_object_id
      principalType    = var.deployer_type
      description      = "Deploy the platform."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }

  lifecycle {
    ignore_changes = [body]
  }
}

# Role Based Access Control Administrator
resource "azapi_resource" "deployer_roles" {
  count = var.deployer_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [data.azapi_resource.resource_group.id, var.deployer_object_id, "f58310d9-a9f6-439a-9e8d-f62e7b41a168"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/f58310d9-a9f6-439a-9e8d-f62e7b41a168"
      principalId      = var.deployer_object_id
      principalType    = var.deployer_type
      description      = "Give the platform's identities their roles, and no others: a condition names the roles and the kinds of principals."
      condition        = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.assignable_roles}} AND @Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'${var.operator_object_id == "" ? "" : ", '${var.operator_type}'"}${var.cluster_operator_object_id == "" ? "" : ", '${var.cluster_operator_type}'"}})) AND ((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${local.assignable_roles}} AND @Resource[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'${var.operator_object_id == "" ? "" : ", '${var.operator_type}'"}${var.cluster_operator_object_id == "" ? "" : ", '${var.cluster_operator_type}'"}}))"
      conditionVersion = "2.0"
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }

  lifecycle {
    ignore_changes = [body]
  }
}

# Resource Policy Contributor
resource "azapi_resource" "deployer_policies" {
  count = var.deployer_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [data.azapi_resource.resource_group.id, var.deployer_object_id, "36243c78-bf99-498c-9df9-86d9f8d28608"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/36243c78-bf99-498c-9df9-86d9f8d28608"
      principalId      = var.deployer_object_id
      principalType    = var.deployer_type
      description      = "Assign the platform's policies."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }

  lifecycle {
    ignore_changes = [body]
  }
}

# Locks Contributor
resource "azapi_resource" "deployer_locks" {
  count = local.profile.deletionLocks && var.deployer_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [data.azapi_resource.resource_group.id, var.deployer_object_id, "28bf596f-4eb7-45ce-b5bc-6cf482fec137"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/28bf596f-4eb7-45ce-b5bc-6cf482fec137"
      principalId      = var.deployer_object_id
      principalType    = var.deployer_type
      description      = "Lock what must not be deleted."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }

  lifecycle {
    ignore_changes = [body]
  }
}

# Azure Kubernetes Service RBAC Cluster Admin
resource "azapi_resource" "deployer_objects" {
  count = var.deployer_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.aks_cluster.id, var.deployer_object_id, "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
      principalId      = var.deployer_object_id
      principalType    = var.deployer_type
      description      = "Apply what belongs on the cluster."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }

  lifecycle {
    ignore_changes = [body]
  }
}
