// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string = resourceGroup().location

@description('Environment that chooses the profile: sizes, redundancy, retention and protection.')
@allowed([
  'dev'
  'staging'
  'prod'
])
param environmentName string = 'dev'

@description('Values to replace in the profile of the environment, by name: logRetentionDays, registrySku and so on.')
param profileOverrides object = {}

@description('Ending of the names that must be unique in all of Azure (storage account, vault, registry).')
@minLength(3)
@maxLength(8)
param nameSuffix string = take(uniqueString(subscription().subscriptionId, resourceGroup().id), 6)

@description('Name of the AKS cluster.')
@minLength(1)
@maxLength(63)
param clusterName string = 'aks-mlops-cluster'

@description('Name of the Azure Machine Learning workspace.')
@minLength(3)
@maxLength(33)
param workspaceName string = 'mlw-mlops-demo'

@description('Kubernetes namespace in which training jobs and models run.')
@minLength(1)
@maxLength(63)
param computeNamespace string = 'ml-workloads'

@description('Tags added to every resource, for instance owner and cost centre.')
param tags object = {}

@description('Kubernetes minor version; AKS chooses the patch, so that a redeployment never undoes a patch upgrade.')
param kubernetesVersion string = '1.35'

@description('Nodes of the pool for models and training (mlpool); the least number when autoscaling.')
@minValue(1)
@maxValue(100)
param aksNodeCount int = 3

@description('Nodes that mlpool may grow to when autoscaling; never below aksNodeCount.')
@minValue(1)
@maxValue(100)
param aksNodeMaxCount int = 10

@description('Virtual machine size of mlpool; the Azure ML extension needs at least 4 vCPUs and 14 GiB.')
param aksNodeVmSize string = 'Standard_DS3_v2'

@description('Virtual machine size of the pool for the components of the cluster itself.')
param systemNodeVmSize string = 'Standard_D4ds_v5'

@description('Let the cluster autoscaler add and remove nodes.')
param enableAutoScaling bool = true

@description('Nodes that pools have now which scale by themselves, such as {"mlpool": 5}: a deployment leaves them, and asks for the least of each pool that is not named. quayside up and deploy.sh look them up.')
param runningNodes object = {}

@description('Add a pool of GPU nodes.')
param enableGpuNodes bool = false

@description('Virtual machine size of the GPU pool.')
param gpuNodeVmSize string = 'Standard_NC4as_T4_v3'

@description('Nodes that the GPU pool may grow to from zero; without autoscaling the pool has one node.')
@minValue(1)
@maxValue(20)
param gpuNodeMaxCount int = 2

@description('Add a pool of spot nodes, which cost little and may be taken back at any time.')
param enableSpotNodes bool = false

@description('Virtual machine size of the spot pool.')
param spotNodeVmSize string = 'Standard_D4ds_v5'

@description('Nodes that the spot pool may grow to from zero; without autoscaling the pool has one node.')
@minValue(1)
@maxValue(100)
param spotNodeMaxCount int = 4

@description('Taint of mlpool: recipe is workload=ml:NoSchedule, tolerated through settings of the extension that Microsoft does not document; amlarc is the one that it does.')
@allowed([
  'recipe'
  'amlarc'
])
param taintStyle string = 'recipe'

@description('ConfigMap in namespace azureml by which Volcano schedules, for instance volcano-scheduler-autoscaler of kubernetes/, with which jobs wait for nodes that the autoscaler has yet to add; empty for the extension\'s own, with which a job for an empty pool waits for ever. It must exist before the extension names it: quayside up sees to the order, everything else takes it with the second deployment.')
param volcanoConfigMap string = ''

@description('Virtual machine size of the Azure ML training cluster (cpu-cluster).')
param mlComputeSku string = 'Standard_DS3_v2'

@description('Nodes that the training cluster may grow to from zero.')
@minValue(1)
@maxValue(100)
param mlComputeMaxNodes int = 4

@description('Address range of the virtual network.')
param virtualNetworkPrefix string = '10.40.0.0/16'

@description('Subnet of the cluster nodes, inside the virtual network.')
param nodeSubnetPrefix string = '10.40.0.0/22'

