# Printed by Quayside from its definition. Change the definition, not this file.

# Managed Prometheus.
resource "azapi_resource" "metrics_rule" {
  count = local.profile.managedPrometheus ? 1 : 0

  type      = "Microsoft.Insights/dataCollectionRules@2024-03-11"
  parent_id = data.azapi_resource.resource_group.id
  name      = "dcr-mlops-prometheus"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "Linux"
    properties = {
      dataCollectionEndpointId = azapi_resource.collection_endpoint.id
      dataSources = {
        prometheusForwarder = [
          {
            name               = "prometheus"
            streams            = ["Microsoft-PrometheusMetrics"]
            labelIncludeFilter = {}
          },
        ]
      }
      destinations = {
        monitoringAccounts = [
          {
            name              = "metrics"
            accountResourceId = azapi_resource.monitor_account.id
          },
        ]
      }
      dataFlows = [
        {
          streams      = ["Microsoft-PrometheusMetrics"]
          destinations = ["metrics"]
        },
      ]
    }
  }
  ignore_casing = true
}

# Container Insights.
resource "azapi_resource" "logs_rule" {
  count = local.profile.containerInsights ? 1 : 0

  type      = "Microsoft.Insights/dataCollectionRules@2024-03-11"
  parent_id = data.azapi_resource.resource_group.id
  name      = "dcr-mlops-containers"
  location  = local.location
  tags      = local.resource_tags

  body = {
    kind = "Linux"
    properties = {
      dataCollectionEndpointId = local.profile.privateNetworking ? azapi_resource.collection_endpoint.id : null
      dataSources = {
        extensions = [
          {
            name          = "containers"
            extensionName = "ContainerInsights"
            streams = [
              "Microsoft-ContainerLogV2",
              "Microsoft-KubeEvents",
              "Microsoft-KubePodInventory",
              "Microsoft-KubeNodeInventory",
              "Microsoft-KubeServices",
            ]
            extensionSettings = {
              dataCollectionSettings = {
                interval               = local.profile.collectionInterval
                namespaceFilteringMode = "Exclude"
                namespaces             = ["kube-system", "gatekeeper-system"]
                enableContainerLogV2   = true
              }
            }
          },
        ]
      }
      destinations = {
        logAnalytics = [
          {
            name                = "logs"
            workspaceResourceId = azapi_resource.log_analytics.id
          },
        ]
      }
      dataFlows = [
        {
          streams = [
            "Microsoft-ContainerLogV2",
            "Microsoft-KubeEvents",
            "Microsoft-KubePodInventory",
            "Microsoft-KubeNodeInventory",
            "Microsoft-KubeServices",
          ]
          destinations = ["logs"]
        },
      ]
    }
  }
  ignore_casing        = true
  ignore_null_property = true
}

# Metrics of the cluster.
resource "azapi_resource" "metrics_association" {
  count = local.profile.managedPrometheus ? 1 : 0

  type      = "Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11"
  parent_id = azapi_resource.aks_cluster.id
  name      = "prometheus"

  body = {
    properties = {
      dataCollectionRuleId = azapi_resource.metrics_rule[0].id
    }
  }
  ignore_casing = true
}

# Logs of the cluster.
resource "azapi_resource" "logs_association" {
  count = local.profile.containerInsights ? 1 : 0

  type      = "Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11"
  parent_id = azapi_resource.aks_cluster.id
  name      = "containers"

  body = {
    properties = {
      dataCollectionRuleId = azapi_resource.logs_rule[0].id
    }
  }
  ignore_casing = true
}

# The one name under which agents look for a private way to their configuration.
resource "azapi_resource" "endpoint_association" {
  count = local.profile.privateNetworking ? 1 : 0

  type      = "Microsoft.Insights/dataCollectionRuleAssociations@2024-03-11"
  parent_id = azapi_resource.aks_cluster.id
  name      = "configurationAccessEndpoint"

  body = {
    properties = {
      dataCollectionEndpointId = azapi_resource.collection_endpoint.id
    }
  }
  ignore_casing = true
}
