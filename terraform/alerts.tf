# Printed by Quayside from its definition. Change the definition, not this file.

# Without an address the owners of the subscription are told.
resource "azapi_resource" "action_group" {
  type      = "Microsoft.Insights/actionGroups@2023-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "ag-mlops"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      groupShortName = "mlops"
      enabled        = true
      emailReceivers = var.alert_email == "" ? [] : [
        {
          name                 = "alerts"
          emailAddress         = var.alert_email
          useCommonAlertSchema = true
        },
      ]
      armRoleReceivers = var.alert_email == "" ? [
        {
          name                 = "owners"
          roleId               = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
          useCommonAlertSchema = true
        },
      ] : []
    }
  }
}

resource "azapi_resource" "node_cpu_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-node-cpu"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Nodes run out of CPU."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "node_cpu_usage_percentage"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 90
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "node_memory_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-node-memory"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Nodes run out of memory; pods will be evicted."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "node_memory_working_set_percentage"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 90
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "node_disk_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-node-disk"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Disks of nodes fill up; images will be removed and pods evicted."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "node_disk_usage_percentage"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 85
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "pods_unschedulable_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-pods-unschedulable"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Pods find no node for half an hour: quota, a taint nobody tolerates, or a pool that does not scale from zero."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT30M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "cluster_autoscaler_unschedulable_pods_count"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 0
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "autoscaler_unsafe_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-autoscaler-unsafe"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The autoscaler has stopped acting."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "cluster_autoscaler_cluster_safe_to_autoscale"
            timeAggregation = "Minimum"
            operator        = "LessThan"
            threshold       = 1
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "api_server_cpu_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-api-server-cpu"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The API server is overloaded."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "apiserver_cpu_usage_percentage"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 90
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "api_server_memory_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-api-server-memory"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The API server is overloaded."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "apiserver_memory_usage_percentage"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 90
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "etcd_size_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-etcd-size"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The cluster's database fills up; at its limit it takes no more writes."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT1H"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "etcd_database_usage_percentage"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 75
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "pods_failed_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-pods-failed"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Pods have failed."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "kube_pod_status_phase"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 0
            dimensions = [
              {
                name     = "phase"
                operator = "Include"
                values   = ["Failed"]
              },
            ]
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "nodes_not_ready_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-nodes-not-ready"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Nodes are not ready."
      severity            = 1
      enabled             = true
      scopes              = [azapi_resource.aks_cluster.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT30M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "kube_node_status_condition"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 0
            dimensions = [
              {
                name     = "status2"
                operator = "Include"
                values   = ["NotReady"]
              },
            ]
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "nat_failures_alert" {
  count = local.profile.alerting && local.profile.egress == "natGateway" ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-nat-failures"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Connections out of the network fail: the gateway has no ports left."
      severity    = 2
      enabled     = true
      scopes = [
        "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/natGateways/ng-mlops",
      ]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "SNATConnectionCount"
            timeAggregation = "Total"
            operator        = "GreaterThan"
            threshold       = 0
            dimensions = [
              {
                name     = "ConnectionState"
                operator = "Include"
                values   = ["Failed"]
              },
            ]
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.nat_gateway]
}

resource "azapi_resource" "firewall_health_alert" {
  count = local.profile.alerting && local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-firewall-health"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "The firewall is not well; nodes and training clusters lose their way out."
      severity    = 1
      enabled     = true
      scopes = [
        "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/azureFirewalls/afw-mlops",
      ]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "FirewallHealth"
            timeAggregation = "Average"
            operator        = "LessThan"
            threshold       = 90
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.firewall]
}

resource "azapi_resource" "firewall_ports_alert" {
  count = local.profile.alerting && local.profile.egress == "firewall" ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-firewall-ports"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "The firewall runs out of ports for connections; give it a second address."
      severity    = 2
      enabled     = true
      scopes = [
        "${data.azapi_resource.resource_group.id}/providers/Microsoft.Network/azureFirewalls/afw-mlops",
      ]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "SNATPortUtilization"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 80
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true

  depends_on = [azapi_resource.firewall]
}

