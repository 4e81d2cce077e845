# Printed by Quayside from its definition. Change the definition, not this file.

# A PUT replaces the whole cluster definition, so the body is complete. The roles come first:
# creation joins the subnets and assigns the kubelet identity.
resource "azapi_resource" "aks_cluster" {
  type      = "Microsoft.ContainerService/managedClusters@2026-05-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = var.cluster_name
  location  = local.location
  tags      = local.resource_tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azapi_resource.control_plane_identity.id]
  }

  body = {
    sku = {
      name = "Base"
      tier = local.profile.clusterTier
    }
    properties = {
      kubernetesVersion = var.kubernetes_version
      dnsPrefix         = "mlops-${var.name_suffix}"
      nodeResourceGroup = substr("${data.azapi_resource.resource_group.name}-nodes", 0, 80)
      nodeResourceGroupProfile = {
        restrictionLevel = local.profile.nodeGroupRestriction
      }
      agentPoolProfiles = [
        {
          name               = "system"
          mode               = "System"
          type               = "VirtualMachineScaleSets"
          osType             = "Linux"
          osDiskSizeGB       = 128
          vnetSubnetID       = "${azapi_resource.virtual_network.id}/subnets/snet-aks-nodes"
          maxPods            = 110
          enableNodePublicIP = false
          availabilityZones  = local.profile.availabilityZones
          securityProfile = {
            sshAccess = "Disabled"
          }
          osSKU             = "AzureLinux"
          vmSize            = var.system_node_vm_size
          enableAutoScaling = var.enable_auto_scaling
          count             = var.enable_auto_scaling ? min(local.profile.systemNodeMaxCount, max(local.profile.systemNodeCount, local.nodes_now.system)) : local.profile.systemNodeCount
          minCount          = var.enable_auto_scaling ? local.profile.systemNodeCount : null
          maxCount          = var.enable_auto_scaling ? local.profile.systemNodeMaxCount : null
          nodeTaints        = local.profile.systemNodeTaints
          upgradeSettings = {
            maxSurge = "1"
          }
        },
      ]
      identityProfile = {
        kubeletidentity = {
          resourceId = azapi_resource.kubelet_identity.id
          clientId   = azapi_resource.kubelet_identity.output.properties.clientId
          objectId   = azapi_resource.kubelet_identity.output.properties.principalId
        }
      }
      enableRBAC           = true
      disableLocalAccounts = true
      aadProfile = {
        managed             = true
        enableAzureRBAC     = true
        tenantID            = data.azapi_client_config.current.tenant_id
        adminGroupObjectIDs = var.admin_group_object_id == "" ? [] : [var.admin_group_object_id]
      }
      apiServerAccessProfile = {
        disableRunCommand = local.profile.disableRunCommand
        authorizedIPRanges = local.profile.privateApiServer || length(var.api_server_allowed_ranges) == 0 ? [] : (local.profile.egress == "hubFirewall" ? var.api_server_allowed_ranges : distinct(concat(var.api_server_allowed_ranges, [
          "${one(azapi_resource.egress_address[*].output.properties.ipAddress) != null ? one(azapi_resource.egress_address[*].output.properties.ipAddress) : (one(azapi_resource.firewall_address[*].output.properties.ipAddress) != null ? one(azapi_resource.firewall_address[*].output.properties.ipAddress) : "")}/32",
        ])))
        enablePrivateCluster           = local.profile.privateApiServer
        enableVnetIntegration          = local.profile.privateApiServer || local.profile.egress != "natGateway"
        subnetId                       = local.profile.privateApiServer || local.profile.egress != "natGateway" ? "${azapi_resource.virtual_network.id}/subnets/snet-aks-apiserver" : null
        privateDNSZone                 = local.profile.privateApiServer ? "system" : null
        enablePrivateClusterPublicFQDN = local.profile.privateApiServer ? true : null
      }
      publicNetworkAccess = local.profile.privateApiServer ? "Disabled" : "Enabled"
      oidcIssuerProfile = {
        enabled = true
      }
      securityProfile = {
        workloadIdentity = {
          enabled = true
        }
        imageCleaner = {
          enabled       = true
          intervalHours = 168
        }
        defender = local.profile.defender ? {
          logAnalyticsWorkspaceResourceId = azapi_resource.log_analytics.id
          securityMonitoring = {
            enabled = true
          }
        } : null
      }
      networkProfile = {
        networkPlugin     = "azure"
        networkPluginMode = "overlay"
        networkDataplane  = "cilium"
        networkPolicy     = "cilium"
        podCidr           = var.pod_cidr
        serviceCidr       = var.service_cidr
        dnsServiceIP      = var.dns_service_ip
        outboundType      = local.profile.egress != "natGateway" ? "userDefinedRouting" : "userAssignedNATGateway"
        loadBalancerSku   = "standard"
      }
      autoUpgradeProfile = {
        upgradeChannel       = local.profile.upgradeChannel
        nodeOSUpgradeChannel = "NodeImage"
      }
      autoScalerProfile = {
        expander                        = "least-waste"
        "balance-similar-node-groups"   = "true"
        "scale-down-unneeded-time"      = "10m"
        "skip-nodes-with-local-storage" = "false"
        "max-node-provision-time"       = "20m"
      }
      storageProfile = {
        diskCSIDriver = {
          enabled = true
        }
        fileCSIDriver = {
          enabled = true
        }
        blobCSIDriver = {
          enabled = true
        }
        snapshotController = {
          enabled = true
        }
      }
      metricsProfile = {
        costAnalysis = {
          enabled = local.profile.clusterTier != "Free"
        }
      }
      addonProfiles = {
        azurepolicy = {
          enabled = true
          config = {
            version = "v2"
          }
        }
        azureKeyvaultSecretsProvider = {
          enabled = true
          config = {
            enableSecretRotation = "true"
            rotationPollInterval = "2m"
          }
        }
        omsagent = {
          enabled = local.profile.containerInsights
          config = local.profile.containerInsights ? {
            logAnalyticsWorkspaceResourceID = azapi_resource.log_analytics.id
            useAADAuth                      = "true"
          } : null
        }
      }
      azureMonitorProfile = {
        metrics = {
          enabled = local.profile.managedPrometheus
          controlPlane = {
            enabled = local.profile.managedPrometheus
          }
          kubeStateMetrics = {
            metricLabelsAllowlist      = "nodes=[agentpool]"
            metricAnnotationsAllowList = ""
          }
        }
      }
    }
  }
  response_export_values     = ["properties.oidcIssuerProfile.issuerURL"]
  ignore_casing              = true
  ignore_null_property       = true
  ignore_other_items_in_list = ["properties.agentPoolProfiles"]
  list_unique_id_property = {
    "properties.agentPoolProfiles" = "name"
  }
  retry = {
    error_message_regex = [
      "LinkedAuthorizationFailed",
      "CustomKubeletIdentityMissingPermissionError",
      "does not have permission to perform action",
    ]
  }

  timeouts {
    create = "90m"
    update = "90m"
    delete = "90m"
  }

  depends_on = [
    azapi_resource.control_plane_nodes,
    azapi_resource.control_plane_ingress,
    azapi_resource.control_plane_api_server,
    azapi_resource.control_plane_kubelet,
    azapi_resource.control_plane_routes,
    azapi_resource.kubelet_pull,
    azapi_resource.firewall,
    azapi_resource.hub_peering,
  ]
}

