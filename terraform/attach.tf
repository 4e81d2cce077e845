# Printed by Quayside from its definition. Change the definition, not this file.

# Azure Kubernetes Service Cluster Admin Role
resource "azapi_resource" "workspace_cluster_admin" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.aks_cluster.id, azapi_resource.ml_workspace.id, "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8"
      principalId      = azapi_resource.ml_workspace.output.identity.principalId
      principalType    = "ServicePrincipal"
      description      = "Attach the cluster to the workspace."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Azure Kubernetes Service RBAC Cluster Admin
resource "azapi_resource" "workspace_cluster_rbac" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.aks_cluster.id, azapi_resource.ml_workspace.id, "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
      principalId      = azapi_resource.ml_workspace.output.identity.principalId
      principalType    = "ServicePrincipal"
      description      = "Run jobs and models on the cluster; with Azure RBAC this is the role that Kubernetes checks."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Kubernetes Extension Contributor
resource "azapi_resource" "workspace_extension" {
  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.aks_cluster.id, azapi_resource.ml_workspace.id, "85cb6faf-e071-4c9b-8136-154b5a04f717"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/85cb6faf-e071-4c9b-8136-154b5a04f717"
      principalId      = azapi_resource.ml_workspace.output.identity.principalId
      principalType    = "ServicePrincipal"
      description      = "See and configure the Azure ML extension."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}

# Lets Azure ML reach the API server although local accounts are off.
resource "azapi_resource" "trusted_access" {
  type      = "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "azureml"

  body = {
    properties = {
      sourceResourceId = azapi_resource.ml_workspace.id
      roles            = ["Microsoft.MachineLearningServices/workspaces/mlworkload"]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.node_upgrades]
}

# Training pods prove who they are with their service account's token; no secret is involved.
resource "azapi_resource" "default_account_federation" {
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30"
  parent_id = azapi_resource.training_identity.id
  name      = "aks-default"

  body = {
    properties = {
      issuer    = azapi_resource.aks_cluster.output.properties.oidcIssuerProfile.issuerURL
      subject   = "system:serviceaccount:${var.compute_namespace}:default"
      audiences = ["api://AzureADTokenExchange"]
    }
  }
}

# Training pods prove who they are with their service account's token; no secret is involved.
resource "azapi_resource" "training_account_federation" {
  type      = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30"
  parent_id = azapi_resource.training_identity.id
  name      = "aks-training"

  body = {
    properties = {
      issuer    = azapi_resource.aks_cluster.output.properties.oidcIssuerProfile.issuerURL
      subject   = "system:serviceaccount:${var.compute_namespace}:training"
      audiences = ["api://AzureADTokenExchange"]
    }
  }

  depends_on = [azapi_resource.default_account_federation]
}

# Runs Azure ML's jobs and models on the cluster. Settings are text, booleans included; the CLI adds
# those from clusterId on by itself, and without them the installation fails.
resource "azapi_resource" "azure_ml_extension" {
  type      = "Microsoft.KubernetesConfiguration/extensions@2025-03-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "azureml"

  identity {
    type = "SystemAssigned"
  }

  body = {
    properties = {
      extensionType           = "microsoft.azureml.kubernetes"
      releaseTrain            = "stable"
      autoUpgradeMinorVersion = true
      scope = {
        cluster = {
          releaseNamespace = "azureml"
        }
      }
      aksAssignedIdentity = {
        type = "SystemAssigned"
      }
      configurationSettings = merge(
        {
          enableTraining                                          = "True"
          enableInference                                         = "True"
          inferenceRouterServiceType                              = "LoadBalancer"
          internalLoadBalancerProvider                            = "azure"
          inferenceRouterHA                                       = local.profile.inferenceRouterHa
          installPromOp                                           = "True"
          installVolcano                                          = "True"
          installNvidiaDevicePlugin                               = var.enable_gpu_nodes ? "True" : "False"
          installDcgmExporter                                     = var.enable_gpu_nodes ? "True" : "False"
          "amloperator.skipResourceValidation"                    = var.enable_auto_scaling || var.volcano_config_map != "" ? "true" : "false"
          "nginxIngress.controller"                               = "k8s.io/amlarc-ingress-nginx"
          "toleration[0].key"                                     = "workload"
          "toleration[0].operator"                                = "Equal"
          "toleration[0].value"                                   = "ml"
          "toleration[0].effect"                                  = "NoSchedule"
          "toleration[1].key"                                     = "kubernetes.azure.com/scalesetpriority"
          "toleration[1].operator"                                = "Equal"
          "toleration[1].value"                                   = "spot"
          "toleration[1].effect"                                  = "NoSchedule"
          "toleration[2].key"                                     = "sku"
          "toleration[2].operator"                                = "Equal"
          "toleration[2].value"                                   = "gpu"
          "toleration[2].effect"                                  = "NoSchedule"
          "workLoadToleration[0].key"                             = "workload"
          "workLoadToleration[0].operator"                        = "Equal"
          "workLoadToleration[0].value"                           = "ml"
          "workLoadToleration[0].effect"                          = "NoSchedule"
          "workLoadToleration[1].key"                             = "kubernetes.azure.com/scalesetpriority"
          "workLoadToleration[1].operator"                        = "Equal"
          "workLoadToleration[1].value"                           = "spot"
          "workLoadToleration[1].effect"                          = "NoSchedule"
          "workLoadToleration[2].key"                             = "sku"
          "workLoadToleration[2].operator"                        = "Equal"
          "workLoadToleration[2].value"                           = "gpu"
          "workLoadToleration[2].effect"                          = "NoSchedule"
          clusterId                                               = azapi_resource.aks_cluster.id
          cluster_name                                            = azapi_resource.aks_cluster.id
          cluster_name_friendly                                   = azapi_resource.aks_cluster.name
          "prometheus.prometheusSpec.externalLabels.cluster_name" = azapi_resource.aks_cluster.id
          clusterPurpose                                          = local.profile.extensionPurpose
          location                                                = local.region
          jobSchedulerLocation                                    = local.region
          domain                                                  = "${local.region}.cloudapp.azure.com"
          "nginxIngress.enabled"                                  = "true"
          "relayserver.enabled"                                   = "false"
          "servicebus.enabled"                                    = "false"
        },
        [
          {
            allowInsecureConnections = "True"
          },
          {
            allowInsecureConnections = "False"
            sslCname                 = var.scoring_host_name
            sslSecret                = var.scoring_tls_secret_name
          },
        ][var.scoring_host_name == "" || var.scoring_tls_secret_name == "" ? 0 : 1],
        var.volcano_config_map == "" ? null : {
          "volcanoScheduler.schedulerConfigMap" = var.volcano_config_map
        }
      )
    }
  }
  response_export_values = ["properties.aksAssignedIdentity.principalId"]
  ignore_casing          = true

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }

  depends_on = [
    azapi_resource.ml_pool,
    azapi_resource.gpu_pool,
    azapi_resource.spot_pool,
    azapi_resource.trusted_access,
  ]
}

