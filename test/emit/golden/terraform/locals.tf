# Printed by Quayside from its definition. Change the definition, not this file.

locals {
  location = var.location != null ? var.location : data.azapi_resource.resource_group.location

  # What differs between environments.
  profiles = {
    dev = {
      tier  = "Free"
      zones = []
    }
    prod = {
      tier  = "Standard"
      zones = ["1", "2", "3"]
    }
  }

  profile = local.profiles[var.environment_name]

  pool_defaults = {
    mode  = "User"
    count = var.node_count
  }
}
