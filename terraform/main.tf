# Printed by Quayside from its definition. Change the definition, not this file.

# Subscription and credentials come from the environment: az login, or the ARM_* variables.
provider "azapi" {
  disable_default_output = true
}

data "azapi_client_config" "current" {
  lifecycle {
    postcondition {
      condition     = self.subscription_id != ""
      error_message = "No subscription is named: set ARM_SUBSCRIPTION_ID."
    }
  }
}

data "azapi_resource" "resource_group" {
  type      = "Microsoft.Resources/resourceGroups@2025-04-01"
  parent_id = data.azapi_client_config.current.subscription_resource_id
  name      = var.resource_group_name
}