# Azure ML refuses to update an attached cluster; to change it, detach it and deploy again.
resource "azapi_resource" "aks_compute" {
  type      = "Microsoft.MachineLearningServices/workspaces/computes@2026-05-01"
  parent_id = azapi_resource.ml_workspace.id
  name      = "aks-compute"
  location  = local.location
  tags      = local.resource_tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azapi_resource.training_identity.id]
  }

  body = {
    properties = {
      computeType      = "Kubernetes"
      computeLocation  = local.location
      resourceId       = azapi_resource.aks_cluster.id
      disableLocalAuth = true
      properties = {
        namespace           = azapi_resource.ml_namespace.name
        defaultInstanceType = "defaultinstancetype"
        instanceTypes = merge(
          {
            defaultinstancetype = {
              nodeSelector = {
                workload = "ml"
              }
              resources = {
                requests = {
                  cpu    = "500m"
                  memory = "1Gi"
                }
                limits = {
                  cpu    = "2"
                  memory = "4Gi"
                }
              }
            }
            large = {
              nodeSelector = {
                workload = "ml"
              }
              resources = {
                requests = {
                  cpu    = "2"
                  memory = "6Gi"
                }
                limits = {
                  cpu    = "3"
                  memory = "10Gi"
                }
              }
            }
          },
          var.enable_gpu_nodes ? {
            gpu = {
              nodeSelector = {
                workload = "gpu"
              }
              resources = {
                requests = {
                  cpu    = "2"
                  memory = "12Gi"
                }
                limits = {
                  cpu              = "3"
                  memory           = "20Gi"
                  "nvidia.com/gpu" = "1"
                }
              }
            }
          } : null,
          var.enable_spot_nodes ? {
            spot = {
              nodeSelector = {
                workload = "spot"
              }
              resources = {
                requests = {
                  cpu    = "2"
                  memory = "6Gi"
                }
                limits = {
                  cpu    = "3"
                  memory = "10Gi"
                }
              }
            }
          } : null
        )
        extensionPrincipalId          = azapi_resource.azure_ml_extension.output.properties.aksAssignedIdentity.principalId
        extensionInstanceReleaseTrain = "stable"
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

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }

  lifecycle {
    ignore_changes = [body, location, tags, identity]
  }

  depends_on = [
    azapi_resource.workspace_cluster_admin,
    azapi_resource.workspace_cluster_rbac,
    azapi_resource.workspace_extension,
    azapi_resource.private_endpoint_zones,
    azapi_resource.file_endpoint_zones,
    azapi_resource.azure_ml_endpoint_zones,
  ]
}

# Azure Kubernetes Service RBAC Cluster Admin
resource "azapi_resource" "cluster_operator_objects" {
  count = var.cluster_operator_object_id != var.deployer_object_id && var.cluster_operator_object_id != "" ? 1 : 0

  type      = "Microsoft.Authorization/roleAssignments@2022-04-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [azapi_resource.aks_cluster.id, var.cluster_operator_object_id, "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"]))

  body = {
    properties = {
      roleDefinitionId = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.Authorization/roleDefinitions/b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
      principalId      = var.cluster_operator_object_id
      principalType    = var.cluster_operator_type
      description      = "Apply what belongs on the cluster."
    }
  }
  retry = {
    error_message_regex = ["PrincipalNotFound"]
  }
}
