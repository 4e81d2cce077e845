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

locals {
  metric_alert_rules = {
    "node-cpu" = {
      description = "Nodes run out of CPU."
      severity    = 3
      scope       = azapi_resource.aks_cluster.id
      metric      = "node_cpu_usage_percentage"
      threshold   = 90
    }
    "node-memory" = {
      description = "Nodes run out of memory; pods will be evicted."
      severity    = 3
      scope       = azapi_resource.aks_cluster.id
      metric      = "node_memory_working_set_percentage"
      threshold   = 90
    }
    "node-disk" = {
      description = "Disks of nodes fill up; images will be removed and pods evicted."
      severity    = 3
      scope       = azapi_resource.aks_cluster.id
      metric      = "node_disk_usage_percentage"
      threshold   = 85
    }
    "pods-unschedulable" = {
      description = "Pods find no node for half an hour: quota, a taint nobody tolerates, or a pool that does not scale from zero."
      severity    = 2
      scope       = azapi_resource.aks_cluster.id
      metric      = "cluster_autoscaler_unschedulable_pods_count"
      threshold   = 0
      window      = "PT30M"
    }
    "autoscaler-unsafe" = {
      description = "The autoscaler has stopped acting."
      severity    = 2
      scope       = azapi_resource.aks_cluster.id
      metric      = "cluster_autoscaler_cluster_safe_to_autoscale"
      operator    = "LessThan"
      threshold   = 1
    }
    "api-server-cpu" = {
      description = "The API server is overloaded."
      severity    = 2
      scope       = azapi_resource.aks_cluster.id
      metric      = "apiserver_cpu_usage_percentage"
      threshold   = 90
    }
    "api-server-memory" = {
      description = "The API server is overloaded."
      severity    = 2
      scope       = azapi_resource.aks_cluster.id
      metric      = "apiserver_memory_usage_percentage"
      threshold   = 90
    }
    "etcd-size" = {
      description = "The cluster's database fills up; at its limit it takes no more writes."
      severity    = 2
      scope       = azapi_resource.aks_cluster.id
      metric      = "etcd_database_usage_percentage"
      threshold   = 75
      window      = "PT1H"
      frequency   = "PT15M"
    }
    "pods-failed" = {
      description = "Pods have failed."
      severity    = 3
      scope       = azapi_resource.aks_cluster.id
      metric      = "kube_pod_status_phase"
      dimensions  = [{ name = "phase", operator = "Include", values = ["Failed"] }]
      threshold   = 0
    }
    "nodes-not-ready" = {
      description = "Nodes are not ready."
      severity    = 1
      scope       = azapi_resource.aks_cluster.id
      metric      = "kube_node_status_condition"
      dimensions  = [{ name = "status2", operator = "Include", values = ["NotReady"] }]
      threshold   = 0
      window      = "PT30M"
    }
    "nat-failures" = {
      description = "Connections out of the network fail: the gateway has no ports left."
      severity    = 2
      scope       = one(azapi_resource.nat_gateway[*].id)
      metric      = "SNATConnectionCount"
      dimensions  = [{ name = "ConnectionState", operator = "Include", values = ["Failed"] }]
      aggregation = "Total"
      threshold   = 0
      wanted      = local.profile.egress == "natGateway"
    }
    "firewall-health" = {
      description = "The firewall is not well; nodes and training clusters lose their way out."
      severity    = 1
      scope       = one(azapi_resource.firewall[*].id)
      metric      = "FirewallHealth"
      operator    = "LessThan"
      threshold   = 90
      wanted      = local.profile.egress == "firewall"
    }
    "firewall-ports" = {
      description = "The firewall runs out of ports for connections; give it a second address."
      severity    = 2
      scope       = one(azapi_resource.firewall[*].id)
      metric      = "SNATPortUtilization"
      threshold   = 80
      wanted      = local.profile.egress == "firewall"
    }
    "vault-availability" = {
      description = "The vault does not answer."
      severity    = 1
      scope       = azapi_resource.key_vault.id
      metric      = "Availability"
      operator    = "LessThan"
      threshold   = 99
    }
    "vault-latency" = {
      description = "The vault answers slowly."
      severity    = 3
      scope       = azapi_resource.key_vault.id
      metric      = "ServiceApiLatency"
      threshold   = 1000
    }
    "vault-saturation" = {
      description = "The vault is near its capacity."
      severity    = 3
      scope       = azapi_resource.key_vault.id
      metric      = "SaturationShoebox"
      threshold   = 75
    }
    "vault-refusals" = {
      description = "The vault refuses: a role or network path was lost, or somebody asks too often."
      severity    = 2
      scope       = azapi_resource.key_vault.id
      metric      = "ServiceApiResult"
      dimensions  = [{ name = "StatusCode", operator = "Include", values = ["403", "429"] }]
      aggregation = "Count"
      threshold   = 5
    }
    "storage-availability" = {
      description = "The storage account does not answer."
      severity    = 1
      scope       = azapi_resource.storage_account.id
      metric      = "Availability"
      operator    = "LessThan"
      threshold   = 99
    }
    "storage-latency" = {
      description = "The storage account answers slowly."
      severity    = 3
      scope       = azapi_resource.storage_account.id
      metric      = "SuccessE2ELatency"
      threshold   = 1000
    }
    "storage-throttled" = {
      description = "The storage account turns requests away."
      severity    = 2
      scope       = azapi_resource.storage_account.id
      metric      = "Transactions"
      dimensions = [
        {
          name     = "ResponseType"
          operator = "Include"
          values   = ["ServerBusyError", "ClientThrottlingError"]
        },
      ]
      aggregation = "Total"
      threshold   = 10
    }
    "registry-full" = {
      description = "The registry holds 400 GiB of the 500 GiB that its price includes."
      severity    = 3
      scope       = azapi_resource.container_registry.id
      metric      = "StorageUsed"
      threshold   = 429496729600
      window      = "PT1H"
      frequency   = "PT15M"
      wanted      = local.profile.registrySku == "Premium"
    }
    "runs-failed" = {
      description = "Jobs have failed."
      severity    = 2
      scope       = azapi_resource.ml_workspace.id
      metric      = "Failed Runs"
      aggregation = "Total"
      threshold   = 0
      window      = "PT1H"
      frequency   = "PT15M"
    }
    "workspace-errors" = {
      description = "Jobs report errors."
      severity    = 3
      scope       = azapi_resource.ml_workspace.id
      metric      = "Errors"
      aggregation = "Total"
      threshold   = 5
      window      = "PT1H"
      frequency   = "PT15M"
    }
    "runs-queued" = {
      description = "Jobs wait for computes."
      severity    = 3
      scope       = azapi_resource.ml_workspace.id
      metric      = "Queued Runs"
      threshold   = 10
      window      = "PT1H"
      frequency   = "PT15M"
    }
    "quota-used" = {
      description = "The quota for training nodes is nearly used."
      severity    = 3
      scope       = azapi_resource.ml_workspace.id
      metric      = "Quota Utilization Percentage"
      threshold   = 85
      window      = "PT1H"
      frequency   = "PT15M"
    }
    "nodes-unusable" = {
      description = "Training nodes do not start, for want of a way out of their subnet among others."
      severity    = 2
      scope       = azapi_resource.ml_workspace.id
      metric      = "Unusable Nodes"
      threshold   = 0
      window      = "PT30M"
    }
    "nodes-preempted" = {
      description = "Azure takes many low-priority nodes back."
      severity    = 4
      scope       = azapi_resource.ml_workspace.id
      metric      = "Preempted Nodes"
      aggregation = "Total"
      threshold   = 3
      window      = "PT1H"
      frequency   = "PT15M"
    }
    "deploys-failed" = {
      description = "A model could not be deployed."
      severity    = 2
      scope       = azapi_resource.ml_workspace.id
      metric      = "Model Deploy Failed"
      aggregation = "Total"
      threshold   = 0
    }
  }
}

