# Printed by Quayside from its definition. Change the definition, not this file.

# Written once.
resource "azapi_update_resource" "note" {
  type      = "Microsoft.Resources/tags@2025-04-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "default"

  body = {
    properties = {
      tags = {
        gpuVersion = one(azapi_resource.gpu_pool[*].output.properties.currentOrchestratorVersion) != null ? one(azapi_resource.gpu_pool[*].output.properties.currentOrchestratorVersion) : "none"
        gpuPool    = "${azapi_resource.cluster.id}/agentPools/gpupool"
        region     = local.location
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

  lifecycle {
    ignore_changes = [body]
  }

  depends_on = [azapi_resource.role]
}
