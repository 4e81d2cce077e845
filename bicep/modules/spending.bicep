// Printed by Quayside from its definition. Change the definition, not this file.

targetScope = 'subscription'

@description('Ending of the names that must be unique in all of Azure (storage account, vault, registry).')
@minLength(3)
@maxLength(8)
param nameSuffix string

@description('Address that alerts and the budget write to; empty tells the owners of the subscription.')
param alertEmail string

@description('First day of the month in which the budget starts, for instance 2027-01-01; empty for no budget. Azure never lets it be changed.')
param budgetStartDate string

@description('profile.monthlyBudget of the platform.')
param profileMonthlyBudget int

@description('name of the resource group of the platform.')
param resourceGroupName string

@description('Resource id of actionGroup.')
param actionGroupId string

// Azure takes no other start than the first of a month, and never another one later.
resource subscriptionBudget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'budget-mlops-${nameSuffix}'
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
    filter: {
      dimensions: {
        name: 'ResourceGroupName'
        operator: 'In'
        values: [resourceGroupName, take('${resourceGroupName}-nodes', 80)]
      }
    }
  }
}
