# Printed by Quayside from its definition. Change the definition, not this file.

output "cluster_name" {
  description = "Name of the cluster."
  value       = azapi_resource.cluster.name
}

output "gpu_version" {
  description = "Kubernetes version of the GPU pool, if there is one."
  value       = one(azapi_resource.gpu_pool[*].output.properties.currentOrchestratorVersion)
}