# For models and training only; the extension's tolerations are derived from the same taint.
resource "azapi_resource" "ml_pool" {
  type      = "Microsoft.ContainerService/managedClusters/agentPools@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "mlpool"

  body = {
    properties = {
      mode               = "User"
      type               = "VirtualMachineScaleSets"
      osType             = "Linux"
      osDiskSizeGB       = 128
      vnetSubnetID       = "${azapi_resource.virtual_network.id}/subnets/snet-aks-nodes"
      maxPods            = 110
      enableNodePublicIP = false
      availabilityZones  = local.profile.availabilityZones
      securityProfile = {
        sshAccess = "Disabled"
      }
      osSKU             = "AzureLinux"
      vmSize            = var.aks_node_vm_size
      enableAutoScaling = var.enable_auto_scaling
      count             = var.enable_auto_scaling ? min(max(var.aks_node_count, var.aks_node_max_count), max(var.aks_node_count, local.nodes_now.mlpool)) : var.aks_node_count
      minCount          = var.enable_auto_scaling ? var.aks_node_count : null
      maxCount          = var.enable_auto_scaling ? max(var.aks_node_count, var.aks_node_max_count) : null
      nodeLabels = {
        workload = "ml"
      }
      nodeTaints = [
        var.taint_style == "amlarc" ? "ml.azure.com/amlarc=true:NoSchedule" : "workload=ml:NoSchedule",
      ]
      upgradeSettings = {
        maxSurge              = "33%"
        drainTimeoutInMinutes = 30
      }
      tags = local.resource_tags
    }
  }
  ignore_casing        = true
  ignore_null_property = true

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}

