// Printed by Quayside from its definition. Change the definition, not this file.

@description('Azure region of every resource.')
@minLength(1)
param location string

@description('Kubernetes namespace in which training jobs and models run.')
@minLength(1)
@maxLength(63)
param computeNamespace string

@description('Second region that keeps a copy of the container registry; empty for none. Needs the Premium SKU.')
param registryReplicaLocation string

@description('Address that alerts and the budget write to; empty tells the owners of the subscription.')
param alertEmail string

@description('What the budget is made in: the subscription, filtered by the platform\'s groups, that of the nodes among them; or the resource group, which is for those who may write nowhere else and does not see the nodes.')
@allowed([
  'subscription'
  'resourceGroup'
])
param budgetScope string

@description('First day of the month in which the budget starts, for instance 2027-01-01; empty for no budget. Azure never lets it be changed.')
param budgetStartDate string

@description('profile.policyEffect of the platform.')
param profilePolicyEffect string

@description('profile.deletionLocks of the platform.')
param profileDeletionLocks bool

@description('profile.monthlyBudget of the platform.')
param profileMonthlyBudget int

@description('The region as addresses spell it.')
param region string

@description('resourceTags of the platform.')
param resourceTags object

@description('Name of keyVault.')
param keyVaultName string

@description('Name of storageAccount.')
param storageAccountName string

@description('Name of logAnalytics.')
param logAnalyticsName string

@description('Name of virtualNetwork.')
param virtualNetworkName string

@description('Resource id of actionGroup.')
param actionGroupId string

resource keyVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: keyVaultName
}

resource storageAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageAccountName
}

resource logAnalytics 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: logAnalyticsName
}

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: virtualNetworkName
}

var policies = [
  {
    key: 'pod-security'
    displayName: 'Pods keep to the baseline of pod security'
    description: 'Pods run without privileges, host namespaces and host paths.'
    definition: 'policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d'
    parameters: {
      effect: { value: profilePolicyEffect }
      excludedNamespaces: {
        value: [
          'kube-system'
          'gatekeeper-system'
          'azure-arc'
          'azure-extensions-usage-system'
          'azureml'
          'dataprotection-microsoft'
          'flux-system'
          computeNamespace
        ]
      }
    }
  }
  {
    key: 'pod-security-of-jobs'
    displayName: 'Jobs and models are held against the baseline of pod security'
    description: 'Azure ML puts side-cars into the pods of jobs and models, so what is wrong there is told and not refused.'
    definition: 'policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d'
    parameters: { effect: { value: 'Audit' }, namespaces: { value: [computeNamespace] } }
  }
  {
    key: 'allowed-locations'
    displayName: 'Resources stay in the regions of the platform'
    description: 'Data and models stay where they are meant to be.'
    definition: 'policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c'
    parameters: {
      listOfAllowedLocations: {
        value: concat(
          [region],
          registryReplicaLocation == '' ? [] : [toLower(replace(registryReplicaLocation, ' ', ''))]
        )
      }
    }
    enforcementMode: profilePolicyEffect == 'Deny' ? 'Default' : 'DoNotEnforce'
  }
  {
    key: 'secure-transfer'
    displayName: 'Storage accounts take encrypted connections only'
    description: 'Nothing in the group is read or written in the clear.'
    definition: 'policyDefinitions/404c3081-a854-4457-ae30-26a93ef643f9'
    parameters: { effect: { value: profilePolicyEffect } }
  }
]

resource policyAssignments 'Microsoft.Authorization/policyAssignments@2026-07-01' = [
  for policy in policies: if (profilePolicyEffect != 'Off') {
    name: policy.key
    properties: {
      displayName: policy.displayName
      description: policy.description
      policyDefinitionId: '/providers/Microsoft.Authorization/${policy.definition}'
      parameters: policy.parameters
      enforcementMode: policy.?enforcementMode ?? 'Default'
      nonComplianceMessages: [
        {
          message: policy.description
        }
      ]
    }
  }
]

resource vaultLock 'Microsoft.Authorization/locks@2020-05-01' = if (profileDeletionLocks) {
  scope: keyVault
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'What it holds cannot be made again from the definition.'
  }
}

resource storageLock 'Microsoft.Authorization/locks@2020-05-01' = if (profileDeletionLocks) {
  scope: storageAccount
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'What it holds cannot be made again from the definition.'
  }
}

resource logsLock 'Microsoft.Authorization/locks@2020-05-01' = if (profileDeletionLocks) {
  scope: logAnalytics
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'What it holds cannot be made again from the definition.'
  }
}

resource networkLock 'Microsoft.Authorization/locks@2020-05-01' = if (profileDeletionLocks) {
  scope: virtualNetwork
  name: 'keep'
  properties: {
    level: 'CanNotDelete'
    notes: 'What it holds cannot be made again from the definition.'
  }
}

// Its name has to be a GUID.
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'mlops-workbook')
  location: location
  tags: resourceTags
  kind: 'shared'
  properties: {
    displayName: 'MLOps platform'
    category: 'workbook'
    sourceId: logAnalytics.id
    serializedData: '{"version":"Notebook/1.0","items":[{"type":3,"name":"chart-1","customWidth":"50","content":{"version":"KqlItem/1.0","title":"Predictions a minute","query":"AppRequests | where Name has \'/score\' | summarize count() by bin(TimeGenerated, 1m), AppRoleName","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-2","customWidth":"50","content":{"version":"KqlItem/1.0","title":"Latency of predictions, milliseconds","query":"AppRequests | where Name has \'/score\' | summarize p50 = percentile(DurationMs, 50), p95 = percentile(DurationMs, 95), p99 = percentile(DurationMs, 99) by bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-3","customWidth":"50","content":{"version":"KqlItem/1.0","title":"Predictions that failed","query":"AppRequests | where Name has \'/score\' and toint(ResultCode) >= 400 | summarize count() by bin(TimeGenerated, 5m), ResultCode","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-4","customWidth":"50","content":{"version":"KqlItem/1.0","title":"Jobs by outcome","query":"AmlRunStatusChangedEvent | summarize count() by bin(TimeGenerated, 1h), Status","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-5","customWidth":"50","content":{"version":"KqlItem/1.0","title":"Warnings of Kubernetes","query":"KubeEvents | where KubeEventType != \'Normal\' | summarize count() by Namespace, Reason, Name | top 50 by count_","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"table"}},{"type":3,"name":"chart-6","customWidth":"50","content":{"version":"KqlItem/1.0","title":"Logs by table, GB","query":"Usage | where IsBillable | summarize GB = sum(Quantity) / 1000 by DataType | order by GB desc","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"table"}}],"$schema":"https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"}'
  }
}

// Azure takes no other start than the first of a month, and never another one later.
resource budget 'Microsoft.Consumption/budgets@2024-08-01' = if (budgetStartDate != '' && budgetScope == 'resourceGroup') {
  name: 'budget-mlops'
  properties: {
    category: 'Cost'
    amount: profileMonthlyBudget
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: '${budgetStartDate}T00:00:00Z'
    }
    notifications: {
      nearlySpent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: alertEmail == '' ? [] : [alertEmail]
        contactGroups: [actionGroupId]
      }
      spent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Actual'
        contactEmails: alertEmail == '' ? [] : [alertEmail]
        contactGroups: [actionGroupId]
      }
      willBeExceeded: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 110
        thresholdType: 'Forecasted'
        contactEmails: alertEmail == '' ? [] : [alertEmail]
        contactGroups: [actionGroupId]
      }
    }
  }
}
