# Printed by Quayside from its definition. Change the definition, not this file.

# The cluster acts as this identity: it joins nodes to the subnet and assigns the kubelet identity.
resource "azapi_resource" "control_plane_identity" {
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = data.azapi_resource.resource_group.id
  name      = "id-aks-control-plane"
  location  = local.location
  tags      = local.resource_tags

  response_export_values = ["properties.principalId"]
}

# The nodes act as this identity: they pull images.
resource "azapi_resource" "kubelet_identity" {
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = data.azapi_resource.resource_group.id
  name      = "id-aks-kubelet"
  location  = local.location
  tags      = local.resource_tags

  response_export_values = ["properties.principalId", "properties.clientId"]
}

# Training jobs act as this identity.
resource "azapi_resource" "training_identity" {
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = data.azapi_resource.resource_group.id
  name      = "id-ml-training"
  location  = local.location
  tags      = local.resource_tags

  response_export_values = ["properties.principalId"]
}

# Online endpoints act as this identity: they fetch models and images.
resource "azapi_resource" "endpoint_identity" {
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30"
  parent_id = data.azapi_resource.resource_group.id
  name      = "id-ml-endpoint"
  location  = local.location
  tags      = local.resource_tags

  response_export_values = ["properties.principalId"]
}
