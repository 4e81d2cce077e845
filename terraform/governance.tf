# Printed by Quayside from its definition. Change the definition, not this file.

locals {
  policies = {
    "pod-security" = {
      displayName = "Pods keep to the baseline of pod security"
      description = "Pods run without privileges, host namespaces and host paths."
      definition  = "policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d"
      parameters = {
        effect = { value = local.profile.policyEffect }
        excludedNamespaces = {
          value = [
            "kube-system",
            "gatekeeper-system",
            "azure-arc",
            "azure-extensions-usage-system",
            "azureml",
            "dataprotection-microsoft",
            "flux-system",
            var.compute_namespace,
          ]
        }
      }
    }
    "pod-security-of-jobs" = {
      displayName = "Jobs and models are held against the baseline of pod security"
      description = "Azure ML puts side-cars into the pods of jobs and models, so what is wrong there is told and not refused."
      definition  = "policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d"
      parameters  = { effect = { value = "Audit" }, namespaces = { value = [var.compute_namespace] } }
    }
    "allowed-locations" = {
      displayName = "Resources stay in the regions of the platform"
      description = "Data and models stay where they are meant to be."
      definition  = "policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c"
      parameters = {
        listOfAllowedLocations = {
          value = concat([local.region], var.registry_replica_location == "" ? [] : [lower(replace(var.registry_replica_location, " ", ""))])
        }
      }
      enforcementMode = local.profile.policyEffect == "Deny" ? "Default" : "DoNotEnforce"
    }
    "secure-transfer" = {
      displayName = "Storage accounts take encrypted connections only"
      description = "Nothing in the group is read or written in the clear."
      definition  = "policyDefinitions/404c3081-a854-4457-ae30-26a93ef643f9"
      parameters  = { effect = { value = local.profile.policyEffect } }
    }
  }
}

resource "azapi_resource" "policy_assignments" {
  for_each = {
    for key, policy in local.policies : key => policy
    if local.profile.policyEffect != "Off"
  }

  type      = "Microsoft.Authorization/policyAssignments@2026-07-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = each.key

  body = {
    properties = {
      displayName        = each.value.displayName
      description        = each.value.description
      policyDefinitionId = "/providers/Microsoft.Authorization/${each.value.definition}"
      parameters         = each.value.parameters
      enforcementMode    = lookup(each.value, "enforcementMode", "Default")
      nonComplianceMessages = [
        {
          message = each.value.description
        },
      ]
    }
  }
}

resource "azapi_resource" "vault_lock" {
  count = local.profile.deletionLocks ? 1 : 0

  type      = "Microsoft.Authorization/locks@2020-05-01"
  parent_id = azapi_resource.key_vault.id
  name      = "keep"

  body = {
    properties = {
      level = "CanNotDelete"
      notes = "What it holds cannot be made again from the definition."
    }
  }
}

resource "azapi_resource" "storage_lock" {
  count = local.profile.deletionLocks ? 1 : 0

  type      = "Microsoft.Authorization/locks@2020-05-01"
  parent_id = azapi_resource.storage_account.id
  name      = "keep"

  body = {
    properties = {
      level = "CanNotDelete"
      notes = "What it holds cannot be made again from the definition."
    }
  }
}

resource "azapi_resource" "logs_lock" {
  count = local.profile.deletionLocks ? 1 : 0

  type      = "Microsoft.Authorization/locks@2020-05-01"
  parent_id = azapi_resource.log_analytics.id
  name      = "keep"

  body = {
    properties = {
      level = "CanNotDelete"
      notes = "What it holds cannot be made again from the definition."
    }
  }
}

resource "azapi_resource" "network_lock" {
  count = local.profile.deletionLocks ? 1 : 0

  type      = "Microsoft.Authorization/locks@2020-05-01"
  parent_id = azapi_resource.virtual_network.id
  name      = "keep"

  body = {
    properties = {
      level = "CanNotDelete"
      notes = "What it holds cannot be made again from the definition."
    }
  }
}

