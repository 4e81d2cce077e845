// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Kubernetes namespace in which training jobs and models run.')
@minLength(1)
@maxLength(63)
param computeNamespace string

@description('Let the cluster autoscaler add and remove nodes.')
param enableAutoScaling bool

@description('Add a pool of GPU nodes.')
param enableGpuNodes bool

@description('Add a pool of spot nodes, which cost little and may be taken back at any time.')
param enableSpotNodes bool

@description('ConfigMap in namespace azureml by which Volcano schedules, for instance volcano-scheduler-autoscaler of kubernetes/, with which jobs wait for nodes that the autoscaler has yet to add; empty for the extension\'s own, with which a job for an empty pool waits for ever. It must exist before the extension names it: quayside up sees to the order, everything else takes it with the second deployment.')
param volcanoConfigMap string

@description('Object id of the person, group or service principal that applies what belongs on the cluster (kubernetes/), with a role that sees all of the cluster; empty for none. Owner of the subscription is not enough for that. quayside up names its caller.')
param clusterOperatorObjectId string

@description('What clusterOperatorObjectId is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param clusterOperatorType string

@description('Object id of the principal that deploys the platform from a pipeline; empty for none. An owner gives it its roles with the first deployment: it may then give the platform\'s roles and no others.')
param deployerObjectId string

@description('Host name in the TLS certificate of the scoring endpoints; empty serves plain HTTP inside the network.')
param scoringHostName string

@description('Kubernetes secret in namespace azureml with cert.pem and key.pem for scoringHostName; it must exist before the extension is installed.')
param scoringTlsSecretName string

@description('profile.inferenceRouterHa of the platform.')
param profileInferenceRouterHa string

@description('profile.extensionPurpose of the platform.')
param profileExtensionPurpose string

@description('The region as addresses spell it.')
param region string

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of aksCluster.')
param aksClusterName string

@description('Name of trainingIdentity.')
param trainingIdentityName string

@description('Name of mlWorkspace.')
param mlWorkspaceName string

@description('identity.principalId of mlWorkspace, known once it is deployed.')
param mlWorkspaceIdentityPrincipalId string

@description('properties.oidcIssuerProfile.issuerURL of aksCluster, known once it is deployed.')
param aksClusterOidcIssuerProfileIssuerURL string

@description('Name of mlNamespace.')
param mlNamespaceName string

resource aksCluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: aksClusterName
}

resource trainingIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: trainingIdentityName
}

resource mlWorkspace 'Microsoft.MachineLearningServices/workspaces@2026-05-01' existing = {
  name: mlWorkspaceName
}

// Azure Kubernetes Service Cluster Admin Role
resource workspaceClusterAdmin 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: aksCluster
  name: guid(aksCluster.id, mlWorkspace.id, '0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8'
    )
    principalId: mlWorkspaceIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Attach the cluster to the workspace.'
  }
}

// Azure Kubernetes Service RBAC Cluster Admin
resource workspaceClusterRbac 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: aksCluster
  name: guid(aksCluster.id, mlWorkspace.id, 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b'
    )
    principalId: mlWorkspaceIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'Run jobs and models on the cluster; with Azure RBAC this is the role that Kubernetes checks.'
  }
}

// Kubernetes Extension Contributor
resource workspaceExtension 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: aksCluster
  name: guid(aksCluster.id, mlWorkspace.id, '85cb6faf-e071-4c9b-8136-154b5a04f717')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '85cb6faf-e071-4c9b-8136-154b5a04f717'
    )
    principalId: mlWorkspaceIdentityPrincipalId
    principalType: 'ServicePrincipal'
    description: 'See and configure the Azure ML extension.'
  }
}

// Lets Azure ML reach the API server although local accounts are off.
resource trustedAccess 'Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings@2026-05-01' = {
  parent: aksCluster
  name: 'azureml'
  properties: {
    sourceResourceId: mlWorkspace.id
    roles: ['Microsoft.MachineLearningServices/workspaces/mlworkload']
  }
}

// Training pods prove who they are with their service account's token; no secret is involved.
resource defaultAccountFederation 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = {
  parent: trainingIdentity
  name: 'aks-default'
  properties: {
    issuer: aksClusterOidcIssuerProfileIssuerURL
    subject: 'system:serviceaccount:${computeNamespace}:default'
    audiences: ['api://AzureADTokenExchange']
  }
}

// Training pods prove who they are with their service account's token; no secret is involved.
resource trainingAccountFederation 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = {
  parent: trainingIdentity
  name: 'aks-training'
  properties: {
    issuer: aksClusterOidcIssuerProfileIssuerURL
    subject: 'system:serviceaccount:${computeNamespace}:training'
    audiences: ['api://AzureADTokenExchange']
  }
  dependsOn: [
    defaultAccountFederation
  ]
}

