// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
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

@description('profile.registrySku of the platform.')
param profileRegistrySku string

@description('profile.managedPrometheus of the platform.')
param profileManagedPrometheus bool

@description('profile.clusterBackup of the platform.')
param profileClusterBackup bool

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

@description('Resource id of backupVault.')
param backupVaultId string

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

var metricAlertRules = [
  {
    key: 'node-cpu'
    description: 'Nodes run out of CPU.'
    severity: 3
    scope: aksClusterId
    metric: 'node_cpu_usage_percentage'
    threshold: 90
  }
  {
    key: 'node-memory'
    description: 'Nodes run out of memory; pods will be evicted.'
    severity: 3
    scope: aksClusterId
    metric: 'node_memory_working_set_percentage'
    threshold: 90
  }
  {
    key: 'node-disk'
    description: 'Disks of nodes fill up; images will be removed and pods evicted.'
    severity: 3
    scope: aksClusterId
    metric: 'node_disk_usage_percentage'
    threshold: 85
  }
  {
    key: 'pods-unschedulable'
    description: 'Pods find no node for half an hour: quota, a taint nobody tolerates, or a pool that does not scale from zero.'
    severity: 2
    scope: aksClusterId
    metric: 'cluster_autoscaler_unschedulable_pods_count'
    threshold: 0
    window: 'PT30M'
  }
  {
    key: 'autoscaler-unsafe'
    description: 'The autoscaler has stopped acting.'
    severity: 2
    scope: aksClusterId
    metric: 'cluster_autoscaler_cluster_safe_to_autoscale'
    operator: 'LessThan'
    threshold: 1
  }
  {
    key: 'api-server-cpu'
    description: 'The API server is overloaded.'
    severity: 2
    scope: aksClusterId
    metric: 'apiserver_cpu_usage_percentage'
    threshold: 90
  }
  {
    key: 'api-server-memory'
    description: 'The API server is overloaded.'
    severity: 2
    scope: aksClusterId
    metric: 'apiserver_memory_usage_percentage'
    threshold: 90
  }
  {
    key: 'etcd-size'
    description: 'The cluster\'s database fills up; at its limit it takes no more writes.'
    severity: 2
    scope: aksClusterId
    metric: 'etcd_database_usage_percentage'
    threshold: 75
    window: 'PT1H'
    frequency: 'PT15M'
  }
  {
    key: 'pods-failed'
    description: 'Pods have failed.'
    severity: 3
    scope: aksClusterId
    metric: 'kube_pod_status_phase'
    dimensions: [{ name: 'phase', operator: 'Include', values: ['Failed'] }]
    threshold: 0
  }
  {
    key: 'nodes-not-ready'
    description: 'Nodes are not ready.'
    severity: 1
    scope: aksClusterId
    metric: 'kube_node_status_condition'
    dimensions: [{ name: 'status2', operator: 'Include', values: ['NotReady'] }]
    threshold: 0
    window: 'PT30M'
  }
  {
    key: 'nat-failures'
    description: 'Connections out of the network fail: the gateway has no ports left.'
    severity: 2
    scope: natGatewayId
    metric: 'SNATConnectionCount'
    dimensions: [{ name: 'ConnectionState', operator: 'Include', values: ['Failed'] }]
    aggregation: 'Total'
    threshold: 0
    wanted: profileEgress == 'natGateway'
  }
  {
    key: 'firewall-health'
    description: 'The firewall is not well; nodes and training clusters lose their way out.'
    severity: 1
    scope: firewallId
    metric: 'FirewallHealth'
    operator: 'LessThan'
    threshold: 90
    wanted: profileEgress == 'firewall'
  }
  {
    key: 'firewall-ports'
    description: 'The firewall runs out of ports for connections; give it a second address.'
    severity: 2
    scope: firewallId
    metric: 'SNATPortUtilization'
    threshold: 80
    wanted: profileEgress == 'firewall'
  }
  {
    key: 'vault-availability'
    description: 'The vault does not answer.'
    severity: 1
    scope: keyVaultId
    metric: 'Availability'
    operator: 'LessThan'
    threshold: 99
  }
  {
    key: 'vault-latency'
    description: 'The vault answers slowly.'
    severity: 3
    scope: keyVaultId
    metric: 'ServiceApiLatency'
    threshold: 1000
  }
  {
    key: 'vault-saturation'
    description: 'The vault is near its capacity.'
    severity: 3
    scope: keyVaultId
    metric: 'SaturationShoebox'
    threshold: 75
  }
  {
    key: 'vault-refusals'
    description: 'The vault refuses: a role or network path was lost, or somebody asks too often.'
    severity: 2
    scope: keyVaultId
    metric: 'ServiceApiResult'
    dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['403', '429'] }]
    aggregation: 'Count'
    threshold: 5
  }
  {
    key: 'storage-availability'
    description: 'The storage account does not answer.'
    severity: 1
    scope: storageAccountId
    metric: 'Availability'
    operator: 'LessThan'
    threshold: 99
  }
  {
    key: 'storage-latency'
    description: 'The storage account answers slowly.'
    severity: 3
    scope: storageAccountId
    metric: 'SuccessE2ELatency'
    threshold: 1000
  }
  {
    key: 'storage-throttled'
    description: 'The storage account turns requests away.'
    severity: 2
    scope: storageAccountId
    metric: 'Transactions'
    dimensions: [
      { name: 'ResponseType', operator: 'Include', values: ['ServerBusyError', 'ClientThrottlingError'] }
    ]
    aggregation: 'Total'
    threshold: 10
  }
  {
    key: 'registry-full'
    description: 'The registry holds 400 GiB of the 500 GiB that its price includes.'
    severity: 3
    scope: containerRegistryId
    metric: 'StorageUsed'
    threshold: 429496729600
    window: 'PT1H'
    frequency: 'PT15M'
    wanted: profileRegistrySku == 'Premium'
  }
  {
    key: 'runs-failed'
    description: 'Jobs have failed.'
    severity: 2
    scope: mlWorkspaceId
    metric: 'Failed Runs'
    aggregation: 'Total'
    threshold: 0
    window: 'PT1H'
    frequency: 'PT15M'
  }
  {
    key: 'workspace-errors'
    description: 'Jobs report errors.'
    severity: 3
    scope: mlWorkspaceId
    metric: 'Errors'
    aggregation: 'Total'
    threshold: 5
    window: 'PT1H'
    frequency: 'PT15M'
  }
  {
    key: 'runs-queued'
    description: 'Jobs wait for computes.'
    severity: 3
    scope: mlWorkspaceId
    metric: 'Queued Runs'
    threshold: 10
    window: 'PT1H'
    frequency: 'PT15M'
  }
  {
    key: 'quota-used'
    description: 'The quota for training nodes is nearly used.'
    severity: 3
    scope: mlWorkspaceId
    metric: 'Quota Utilization Percentage'
    threshold: 85
    window: 'PT1H'
    frequency: 'PT15M'
  }
  {
    key: 'nodes-unusable'
    description: 'Training nodes do not start, for want of a way out of their subnet among others.'
    severity: 2
    scope: mlWorkspaceId
    metric: 'Unusable Nodes'
    threshold: 0
    window: 'PT30M'
  }
  {
    key: 'nodes-preempted'
    description: 'Azure takes many low-priority nodes back.'
    severity: 4
    scope: mlWorkspaceId
    metric: 'Preempted Nodes'
    aggregation: 'Total'
    threshold: 3
    window: 'PT1H'
    frequency: 'PT15M'
  }
  {
    key: 'deploys-failed'
    description: 'A model could not be deployed.'
    severity: 2
    scope: mlWorkspaceId
    metric: 'Model Deploy Failed'
    aggregation: 'Total'
    threshold: 0
  }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for rule in metricAlertRules: if (profileAlerting && (rule.?wanted ?? true)) {
    name: 'alert-${rule.key}'
    location: 'global'
    tags: resourceTags
    properties: {
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [rule.scope]
      evaluationFrequency: rule.?frequency ?? 'PT5M'
      windowSize: rule.?window ?? 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: 'condition'
            criterionType: 'StaticThresholdCriterion'
            metricName: rule.metric
            timeAggregation: rule.?aggregation ?? 'Average'
            operator: rule.?operator ?? 'GreaterThan'
            threshold: rule.threshold
            dimensions: rule.?dimensions ?? []
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
]

var logAlertRules = [
  {
    key: 'endpoint-latency'
    description: 'The slowest twentieth of the predictions takes longer than promised.'
    severity: 2
    query: 'AppRequests | where Name has \'/score\' | summarize p95 = percentile(DurationMs, 95) by AppRoleName | where p95 > ${endpointLatencyMs}'
    every: 'PT5M'
  }
  {
    key: 'endpoint-errors'
    description: 'More than one prediction in a hundred fails.'
    severity: 1
    query: 'AppRequests | where Name has \'/score\' | summarize failed = countif(toint(ResultCode) >= 500), total = count() by AppRoleName | where failed * 100 > total'
    every: 'PT5M'
  }
  {
    key: 'scheduling-failed'
    description: 'Jobs or models find no node: a taint that they do not tolerate, or no room.'
    severity: 2
    query: 'KubeEvents | where Namespace == \'${computeNamespace}\' | where Reason == \'FailedScheduling\''
    every: 'PT15M'
  }
  {
    key: 'pods-restarting'
    description: 'Pods of jobs or models are killed and started again.'
    severity: 2
    query: 'KubeEvents | where Reason == \'OOMKilling\' or (Namespace == \'${computeNamespace}\' and Reason in (\'BackOff\', \'Evicted\'))'
    every: 'PT15M'
  }
  {
    key: 'image-pull-failed'
    description: 'An image cannot be pulled: the registry\'s role or its private name is missing.'
    severity: 2
    query: 'KubeEvents | where Reason == \'Failed\' and Message has \'pull\''
    every: 'PT15M'
  }
  {
    key: 'cluster-admin-granted'
    description: 'Somebody was given rights over the whole cluster.'
    severity: 3
    query: 'AKSAuditAdmin | where Verb in (\'create\', \'update\', \'patch\') and ObjectRef.resource == \'clusterrolebindings\' and toint(ResponseStatus.code) < 300'
    every: 'PT15M'
  }
  {
    key: 'vault-forbidden'
    description: 'The vault refused a caller.'
    severity: 3
    query: 'AZKVAuditLogs | where ResultSignature == \'Forbidden\''
    every: 'PT15M'
  }
  {
    key: 'compute-resize-failed'
    description: 'A training cluster could not get nodes, mostly for want of quota.'
    severity: 3
    query: 'AmlComputeClusterEvent | where isnotempty(ClusterErrorCodes)'
    every: 'PT15M'
  }
  {
    key: 'logs-stopped'
    description: 'The daily limit of logs is used up; every other log alert is blind until tomorrow.'
    severity: 2
    query: '_LogOperation | where Category =~ \'Ingestion\' and Detail contains \'OverQuota\''
    every: 'PT15M'
  }
]

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in logAlertRules: if (profileAlerting) {
    name: 'alert-${rule.key}'
    location: location
    tags: resourceTags
    kind: 'LogAlert'
    properties: {
      displayName: 'alert-${rule.key}'
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [logAnalyticsId]
      evaluationFrequency: rule.every
      windowSize: rule.every
      criteria: {
        allOf: [
          {
            query: rule.query
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
]

var prometheusRules = [
  {
    key: 'node-rules'
    description: 'Nodes that are not well.'
    rules: [
      {
        alert: 'NodeNotReady'
        expression: 'kube_node_status_condition{condition="Ready",status="true"} == 0'
        for: 'PT15M'
        severity: 2
        summary: 'a node is not ready'
      }
      {
        alert: 'NodeFlapping'
        expression: 'changes(kube_node_status_condition{condition="Ready",status="true"}[15m]) > 2'
        for: 'PT5M'
        severity: 3
        summary: 'a node keeps changing between ready and not ready'
      }
      {
        alert: 'NodeDiskFilling'
        expression: '1 - node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"} > 0.8'
        for: 'PT15M'
        severity: 3
        summary: 'a node\'s disk is more than 80 % full'
      }
      {
        alert: 'NodeMemoryHigh'
        expression: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9'
        for: 'PT15M'
        severity: 3
        summary: 'a node uses more than 90 % of its memory'
      }
    ]
  }
  {
    key: 'pod-rules'
    description: 'Pods of jobs and models that are not well.'
    rules: [
      {
        alert: 'PodCrashLooping'
        expression: 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1'
        for: 'PT15M'
        severity: 2
        summary: 'a container keeps crashing'
      }
      {
        alert: 'ContainerOutOfMemory'
        expression: 'increase(kube_pod_container_status_restarts_total[10m]) > 0 and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1'
        for: 'PT1M'
        severity: 2
        summary: 'a container was killed for its memory'
      }
      {
        alert: 'PodRestarting'
        expression: 'increase(kube_pod_container_status_restarts_total[1h]) > 3'
        for: 'PT5M'
        severity: 3
        summary: 'a container restarted more than three times in an hour'
      }
      {
        alert: 'PodFailed'
        expression: 'sum by (namespace, pod) (kube_pod_status_phase{phase="Failed"}) > 0'
        for: 'PT5M'
        severity: 3
        summary: 'a pod has failed'
      }
      {
        alert: 'PodPending'
        expression: 'sum by (pod) (kube_pod_status_phase{phase="Pending",namespace="${computeNamespace}"}) > 0'
        for: 'PT15M'
        severity: 2
        summary: 'a job or model waits for a node'
      }
    ]
  }
  {
    key: 'workload-rules'
    description: 'Models, their router and jobs as a whole.'
    rules: [
      {
        alert: 'ModelReplicasMissing'
        expression: 'kube_deployment_spec_replicas{namespace="${computeNamespace}"} > on (deployment) kube_deployment_status_replicas_available{namespace="${computeNamespace}"}'
        for: 'PT15M'
        severity: 2
        summary: 'a model has fewer replicas than it should'
      }
      {
        alert: 'ModelWithoutReplica'
        expression: 'kube_deployment_spec_replicas{namespace="${computeNamespace}"} > 0 and on (deployment) kube_deployment_status_replicas_available{namespace="${computeNamespace}"} == 0'
        for: 'PT1M'
        severity: 1
        summary: 'a model has no replica that answers'
      }
      {
        alert: 'RouterReplicasMissing'
        expression: 'kube_deployment_spec_replicas{namespace="azureml",deployment=~"azureml-fe.*"} > on (deployment) kube_deployment_status_replicas_available{namespace="azureml",deployment=~"azureml-fe.*"}'
        for: 'PT10M'
        severity: 1
        summary: 'the inference router has fewer replicas than it should'
      }
      {
        alert: 'JobFailed'
        expression: 'kube_job_failed{condition="true",namespace="${computeNamespace}"} > 0'
        for: 'PT5M'
        severity: 3
        summary: 'a Kubernetes job has failed'
      }
      {
        alert: 'QuotaAlmostFull'
        expression: 'kube_resourcequota{type="used"} / ignoring (type) (kube_resourcequota{type="hard"} > 0) > 0.9'
        for: 'PT15M'
        severity: 3
        summary: 'a namespace has nearly used its quota'
      }
      {
        alert: 'VolumeFilling'
        expression: 'kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes > 0.8'
        for: 'PT15M'
        severity: 3
        summary: 'a volume is more than 80 % full'
      }
    ]
  }
  {
    key: 'control-plane-rules'
    description: 'The API server and what it calls.'
    rules: [
      {
        alert: 'ApiServerErrors'
        expression: 'sum(rate(apiserver_request_total{code=~"5.."}[5m])) / sum(rate(apiserver_request_total[5m])) > 0.05'
        for: 'PT10M'
        severity: 2
        summary: 'the API server fails more than one request in twenty'
      }
      {
        alert: 'ApiServerThrottling'
        expression: 'sum(rate(apiserver_request_total{code="429"}[5m])) > 1'
        for: 'PT10M'
        severity: 3
        summary: 'the API server turns clients away'
      }
    ]
  }
  {
    key: 'gpu-rules'
    description: 'GPUs that are idle, hot or broken; the Azure ML extension brings their exporter, and kubernetes/ has it read.'
    wanted: enableGpuNodes
    rules: [
      {
        alert: 'GpuIdle'
        expression: 'avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h]) < 10'
        for: 'PT1H'
        severity: 4
        summary: 'a GPU that is paid for has done next to nothing for an hour'
      }
      {
        alert: 'GpuMemoryFull'
        expression: 'DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 0.95'
        for: 'PT10M'
        severity: 3
        summary: 'a GPU\'s memory is nearly full'
      }
      {
        alert: 'GpuHot'
        expression: 'DCGM_FI_DEV_GPU_TEMP > 85'
        for: 'PT10M'
        severity: 2
        summary: 'a GPU is hotter than 85 degrees'
      }
      {
        alert: 'GpuFault'
        expression: 'DCGM_FI_DEV_XID_ERRORS > 0'
        for: 'PT1M'
        severity: 1
        summary: 'a GPU reports a fault of its hardware or driver'
      }
    ]
  }
]

resource prometheusRuleGroups 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = [
  for group in prometheusRules: if (profileAlerting && profileManagedPrometheus && (group.?wanted ?? true)) {
    name: 'mlops-${group.key}'
    location: location
    tags: resourceTags
    properties: {
      description: group.description
      scopes: [monitorAccountId, aksClusterId]
      clusterName: aksClusterName
      enabled: true
      interval: 'PT1M'
      rules: [
        for rule in group.rules: {
          alert: rule.alert
          expression: rule.expression
          for: rule.for
          severity: rule.severity
          enabled: true
          annotations: {
            summary: rule.summary
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
]

var activityAlertRules = [
  {
    key: 'service-health'
    description: 'Azure reports trouble with a service that the platform stands on.'
    scope: subscription().id
    category: 'ServiceHealth'
    condition: {
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
  }
  {
    key: 'resource-health'
    description: 'Azure reports a resource of the platform as degraded or unavailable.'
    scope: resourceGroup().id
    category: 'ResourceHealth'
    condition: {
      anyOf: [
        { field: 'properties.currentHealthStatus', equals: 'Degraded' }
        { field: 'properties.currentHealthStatus', equals: 'Unavailable' }
      ]
    }
  }
  {
    key: 'cluster-deleted'
    description: 'Somebody deletes the cluster.'
    scope: resourceGroup().id
    category: 'Administrative'
    condition: { field: 'operationName', equals: 'Microsoft.ContainerService/managedClusters/delete' }
  }
  {
    key: 'cluster-admin-credentials'
    description: 'Somebody asks for the credentials of the cluster\'s local administrator.'
    scope: resourceGroup().id
    category: 'Administrative'
    condition: {
      field: 'operationName'
      equals: 'Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action'
    }
  }
  {
    key: 'workspace-deleted'
    description: 'Somebody deletes the workspace.'
    scope: resourceGroup().id
    category: 'Administrative'
    condition: { field: 'operationName', equals: 'Microsoft.MachineLearningServices/workspaces/delete' }
  }
  {
    key: 'vault-deleted'
    description: 'Somebody deletes the vault.'
    scope: resourceGroup().id
    category: 'Administrative'
    condition: { field: 'operationName', equals: 'Microsoft.KeyVault/vaults/delete' }
  }
  {
    key: 'role-assigned'
    description: 'Somebody is given a role on the platform.'
    scope: resourceGroup().id
    category: 'Administrative'
    condition: { field: 'operationName', equals: 'Microsoft.Authorization/roleAssignments/write' }
  }
  {
    key: 'network-rule-changed'
    description: 'Somebody changes a single rule of the network, as deployments, which write whole groups, do not.'
    scope: resourceGroup().id
    category: 'Administrative'
    condition: {
      field: 'operationName'
      equals: 'Microsoft.Network/networkSecurityGroups/securityRules/write'
    }
  }
]

resource activityAlerts 'Microsoft.Insights/activityLogAlerts@2026-01-01' = [
  for rule in activityAlertRules: if (profileAlerting) {
    name: 'alert-${rule.key}'
    location: 'global'
    tags: resourceTags
    properties: {
      description: rule.description
      enabled: true
      scopes: [rule.scope]
      condition: {
        allOf: [
          {
            field: 'category'
            equals: rule.category
          }
          rule.condition
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
]

resource backupAlerts 'Microsoft.AlertsManagement/actionRules@2021-08-08' = if (profileAlerting && profileClusterBackup) {
  name: 'apr-mlops-backups'
  location: 'global'
  tags: resourceTags
  properties: {
    description: 'A backup of the cluster has failed.'
    enabled: true
    scopes: [backupVaultId]
    actions: [
      {
        actionType: 'AddActionGroups'
        actionGroupIds: [actionGroup.id]
      }
    ]
  }
}

@description('Resource id of actionGroup.')
output actionGroupId string = actionGroup.id