# Scales from zero. Pools are written one after the other: AKS answers 409 to a second write on the
# same cluster.
resource "azapi_resource" "gpu_pool" {
  count = var.enable_gpu_nodes ? 1 : 0

  type      = "Microsoft.ContainerService/managedClusters/agentPools@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "gpupool"

  body = {
    properties = {
      mode               = "User"
      type               = "VirtualMachineScaleSets"
      osType             = "Linux"
      osDiskSizeGB       = 128
      vnetSubnetID       = "${azapi_resource.virtual_network.id}/subnets/snet-aks-nodes"
      maxPods            = 110
      enableNodePublicIP = false
      availabilityZones  = local.profile.availabilityZones
      securityProfile = {
        sshAccess = "Disabled"
      }
      osSKU             = "Ubuntu"
      vmSize            = var.gpu_node_vm_size
      enableAutoScaling = var.enable_auto_scaling
      count             = var.enable_auto_scaling ? min(var.gpu_node_max_count, max(0, local.nodes_now.gpupool)) : 1
      minCount          = var.enable_auto_scaling ? 0 : null
      maxCount          = var.enable_auto_scaling ? var.gpu_node_max_count : null
      gpuProfile = {
        driver = "Install"
      }
      nodeLabels = {
        workload = "gpu"
      }
      nodeTaints = ["sku=gpu:NoSchedule"]
      upgradeSettings = {
        maxSurge              = "0"
        maxUnavailable        = "1"
        drainTimeoutInMinutes = 30
      }
      tags = local.resource_tags
    }
  }
  ignore_casing        = true
  ignore_null_property = true

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }

  depends_on = [azapi_resource.ml_pool]
}

# AKS adds the taint and refuses upgrade settings here.
resource "azapi_resource" "spot_pool" {
  count = var.enable_spot_nodes ? 1 : 0

  type      = "Microsoft.ContainerService/managedClusters/agentPools@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "spotpool"

  body = {
    properties = {
      mode               = "User"
      type               = "VirtualMachineScaleSets"
      osType             = "Linux"
      osDiskSizeGB       = 128
      vnetSubnetID       = "${azapi_resource.virtual_network.id}/subnets/snet-aks-nodes"
      maxPods            = 110
      enableNodePublicIP = false
      availabilityZones  = local.profile.availabilityZones
      securityProfile = {
        sshAccess = "Disabled"
      }
      osSKU                  = "AzureLinux"
      vmSize                 = var.spot_node_vm_size
      enableAutoScaling      = var.enable_auto_scaling
      count                  = var.enable_auto_scaling ? min(var.spot_node_max_count, max(0, local.nodes_now.spotpool)) : 1
      minCount               = var.enable_auto_scaling ? 0 : null
      maxCount               = var.enable_auto_scaling ? var.spot_node_max_count : null
      scaleSetPriority       = "Spot"
      scaleSetEvictionPolicy = "Delete"
      spotMaxPrice           = -1
      nodeLabels = {
        workload = "spot"
      }
      tags = local.resource_tags
    }
  }
  ignore_casing        = true
  ignore_null_property = true

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }

  depends_on = [azapi_resource.ml_pool, azapi_resource.gpu_pool]
}

