// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
param location string

@description('Kubernetes namespace in which training jobs and models run.')
@minLength(1)
@maxLength(63)
param computeNamespace string

@description('Add a pool of GPU nodes.')
param enableGpuNodes bool

@description('Address that alerts and the budget write to; empty tells the owners of the subscription.')
param alertEmail string

@description('Milliseconds within which 95 of 100 predictions should be answered; an alert tells when they are not.')
@minValue(1)
@maxValue(60000)
param endpointLatencyMs int

@description('profile.alerting of the platform.')
param profileAlerting bool

@description('profile.egress of the platform.')
param profileEgress string

@description('profile.managedPrometheus of the platform.')
param profileManagedPrometheus bool

@description('resourceTags of the platform.')
param resourceTags object

@description('Resource id of aksCluster.')
param aksClusterId string

@description('Resource id of natGateway.')
param natGatewayId string

@description('Resource id of firewall.')
param firewallId string

@description('Resource id of keyVault.')
param keyVaultId string

@description('Resource id of storageAccount.')
param storageAccountId string

@description('Resource id of containerRegistry.')
param containerRegistryId string

@description('Resource id of mlWorkspace.')
param mlWorkspaceId string

@description('Resource id of logAnalytics.')
param logAnalyticsId string

@description('Resource id of monitorAccount.')
param monitorAccountId string

@description('Name of aksCluster.')
param aksClusterName string

// Without an address the owners of the subscription are told.
resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-mlops'
  location: 'global'
  tags: resourceTags
  properties: {
    groupShortName: 'mlops'
    enabled: true
    emailReceivers: alertEmail == ''
      ? []
      : [
          {
            name: 'alerts'
            emailAddress: alertEmail
            useCommonAlertSchema: true
          }
        ]
    armRoleReceivers: alertEmail == ''
      ? [
          {
            name: 'owners'
            roleId: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
            useCommonAlertSchema: true
          }
        ]
      : []
  }
}

