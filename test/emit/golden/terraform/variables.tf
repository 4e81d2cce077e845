# Printed by Quayside from its definition. Change the definition, not this file.

variable "resource_group_name" {
  description = "Resource group that holds the platform; it must exist."
  type        = string
  nullable    = false
}

variable "location" {
  description = "Azure region of every resource. Computed when null."
  type        = string
  default     = null
}

variable "environment_name" {
  description = "Environment; chooses sizes."
  type        = string
  default     = "dev"
  nullable    = false

  validation {
    condition     = contains(["dev", "prod"], var.environment_name)
    error_message = "environment_name: use one of dev, prod."
  }
}

variable "node_count" {
  description = "Nodes of the pool."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = floor(var.node_count) == var.node_count
    error_message = "node_count: give an integer."
  }

  validation {
    condition     = var.node_count >= 1 && var.node_count <= 100
    error_message = "node_count: use 1 to 100."
  }
}

variable "enable_gpu" {
  description = "Adds a pool with GPUs."
  type        = bool
  default     = false
  nullable    = false
}

variable "suffix" {
  description = "Ending of names that must be unique; the team's own."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.suffix) >= 3 && length(var.suffix) <= 6
    error_message = "suffix: use 3 to 6 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.suffix))
    error_message = "suffix: match ^[a-z0-9]+$."
  }
}