@description('Subnet of the training cluster, inside the virtual network.')
param computeSubnetPrefix string = '10.40.6.0/24'

@description('Subnet of the private endpoints, inside the virtual network; the workspace has one in every environment.')
param privateEndpointSubnetPrefix string = '10.40.5.0/24'

@description('Subnet for front ends of internal load balancers, inside the virtual network; used with private networking.')
param ingressSubnetPrefix string = '10.40.7.0/26'

@description('Subnet of the API server alone, inside the virtual network, at least a /28; used when the API server is private.')
param apiServerSubnetPrefix string = '10.40.4.0/28'

@description('Subnet of the firewall alone, inside the virtual network, at least a /26; used when egress is firewall.')
param firewallSubnetPrefix string = '10.40.9.0/26'

@description('Subnet through which Azure manages a Basic firewall, inside the virtual network, at least a /26.')
param firewallManagementSubnetPrefix string = '10.40.9.64/26'

@description('Further host names that nodes and training clusters may reach through the firewall over HTTPS, for instance of a package index; *.example.com stands for all below it.')
@maxLength(100)
param allowedFqdns array = []

@description('Resource id of the hub\'s virtual network, which the platform\'s is peered with; used when egress is hubFirewall.')
param hubVirtualNetworkId string = ''

@description('Private address of the hub\'s firewall, to which everything that leaves the network is routed.')
param hubFirewallAddress string = ''

@description('Overlay range of pods, outside the virtual network; every node takes a /24 of it.')
param podCidr string = '192.168.0.0/16'

@description('Range of Kubernetes services, outside the virtual network.')
param serviceCidr string = '172.16.0.0/16'

@description('Address of the cluster DNS service, inside serviceCidr and not among its first two.')
param dnsServiceIp string = '172.16.0.10'

@description('Object id of a Microsoft Entra group whose members administer the cluster; empty for none.')
param adminGroupObjectId string = ''

@description('Public address ranges that may reach the API server of the cluster; empty for all.')
@maxLength(199)
param apiServerAllowedRanges array = []

@description('Object id of the person, group or service principal that runs the model pipeline and so uploads data and reads models; empty for none. Owner of the subscription is not enough for that.')
param operatorObjectId string = ''