resource nodeCpuAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-node-cpu'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Nodes run out of CPU.'
    severity: 3
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'node_cpu_usage_percentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 90
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource nodeMemoryAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-node-memory'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Nodes run out of memory; pods will be evicted.'
    severity: 3
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'node_memory_working_set_percentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 90
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource nodeDiskAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-node-disk'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Disks of nodes fill up; images will be removed and pods evicted.'
    severity: 3
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'node_disk_usage_percentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 85
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource podsUnschedulableAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-pods-unschedulable'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Pods find no node for half an hour: quota, a taint nobody tolerates, or a pool that does not scale from zero.'
    severity: 2
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT30M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'cluster_autoscaler_unschedulable_pods_count'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource autoscalerUnsafeAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-autoscaler-unsafe'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The autoscaler has stopped acting.'
    severity: 2
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'cluster_autoscaler_cluster_safe_to_autoscale'
          timeAggregation: 'Minimum'
          operator: 'LessThan'
          threshold: 1
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource apiServerCpuAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-api-server-cpu'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The API server is overloaded.'
    severity: 2
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'apiserver_cpu_usage_percentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 90
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource apiServerMemoryAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-api-server-memory'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The API server is overloaded.'
    severity: 2
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'apiserver_memory_usage_percentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 90
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource etcdSizeAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-etcd-size'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The cluster\'s database fills up; at its limit it takes no more writes.'
    severity: 2
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'etcd_database_usage_percentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 75
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource podsFailedAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-pods-failed'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Pods have failed.'
    severity: 3
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'kube_pod_status_phase'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'phase'
              operator: 'Include'
              values: ['Failed']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource nodesNotReadyAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-nodes-not-ready'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Nodes are not ready.'
    severity: 1
    enabled: true
    scopes: [aksClusterId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT30M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'kube_node_status_condition'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'status2'
              operator: 'Include'
              values: ['NotReady']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource natFailuresAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting && profileEgress == 'natGateway') {
  name: 'alert-nat-failures'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Connections out of the network fail: the gateway has no ports left.'
    severity: 2
    enabled: true
    scopes: [natGatewayId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'SNATConnectionCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'ConnectionState'
              operator: 'Include'
              values: ['Failed']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource firewallHealthAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting && profileEgress == 'firewall') {
  name: 'alert-firewall-health'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The firewall is not well; nodes and training clusters lose their way out.'
    severity: 1
    enabled: true
    scopes: [firewallId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'FirewallHealth'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 90
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource firewallPortsAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting && profileEgress == 'firewall') {
  name: 'alert-firewall-ports'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The firewall runs out of ports for connections; give it a second address.'
    severity: 2
    enabled: true
    scopes: [firewallId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'SNATPortUtilization'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 80
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource vaultAvailabilityAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-vault-availability'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The vault does not answer.'
    severity: 1
    enabled: true
    scopes: [keyVaultId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Availability'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 99
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource vaultLatencyAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-vault-latency'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The vault answers slowly.'
    severity: 3
    enabled: true
    scopes: [keyVaultId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'ServiceApiLatency'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 1000
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource vaultSaturationAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-vault-saturation'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The vault is near its capacity.'
    severity: 3
    enabled: true
    scopes: [keyVaultId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'SaturationShoebox'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 75
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource vaultRefusalsAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-vault-refusals'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The vault refuses: a role or network path was lost, or somebody asks too often.'
    severity: 2
    enabled: true
    scopes: [keyVaultId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'ServiceApiResult'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 5
          dimensions: [
            {
              name: 'StatusCode'
              operator: 'Include'
              values: ['403', '429']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource storageAvailabilityAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-storage-availability'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The storage account does not answer.'
    severity: 1
    enabled: true
    scopes: [storageAccountId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Availability'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 99
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource storageLatencyAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-storage-latency'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The storage account answers slowly.'
    severity: 3
    enabled: true
    scopes: [storageAccountId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'SuccessE2ELatency'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 1000
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource storageThrottledAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-storage-throttled'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The storage account turns requests away.'
    severity: 2
    enabled: true
    scopes: [storageAccountId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Transactions'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: ['ServerBusyError', 'ClientThrottlingError']
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource registryFullAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-registry-full'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The registry holds 400 GiB of the 500 GiB that its price includes.'
    severity: 3
    enabled: true
    scopes: [containerRegistryId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'StorageUsed'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 429496729600
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource runsFailedAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-runs-failed'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Jobs have failed.'
    severity: 2
    enabled: true
    scopes: [mlWorkspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Failed Runs'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource workspaceErrorsAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-workspace-errors'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Jobs report errors.'
    severity: 3
    enabled: true
    scopes: [mlWorkspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Errors'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 5
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource runsQueuedAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-runs-queued'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Jobs wait for computes.'
    severity: 3
    enabled: true
    scopes: [mlWorkspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Queued Runs'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 10
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource quotaUsedAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-quota-used'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'The quota for training nodes is nearly used.'
    severity: 3
    enabled: true
    scopes: [mlWorkspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Quota Utilization Percentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 85
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource nodesUnusableAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-nodes-unusable'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Training nodes do not start, for want of a way out of their subnet among others.'
    severity: 2
    enabled: true
    scopes: [mlWorkspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT30M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Unusable Nodes'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource nodesPreemptedAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-nodes-preempted'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Azure takes many low-priority nodes back.'
    severity: 4
    enabled: true
    scopes: [mlWorkspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Preempted Nodes'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 3
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource deploysFailedAlert 'Microsoft.Insights/metricAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-deploys-failed'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'A model could not be deployed.'
    severity: 2
    enabled: true
    scopes: [mlWorkspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'condition'
          criterionType: 'StaticThresholdCriterion'
          metricName: 'Model Deploy Failed'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: []
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroup.id
      }
    ]
  }
}

resource endpointLatencyAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-endpoint-latency'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-endpoint-latency'
    description: 'The slowest twentieth of the predictions takes longer than promised.'
    severity: 2
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      allOf: [
        {
          query: 'AppRequests | where Name has \'/score\' | summarize p95 = percentile(DurationMs, 95) by AppRoleName | where p95 > ${endpointLatencyMs}'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource endpointErrorsAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-endpoint-errors'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-endpoint-errors'
    description: 'More than one prediction in a hundred fails.'
    severity: 1
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      allOf: [
        {
          query: 'AppRequests | where Name has \'/score\' | summarize failed = countif(toint(ResultCode) >= 500), total = count() by AppRoleName | where failed * 100 > total'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource schedulingFailedAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-scheduling-failed'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-scheduling-failed'
    description: 'Jobs or models find no node: a taint that they do not tolerate, or no room.'
    severity: 2
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'KubeEvents | where Namespace == \'${computeNamespace}\' | where Reason == \'FailedScheduling\''
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource podsRestartingAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-pods-restarting'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-pods-restarting'
    description: 'Pods of jobs or models are killed and started again.'
    severity: 2
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'KubeEvents | where Namespace == \'${computeNamespace}\' | where Reason in (\'BackOff\', \'OOMKilling\', \'Evicted\')'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource imagePullFailedAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-image-pull-failed'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-image-pull-failed'
    description: 'An image cannot be pulled: the registry\'s role or its private name is missing.'
    severity: 2
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'KubeEvents | where Reason == \'Failed\' and Message has \'pull\''
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource clusterAdminGrantedAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-cluster-admin-granted'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-cluster-admin-granted'
    description: 'Somebody was given rights over the whole cluster.'
    severity: 3
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'AKSAuditAdmin | where Verb in (\'create\', \'update\', \'patch\') and ObjectRef.resource == \'clusterrolebindings\' and toint(ResponseStatus.code) < 300'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource vaultForbiddenAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-vault-forbidden'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-vault-forbidden'
    description: 'The vault refused a caller.'
    severity: 3
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'AZKVAuditLogs | where ResultSignature == \'Forbidden\''
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource computeResizeFailedAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-compute-resize-failed'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-compute-resize-failed'
    description: 'A training cluster could not get nodes, mostly for want of quota.'
    severity: 3
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'AmlComputeClusterEvent | where isnotempty(ClusterErrorCodes)'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource logsStoppedAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (profileAlerting) {
  name: 'alert-logs-stopped'
  location: location
  tags: resourceTags
  kind: 'LogAlert'
  properties: {
    displayName: 'alert-logs-stopped'
    description: 'The daily limit of logs is used up; every other log alert is blind until tomorrow.'
    severity: 2
    enabled: true
    scopes: [logAnalyticsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: '_LogOperation | where Category == \'Ingestion\' and Detail has \'Data collection stopped\''
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    skipQueryValidation: true
    actions: {
      actionGroups: [actionGroup.id]
    }
  }
}

resource nodeRules 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = if (profileAlerting && profileManagedPrometheus) {
  name: 'mlops-node-rules'
  location: location
  tags: resourceTags
  properties: {
    description: 'Nodes that are not well.'
    scopes: [monitorAccountId, aksClusterId]
    clusterName: aksClusterName
    enabled: true
    interval: 'PT1M'
    rules: [
      {
        alert: 'NodeNotReady'
        expression: 'kube_node_status_condition{condition="Ready",status="true"} == 0'
        for: 'PT15M'
        severity: 2
        enabled: true
        annotations: {
          summary: 'a node is not ready'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'NodeFlapping'
        expression: 'changes(kube_node_status_condition{condition="Ready",status="true"}[15m]) > 2'
        for: 'PT5M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a node keeps changing between ready and not ready'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'NodeDiskFilling'
        expression: '1 - node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"} > 0.8'
        for: 'PT15M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a node\'s disk is more than 80 % full'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'NodeMemoryHigh'
        expression: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9'
        for: 'PT15M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a node uses more than 90 % of its memory'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
    ]
  }
}

resource podRules 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = if (profileAlerting && profileManagedPrometheus) {
  name: 'mlops-pod-rules'
  location: location
  tags: resourceTags
  properties: {
    description: 'Pods of jobs and models that are not well.'
    scopes: [monitorAccountId, aksClusterId]
    clusterName: aksClusterName
    enabled: true
    interval: 'PT1M'
    rules: [
      {
        alert: 'PodCrashLooping'
        expression: 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1'
        for: 'PT15M'
        severity: 2
        enabled: true
        annotations: {
          summary: 'a container keeps crashing'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'ContainerOutOfMemory'
        expression: 'increase(kube_pod_container_status_restarts_total[10m]) > 0 and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1'
        for: 'PT1M'
        severity: 2
        enabled: true
        annotations: {
          summary: 'a container was killed for its memory'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'PodRestarting'
        expression: 'increase(kube_pod_container_status_restarts_total[1h]) > 3'
        for: 'PT5M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a container restarted more than three times in an hour'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'PodFailed'
        expression: 'sum by (namespace, pod) (kube_pod_status_phase{phase="Failed"}) > 0'
        for: 'PT5M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a pod has failed'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'PodPending'
        expression: 'sum by (pod) (kube_pod_status_phase{phase="Pending",namespace="${computeNamespace}"}) > 0'
        for: 'PT15M'
        severity: 2
        enabled: true
        annotations: {
          summary: 'a job or model waits for a node'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
    ]
  }
}

resource workloadRules 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = if (profileAlerting && profileManagedPrometheus) {
  name: 'mlops-workload-rules'
  location: location
  tags: resourceTags
  properties: {
    description: 'Models, their router and jobs as a whole.'
    scopes: [monitorAccountId, aksClusterId]
    clusterName: aksClusterName
    enabled: true
    interval: 'PT1M'
    rules: [
      {
        alert: 'ModelReplicasMissing'
        expression: 'kube_deployment_spec_replicas{namespace="${computeNamespace}"} > on (deployment) kube_deployment_status_replicas_available{namespace="${computeNamespace}"}'
        for: 'PT15M'
        severity: 2
        enabled: true
        annotations: {
          summary: 'a model has fewer replicas than it should'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'ModelWithoutReplica'
        expression: 'kube_deployment_spec_replicas{namespace="${computeNamespace}"} > 0 and on (deployment) kube_deployment_status_replicas_available{namespace="${computeNamespace}"} == 0'
        for: 'PT1M'
        severity: 1
        enabled: true
        annotations: {
          summary: 'a model has no replica that answers'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'RouterReplicasMissing'
        expression: 'kube_deployment_spec_replicas{namespace="azureml",deployment=~"azureml-fe.*"} > on (deployment) kube_deployment_status_replicas_available{namespace="azureml",deployment=~"azureml-fe.*"}'
        for: 'PT10M'
        severity: 1
        enabled: true
        annotations: {
          summary: 'the inference router has fewer replicas than it should'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'JobFailed'
        expression: 'kube_job_status_failed{namespace="${computeNamespace}"} > 0'
        for: 'PT5M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a Kubernetes job has failed'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'QuotaAlmostFull'
        expression: 'kube_resourcequota{type="used"} / ignoring (type) (kube_resourcequota{type="hard"} > 0) > 0.9'
        for: 'PT15M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a namespace has nearly used its quota'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'VolumeFilling'
        expression: 'kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes > 0.8'
        for: 'PT15M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a volume is more than 80 % full'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
    ]
  }
}

resource controlPlaneRules 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = if (profileAlerting && profileManagedPrometheus) {
  name: 'mlops-control-plane-rules'
  location: location
  tags: resourceTags
  properties: {
    description: 'The API server and what it calls.'
    scopes: [monitorAccountId, aksClusterId]
    clusterName: aksClusterName
    enabled: true
    interval: 'PT1M'
    rules: [
      {
        alert: 'ApiServerErrors'
        expression: 'sum(rate(apiserver_request_total{code=~"5.."}[5m])) / sum(rate(apiserver_request_total[5m])) > 0.05'
        for: 'PT10M'
        severity: 2
        enabled: true
        annotations: {
          summary: 'the API server fails more than one request in twenty'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'ApiServerThrottling'
        expression: 'sum(rate(apiserver_request_total{code="429"}[5m])) > 1'
        for: 'PT10M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'the API server turns clients away'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
    ]
  }
}

resource gpuRules 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = if (profileAlerting && profileManagedPrometheus && enableGpuNodes) {
  name: 'mlops-gpu-rules'
  location: location
  tags: resourceTags
  properties: {
    description: 'GPUs that are idle, hot or broken; their exporter comes with the Azure ML extension.'
    scopes: [monitorAccountId, aksClusterId]
    clusterName: aksClusterName
    enabled: true
    interval: 'PT1M'
    rules: [
      {
        alert: 'GpuIdle'
        expression: 'avg_over_time(DCGM_FI_DEV_GPU_UTIL{exported_pod!=""}[1h]) < 10'
        for: 'PT1H'
        severity: 4
        enabled: true
        annotations: {
          summary: 'a GPU that a pod holds has done next to nothing for an hour'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'GpuMemoryFull'
        expression: 'DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 0.95'
        for: 'PT10M'
        severity: 3
        enabled: true
        annotations: {
          summary: 'a GPU\'s memory is nearly full'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'GpuHot'
        expression: 'DCGM_FI_DEV_GPU_TEMP > 85'
        for: 'PT10M'
        severity: 2
        enabled: true
        annotations: {
          summary: 'a GPU is hotter than 85 degrees'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
      {
        alert: 'GpuFault'
        expression: 'DCGM_FI_DEV_XID_ERRORS > 0'
        for: 'PT1M'
        severity: 1
        enabled: true
        annotations: {
          summary: 'a GPU reports a fault of its hardware or driver'
        }
        actions: [
          {
            actionGroupId: actionGroup.id
          }
        ]
        resolveConfiguration: {
          autoResolved: true
          timeToResolve: 'PT10M'
        }
      }
    ]
  }
}

resource serviceHealthAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-service-health'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Azure reports trouble with a service that the platform stands on.'
    enabled: true
    scopes: [subscription().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'ServiceHealth'
        }
        {
          field: 'properties.impactedServices[*].ServiceName'
          containsAny: [
            'Azure Kubernetes Service (AKS)'
            'Machine Learning Services'
            'Container Registry'
            'Key Vault'
            'Storage'
            'Virtual Network'
          ]
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

resource resourceHealthAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-resource-health'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Azure reports a resource of the platform as degraded or unavailable.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'ResourceHealth'
        }
        {
          anyOf: [
            {
              field: 'properties.currentHealthStatus'
              equals: 'Degraded'
            }
            {
              field: 'properties.currentHealthStatus'
              equals: 'Unavailable'
            }
          ]
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

resource clusterDeletedAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-cluster-deleted'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Somebody deletes the cluster.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'operationName'
          equals: 'Microsoft.ContainerService/managedClusters/delete'
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

resource clusterAdminCredentialsAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-cluster-admin-credentials'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Somebody asks for the credentials of the cluster\'s local administrator.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'operationName'
          equals: 'Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action'
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

resource workspaceDeletedAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-workspace-deleted'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Somebody deletes the workspace.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'operationName'
          equals: 'Microsoft.MachineLearningServices/workspaces/delete'
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

resource vaultDeletedAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-vault-deleted'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Somebody deletes the vault.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'operationName'
          equals: 'Microsoft.KeyVault/vaults/delete'
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

resource roleAssignedAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-role-assigned'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Somebody is given a role on the platform.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'operationName'
          equals: 'Microsoft.Authorization/roleAssignments/write'
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

resource networkRuleChangedAlert 'Microsoft.Insights/activityLogAlerts@2026-01-01' = if (profileAlerting) {
  name: 'alert-network-rule-changed'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'Somebody changes a rule of the network.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'operationName'
          equals: 'Microsoft.Network/networkSecurityGroups/securityRules/write'
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroup.id
        }
      ]
    }
  }
}

@description('Resource id of actionGroup.')
output actionGroupId string = actionGroup.id