# Its name has to be a GUID.
resource "azapi_resource" "workbook" {
  type      = "Microsoft.Insights/workbooks@2023-06-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = uuidv5("11fb06fb-712d-4ddd-98c7-e71bbd588830", join("-", [data.azapi_resource.resource_group.id, "mlops-workbook"]))
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "shared"
    properties = {
      displayName    = "MLOps platform"
      category       = "workbook"
      sourceId       = azapi_resource.log_analytics.id
      serializedData = "{\"version\":\"Notebook/1.0\",\"items\":[{\"type\":3,\"name\":\"chart-1\",\"customWidth\":\"50\",\"content\":{\"version\":\"KqlItem/1.0\",\"title\":\"Predictions a minute\",\"query\":\"AppRequests | where Name has '/score' | summarize count() by bin(TimeGenerated, 1m), AppRoleName\",\"size\":0,\"timeContext\":{\"durationMs\":86400000},\"queryType\":0,\"resourceType\":\"microsoft.operationalinsights/workspaces\",\"visualization\":\"timechart\"}},{\"type\":3,\"name\":\"chart-2\",\"customWidth\":\"50\",\"content\":{\"version\":\"KqlItem/1.0\",\"title\":\"Latency of predictions, milliseconds\",\"query\":\"AppRequests | where Name has '/score' | summarize p50 = percentile(DurationMs, 50), p95 = percentile(DurationMs, 95), p99 = percentile(DurationMs, 99) by bin(TimeGenerated, 5m)\",\"size\":0,\"timeContext\":{\"durationMs\":86400000},\"queryType\":0,\"resourceType\":\"microsoft.operationalinsights/workspaces\",\"visualization\":\"timechart\"}},{\"type\":3,\"name\":\"chart-3\",\"customWidth\":\"50\",\"content\":{\"version\":\"KqlItem/1.0\",\"title\":\"Predictions that failed\",\"query\":\"AppRequests | where Name has '/score' and toint(ResultCode) >= 400 | summarize count() by bin(TimeGenerated, 5m), ResultCode\",\"size\":0,\"timeContext\":{\"durationMs\":86400000},\"queryType\":0,\"resourceType\":\"microsoft.operationalinsights/workspaces\",\"visualization\":\"timechart\"}},{\"type\":3,\"name\":\"chart-4\",\"customWidth\":\"50\",\"content\":{\"version\":\"KqlItem/1.0\",\"title\":\"Jobs by outcome\",\"query\":\"AmlRunStatusChangedEvent | summarize count() by bin(TimeGenerated, 1h), Status\",\"size\":0,\"timeContext\":{\"durationMs\":86400000},\"queryType\":0,\"resourceType\":\"microsoft.operationalinsights/workspaces\",\"visualization\":\"timechart\"}},{\"type\":3,\"name\":\"chart-5\",\"customWidth\":\"50\",\"content\":{\"version\":\"KqlItem/1.0\",\"title\":\"Warnings of Kubernetes\",\"query\":\"KubeEvents | where KubeEventType != 'Normal' | summarize count() by Namespace, Reason, Name | top 50 by count_\",\"size\":0,\"timeContext\":{\"durationMs\":86400000},\"queryType\":0,\"resourceType\":\"microsoft.operationalinsights/workspaces\",\"visualization\":\"table\"}},{\"type\":3,\"name\":\"chart-6\",\"customWidth\":\"50\",\"content\":{\"version\":\"KqlItem/1.0\",\"title\":\"Logs by table, GB\",\"query\":\"Usage | where IsBillable | summarize GB = sum(Quantity) / 1000 by DataType | order by GB desc\",\"size\":0,\"timeContext\":{\"durationMs\":86400000},\"queryType\":0,\"resourceType\":\"microsoft.operationalinsights/workspaces\",\"visualization\":\"table\"}}],\"$schema\":\"https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json\"}"
    }
  }
  ignore_casing = true
}

# Azure takes no other start than the first of a month, and never another one later.
resource "azapi_resource" "budget" {
  count = var.budget_start_date != "" && var.budget_scope == "resourceGroup" ? 1 : 0

  type      = "Microsoft.Consumption/budgets@2024-08-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "budget-mlops"

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
    }
  }
  ignore_casing = true
}
