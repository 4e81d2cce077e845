// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('profile.managedPrometheus of the platform.')
param profileManagedPrometheus bool

@description('profile.privateNetworking of the platform.')
param profilePrivateNetworking bool

@description('profile.collectionInterval of the platform.')
param profileCollectionInterval string

@description('profile.containerInsights of the platform.')
param profileContainerInsights bool

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of aksCluster.')
param aksClusterName string

@description('Resource id of collectionEndpoint.')
param collectionEndpointId string

@description('Resource id of monitorAccount.')
param monitorAccountId string

@description('Resource id of logAnalytics.')
param logAnalyticsId string

resource aksCluster 'Microsoft.ContainerService/managedClusters@2026-05-01' existing = {
  name: aksClusterName
}

// Managed Prometheus.
resource metricsRule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = if (profileManagedPrometheus) {
  name: 'dcr-mlops-prometheus'
  location: location
  tags: resourceTags
  kind: 'Linux'
  properties: {
    dataCollectionEndpointId: collectionEndpointId
    dataSources: {
      prometheusForwarder: [
        {
          name: 'prometheus'
          streams: ['Microsoft-PrometheusMetrics']
          labelIncludeFilter: {}
        }
      ]
    }
    destinations: {
      monitoringAccounts: [
        {
          name: 'metrics'
          accountResourceId: monitorAccountId
        }
      ]
    }
    dataFlows: [
      {
        streams: ['Microsoft-PrometheusMetrics']
        destinations: ['metrics']
      }
    ]
  }
}

// Container Insights.
resource logsRule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = if (profileContainerInsights) {
  name: 'dcr-mlops-containers'
  location: location
  tags: resourceTags
  kind: 'Linux'
  properties: {
    dataCollectionEndpointId: profilePrivateNetworking ? collectionEndpointId : null
    dataSources: {
      extensions: [
        {
          name: 'containers'
          extensionName: 'ContainerInsights'
          streams: [
            'Microsoft-ContainerLogV2'
            'Microsoft-KubeEvents'
            'Microsoft-KubePodInventory'
            'Microsoft-KubeNodeInventory'
            'Microsoft-KubeServices'
          ]
          extensionSettings: {
            dataCollectionSettings: {
              interval: profileCollectionInterval
              namespaceFilteringMode: 'Exclude'
              namespaces: ['kube-system', 'gatekeeper-system']
              enableContainerLogV2: true
            }
          }
        }
      ]
    }
    destinations: {
      logAnalytics: [
        {
          name: 'logs'
          workspaceResourceId: logAnalyticsId
        }
      ]
    }
    dataFlows: [
      {
        streams: [
          'Microsoft-ContainerLogV2'
          'Microsoft-KubeEvents'
          'Microsoft-KubePodInventory'
          'Microsoft-KubeNodeInventory'
          'Microsoft-KubeServices'
        ]
        destinations: ['logs']
      }
    ]
  }
}

// Metrics of the cluster.
resource metricsAssociation 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = if (profileManagedPrometheus) {
  scope: aksCluster
  name: 'prometheus'
  properties: {
    dataCollectionRuleId: metricsRule.id
  }
}

// Logs of the cluster.
resource logsAssociation 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = if (profileContainerInsights) {
  scope: aksCluster
  name: 'containers'
  properties: {
    dataCollectionRuleId: logsRule.id
  }
}

// The one name under which agents look for a private way to their configuration.
resource endpointAssociation 'Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11' = if (profilePrivateNetworking) {
  scope: aksCluster
  name: 'configurationAccessEndpoint'
  properties: {
    dataCollectionEndpointId: collectionEndpointId
  }
}
