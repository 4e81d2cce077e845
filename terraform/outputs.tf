# Printed by Quayside from its definition. Change the definition, not this file.

output "cluster_name" {
  description = "Name of the AKS cluster."
  value       = azapi_resource.aks_cluster.name
}

output "oidc_issuer_url" {
  description = "Issuer of the workload identity tokens of the cluster."
  value       = azapi_resource.aks_cluster.output.properties.oidcIssuerProfile.issuerURL
}

output "workspace_name" {
  description = "Name of the Azure Machine Learning workspace."
  value       = azapi_resource.ml_workspace.name
}

output "workspace_id" {
  description = "Resource id of the Azure Machine Learning workspace."
  value       = azapi_resource.ml_workspace.id
}

output "kubernetes_compute_name" {
  description = "Compute target that stands for the cluster in the workspace."
  value       = azapi_resource.aks_compute.name
}

output "registry_login_server" {
  description = "Host name of the container registry."
  value       = azapi_resource.container_registry.output.properties.loginServer
}

output "storage_account_name" {
  description = "Name of the storage account."
  value       = azapi_resource.storage_account.name
}

output "key_vault_uri" {
  description = "Address of the key vault."
  value       = azapi_resource.key_vault.output.properties.vaultUri
}

output "endpoint_identity_id" {
  description = "Resource id of the identity that online endpoints use."
  value       = azapi_resource.endpoint_identity.id
}
