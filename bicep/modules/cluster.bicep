// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Ending of the names that must be unique in all of Azure (storage account, vault, registry).')
@minLength(3)
@maxLength(8)
param nameSuffix string

@description('Name of the AKS cluster.')
@minLength(1)
@maxLength(63)
param clusterName string

@description('Kubernetes namespace in which training jobs and models run.')
@minLength(1)
@maxLength(63)
param computeNamespace string

@description('Kubernetes minor version; AKS chooses the patch, so that a redeployment never undoes a patch upgrade.')
param kubernetesVersion string

@description('Nodes of the pool for models and training (mlpool); the least number when autoscaling.')
@minValue(1)
@maxValue(100)
param aksNodeCount int

@description('Nodes that mlpool may grow to when autoscaling; never below aksNodeCount.')
@minValue(1)
@maxValue(100)
param aksNodeMaxCount int

@description('Virtual machine size of mlpool; the Azure ML extension needs at least 4 vCPUs and 14 GiB.')
param aksNodeVmSize string

@description('Virtual machine size of the pool for the components of the cluster itself.')
param systemNodeVmSize string

@description('Let the cluster autoscaler add and remove nodes.')
param enableAutoScaling bool

@description('Nodes that pools have now which scale by themselves, such as {"mlpool": 5}: a deployment leaves them, and asks for the least of each pool that is not named. quayside up and deploy.sh look them up.')
param runningNodes object

@description('Add a pool of GPU nodes.')
param enableGpuNodes bool

@description('Virtual machine size of the GPU pool.')
param gpuNodeVmSize string

@description('Nodes that the GPU pool may grow to from zero; without autoscaling the pool has one node.')
@minValue(1)
@maxValue(20)
param gpuNodeMaxCount int

@description('Add a pool of spot nodes, which cost little and may be taken back at any time.')
param enableSpotNodes bool

@description('Virtual machine size of the spot pool.')
param spotNodeVmSize string

@description('Nodes that the spot pool may grow to from zero; without autoscaling the pool has one node.')
@minValue(1)
@maxValue(100)
param spotNodeMaxCount int

@description('Taint of mlpool: recipe is workload=ml:NoSchedule, tolerated through settings of the extension that Microsoft does not document; amlarc is the one that it does.')
@allowed([
  'recipe'
  'amlarc'
])
param taintStyle string

@description('Overlay range of pods, outside the virtual network; every node takes a /24 of it.')
param podCidr string

@description('Range of Kubernetes services, outside the virtual network.')
param serviceCidr string

@description('Address of the cluster DNS service, inside serviceCidr and not among its first two.')
param dnsServiceIp string

@description('Object id of a Microsoft Entra group whose members administer the cluster; empty for none.')
param adminGroupObjectId string

@description('Public address ranges that may reach the API server of the cluster; empty for all.')
@maxLength(199)
param apiServerAllowedRanges array

@description('Day of the week on which the cluster may be upgraded by itself.')
@allowed([
  'Monday'
  'Tuesday'
  'Wednesday'
  'Thursday'
  'Friday'
  'Saturday'
  'Sunday'
])
param maintenanceDay string

@description('Time of that day from which upgrades may start, for eight hours.')
param maintenanceTime string

@description('Offset of that time from UTC.')
param maintenanceUtcOffset string

@description('profile.clusterTier of the platform.')
param profileClusterTier string

@description('profile.nodeGroupRestriction of the platform.')
param profileNodeGroupRestriction string

@description('profile.availabilityZones of the platform.')
param profileAvailabilityZones array

@description('profile.systemNodeMaxCount of the platform.')
param profileSystemNodeMaxCount int

@description('profile.systemNodeCount of the platform.')
param profileSystemNodeCount int

@description('profile.systemNodeTaints of the platform.')
param profileSystemNodeTaints array

@description('profile.disableRunCommand of the platform.')
param profileDisableRunCommand bool

@description('profile.privateApiServer of the platform.')
param profilePrivateApiServer bool

@description('profile.egress of the platform.')
param profileEgress string

@description('profile.defender of the platform.')
param profileDefender bool

@description('profile.upgradeChannel of the platform.')
param profileUpgradeChannel string

@description('profile.containerInsights of the platform.')
param profileContainerInsights bool

@description('profile.managedPrometheus of the platform.')
param profileManagedPrometheus bool

@description('profile.namespaceTraffic of the platform.')
param profileNamespaceTraffic string

@description('profile.namespaceDeletePolicy of the platform.')
param profileNamespaceDeletePolicy string

@description('profile.diagnosticLogs of the platform.')
param profileDiagnosticLogs string

@description('resourceTags of the platform.')
param resourceTags object

@description('Resource id of controlPlaneIdentity.')
param controlPlaneIdentityId string

