# Printed by Quayside from its definition. Change the definition, not this file.

# Azure takes no other start than the first of a month, and never another one later.
resource "azapi_resource" "subscription_budget" {
  count = var.budget_start_date != "" && var.budget_scope != "resourceGroup" ? 1 : 0

  type      = "Microsoft.Consumption/budgets@2024-08-01"
  parent_id = data.azapi_client_config.current.subscription_resource_id
  name      = "budget-mlops-${var.name_suffix}"

  body = {
    properties = {
      category  = "Cost"
      amount    = local.profile.monthlyBudget
      timeGrain = "Monthly"
      timePeriod = {
        startDate = "${var.budget_start_date}T00:00:00Z"
      }
      notifications = {
        nearlySpent = {
          enabled       = true
          operator      = "GreaterThan"
          threshold     = 80
          thresholdType = "Actual"
          contactEmails = var.alert_email == "" ? [] : [var.alert_email]
          contactGroups = [azapi_resource.action_group.id]
        }
        spent = {
          enabled       = true
          operator      = "GreaterThan"
          threshold     = 100
          thresholdType = "Actual"
          contactEmails = var.alert_email == "" ? [] : [var.alert_email]
          contactGroups = [azapi_resource.action_group.id]
        }
        willBeExceeded = {
          enabled       = true
          operator      = "GreaterThan"
          threshold     = 110
          thresholdType = "Forecasted"
          contactEmails = var.alert_email == "" ? [] : [var.alert_email]
          contactGroups = [azapi_resource.action_group.id]
        }
      }
      filter = {
        dimensions = {
          name     = "ResourceGroupName"
          operator = "In"
          values = [
            data.azapi_resource.resource_group.name,
            substr("${data.azapi_resource.resource_group.name}-nodes", 0, 80),
          ]
        }
      }
    }
  }
  ignore_casing = true
}