resource "azapi_resource" "vault_availability_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-vault-availability"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The vault does not answer."
      severity            = 1
      enabled             = true
      scopes              = [azapi_resource.key_vault.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Availability"
            timeAggregation = "Average"
            operator        = "LessThan"
            threshold       = 99
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "vault_latency_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-vault-latency"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The vault answers slowly."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.key_vault.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "ServiceApiLatency"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 1000
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "vault_saturation_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-vault-saturation"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The vault is near its capacity."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.key_vault.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "SaturationShoebox"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 75
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "vault_refusals_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-vault-refusals"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The vault refuses: a role or network path was lost, or somebody asks too often."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.key_vault.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "ServiceApiResult"
            timeAggregation = "Total"
            operator        = "GreaterThan"
            threshold       = 5
            dimensions = [
              {
                name     = "StatusCode"
                operator = "Include"
                values   = ["403", "429"]
              },
            ]
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "storage_availability_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-storage-availability"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The storage account does not answer."
      severity            = 1
      enabled             = true
      scopes              = [azapi_resource.storage_account.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Availability"
            timeAggregation = "Average"
            operator        = "LessThan"
            threshold       = 99
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "storage_latency_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-storage-latency"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The storage account answers slowly."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.storage_account.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "SuccessE2ELatency"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 1000
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "storage_throttled_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-storage-throttled"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The storage account turns requests away."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.storage_account.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Transactions"
            timeAggregation = "Total"
            operator        = "GreaterThan"
            threshold       = 10
            dimensions = [
              {
                name     = "ResponseType"
                operator = "Include"
                values   = ["ServerBusyError", "ClientThrottlingError"]
              },
            ]
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "registry_full_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-registry-full"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The registry holds 400 GiB of the 500 GiB that its price includes."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.container_registry.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT1H"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "StorageUsed"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 429496729600
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "runs_failed_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-runs-failed"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Jobs have failed."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.ml_workspace.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT1H"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Failed Runs"
            timeAggregation = "Total"
            operator        = "GreaterThan"
            threshold       = 0
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "workspace_errors_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-workspace-errors"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Jobs report errors."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.ml_workspace.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT1H"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Errors"
            timeAggregation = "Total"
            operator        = "GreaterThan"
            threshold       = 5
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "runs_queued_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-runs-queued"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Jobs wait for computes."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.ml_workspace.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT1H"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Queued Runs"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 10
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "quota_used_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-quota-used"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "The quota for training nodes is nearly used."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.ml_workspace.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT1H"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Quota Utilization Percentage"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 85
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "nodes_unusable_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-nodes-unusable"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Training nodes do not start, for want of a way out of their subnet among others."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.ml_workspace.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT30M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Unusable Nodes"
            timeAggregation = "Average"
            operator        = "GreaterThan"
            threshold       = 0
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "nodes_preempted_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-nodes-preempted"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "Azure takes many low-priority nodes back."
      severity            = 4
      enabled             = true
      scopes              = [azapi_resource.ml_workspace.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT1H"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Preempted Nodes"
            timeAggregation = "Total"
            operator        = "GreaterThan"
            threshold       = 3
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "deploys_failed_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-deploys-failed"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = "A model could not be deployed."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.ml_workspace.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT15M"
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = "Model Deploy Failed"
            timeAggregation = "Total"
            operator        = "GreaterThan"
            threshold       = 0
            dimensions      = []
          },
        ]
      }
      actions = [
        {
          actionGroupId = azapi_resource.action_group.id
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "endpoint_latency_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-endpoint-latency"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-endpoint-latency"
      description         = "The slowest twentieth of the predictions takes longer than promised."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT5M"
      criteria = {
        allOf = [
          {
            query           = "AppRequests | where Name has '/score' | summarize p95 = percentile(DurationMs, 95) by AppRoleName | where p95 > ${var.endpoint_latency_ms}"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "endpoint_errors_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-endpoint-errors"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-endpoint-errors"
      description         = "More than one prediction in a hundred fails."
      severity            = 1
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT5M"
      windowSize          = "PT5M"
      criteria = {
        allOf = [
          {
            query           = "AppRequests | where Name has '/score' | summarize failed = countif(toint(ResultCode) >= 500), total = count() by AppRoleName | where failed * 100 > total"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "scheduling_failed_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-scheduling-failed"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-scheduling-failed"
      description         = "Jobs or models find no node: a taint that they do not tolerate, or no room."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      criteria = {
        allOf = [
          {
            query           = "KubeEvents | where Namespace == '${var.compute_namespace}' | where Reason == 'FailedScheduling'"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "pods_restarting_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-pods-restarting"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-pods-restarting"
      description         = "Pods of jobs or models are killed and started again."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      criteria = {
        allOf = [
          {
            query           = "KubeEvents | where Namespace == '${var.compute_namespace}' | where Reason in ('BackOff', 'OOMKilling', 'Evicted')"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "image_pull_failed_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-image-pull-failed"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-image-pull-failed"
      description         = "An image cannot be pulled: the registry's role or its private name is missing."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      criteria = {
        allOf = [
          {
            query           = "KubeEvents | where Reason == 'Failed' and Message has 'pull'"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "cluster_admin_granted_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-cluster-admin-granted"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-cluster-admin-granted"
      description         = "Somebody was given rights over the whole cluster."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      criteria = {
        allOf = [
          {
            query           = "AKSAuditAdmin | where Verb in ('create', 'update', 'patch') and ObjectRef.resource == 'clusterrolebindings' and toint(ResponseStatus.code) < 300"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "vault_forbidden_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-vault-forbidden"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-vault-forbidden"
      description         = "The vault refused a caller."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      criteria = {
        allOf = [
          {
            query           = "AZKVAuditLogs | where ResultSignature == 'Forbidden'"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "compute_resize_failed_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-compute-resize-failed"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-compute-resize-failed"
      description         = "A training cluster could not get nodes, mostly for want of quota."
      severity            = 3
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      criteria = {
        allOf = [
          {
            query           = "AmlComputeClusterEvent | where isnotempty(ClusterErrorCodes)"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "logs_stopped_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-logs-stopped"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-logs-stopped"
      description         = "The daily limit of logs is used up; every other log alert is blind until tomorrow."
      severity            = 2
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = "PT15M"
      windowSize          = "PT15M"
      criteria = {
        allOf = [
          {
            query           = "_LogOperation | where Category == 'Ingestion' and Detail has 'Data collection stopped'"
            timeAggregation = "Count"
            operator        = "GreaterThan"
            threshold       = 0
            failingPeriods = {
              numberOfEvaluationPeriods = 1
              minFailingPeriodsToAlert  = 1
            }
          },
        ]
      }
      autoMitigate        = true
      skipQueryValidation = true
      actions = {
        actionGroups = [azapi_resource.action_group.id]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "node_rules" {
  count = local.profile.alerting && local.profile.managedPrometheus ? 1 : 0

  type      = "Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "mlops-node-rules"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Nodes that are not well."
      scopes      = [azapi_resource.monitor_account.id, azapi_resource.aks_cluster.id]
      clusterName = azapi_resource.aks_cluster.name
      enabled     = true
      interval    = "PT1M"
      rules = [
        {
          alert      = "NodeNotReady"
          expression = "kube_node_status_condition{condition=\"Ready\",status=\"true\"} == 0"
          "for"      = "PT15M"
          severity   = 2
          enabled    = true
          annotations = {
            summary = "a node is not ready"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "NodeFlapping"
          expression = "changes(kube_node_status_condition{condition=\"Ready\",status=\"true\"}[15m]) > 2"
          "for"      = "PT5M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a node keeps changing between ready and not ready"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "NodeDiskFilling"
          expression = "1 - node_filesystem_avail_bytes{mountpoint=\"/\"} / node_filesystem_size_bytes{mountpoint=\"/\"} > 0.8"
          "for"      = "PT15M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a node's disk is more than 80 % full"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "NodeMemoryHigh"
          expression = "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9"
          "for"      = "PT15M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a node uses more than 90 % of its memory"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "pod_rules" {
  count = local.profile.alerting && local.profile.managedPrometheus ? 1 : 0

  type      = "Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "mlops-pod-rules"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Pods of jobs and models that are not well."
      scopes      = [azapi_resource.monitor_account.id, azapi_resource.aks_cluster.id]
      clusterName = azapi_resource.aks_cluster.name
      enabled     = true
      interval    = "PT1M"
      rules = [
        {
          alert      = "PodCrashLooping"
          expression = "max_over_time(kube_pod_container_status_waiting_reason{reason=\"CrashLoopBackOff\"}[5m]) >= 1"
          "for"      = "PT15M"
          severity   = 2
          enabled    = true
          annotations = {
            summary = "a container keeps crashing"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "ContainerOutOfMemory"
          expression = "increase(kube_pod_container_status_restarts_total[10m]) > 0 and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason=\"OOMKilled\"} == 1"
          "for"      = "PT1M"
          severity   = 2
          enabled    = true
          annotations = {
            summary = "a container was killed for its memory"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "PodRestarting"
          expression = "increase(kube_pod_container_status_restarts_total[1h]) > 3"
          "for"      = "PT5M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a container restarted more than three times in an hour"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "PodFailed"
          expression = "sum by (namespace, pod) (kube_pod_status_phase{phase=\"Failed\"}) > 0"
          "for"      = "PT5M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a pod has failed"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "PodPending"
          expression = "sum by (pod) (kube_pod_status_phase{phase=\"Pending\",namespace=\"${var.compute_namespace}\"}) > 0"
          "for"      = "PT15M"
          severity   = 2
          enabled    = true
          annotations = {
            summary = "a job or model waits for a node"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "workload_rules" {
  count = local.profile.alerting && local.profile.managedPrometheus ? 1 : 0

  type      = "Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "mlops-workload-rules"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Models, their router and jobs as a whole."
      scopes      = [azapi_resource.monitor_account.id, azapi_resource.aks_cluster.id]
      clusterName = azapi_resource.aks_cluster.name
      enabled     = true
      interval    = "PT1M"
      rules = [
        {
          alert      = "ModelReplicasMissing"
          expression = "kube_deployment_spec_replicas{namespace=\"${var.compute_namespace}\"} > on (deployment) kube_deployment_status_replicas_available{namespace=\"${var.compute_namespace}\"}"
          "for"      = "PT15M"
          severity   = 2
          enabled    = true
          annotations = {
            summary = "a model has fewer replicas than it should"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "ModelWithoutReplica"
          expression = "kube_deployment_spec_replicas{namespace=\"${var.compute_namespace}\"} > 0 and on (deployment) kube_deployment_status_replicas_available{namespace=\"${var.compute_namespace}\"} == 0"
          "for"      = "PT1M"
          severity   = 1
          enabled    = true
          annotations = {
            summary = "a model has no replica that answers"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "RouterReplicasMissing"
          expression = "kube_deployment_spec_replicas{namespace=\"azureml\",deployment=~\"azureml-fe.*\"} > on (deployment) kube_deployment_status_replicas_available{namespace=\"azureml\",deployment=~\"azureml-fe.*\"}"
          "for"      = "PT10M"
          severity   = 1
          enabled    = true
          annotations = {
            summary = "the inference router has fewer replicas than it should"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "JobFailed"
          expression = "kube_job_status_failed{namespace=\"${var.compute_namespace}\"} > 0"
          "for"      = "PT5M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a Kubernetes job has failed"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "QuotaAlmostFull"
          expression = "kube_resourcequota{type=\"used\"} / ignoring (type) (kube_resourcequota{type=\"hard\"} > 0) > 0.9"
          "for"      = "PT15M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a namespace has nearly used its quota"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "VolumeFilling"
          expression = "kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes > 0.8"
          "for"      = "PT15M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a volume is more than 80 % full"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "control_plane_rules" {
  count = local.profile.alerting && local.profile.managedPrometheus ? 1 : 0

  type      = "Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "mlops-control-plane-rules"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      description = "The API server and what it calls."
      scopes      = [azapi_resource.monitor_account.id, azapi_resource.aks_cluster.id]
      clusterName = azapi_resource.aks_cluster.name
      enabled     = true
      interval    = "PT1M"
      rules = [
        {
          alert      = "ApiServerErrors"
          expression = "sum(rate(apiserver_request_total{code=~\"5..\"}[5m])) / sum(rate(apiserver_request_total[5m])) > 0.05"
          "for"      = "PT10M"
          severity   = 2
          enabled    = true
          annotations = {
            summary = "the API server fails more than one request in twenty"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "ApiServerThrottling"
          expression = "sum(rate(apiserver_request_total{code=\"429\"}[5m])) > 1"
          "for"      = "PT10M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "the API server turns clients away"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "gpu_rules" {
  count = local.profile.alerting && local.profile.managedPrometheus && var.enable_gpu_nodes ? 1 : 0

  type      = "Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "mlops-gpu-rules"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      description = "GPUs that are idle, hot or broken; their exporter comes with the Azure ML extension."
      scopes      = [azapi_resource.monitor_account.id, azapi_resource.aks_cluster.id]
      clusterName = azapi_resource.aks_cluster.name
      enabled     = true
      interval    = "PT1M"
      rules = [
        {
          alert      = "GpuIdle"
          expression = "avg_over_time(DCGM_FI_DEV_GPU_UTIL{exported_pod!=\"\"}[1h]) < 10"
          "for"      = "PT1H"
          severity   = 4
          enabled    = true
          annotations = {
            summary = "a GPU that a pod holds has done next to nothing for an hour"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "GpuMemoryFull"
          expression = "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 0.95"
          "for"      = "PT10M"
          severity   = 3
          enabled    = true
          annotations = {
            summary = "a GPU's memory is nearly full"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "GpuHot"
          expression = "DCGM_FI_DEV_GPU_TEMP > 85"
          "for"      = "PT10M"
          severity   = 2
          enabled    = true
          annotations = {
            summary = "a GPU is hotter than 85 degrees"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
        {
          alert      = "GpuFault"
          expression = "DCGM_FI_DEV_XID_ERRORS > 0"
          "for"      = "PT1M"
          severity   = 1
          enabled    = true
          annotations = {
            summary = "a GPU reports a fault of its hardware or driver"
          }
          actions = [
            {
              actionGroupId = azapi_resource.action_group.id
            },
          ]
          resolveConfiguration = {
            autoResolved  = true
            timeToResolve = "PT10M"
          }
        },
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "service_health_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-service-health"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Azure reports trouble with a service that the platform stands on."
      enabled     = true
      scopes      = [data.azapi_client_config.current.subscription_resource_id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "ServiceHealth"
          },
          {
            field = "properties.impactedServices[*].ServiceName"
            containsAny = [
              "Azure Kubernetes Service (AKS)",
              "Machine Learning Services",
              "Container Registry",
              "Key Vault",
              "Storage",
              "Virtual Network",
            ]
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "resource_health_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-resource-health"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Azure reports a resource of the platform as degraded or unavailable."
      enabled     = true
      scopes      = [data.azapi_resource.resource_group.id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "ResourceHealth"
          },
          {
            anyOf = [
              {
                field  = "properties.currentHealthStatus"
                equals = "Degraded"
              },
              {
                field  = "properties.currentHealthStatus"
                equals = "Unavailable"
              },
            ]
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "cluster_deleted_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-cluster-deleted"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Somebody deletes the cluster."
      enabled     = true
      scopes      = [data.azapi_resource.resource_group.id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "Administrative"
          },
          {
            field  = "operationName"
            equals = "Microsoft.ContainerService/managedClusters/delete"
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "cluster_admin_credentials_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-cluster-admin-credentials"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Somebody asks for the credentials of the cluster's local administrator."
      enabled     = true
      scopes      = [data.azapi_resource.resource_group.id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "Administrative"
          },
          {
            field  = "operationName"
            equals = "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "workspace_deleted_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-workspace-deleted"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Somebody deletes the workspace."
      enabled     = true
      scopes      = [data.azapi_resource.resource_group.id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "Administrative"
          },
          {
            field  = "operationName"
            equals = "Microsoft.MachineLearningServices/workspaces/delete"
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "vault_deleted_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-vault-deleted"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Somebody deletes the vault."
      enabled     = true
      scopes      = [data.azapi_resource.resource_group.id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "Administrative"
          },
          {
            field  = "operationName"
            equals = "Microsoft.KeyVault/vaults/delete"
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "role_assigned_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-role-assigned"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Somebody is given a role on the platform."
      enabled     = true
      scopes      = [data.azapi_resource.resource_group.id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "Administrative"
          },
          {
            field  = "operationName"
            equals = "Microsoft.Authorization/roleAssignments/write"
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "network_rule_changed_alert" {
  count = local.profile.alerting ? 1 : 0

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-network-rule-changed"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "Somebody changes a rule of the network."
      enabled     = true
      scopes      = [data.azapi_resource.resource_group.id]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = "Administrative"
          },
          {
            field  = "operationName"
            equals = "Microsoft.Network/networkSecurityGroups/securityRules/write"
          },
        ]
      }
      actions = {
        actionGroups = [
          {
            actionGroupId = azapi_resource.action_group.id
          },
        ]
      }
    }
  }
  ignore_casing = true
}