@description('Name of virtualNetwork.')
param virtualNetworkName string

@description('Resource id of kubeletIdentity.')
param kubeletIdentityId string

@description('properties.clientId of kubeletIdentity, known once it is deployed.')
param kubeletIdentityClientId string

@description('properties.principalId of kubeletIdentity, known once it is deployed.')
param kubeletIdentityPrincipalId string

@description('properties.ipAddress of egressAddress, known once it is deployed.')
param egressAddressIpAddress string?

@description('properties.ipAddress of firewallAddress, known once it is deployed.')
param firewallAddressIpAddress string?

@description('Resource id of logAnalytics.')
param logAnalyticsId string

@description('Nodes that pools have now which scale by themselves.')
var nodesNow = union(
  {
    system: 0
    mlpool: 0
    gpupool: 0
    spotpool: 0
  },
  runningNodes
)

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: virtualNetworkName
}

resource nodeSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = {
  parent: virtualNetwork
  name: 'snet-aks-nodes'
}

resource apiServerSubnet 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = if (profilePrivateApiServer || profileEgress != 'natGateway') {
  parent: virtualNetwork
  name: 'snet-aks-apiserver'
}

// A PUT replaces the whole cluster definition, so the body is complete. The roles come first:
// creation joins the subnets and assigns the kubelet identity.
resource aksCluster 'Microsoft.ContainerService/managedClusters@2026-05-01' = {
  name: clusterName
  location: location
  tags: resourceTags
  sku: {
    name: 'Base'
    tier: profileClusterTier
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${controlPlaneIdentityId}': {}
    }
  }
  properties: {
    kubernetesVersion: kubernetesVersion
    dnsPrefix: 'mlops-${nameSuffix}'
    nodeResourceGroup: take('${resourceGroup().name}-nodes', 80)
    nodeResourceGroupProfile: {
      restrictionLevel: profileNodeGroupRestriction
    }
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        type: 'VirtualMachineScaleSets'
        osType: 'Linux'
        osDiskSizeGB: 128
        vnetSubnetID: nodeSubnet.id
        maxPods: 110
        enableNodePublicIP: false
        availabilityZones: profileAvailabilityZones
        securityProfile: {
          sshAccess: 'Disabled'
        }
        osSKU: 'AzureLinux'
        vmSize: systemNodeVmSize
        enableAutoScaling: enableAutoScaling
        count: enableAutoScaling
          ? min(profileSystemNodeMaxCount, max(profileSystemNodeCount, nodesNow.system))
          : profileSystemNodeCount
        minCount: enableAutoScaling ? profileSystemNodeCount : null
        maxCount: enableAutoScaling ? profileSystemNodeMaxCount : null
        nodeTaints: profileSystemNodeTaints
        upgradeSettings: {
          maxSurge: '1'
        }
      }
    ]
    identityProfile: {
      kubeletidentity: {
        resourceId: kubeletIdentityId
        clientId: kubeletIdentityClientId
        objectId: kubeletIdentityPrincipalId
      }
    }
    enableRBAC: true
    disableLocalAccounts: true
    aadProfile: {
      managed: true
      enableAzureRBAC: true
      tenantID: subscription().tenantId
      adminGroupObjectIDs: adminGroupObjectId == '' ? [] : [adminGroupObjectId]
    }
    apiServerAccessProfile: {
      disableRunCommand: profileDisableRunCommand
      authorizedIPRanges: profilePrivateApiServer || empty(apiServerAllowedRanges)
        ? []
        : profileEgress == 'hubFirewall'
            ? apiServerAllowedRanges
            : union(apiServerAllowedRanges, ['${egressAddressIpAddress ?? firewallAddressIpAddress}/32'])
      enablePrivateCluster: profilePrivateApiServer
      enableVnetIntegration: profilePrivateApiServer || profileEgress != 'natGateway'
      subnetId: profilePrivateApiServer || profileEgress != 'natGateway' ? apiServerSubnet.id : null
      privateDNSZone: profilePrivateApiServer ? 'system' : null
      enablePrivateClusterPublicFQDN: profilePrivateApiServer ? true : null
    }
    publicNetworkAccess: profilePrivateApiServer ? 'Disabled' : 'Enabled'
    oidcIssuerProfile: {
      enabled: true
    }
    securityProfile: {
      workloadIdentity: {
        enabled: true
      }
      imageCleaner: {
        enabled: true
        intervalHours: 168
      }
      defender: profileDefender
        ? {
            logAnalyticsWorkspaceResourceId: logAnalyticsId
            securityMonitoring: {
              enabled: true
            }
          }
        : null
    }
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      podCidr: podCidr
      serviceCidr: serviceCidr
      dnsServiceIP: dnsServiceIp
      outboundType: profileEgress != 'natGateway' ? 'userDefinedRouting' : 'userAssignedNATGateway'
      loadBalancerSku: 'standard'
    }
    autoUpgradeProfile: {
      upgradeChannel: profileUpgradeChannel
      nodeOSUpgradeChannel: 'NodeImage'
    }
    autoScalerProfile: {
      expander: 'least-waste'
      'balance-similar-node-groups': 'true'
      'scale-down-unneeded-time': '10m'
      'skip-nodes-with-local-storage': 'false'
      'max-node-provision-time': '20m'
    }
    storageProfile: {
      diskCSIDriver: {
        enabled: true
      }
      fileCSIDriver: {
        enabled: true
      }
      blobCSIDriver: {
        enabled: true
      }
      snapshotController: {
        enabled: true
      }
    }
    metricsProfile: {
      costAnalysis: {
        enabled: profileClusterTier != 'Free'
      }
    }
    addonProfiles: {
      azurepolicy: {
        enabled: true
        config: {
          version: 'v2'
        }
      }
      azureKeyvaultSecretsProvider: {
        enabled: true
        config: {
          enableSecretRotation: 'true'
          rotationPollInterval: '2m'
        }
      }
      omsagent: {
        enabled: profileContainerInsights
        config: profileContainerInsights
          ? {
              logAnalyticsWorkspaceResourceID: logAnalyticsId
              useAADAuth: 'true'
            }
          : null
      }
    }
    azureMonitorProfile: {
      metrics: {
        enabled: profileManagedPrometheus
        controlPlane: {
          enabled: profileManagedPrometheus
        }
        kubeStateMetrics: {
          metricLabelsAllowlist: 'nodes=[agentpool]'
          metricAnnotationsAllowList: ''
        }
      }
    }
  }
}

