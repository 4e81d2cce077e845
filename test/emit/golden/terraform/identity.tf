# Printed by Quayside from its definition. Change the definition, not this file.

# Acts for the cluster; its roles are given before the cluster is made, because the cluster needs
# them while it is being made and Azure does not wait for them by itself.
resource "azapi_resource" "identity" {
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = data.azapi_resource.resource_group.id
  name      = "id-mlops"
  location  = local.location

  response_export_values = ["properties.principalId"]
}
