# Printed by Quayside from its definition. Change the definition, not this file.

resource "azapi_resource" "role" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.cluster.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.cluster.id, azapi_resource.identity.id]))

  body = {
    properties = {
      principalId      = azapi_resource.identity.output.properties.principalId
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
      description      = "Reads ${azapi_resource.cluster.name}; it's \"${azapi_resource.cluster.output.properties.fqdn}\"."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}