// For models and training only; the extension's tolerations are derived from the same taint.
resource mlPool 'Microsoft.ContainerService/managedClusters/agentPools@2026-05-01' = {
  parent: aksCluster
  name: 'mlpool'
  properties: {
    mode: 'User'
    type: 'VirtualMachineScaleSets'
    osType: 'Linux'
    osDiskSizeGB: 128
    vnetSubnetID: nodeSubnet.id
    maxPods: 110
    enableNodePublicIP: false
    availabilityZones: profileAvailabilityZones
    securityProfile: {
      sshAccess: 'Disabled'
    }
    osSKU: 'AzureLinux'
    vmSize: aksNodeVmSize
    enableAutoScaling: enableAutoScaling
    count: enableAutoScaling
      ? min(max(aksNodeCount, aksNodeMaxCount), max(aksNodeCount, nodesNow.mlpool))
      : aksNodeCount
    minCount: enableAutoScaling ? aksNodeCount : null
    maxCount: enableAutoScaling ? max(aksNodeCount, aksNodeMaxCount) : null
    nodeLabels: {
      workload: 'ml'
    }
    nodeTaints: [taintStyle == 'amlarc' ? 'ml.azure.com/amlarc=true:NoSchedule' : 'workload=ml:NoSchedule']
    upgradeSettings: {
      maxSurge: '33%'
      drainTimeoutInMinutes: 30
    }
    tags: resourceTags
  }
}

// Scales from zero. Pools are written one after the other: AKS answers 409 to a second write on the
// same cluster.
resource gpuPool 'Microsoft.ContainerService/managedClusters/agentPools@2026-05-01' = if (enableGpuNodes) {
  parent: aksCluster
  name: 'gpupool'
  properties: {
    mode: 'User'
    type: 'VirtualMachineScaleSets'
    osType: 'Linux'
    osDiskSizeGB: 128
    vnetSubnetID: nodeSubnet.id
    maxPods: 110
    enableNodePublicIP: false
    availabilityZones: profileAvailabilityZones
    securityProfile: {
      sshAccess: 'Disabled'
    }
    osSKU: 'Ubuntu'
    vmSize: gpuNodeVmSize
    enableAutoScaling: enableAutoScaling
    count: enableAutoScaling ? min(gpuNodeMaxCount, max(0, nodesNow.gpupool)) : 1
    minCount: enableAutoScaling ? 0 : null
    maxCount: enableAutoScaling ? gpuNodeMaxCount : null
    gpuProfile: {
      driver: 'Install'
    }
    nodeLabels: {
      workload: 'gpu'
    }
    nodeTaints: ['sku=gpu:NoSchedule']
    upgradeSettings: {
      maxSurge: '0'
      maxUnavailable: '1'
      drainTimeoutInMinutes: 30
    }
    tags: resourceTags
  }
  dependsOn: [
    mlPool
  ]
}