resource "azapi_resource" "metric_alerts" {
  for_each = {
    for key, rule in local.metric_alert_rules : key => rule
    if local.profile.alerting && lookup(rule, "wanted", true)
  }

  type      = "Microsoft.Insights/metricAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-${each.key}"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description         = each.value.description
      severity            = each.value.severity
      enabled             = true
      scopes              = [each.value.scope]
      evaluationFrequency = lookup(each.value, "frequency", "PT5M")
      windowSize          = lookup(each.value, "window", "PT15M")
      autoMitigate        = true
      criteria = {
        "odata.type" = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
        allOf = [
          {
            name            = "condition"
            criterionType   = "StaticThresholdCriterion"
            metricName      = each.value.metric
            timeAggregation = lookup(each.value, "aggregation", "Average")
            operator        = lookup(each.value, "operator", "GreaterThan")
            threshold       = each.value.threshold
            dimensions      = lookup(each.value, "dimensions", [])
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

locals {
  log_alert_rules = {
    "endpoint-latency" = {
      description = "The slowest twentieth of the predictions takes longer than promised."
      severity    = 2
      query       = "AppRequests | where Name has '/score' | summarize p95 = percentile(DurationMs, 95) by AppRoleName | where p95 > ${var.endpoint_latency_ms}"
      every       = "PT5M"
    }
    "endpoint-errors" = {
      description = "More than one prediction in a hundred fails."
      severity    = 1
      query       = "AppRequests | where Name has '/score' | summarize failed = countif(toint(ResultCode) >= 500), total = count() by AppRoleName | where failed * 100 > total"
      every       = "PT5M"
    }
    "scheduling-failed" = {
      description = "Jobs or models find no node: a taint that they do not tolerate, or no room."
      severity    = 2
      query       = "KubeEvents | where Namespace == '${var.compute_namespace}' | where Reason == 'FailedScheduling'"
      every       = "PT15M"
    }
    "pods-restarting" = {
      description = "Pods of jobs or models are killed and started again."
      severity    = 2
      query       = "KubeEvents | where Reason == 'OOMKilling' or (Namespace == '${var.compute_namespace}' and Reason in ('BackOff', 'Evicted'))"
      every       = "PT15M"
    }
    "image-pull-failed" = {
      description = "An image cannot be pulled: the registry's role or its private name is missing."
      severity    = 2
      query       = "KubeEvents | where Reason == 'Failed' and Message has 'pull'"
      every       = "PT15M"
    }
    "cluster-admin-granted" = {
      description = "Somebody was given rights over the whole cluster."
      severity    = 3
      query       = "AKSAuditAdmin | where Verb in ('create', 'update', 'patch') and ObjectRef.resource == 'clusterrolebindings' and toint(ResponseStatus.code) < 300"
      every       = "PT15M"
    }
    "vault-forbidden" = {
      description = "The vault refused a caller."
      severity    = 3
      query       = "AZKVAuditLogs | where ResultSignature == 'Forbidden'"
      every       = "PT15M"
    }
    "compute-resize-failed" = {
      description = "A training cluster could not get nodes, mostly for want of quota."
      severity    = 3
      query       = "AmlComputeClusterEvent | where isnotempty(ClusterErrorCodes)"
      every       = "PT15M"
    }
    "logs-stopped" = {
      description = "The daily limit of logs is used up; every other log alert is blind until tomorrow."
      severity    = 2
      query       = "_LogOperation | where Category =~ 'Ingestion' and Detail contains 'OverQuota'"
      every       = "PT15M"
    }
  }
}

resource "azapi_resource" "log_alerts" {
  for_each = {
    for key, rule in local.log_alert_rules : key => rule
    if local.profile.alerting
  }

  type      = "Microsoft.Insights/scheduledQueryRules@2026-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-${each.key}"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "LogAlert"
    properties = {
      displayName         = "alert-${each.key}"
      description         = each.value.description
      severity            = each.value.severity
      enabled             = true
      scopes              = [azapi_resource.log_analytics.id]
      evaluationFrequency = each.value.every
      windowSize          = each.value.every
      criteria = {
        allOf = [
          {
            query           = each.value.query
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

locals {
  prometheus_rules = {
    "node-rules" = {
      description = "Nodes that are not well."
      rules = [
        {
          alert      = "NodeNotReady"
          expression = "kube_node_status_condition{condition=\"Ready\",status=\"true\"} == 0"
          "for"      = "PT15M"
          severity   = 2
          summary    = "a node is not ready"
        },
        {
          alert      = "NodeFlapping"
          expression = "changes(kube_node_status_condition{condition=\"Ready\",status=\"true\"}[15m]) > 2"
          "for"      = "PT5M"
          severity   = 3
          summary    = "a node keeps changing between ready and not ready"
        },
        {
          alert      = "NodeDiskFilling"
          expression = "1 - node_filesystem_avail_bytes{mountpoint=\"/\"} / node_filesystem_size_bytes{mountpoint=\"/\"} > 0.8"
          "for"      = "PT15M"
          severity   = 3
          summary    = "a node's disk is more than 80 % full"
        },
        {
          alert      = "NodeMemoryHigh"
          expression = "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.9"
          "for"      = "PT15M"
          severity   = 3
          summary    = "a node uses more than 90 % of its memory"
        },
      ]
    }
    "pod-rules" = {
      description = "Pods of jobs and models that are not well."
      rules = [
        {
          alert      = "PodCrashLooping"
          expression = "max_over_time(kube_pod_container_status_waiting_reason{reason=\"CrashLoopBackOff\"}[5m]) >= 1"
          "for"      = "PT15M"
          severity   = 2
          summary    = "a container keeps crashing"
        },
        {
          alert      = "ContainerOutOfMemory"
          expression = "increase(kube_pod_container_status_restarts_total[10m]) > 0 and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{reason=\"OOMKilled\"} == 1"
          "for"      = "PT1M"
          severity   = 2
          summary    = "a container was killed for its memory"
        },
        {
          alert      = "PodRestarting"
          expression = "increase(kube_pod_container_status_restarts_total[1h]) > 3"
          "for"      = "PT5M"
          severity   = 3
          summary    = "a container restarted more than three times in an hour"
        },
        {
          alert      = "PodFailed"
          expression = "sum by (namespace, pod) (kube_pod_status_phase{phase=\"Failed\"}) > 0"
          "for"      = "PT5M"
          severity   = 3
          summary    = "a pod has failed"
        },
        {
          alert      = "PodPending"
          expression = "sum by (pod) (kube_pod_status_phase{phase=\"Pending\",namespace=\"${var.compute_namespace}\"}) > 0"
          "for"      = "PT15M"
          severity   = 2
          summary    = "a job or model waits for a node"
        },
      ]
    }
    "workload-rules" = {
      description = "Models, their router and jobs as a whole."
      rules = [
        {
          alert      = "ModelReplicasMissing"
          expression = "kube_deployment_spec_replicas{namespace=\"${var.compute_namespace}\"} > on (deployment) kube_deployment_status_replicas_available{namespace=\"${var.compute_namespace}\"}"
          "for"      = "PT15M"
          severity   = 2
          summary    = "a model has fewer replicas than it should"
        },
        {
          alert      = "ModelWithoutReplica"
          expression = "kube_deployment_spec_replicas{namespace=\"${var.compute_namespace}\"} > 0 and on (deployment) kube_deployment_status_replicas_available{namespace=\"${var.compute_namespace}\"} == 0"
          "for"      = "PT1M"
          severity   = 1
          summary    = "a model has no replica that answers"
        },
        {
          alert      = "RouterReplicasMissing"
          expression = "kube_deployment_spec_replicas{namespace=\"azureml\",deployment=~\"azureml-fe.*\"} > on (deployment) kube_deployment_status_replicas_available{namespace=\"azureml\",deployment=~\"azureml-fe.*\"}"
          "for"      = "PT10M"
          severity   = 1
          summary    = "the inference router has fewer replicas than it should"
        },
        {
          alert      = "JobFailed"
          expression = "kube_job_failed{condition=\"true\",namespace=\"${var.compute_namespace}\"} > 0"
          "for"      = "PT5M"
          severity   = 3
          summary    = "a Kubernetes job has failed"
        },
        {
          alert      = "QuotaAlmostFull"
          expression = "kube_resourcequota{type=\"used\"} / ignoring (type) (kube_resourcequota{type=\"hard\"} > 0) > 0.9"
          "for"      = "PT15M"
          severity   = 3
          summary    = "a namespace has nearly used its quota"
        },
        {
          alert      = "VolumeFilling"
          expression = "kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes > 0.8"
          "for"      = "PT15M"
          severity   = 3
          summary    = "a volume is more than 80 % full"
        },
      ]
    }
    "control-plane-rules" = {
      description = "The API server and what it calls."
      rules = [
        {
          alert      = "ApiServerErrors"
          expression = "sum(rate(apiserver_request_total{code=~\"5..\"}[5m])) / sum(rate(apiserver_request_total[5m])) > 0.05"
          "for"      = "PT10M"
          severity   = 2
          summary    = "the API server fails more than one request in twenty"
        },
        {
          alert      = "ApiServerThrottling"
          expression = "sum(rate(apiserver_request_total{code=\"429\"}[5m])) > 1"
          "for"      = "PT10M"
          severity   = 3
          summary    = "the API server turns clients away"
        },
      ]
    }
    "gpu-rules" = {
      description = "GPUs that are idle, hot or broken; the Azure ML extension brings their exporter, and kubernetes/ has it read."
      wanted      = var.enable_gpu_nodes
      rules = [
        {
          alert      = "GpuIdle"
          expression = "avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h]) < 10"
          "for"      = "PT1H"
          severity   = 4
          summary    = "a GPU that is paid for has done next to nothing for an hour"
        },
        {
          alert      = "GpuMemoryFull"
          expression = "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE) > 0.95"
          "for"      = "PT10M"
          severity   = 3
          summary    = "a GPU's memory is nearly full"
        },
        {
          alert      = "GpuHot"
          expression = "DCGM_FI_DEV_GPU_TEMP > 85"
          "for"      = "PT10M"
          severity   = 2
          summary    = "a GPU is hotter than 85 degrees"
        },
        {
          alert      = "GpuFault"
          expression = "DCGM_FI_DEV_XID_ERRORS > 0"
          "for"      = "PT1M"
          severity   = 1
          summary    = "a GPU reports a fault of its hardware or driver"
        },
      ]
    }
  }
}

resource "azapi_resource" "prometheus_rule_groups" {
  for_each = {
    for key, group in local.prometheus_rules : key => group
    if local.profile.alerting && local.profile.managedPrometheus && lookup(group, "wanted", true)
  }

  type      = "Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "mlops-${each.key}"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      description = each.value.description
      scopes      = [azapi_resource.monitor_account.id, azapi_resource.aks_cluster.id]
      clusterName = azapi_resource.aks_cluster.name
      enabled     = true
      interval    = "PT1M"
      rules = [
        for rule in each.value.rules : {
          alert      = rule.alert
          expression = rule.expression
          "for"      = rule["for"]
          severity   = rule.severity
          enabled    = true
          annotations = {
            summary = rule.summary
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
        }
      ]
    }
  }
  ignore_casing = true
}

locals {
  activity_alert_rules = {
    "service-health" = {
      description = "Azure reports trouble with a service that the platform stands on."
      scope       = data.azapi_client_config.current.subscription_resource_id
      category    = "ServiceHealth"
      condition = {
        field = "properties.impactedServices[*].ServiceName"
        containsAny = [
          "Azure Kubernetes Service (AKS)",
          "Machine Learning Services",
          "Container Registry",
          "Key Vault",
          "Storage",
          "Virtual Network",
        ]
      }
    }
    "resource-health" = {
      description = "Azure reports a resource of the platform as degraded or unavailable."
      scope       = data.azapi_resource.resource_group.id
      category    = "ResourceHealth"
      condition = {
        anyOf = [
          { field = "properties.currentHealthStatus", equals = "Degraded" },
          { field = "properties.currentHealthStatus", equals = "Unavailable" },
        ]
      }
    }
    "cluster-deleted" = {
      description = "Somebody deletes the cluster."
      scope       = data.azapi_resource.resource_group.id
      category    = "Administrative"
      condition   = { field = "operationName", equals = "Microsoft.ContainerService/managedClusters/delete" }
    }
    "cluster-admin-credentials" = {
      description = "Somebody asks for the credentials of the cluster's local administrator."
      scope       = data.azapi_resource.resource_group.id
      category    = "Administrative"
      condition = {
        field  = "operationName"
        equals = "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"
      }
    }
    "workspace-deleted" = {
      description = "Somebody deletes the workspace."
      scope       = data.azapi_resource.resource_group.id
      category    = "Administrative"
      condition = {
        field  = "operationName"
        equals = "Microsoft.MachineLearningServices/workspaces/delete"
      }
    }
    "vault-deleted" = {
      description = "Somebody deletes the vault."
      scope       = data.azapi_resource.resource_group.id
      category    = "Administrative"
      condition   = { field = "operationName", equals = "Microsoft.KeyVault/vaults/delete" }
    }
    "role-assigned" = {
      description = "Somebody is given a role on the platform."
      scope       = data.azapi_resource.resource_group.id
      category    = "Administrative"
      condition   = { field = "operationName", equals = "Microsoft.Authorization/roleAssignments/write" }
    }
    "network-rule-changed" = {
      description = "Somebody changes a single rule of the network, as deployments, which write whole groups, do not."
      scope       = data.azapi_resource.resource_group.id
      category    = "Administrative"
      condition = {
        field  = "operationName"
        equals = "Microsoft.Network/networkSecurityGroups/securityRules/write"
      }
    }
  }
}

resource "azapi_resource" "activity_alerts" {
  for_each = {
    for key, rule in local.activity_alert_rules : key => rule
    if local.profile.alerting
  }

  type      = "Microsoft.Insights/activityLogAlerts@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "alert-${each.key}"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = each.value.description
      enabled     = true
      scopes      = [each.value.scope]
      condition = {
        allOf = [
          {
            field  = "category"
            equals = each.value.category
          },
          each.value.condition,
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

resource "azapi_resource" "backup_alerts" {
  count = local.profile.alerting && local.profile.clusterBackup ? 1 : 0

  type      = "Microsoft.AlertsManagement/actionRules@2021-08-08"
  parent_id = data.azapi_resource.resource_group.id
  name      = "apr-mlops-backups"
  location  = "global"
  tags      = local.resource_tags

  body = {
    properties = {
      description = "A backup of the cluster has failed."
      enabled     = true
      scopes      = [azapi_resource.backup_vault[0].id]
      actions = [
        {
          actionType     = "AddActionGroups"
          actionGroupIds = [azapi_resource.action_group.id]
        },
      ]
    }
  }
  ignore_casing = true
}