# Azure ML attaches to a namespace that exists; made here, nobody needs kubectl.
resource "azapi_resource" "ml_namespace" {
  type      = "Microsoft.ContainerService/managedClusters/managedNamespaces@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = var.compute_namespace
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      labels = {
        "app.kubernetes.io/part-of" = "mlops"
      }
      defaultNetworkPolicy = {
        ingress = local.profile.namespaceTraffic
        egress  = local.profile.namespaceTraffic
      }
      adoptionPolicy = "IfIdentical"
      deletePolicy   = local.profile.namespaceDeletePolicy
    }
  }

  depends_on = [azapi_resource.ml_pool, azapi_resource.gpu_pool, azapi_resource.spot_pool]
}

resource "azapi_resource" "cluster_releases" {
  type      = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "default"

  body = {
    properties = {
      maintenanceWindow = {
        schedule = {
          weekly = {
            dayOfWeek     = var.maintenance_day
            intervalWeeks = 1
          }
        }
        durationHours = 8
        startTime     = var.maintenance_time
        utcOffset     = var.maintenance_utc_offset
      }
    }
  }

  depends_on = [azapi_resource.ml_namespace]
}

resource "azapi_resource" "cluster_upgrades" {
  type      = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "aksManagedAutoUpgradeSchedule"

  body = {
    properties = {
      maintenanceWindow = {
        schedule = {
          weekly = {
            dayOfWeek     = var.maintenance_day
            intervalWeeks = 1
          }
        }
        durationHours = 8
        startTime     = var.maintenance_time
        utcOffset     = var.maintenance_utc_offset
      }
    }
  }

  depends_on = [azapi_resource.cluster_releases]
}

resource "azapi_resource" "node_upgrades" {
  type      = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-05-01"
  parent_id = azapi_resource.aks_cluster.id
  name      = "aksManagedNodeOSUpgradeSchedule"

  body = {
    properties = {
      maintenanceWindow = {
        schedule = {
          weekly = {
            dayOfWeek     = var.maintenance_day
            intervalWeeks = 1
          }
        }
        durationHours = 8
        startTime     = var.maintenance_time
        utcOffset     = var.maintenance_utc_offset
      }
    }
  }

  depends_on = [azapi_resource.cluster_upgrades]
}

resource "azapi_resource" "cluster_diagnostics" {
  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.aks_cluster.id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId                 = azapi_resource.log_analytics.id
      logAnalyticsDestinationType = "Dedicated"
      logs = concat(
        [
          {
            category = "kube-audit-admin"
            enabled  = true
          },
          {
            category = "guard"
            enabled  = true
          },
          {
            category = "cluster-autoscaler"
            enabled  = true
          },
        ],
        local.profile.diagnosticLogs == "Full" ? [
          {
            category = "kube-apiserver"
            enabled  = true
          },
          {
            category = "kube-controller-manager"
            enabled  = true
          },
          {
            category = "kube-scheduler"
            enabled  = true
          },
          {
            category = "cloud-controller-manager"
            enabled  = true
          },
          {
            category = "csi-azuredisk-controller"
            enabled  = true
          },
          {
            category = "csi-azurefile-controller"
            enabled  = true
          },
          {
            category = "csi-snapshot-controller"
            enabled  = true
          },
        ] : []
      )
    }
  }
  ignore_casing = true
}