// AKS adds the taint and refuses upgrade settings here.
resource spotPool 'Microsoft.ContainerService/managedClusters/agentPools@2026-05-01' = if (enableSpotNodes) {
  parent: aksCluster
  name: 'spotpool'
  properties: {
    mode: 'User'
    type: 'VirtualMachineScaleSets'
    osType: 'Linux'
    osDiskSizeGB: 128
    vnetSubnetID: nodeSubnet.id
    maxPods: 110
    enableNodePublicIP: false
    availabilityZones: profileAvailabilityZones
    securityProfile: {
      sshAccess: 'Disabled'
    }
    osSKU: 'AzureLinux'
    vmSize: spotNodeVmSize
    enableAutoScaling: enableAutoScaling
    count: enableAutoScaling ? min(spotNodeMaxCount, max(0, nodesNow.spotpool)) : 1
    minCount: enableAutoScaling ? 0 : null
    maxCount: enableAutoScaling ? spotNodeMaxCount : null
    scaleSetPriority: 'Spot'
    scaleSetEvictionPolicy: 'Delete'
    spotMaxPrice: -1
    nodeLabels: {
      workload: 'spot'
    }
    tags: resourceTags
  }
  dependsOn: [
    mlPool
    gpuPool
  ]
}

// Azure ML attaches to a namespace that exists; made here, nobody needs kubectl.
resource mlNamespace 'Microsoft.ContainerService/managedClusters/managedNamespaces@2026-05-01' = {
  parent: aksCluster
  name: computeNamespace
  location: location
  tags: resourceTags
  properties: {
    labels: {
      'app.kubernetes.io/part-of': 'mlops'
    }
    defaultNetworkPolicy: {
      ingress: profileNamespaceTraffic
      egress: profileNamespaceTraffic
    }
    adoptionPolicy: 'IfIdentical'
    deletePolicy: profileNamespaceDeletePolicy
  }
  dependsOn: [
    mlPool
    gpuPool
    spotPool
  ]
}

resource clusterReleases 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-05-01' = {
  parent: aksCluster
  name: 'default'
  properties: {
    maintenanceWindow: {
      schedule: {
        weekly: {
          dayOfWeek: maintenanceDay
          intervalWeeks: 1
        }
      }
      durationHours: 8
      startTime: maintenanceTime
      utcOffset: maintenanceUtcOffset
    }
  }
  dependsOn: [
    mlNamespace
  ]
}

resource clusterUpgrades 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-05-01' = {
  parent: aksCluster
  name: 'aksManagedAutoUpgradeSchedule'
  properties: {
    maintenanceWindow: {
      schedule: {
        weekly: {
          dayOfWeek: maintenanceDay
          intervalWeeks: 1
        }
      }
      durationHours: 8
      startTime: maintenanceTime
      utcOffset: maintenanceUtcOffset
    }
  }
  dependsOn: [
    clusterReleases
  ]
}

resource nodeUpgrades 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2026-05-01' = {
  parent: aksCluster
  name: 'aksManagedNodeOSUpgradeSchedule'
  properties: {
    maintenanceWindow: {
      schedule: {
        weekly: {
          dayOfWeek: maintenanceDay
          intervalWeeks: 1
        }
      }
      durationHours: 8
      startTime: maintenanceTime
      utcOffset: maintenanceUtcOffset
    }
  }
  dependsOn: [
    clusterUpgrades
  ]
}

resource clusterDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: aksCluster
  name: 'to-log-analytics'
  properties: {
    workspaceId: logAnalyticsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: concat(
      [
        {
          category: 'kube-audit-admin'
          enabled: true
        }
        {
          category: 'guard'
          enabled: true
        }
        {
          category: 'cluster-autoscaler'
          enabled: true
        }
      ],
      profileDiagnosticLogs == 'Full'
        ? [
            {
              category: 'kube-apiserver'
              enabled: true
            }
            {
              category: 'kube-controller-manager'
              enabled: true
            }
            {
              category: 'kube-scheduler'
              enabled: true
            }
            {
              category: 'cloud-controller-manager'
              enabled: true
            }
            {
              category: 'csi-azuredisk-controller'
              enabled: true
            }
            {
              category: 'csi-azurefile-controller'
              enabled: true
            }
            {
              category: 'csi-snapshot-controller'
              enabled: true
            }
          ]
        : []
    )
  }
}

@description('Name of aksCluster.')
output aksClusterName string = aksCluster.name

@description('properties.oidcIssuerProfile.issuerURL of aksCluster, known once it is deployed.')
output aksClusterOidcIssuerProfileIssuerURL string = aksCluster.properties.oidcIssuerProfile.issuerURL

@description('Name of mlNamespace.')
output mlNamespaceName string = mlNamespace.name

@description('Resource id of aksCluster.')
output aksClusterId string = aksCluster.id