@description('What operatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param operatorType string = 'User'

@description('Object id of the person, group or service principal that applies what belongs on the cluster (kubernetes/), with a role that sees all of the cluster; empty for none. Owner of the subscription is not enough for that. quayside up names its caller.')
param clusterOperatorObjectId string = ''

@description('What clusterOperatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param clusterOperatorType string = 'User'

@description('Object id of the principal that deploys the platform from a pipeline; empty for none. An owner gives it its roles with the first deployment: it may then give the platform\'s roles and no others.')
param deployerObjectId string = ''

@description('What deployerObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param deployerType string = 'ServicePrincipal'

@description('GitHub repository (owner/name) whose workflows of the environment train and release models; empty for none.')
param githubRepository string = ''

@description('Issuer that the Azure DevOps service connection shows, without a slash that it does not have.')
param azureDevOpsIssuer string = ''

@description('Subject that the Azure DevOps service connection shows, for instance sc://organization/project/MLOps-ServiceConnection; empty for none.')
param azureDevOpsSubject string = ''

@description('Host name in the TLS certificate of the scoring endpoints; empty serves plain HTTP inside the network.')
param scoringHostName string = ''

@description('Kubernetes secret in namespace azureml with cert.pem and key.pem for scoringHostName; it must exist before the extension is installed.')
param scoringTlsSecretName string = ''

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
param maintenanceDay string = 'Sunday'

@description('Time of that day from which upgrades may start, for eight hours.')
param maintenanceTime string = '01:00'

@description('Offset of that time from UTC.')
param maintenanceUtcOffset string = '+00:00'

@description('Second region that keeps a copy of the container registry; empty for none. Needs the Premium SKU.')
param registryReplicaLocation string = ''

@description('Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant.')
param mlRegistryName string = ''

@description('Address that alerts and the budget write to; empty tells the owners of the subscription.')
param alertEmail string = ''

@description('Milliseconds within which 95 of 100 predictions should be answered; an alert tells when they are not.')
@minValue(1)
@maxValue(60000)
param endpointLatencyMs int = 500

@description('What the budget is made in: the subscription, filtered by the platform\'s groups, that of the nodes among them; or the resource group, which is for those who may write nowhere else and does not see the nodes.')
@allowed([
  'subscription'
  'resourceGroup'
])
param budgetScope string = 'subscription'

@description('First day of the month in which the budget starts, for instance 2027-01-01; empty for no budget. Azure never lets it be changed.')
param budgetStartDate string = ''

@description('What separates one environment from another.')
var profiles = {
  dev: {
    clusterTier: 'Free'
    upgradeChannel: 'patch'
    availabilityZones: []
    systemNodeCount: 1
    systemNodeMaxCount: 3
    systemNodeTaints: []
    nodeGroupRestriction: 'Unrestricted'
    disableRunCommand: false
    inferenceRouterHa: 'False'
    extensionPurpose: 'DevTest'
    policyEffect: 'Audit'
    egress: 'natGateway'
    firewallSku: 'Basic'
    natGatewaySku: 'Standard'
    registrySku: 'Basic'
    storageSku: 'Standard_LRS'
    blobRetentionDays: 7
    blobRestoreDays: 0
    blobVersioning: false
    vaultPurgeProtection: false
    clusterBackup: false
    backupInterval: 'P1D'
    backupRedundancy: 'LocallyRedundant'
    backupRetentionDays: 7
    vaultRetentionDays: 7
    logRetentionDays: 30
    logDailyQuotaGb: 2
    namespaceDeletePolicy: 'Delete'
    namespaceTraffic: 'AllowAll'
    privateNetworking: false
    privateApiServer: false
    computeInternetAccess: true
    lowPriorityCluster: true
    managedPrometheus: true
    containerInsights: true
    alerting: false
    defender: false
    diagnosticLogs: 'Essential'
    collectionInterval: '5m'
    monthlyBudget: 400
    deletionLocks: false
    outputsCoolDays: 30
    outputsDeleteDays: 180
    registryRetentionDays: 7
  }
  staging: {
    clusterTier: 'Standard'
    upgradeChannel: 'patch'
    availabilityZones: ['1', '2', '3']
    systemNodeCount: 2
    systemNodeMaxCount: 3
    systemNodeTaints: ['CriticalAddonsOnly=true:NoSchedule']
    nodeGroupRestriction: 'ReadOnly'
    disableRunCommand: true
    inferenceRouterHa: 'True'
    extensionPurpose: 'FastProd'
    policyEffect: 'Audit'
    egress: 'natGateway'
    firewallSku: 'Standard'
    natGatewaySku: 'StandardV2'
    registrySku: 'Premium'
    storageSku: 'Standard_ZRS'
    blobRetentionDays: 14
    blobRestoreDays: 0
    blobVersioning: true
    vaultPurgeProtection: true
    clusterBackup: false
    backupInterval: 'P1D'
    backupRedundancy: 'ZoneRedundant'
    backupRetentionDays: 7
    vaultRetentionDays: 30
    logRetentionDays: 30
    logDailyQuotaGb: 5
    namespaceDeletePolicy: 'Delete'
    namespaceTraffic: 'DenyAll'
    privateNetworking: true
    privateApiServer: false
    computeInternetAccess: true
    lowPriorityCluster: true
    managedPrometheus: true
    containerInsights: true
    alerting: true
    defender: true
    diagnosticLogs: 'Essential'
    collectionInterval: '5m'
    monthlyBudget: 1500
    deletionLocks: false
    outputsCoolDays: 30
    outputsDeleteDays: 365
    registryRetentionDays: 14
  }
  prod: {
    clusterTier: 'Standard'
    upgradeChannel: 'patch'
    availabilityZones: ['1', '2', '3']
    systemNodeCount: 3
    systemNodeMaxCount: 5
    systemNodeTaints: ['CriticalAddonsOnly=true:NoSchedule']
    nodeGroupRestriction: 'ReadOnly'
    disableRunCommand: true
    inferenceRouterHa: 'True'
    extensionPurpose: 'FastProd'
    policyEffect: 'Deny'
    egress: 'natGateway'
    firewallSku: 'Standard'
    natGatewaySku: 'StandardV2'
    registrySku: 'Premium'
    storageSku: 'Standard_ZRS'
    blobRetentionDays: 30
    blobRestoreDays: 29
    blobVersioning: true
    vaultPurgeProtection: true
    clusterBackup: true
    backupInterval: 'PT12H'
    backupRedundancy: 'ZoneRedundant'
    backupRetentionDays: 30
    vaultRetentionDays: 90
    logRetentionDays: 90
    logDailyQuotaGb: -1
    namespaceDeletePolicy: 'Keep'
    namespaceTraffic: 'DenyAll'
    privateNetworking: true
    privateApiServer: false
    computeInternetAccess: false
    lowPriorityCluster: true
    managedPrometheus: true
    containerInsights: true
    alerting: true
    defender: true
    diagnosticLogs: 'Full'
    collectionInterval: '1m'
    monthlyBudget: 5000
    deletionLocks: false
    outputsCoolDays: 30
    outputsDeleteDays: 0
    registryRetentionDays: 30
  }
}

var profile = union(profiles[environmentName], profileOverrides)

@description('The region as addresses spell it.')
var region = toLower(replace(location, ' ', ''))

var resourceTags = union(
  {
    workload: 'mlops'
    environment: environmentName
    managedBy: 'quayside'
  },
  tags
)

module identity 'modules/identity.bicep' = {
  params: {
    location: location
    resourceTags: resourceTags
  }
}

module observability 'modules/observability.bicep' = {
  params: {
    location: location
    profileLogRetentionDays: profile.logRetentionDays
    profileLogDailyQuotaGb: profile.logDailyQuotaGb
    profilePrivateNetworking: profile.privateNetworking
    profileDiagnosticLogs: profile.diagnosticLogs
    resourceTags: resourceTags
  }
}

module network 'modules/network.bicep' = {
  params: {
    location: location
    virtualNetworkPrefix: virtualNetworkPrefix
    nodeSubnetPrefix: nodeSubnetPrefix
    computeSubnetPrefix: computeSubnetPrefix
    privateEndpointSubnetPrefix: privateEndpointSubnetPrefix
    ingressSubnetPrefix: ingressSubnetPrefix
    apiServerSubnetPrefix: apiServerSubnetPrefix
    firewallSubnetPrefix: firewallSubnetPrefix
    firewallManagementSubnetPrefix: firewallManagementSubnetPrefix
    hubVirtualNetworkId: hubVirtualNetworkId
    hubFirewallAddress: hubFirewallAddress
    podCidr: podCidr
    profileComputeInternetAccess: profile.computeInternetAccess
    profileEgress: profile.egress
    profilePrivateNetworking: profile.privateNetworking
    profilePrivateApiServer: profile.privateApiServer
    profileNatGatewaySku: profile.natGatewaySku
    profileAvailabilityZones: profile.availabilityZones
    profileFirewallSku: profile.firewallSku
    region: region
    resourceTags: resourceTags
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    location: location
    nameSuffix: nameSuffix
    profileStorageSku: profile.storageSku
    profilePrivateNetworking: profile.privateNetworking
    profileBlobRetentionDays: profile.blobRetentionDays
    profileBlobVersioning: profile.blobVersioning
    profileBlobRestoreDays: profile.blobRestoreDays
    profileDiagnosticLogs: profile.diagnosticLogs
    profileOutputsDeleteDays: profile.outputsDeleteDays
    profileOutputsCoolDays: profile.outputsCoolDays
    resourceTags: resourceTags
    logAnalyticsId: observability.outputs.logAnalyticsId
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    location: location
    nameSuffix: nameSuffix
    profileVaultRetentionDays: profile.vaultRetentionDays
    profileVaultPurgeProtection: profile.vaultPurgeProtection
    profilePrivateNetworking: profile.privateNetworking
    profileDiagnosticLogs: profile.diagnosticLogs
    resourceTags: resourceTags
    logAnalyticsId: observability.outputs.logAnalyticsId
  }
}

module registry 'modules/registry.bicep' = {
  params: {
    location: location
    nameSuffix: nameSuffix
    registryReplicaLocation: registryReplicaLocation
    profileRegistrySku: profile.registrySku
    profilePrivateNetworking: profile.privateNetworking
    profileRegistryRetentionDays: profile.registryRetentionDays
    profileAvailabilityZones: profile.availabilityZones
    profileDiagnosticLogs: profile.diagnosticLogs
    resourceTags: resourceTags
    logAnalyticsId: observability.outputs.logAnalyticsId
  }
}

module promotion 'modules/promotion.bicep' = {
  params: {
    location: location
    operatorObjectId: operatorObjectId
    operatorType: operatorType
    mlRegistryName: mlRegistryName
    profilePrivateNetworking: profile.privateNetworking
    profileStorageSku: profile.storageSku
    profileDiagnosticLogs: profile.diagnosticLogs
    resourceTags: resourceTags
    logAnalyticsId: observability.outputs.logAnalyticsId
    trainingIdentityId: identity.outputs.trainingIdentityId
    trainingIdentityPrincipalId: identity.outputs.trainingIdentityPrincipalId
    endpointIdentityId: identity.outputs.endpointIdentityId
    endpointIdentityPrincipalId: identity.outputs.endpointIdentityPrincipalId
  }
}

module egress 'modules/egress.bicep' = {
  params: {
    location: location
    enableGpuNodes: enableGpuNodes
    nodeSubnetPrefix: nodeSubnetPrefix
    computeSubnetPrefix: computeSubnetPrefix
    allowedFqdns: allowedFqdns
    mlRegistryName: mlRegistryName
    profileAvailabilityZones: profile.availabilityZones
    profileEgress: profile.egress
    profileFirewallSku: profile.firewallSku
    profilePrivateNetworking: profile.privateNetworking
    profileContainerInsights: profile.containerInsights
    profileManagedPrometheus: profile.managedPrometheus
    profileDefender: profile.defender
    profileClusterBackup: profile.clusterBackup
    profileComputeInternetAccess: profile.computeInternetAccess
    profileDiagnosticLogs: profile.diagnosticLogs
    region: region
    resourceTags: resourceTags
    containerRegistryName: registry.outputs.containerRegistryName
    storageAccountName: storage.outputs.storageAccountName
    keyVaultName: vault.outputs.keyVaultName
    mlRegistryRegionDetails: promotion.outputs.mlRegistryRegionDetails
    virtualNetworkName: network.outputs.virtualNetworkName
    firewallAddressId: network.outputs.firewallAddressId
    logAnalyticsId: observability.outputs.logAnalyticsId
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    operatorObjectId: operatorObjectId
    operatorType: operatorType
    profilePrivateNetworking: profile.privateNetworking
    profilePrivateApiServer: profile.privateApiServer
    profileEgress: profile.egress
    virtualNetworkName: network.outputs.virtualNetworkName
    egressRoutesName: network.outputs.egressRoutesName
    kubeletIdentityName: identity.outputs.kubeletIdentityName
    containerRegistryName: registry.outputs.containerRegistryName
    storageAccountName: storage.outputs.storageAccountName
    keyVaultName: vault.outputs.keyVaultName
    applicationInsightsName: observability.outputs.applicationInsightsName
    controlPlaneIdentityId: identity.outputs.controlPlaneIdentityId
    controlPlaneIdentityPrincipalId: identity.outputs.controlPlaneIdentityPrincipalId
    kubeletIdentityPrincipalId: identity.outputs.kubeletIdentityPrincipalId
    trainingIdentityId: identity.outputs.trainingIdentityId
    trainingIdentityPrincipalId: identity.outputs.trainingIdentityPrincipalId
    endpointIdentityId: identity.outputs.endpointIdentityId
    endpointIdentityPrincipalId: identity.outputs.endpointIdentityPrincipalId
  }
}

module cluster 'modules/cluster.bicep' = {
  params: {
    location: location
    nameSuffix: nameSuffix
    clusterName: clusterName
    computeNamespace: computeNamespace
    kubernetesVersion: kubernetesVersion
    aksNodeCount: aksNodeCount
    aksNodeMaxCount: aksNodeMaxCount
    aksNodeVmSize: aksNodeVmSize
    systemNodeVmSize: systemNodeVmSize
    enableAutoScaling: enableAutoScaling
    runningNodes: runningNodes
    enableGpuNodes: enableGpuNodes
    gpuNodeVmSize: gpuNodeVmSize
    gpuNodeMaxCount: gpuNodeMaxCount
    enableSpotNodes: enableSpotNodes
    spotNodeVmSize: spotNodeVmSize
    spotNodeMaxCount: spotNodeMaxCount
    taintStyle: taintStyle
    podCidr: podCidr
    serviceCidr: serviceCidr
    dnsServiceIp: dnsServiceIp
    adminGroupObjectId: adminGroupObjectId
    apiServerAllowedRanges: apiServerAllowedRanges
    maintenanceDay: maintenanceDay
    maintenanceTime: maintenanceTime
    maintenanceUtcOffset: maintenanceUtcOffset
    profileClusterTier: profile.clusterTier
    profileNodeGroupRestriction: profile.nodeGroupRestriction
    profileAvailabilityZones: profile.availabilityZones
    profileSystemNodeMaxCount: profile.systemNodeMaxCount
    profileSystemNodeCount: profile.systemNodeCount
    profileSystemNodeTaints: profile.systemNodeTaints
    profileDisableRunCommand: profile.disableRunCommand
    profilePrivateApiServer: profile.privateApiServer
    profileEgress: profile.egress
    profileDefender: profile.defender
    profileUpgradeChannel: profile.upgradeChannel
    profileContainerInsights: profile.containerInsights
    profileManagedPrometheus: profile.managedPrometheus
    profileNamespaceTraffic: profile.namespaceTraffic
    profileNamespaceDeletePolicy: profile.namespaceDeletePolicy
    profileDiagnosticLogs: profile.diagnosticLogs
    resourceTags: resourceTags
    controlPlaneIdentityId: identity.outputs.controlPlaneIdentityId
    virtualNetworkName: network.outputs.virtualNetworkName
    kubeletIdentityId: identity.outputs.kubeletIdentityId
    kubeletIdentityClientId: identity.outputs.kubeletIdentityClientId
    kubeletIdentityPrincipalId: identity.outputs.kubeletIdentityPrincipalId
    egressAddressIpAddress: network.outputs.egressAddressIpAddress
    firewallAddressIpAddress: network.outputs.firewallAddressIpAddress
    logAnalyticsId: observability.outputs.logAnalyticsId
  }
  dependsOn: [
    roles
    egress
  ]
}

module workspace 'modules/workspace.bicep' = {
  params: {
    location: location
    workspaceName: workspaceName
    profilePrivateNetworking: profile.privateNetworking
    profileDiagnosticLogs: profile.diagnosticLogs
    resourceTags: resourceTags
    storageAccountId: storage.outputs.storageAccountId
    keyVaultId: vault.outputs.keyVaultId
    applicationInsightsId: observability.outputs.applicationInsightsId
    containerRegistryId: registry.outputs.containerRegistryId
    virtualNetworkName: network.outputs.virtualNetworkName
    logAnalyticsId: observability.outputs.logAnalyticsId
    storageAccountName: storage.outputs.storageAccountName
    trainingDataContainerName: storage.outputs.trainingDataContainerName
  }
}

module privateLink 'modules/private-link.bicep' = {
  params: {
    location: location
    mlRegistryName: mlRegistryName
    profilePrivateNetworking: profile.privateNetworking
    region: region
    resourceTags: resourceTags
    containerRegistryName: registry.outputs.containerRegistryName
    virtualNetworkId: network.outputs.virtualNetworkId
    logAnalyticsId: observability.outputs.logAnalyticsId
    applicationInsightsId: observability.outputs.applicationInsightsId
    collectionEndpointId: observability.outputs.collectionEndpointId
    virtualNetworkName: network.outputs.virtualNetworkName
    keyVaultId: vault.outputs.keyVaultId
    storageAccountId: storage.outputs.storageAccountId
    mlRegistryRegionDetails: promotion.outputs.mlRegistryRegionDetails
    monitorAccountId: observability.outputs.monitorAccountId
    mlWorkspaceId: workspace.outputs.mlWorkspaceId
    mlRegistryId: promotion.outputs.mlRegistryId
    mlWorkspaceIdentityPrincipalId: workspace.outputs.mlWorkspaceIdentityPrincipalId
    trainingIdentityId: identity.outputs.trainingIdentityId
    trainingIdentityPrincipalId: identity.outputs.trainingIdentityPrincipalId
  }
}

module compute 'modules/compute.bicep' = {
  params: {
    location: location
    mlComputeSku: mlComputeSku
    mlComputeMaxNodes: mlComputeMaxNodes
    operatorObjectId: operatorObjectId
    operatorType: operatorType
    profileLowPriorityCluster: profile.lowPriorityCluster
    resourceTags: resourceTags
    mlWorkspaceName: workspace.outputs.mlWorkspaceName
    trainingIdentityId: identity.outputs.trainingIdentityId
    trainingIdentityPrincipalId: identity.outputs.trainingIdentityPrincipalId
    endpointIdentityId: identity.outputs.endpointIdentityId
    endpointIdentityPrincipalId: identity.outputs.endpointIdentityPrincipalId
    virtualNetworkName: network.outputs.virtualNetworkName
  }
  dependsOn: [
    roles
    privateLink
    egress
  ]
}

module attach 'modules/attach.bicep' = {
  params: {
    location: location
    computeNamespace: computeNamespace
    enableAutoScaling: enableAutoScaling
    enableGpuNodes: enableGpuNodes
    enableSpotNodes: enableSpotNodes
    volcanoConfigMap: volcanoConfigMap
    clusterOperatorObjectId: clusterOperatorObjectId
    clusterOperatorType: clusterOperatorType
    deployerObjectId: deployerObjectId
    scoringHostName: scoringHostName
    scoringTlsSecretName: scoringTlsSecretName
    profileInferenceRouterHa: profile.inferenceRouterHa
    profileExtensionPurpose: profile.extensionPurpose
    region: region
    resourceTags: resourceTags
    aksClusterName: cluster.outputs.aksClusterName
    trainingIdentityName: identity.outputs.trainingIdentityName
    mlWorkspaceName: workspace.outputs.mlWorkspaceName
    mlWorkspaceIdentityPrincipalId: workspace.outputs.mlWorkspaceIdentityPrincipalId
    aksClusterOidcIssuerProfileIssuerURL: cluster.outputs.aksClusterOidcIssuerProfileIssuerURL
    mlNamespaceName: cluster.outputs.mlNamespaceName
  }
  dependsOn: [
    privateLink
  ]
}

module backup 'modules/backup.bicep' = {
  params: {
    location: location
    profileBackupRedundancy: profile.backupRedundancy
    profileClusterBackup: profile.clusterBackup
    profileDiagnosticLogs: profile.diagnosticLogs
    profileBackupInterval: profile.backupInterval
    profileBackupRetentionDays: profile.backupRetentionDays
    region: region
    resourceTags: resourceTags
    storageAccountName: storage.outputs.storageAccountName
    blobServiceName: storage.outputs.blobServiceName
    aksClusterName: cluster.outputs.aksClusterName
    logAnalyticsId: observability.outputs.logAnalyticsId
    storageAccountPrimaryEndpointsBlob: storage.outputs.storageAccountPrimaryEndpointsBlob
    controlPlaneIdentityId: identity.outputs.controlPlaneIdentityId
    controlPlaneIdentityPrincipalId: identity.outputs.controlPlaneIdentityPrincipalId
  }
  dependsOn: [
    attach
    privateLink
  ]
}

module collection 'modules/collection.bicep' = {
  params: {
    location: location
    profileManagedPrometheus: profile.managedPrometheus
    profilePrivateNetworking: profile.privateNetworking
    profileCollectionInterval: profile.collectionInterval
    profileContainerInsights: profile.containerInsights
    resourceTags: resourceTags
    aksClusterName: cluster.outputs.aksClusterName
    collectionEndpointId: observability.outputs.collectionEndpointId
    monitorAccountId: observability.outputs.monitorAccountId
    logAnalyticsId: observability.outputs.logAnalyticsId
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    location: location
    computeNamespace: computeNamespace
    enableGpuNodes: enableGpuNodes
    alertEmail: alertEmail
    endpointLatencyMs: endpointLatencyMs
    profileAlerting: profile.alerting
    profileEgress: profile.egress
    profileRegistrySku: profile.registrySku
    profileManagedPrometheus: profile.managedPrometheus
    profileClusterBackup: profile.clusterBackup
    resourceTags: resourceTags
    aksClusterId: cluster.outputs.aksClusterId
    natGatewayId: network.outputs.natGatewayId
    firewallId: egress.outputs.firewallId
    keyVaultId: vault.outputs.keyVaultId
    storageAccountId: storage.outputs.storageAccountId
    containerRegistryId: registry.outputs.containerRegistryId
    mlWorkspaceId: workspace.outputs.mlWorkspaceId
    logAnalyticsId: observability.outputs.logAnalyticsId
    monitorAccountId: observability.outputs.monitorAccountId
    aksClusterName: cluster.outputs.aksClusterName
    backupVaultId: backup.outputs.backupVaultId
  }
}

module ci 'modules/ci.bicep' = {
  params: {
    location: location
    environmentName: environmentName
    operatorObjectId: operatorObjectId
    operatorType: operatorType
    clusterOperatorObjectId: clusterOperatorObjectId
    clusterOperatorType: clusterOperatorType
    deployerObjectId: deployerObjectId
    deployerType: deployerType
    githubRepository: githubRepository
    azureDevOpsIssuer: azureDevOpsIssuer
    azureDevOpsSubject: azureDevOpsSubject
    mlRegistryName: mlRegistryName
    profileClusterBackup: profile.clusterBackup
    profileDeletionLocks: profile.deletionLocks
    resourceTags: resourceTags
    mlWorkspaceName: workspace.outputs.mlWorkspaceName
    containerRegistryName: registry.outputs.containerRegistryName
    storageAccountName: storage.outputs.storageAccountName
    mlRegistryResourceName: promotion.outputs.mlRegistryResourceName
    aksClusterName: cluster.outputs.aksClusterName
  }
}

module governance 'modules/governance.bicep' = {
  params: {
    location: location
    computeNamespace: computeNamespace
    registryReplicaLocation: registryReplicaLocation
    alertEmail: alertEmail
    budgetScope: budgetScope
    budgetStartDate: budgetStartDate
    profilePolicyEffect: profile.policyEffect
    profileDeletionLocks: profile.deletionLocks
    profileMonthlyBudget: profile.monthlyBudget
    region: region
    resourceTags: resourceTags
    keyVaultName: vault.outputs.keyVaultName
    storageAccountName: storage.outputs.storageAccountName
    logAnalyticsName: observability.outputs.logAnalyticsName
    virtualNetworkName: network.outputs.virtualNetworkName
    actionGroupId: alerts.outputs.actionGroupId
  }
}

module spending 'modules/spending.bicep' = if (budgetStartDate != '' && budgetScope != 'resourceGroup') {
  name: 'spending-${uniqueString(resourceGroup().id)}'
  scope: subscription()
  params: {
    nameSuffix: nameSuffix
    alertEmail: alertEmail
    budgetStartDate: budgetStartDate
    profileMonthlyBudget: profile.monthlyBudget
    resourceGroupName: resourceGroup().name
    actionGroupId: alerts.outputs.actionGroupId
  }
}

@description('Name of the AKS cluster.')
output clusterName string = cluster.outputs.aksClusterName

@description('Issuer of the workload identity tokens of the cluster.')
output oidcIssuerUrl string = cluster.outputs.aksClusterOidcIssuerProfileIssuerURL

@description('Name of the Azure Machine Learning workspace.')
output workspaceName string = workspace.outputs.mlWorkspaceName

@description('Resource id of the Azure Machine Learning workspace.')
output workspaceId string = workspace.outputs.mlWorkspaceId

@description('Compute target that stands for the cluster in the workspace.')
output kubernetesComputeName string = attach.outputs.aksComputeName

@description('Host name of the container registry.')
output registryLoginServer string = registry.outputs.containerRegistryLoginServer

@description('Name of the storage account.')
output storageAccountName string = storage.outputs.storageAccountName

@description('Address of the key vault.')
output keyVaultUri string = vault.outputs.keyVaultVaultUri

@description('Resource id of the identity that online endpoints use.')
output endpointIdentityId string = identity.outputs.endpointIdentityId