// Runs Azure ML's jobs and models on the cluster. Settings are text, booleans included; the CLI
// adds those from clusterId on by itself, and without them the installation fails.
resource azureMlExtension 'Microsoft.KubernetesConfiguration/extensions@2025-03-01' = {
  scope: aksCluster
  name: 'azureml'
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    extensionType: 'microsoft.azureml.kubernetes'
    releaseTrain: 'stable'
    autoUpgradeMinorVersion: true
    scope: {
      cluster: {
        releaseNamespace: 'azureml'
      }
    }
    aksAssignedIdentity: {
      type: 'SystemAssigned'
    }
    configurationSettings: union(
      {
        enableTraining: 'True'
        enableInference: 'True'
        inferenceRouterServiceType: 'LoadBalancer'
        internalLoadBalancerProvider: 'azure'
        inferenceRouterHA: profileInferenceRouterHa
        installPromOp: 'True'
        installVolcano: 'True'
        installNvidiaDevicePlugin: enableGpuNodes ? 'True' : 'False'
        installDcgmExporter: enableGpuNodes ? 'True' : 'False'
        'amloperator.skipResourceValidation': enableAutoScaling || volcanoConfigMap != '' ? 'true' : 'false'
        'nginxIngress.controller': 'k8s.io/amlarc-ingress-nginx'
        'toleration[0].key': 'workload'
        'toleration[0].operator': 'Equal'
        'toleration[0].value': 'ml'
        'toleration[0].effect': 'NoSchedule'
        'toleration[1].key': 'kubernetes.azure.com/scalesetpriority'
        'toleration[1].operator': 'Equal'
        'toleration[1].value': 'spot'
        'toleration[1].effect': 'NoSchedule'
        'toleration[2].key': 'sku'
        'toleration[2].operator': 'Equal'
        'toleration[2].value': 'gpu'
        'toleration[2].effect': 'NoSchedule'
        'workLoadToleration[0].key': 'workload'
        'workLoadToleration[0].operator': 'Equal'
        'workLoadToleration[0].value': 'ml'
        'workLoadToleration[0].effect': 'NoSchedule'
        'workLoadToleration[1].key': 'kubernetes.azure.com/scalesetpriority'
        'workLoadToleration[1].operator': 'Equal'
        'workLoadToleration[1].value': 'spot'
        'workLoadToleration[1].effect': 'NoSchedule'
        'workLoadToleration[2].key': 'sku'
        'workLoadToleration[2].operator': 'Equal'
        'workLoadToleration[2].value': 'gpu'
        'workLoadToleration[2].effect': 'NoSchedule'
        clusterId: aksCluster.id
        cluster_name: aksCluster.id
        cluster_name_friendly: aksCluster.name
        'prometheus.prometheusSpec.externalLabels.cluster_name': aksCluster.id
        clusterPurpose: profileExtensionPurpose
        location: region
        jobSchedulerLocation: region
        domain: '${region}.cloudapp.azure.com'
        'nginxIngress.enabled': 'true'
        'relayserver.enabled': 'false'
        'servicebus.enabled': 'false'
      },
      scoringHostName == '' || scoringTlsSecretName == ''
        ? {
            allowInsecureConnections: 'True'
          }
        : {
            allowInsecureConnections: 'False'
            sslCname: scoringHostName
            sslSecret: scoringTlsSecretName
          },
      volcanoConfigMap == ''
        ? {}
        : {
            'volcanoScheduler.schedulerConfigMap': volcanoConfigMap
          }
    )
  }
  dependsOn: [
    trustedAccess
  ]
}

// Azure ML refuses to update an attached cluster; to change it, detach it and deploy again.
@onlyIfNotExists()
resource aksCompute 'Microsoft.MachineLearningServices/workspaces/computes@2026-05-01' = {
  parent: mlWorkspace
  name: 'aks-compute'
  location: location
  tags: resourceTags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${trainingIdentity.id}': {}
    }
  }
  properties: {
    computeType: 'Kubernetes'
    computeLocation: location
    resourceId: aksCluster.id
    disableLocalAuth: true
    properties: {
      namespace: mlNamespaceName
      defaultInstanceType: 'defaultinstancetype'
      instanceTypes: union(
        {
          defaultinstancetype: {
            nodeSelector: {
              workload: 'ml'
            }
            resources: {
              requests: {
                cpu: '500m'
                memory: '1Gi'
              }
              limits: {
                cpu: '2'
                memory: '4Gi'
              }
            }
          }
          large: {
            nodeSelector: {
              workload: 'ml'
            }
            resources: {
              requests: {
                cpu: '2'
                memory: '6Gi'
              }
              limits: {
                cpu: '3'
                memory: '10Gi'
              }
            }
          }
        },
        enableGpuNodes
          ? {
              gpu: {
                nodeSelector: {
                  workload: 'gpu'
                }
                resources: {
                  requests: {
                    cpu: '2'
                    memory: '12Gi'
                  }
                  limits: {
                    cpu: '3'
                    memory: '20Gi'
                    'nvidia.com/gpu': '1'
                  }
                }
              }
            }
          : {},
        enableSpotNodes
          ? {
              spot: {
                nodeSelector: {
                  workload: 'spot'
                }
                resources: {
                  requests: {
                    cpu: '2'
                    memory: '6Gi'
                  }
                  limits: {
                    cpu: '3'
                    memory: '10Gi'
                  }
                }
              }
            }
          : {}
      )
      extensionPrincipalId: azureMlExtension.properties.aksAssignedIdentity.principalId
      extensionInstanceReleaseTrain: 'stable'
    }
  }
  dependsOn: [
    workspaceClusterAdmin
    workspaceClusterRbac
    workspaceExtension
  ]
}

// Azure Kubernetes Service RBAC Cluster Admin
resource clusterOperatorObjects 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (clusterOperatorObjectId != deployerObjectId && clusterOperatorObjectId != '') {
  scope: aksCluster
  name: guid(aksCluster.id, clusterOperatorObjectId, 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b')
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b'
    )
    principalId: clusterOperatorObjectId
    principalType: clusterOperatorType
    description: 'Apply what belongs on the cluster.'
  }
}

@description('Name of aksCompute.')
output aksComputeName string = aksCompute.name
