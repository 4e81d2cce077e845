# Printed by Quayside from its definition. Change the definition, not this file.

variable "resource_group_name" {
  description = "Resource group that holds the platform; it must exist."
  type        = string
  nullable    = false
}

variable "azure_cloud" {
  description = "Host names of the Azure cloud that is deployed to; the defaults are those of the public cloud."
  type = object({
    suffixes = object({
      storage        = string
      acrLoginServer = string
      keyvaultDns    = string
    })
  })
  default = {
    suffixes = {
      storage        = "core.windows.net"
      acrLoginServer = ".azurecr.io"
      keyvaultDns    = ".vault.azure.net"
    }
  }
  nullable = false
}

variable "purge_on_destroy" {
  description = "Let destroy also purge what Azure would keep as soft-deleted: workspaces, logs and vaults without purge protection. It counts as it was at the last apply."
  type        = bool
  default     = false
  nullable    = false
}

variable "location" {
  description = "Azure region of every resource. Computed when null."
  type        = string
  default     = null

  validation {
    condition     = var.location == null ? true : length(var.location) >= 1
    error_message = "location: use at least 1 character."
  }
}

variable "environment" {
  description = "Environment that chooses the profile: sizes, redundancy, retention and protection."
  type        = string
  default     = "dev"
  nullable    = false

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment: use one of dev, staging, prod."
  }
}

variable "profile_overrides" {
  description = "Values to replace in the profile of the environment, by name: logRetentionDays, registrySku and so on."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = can(keys(var.profile_overrides))
    error_message = "profile_overrides: give an object."
  }

  validation {
    condition = can(keys(var.profile_overrides)) ? length(setsubtract(keys(var.profile_overrides), [
      "alerting",
      "availabilityZones",
      "backupInterval",
      "backupRedundancy",
      "backupRetentionDays",
      "blobRestoreDays",
      "blobRetentionDays",
      "blobVersioning",
      "clusterBackup",
      "clusterTier",
      "collectionInterval",
      "computeInternetAccess",
      "containerInsights",
      "defender",
      "deletionLocks",
      "diagnosticLogs",
      "disableRunCommand",
      "egress",
      "extensionPurpose",
      "firewallSku",
      "inferenceRouterHa",
      "logDailyQuotaGb",
      "logRetentionDays",
      "lowPriorityCluster",
      "managedPrometheus",
      "monthlyBudget",
      "namespaceDeletePolicy",
      "namespaceTraffic",
      "natGatewaySku",
      "nodeGroupRestriction",
      "outputsCoolDays",
      "outputsDeleteDays",
      "policyEffect",
      "privateApiServer",
      "privateNetworking",
      "registryRetentionDays",
      "registrySku",
      "storageSku",
      "systemNodeCount",
      "systemNodeMaxCount",
      "systemNodeTaints",
      "upgradeChannel",
      "vaultPurgeProtection",
      "vaultRetentionDays",
    ])) == 0 : true
    error_message = "profile_overrides: use only the keys alerting, availabilityZones, backupInterval, backupRedundancy, backupRetentionDays, blobRestoreDays, blobRetentionDays, blobVersioning, clusterBackup, clusterTier, collectionInterval, computeInternetAccess, containerInsights, defender, deletionLocks, diagnosticLogs, disableRunCommand, egress, extensionPurpose, firewallSku, inferenceRouterHa, logDailyQuotaGb, logRetentionDays, lowPriorityCluster, managedPrometheus, monthlyBudget, namespaceDeletePolicy, namespaceTraffic, natGatewaySku, nodeGroupRestriction, outputsCoolDays, outputsDeleteDays, policyEffect, privateApiServer, privateNetworking, registryRetentionDays, registrySku, storageSku, systemNodeCount, systemNodeMaxCount, systemNodeTaints, upgradeChannel, vaultPurgeProtection, vaultRetentionDays."
  }
}

variable "name_suffix" {
  description = "Ending of the names that must be unique in all of Azure (storage account, vault, registry)."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name_suffix) >= 3 && length(var.name_suffix) <= 8
    error_message = "name_suffix: use 3 to 8 characters."
  }

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.name_suffix))
    error_message = "name_suffix: match ^[a-z0-9]+$."
  }
}

variable "cluster_name" {
  description = "Name of the AKS cluster."
  type        = string
  default     = "aks-mlops-cluster"
  nullable    = false

  validation {
    condition     = length(var.cluster_name) >= 1 && length(var.cluster_name) <= 63
    error_message = "cluster_name: use 1 to 63 characters."
  }
}

variable "workspace_name" {
  description = "Name of the Azure Machine Learning workspace."
  type        = string
  default     = "mlw-mlops-demo"
  nullable    = false

  validation {
    condition     = length(var.workspace_name) >= 3 && length(var.workspace_name) <= 33
    error_message = "workspace_name: use 3 to 33 characters."
  }
}

variable "compute_namespace" {
  description = "Kubernetes namespace in which training jobs and models run."
  type        = string
  default     = "ml-workloads"
  nullable    = false

  validation {
    condition     = length(var.compute_namespace) >= 1 && length(var.compute_namespace) <= 63
    error_message = "compute_namespace: use 1 to 63 characters."
  }
}

variable "tags" {
  description = "Tags added to every resource, for instance owner and cost centre."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "kubernetes_version" {
  description = "Kubernetes minor version; AKS chooses the patch, so that a redeployment never undoes a patch upgrade."
  type        = string
  default     = "1.35"
  nullable    = false

  validation {
    condition     = can(regex("^1\\.\\d{2}(\\.\\d{1,2})?$", var.kubernetes_version))
    error_message = "kubernetes_version: match ^1\\.\\d{2}(\\.\\d{1,2})?$."
  }
}

variable "aks_node_count" {
  description = "Nodes of the pool for models and training (mlpool); the least number when autoscaling."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = floor(var.aks_node_count) == var.aks_node_count
    error_message = "aks_node_count: give an integer."
  }

  validation {
    condition     = var.aks_node_count >= 1 && var.aks_node_count <= 100
    error_message = "aks_node_count: use 1 to 100."
  }
}

variable "aks_node_max_count" {
  description = "Nodes that mlpool may grow to when autoscaling; never below aksNodeCount."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = floor(var.aks_node_max_count) == var.aks_node_max_count
    error_message = "aks_node_max_count: give an integer."
  }

  validation {
    condition     = var.aks_node_max_count >= 1 && var.aks_node_max_count <= 100
    error_message = "aks_node_max_count: use 1 to 100."
  }
}

variable "aks_node_vm_size" {
  description = "Virtual machine size of mlpool; the Azure ML extension needs at least 4 vCPUs and 14 GiB."
  type        = string
  default     = "Standard_DS3_v2"
  nullable    = false

  validation {
    condition     = can(regex("^Standard_[A-Za-z0-9_]+$", var.aks_node_vm_size))
    error_message = "aks_node_vm_size: match ^Standard_[A-Za-z0-9_]+$."
  }
}

variable "system_node_vm_size" {
  description = "Virtual machine size of the pool for the components of the cluster itself."
  type        = string
  default     = "Standard_D4ds_v5"
  nullable    = false

  validation {
    condition     = can(regex("^Standard_[A-Za-z0-9_]+$", var.system_node_vm_size))
    error_message = "system_node_vm_size: match ^Standard_[A-Za-z0-9_]+$."
  }
}

variable "enable_auto_scaling" {
  description = "Let the cluster autoscaler add and remove nodes."
  type        = bool
  default     = true
  nullable    = false
}

variable "running_nodes" {
  description = "Nodes that pools have now which scale by themselves, such as {\"mlpool\": 5}: a deployment leaves them, and asks for the least of each pool that is not named. quayside up and deploy.sh look them up."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "enable_gpu_nodes" {
  description = "Add a pool of GPU nodes."
  type        = bool
  default     = false
  nullable    = false
}

variable "gpu_node_vm_size" {
  description = "Virtual machine size of the GPU pool."
  type        = string
  default     = "Standard_NC4as_T4_v3"
  nullable    = false

  validation {
    condition     = can(regex("^Standard_[A-Za-z0-9_]+$", var.gpu_node_vm_size))
    error_message = "gpu_node_vm_size: match ^Standard_[A-Za-z0-9_]+$."
  }
}

variable "gpu_node_max_count" {
  description = "Nodes that the GPU pool may grow to from zero; without autoscaling the pool has one node."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = floor(var.gpu_node_max_count) == var.gpu_node_max_count
    error_message = "gpu_node_max_count: give an integer."
  }

  validation {
    condition     = var.gpu_node_max_count >= 1 && var.gpu_node_max_count <= 20
    error_message = "gpu_node_max_count: use 1 to 20."
  }
}

variable "enable_spot_nodes" {
  description = "Add a pool of spot nodes, which cost little and may be taken back at any time."
  type        = bool
  default     = false
  nullable    = false
}

variable "spot_node_vm_size" {
  description = "Virtual machine size of the spot pool."
  type        = string
  default     = "Standard_D4ds_v5"
  nullable    = false

  validation {
    condition     = can(regex("^Standard_[A-Za-z0-9_]+$", var.spot_node_vm_size))
    error_message = "spot_node_vm_size: match ^Standard_[A-Za-z0-9_]+$."
  }
}

variable "spot_node_max_count" {
  description = "Nodes that the spot pool may grow to from zero; without autoscaling the pool has one node."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = floor(var.spot_node_max_count) == var.spot_node_max_count
    error_message = "spot_node_max_count: give an integer."
  }

  validation {
    condition     = var.spot_node_max_count >= 1 && var.spot_node_max_count <= 100
    error_message = "spot_node_max_count: use 1 to 100."
  }
}

variable "taint_style" {
  description = "Taint of mlpool: recipe is workload=ml:NoSchedule, tolerated through settings of the extension that Microsoft does not document; amlarc is the one that it does."
  type        = string
  default     = "recipe"
  nullable    = false

  validation {
    condition     = contains(["recipe", "amlarc"], var.taint_style)
    error_message = "taint_style: use one of recipe, amlarc."
  }
}

variable "volcano_config_map" {
  description = "ConfigMap in namespace azureml by which Volcano schedules, for instance volcano-scheduler-autoscaler of kubernetes/, with which jobs wait for nodes that the autoscaler has yet to add; empty for the extension's own, with which a job for an empty pool waits for ever. It must exist before the extension names it: quayside up sees to the order, everything else takes it with the second deployment."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?)?$", var.volcano_config_map))
    error_message = "volcano_config_map: match ^([a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?)?$."
  }
}

variable "ml_compute_sku" {
  description = "Virtual machine size of the Azure ML training cluster (cpu-cluster)."
  type        = string
  default     = "Standard_DS3_v2"
  nullable    = false

  validation {
    condition     = can(regex("^Standard_[A-Za-z0-9_]+$", var.ml_compute_sku))
    error_message = "ml_compute_sku: match ^Standard_[A-Za-z0-9_]+$."
  }
}

variable "ml_compute_max_nodes" {
  description = "Nodes that the training cluster may grow to from zero."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = floor(var.ml_compute_max_nodes) == var.ml_compute_max_nodes
    error_message = "ml_compute_max_nodes: give an integer."
  }

  validation {
    condition     = var.ml_compute_max_nodes >= 1 && var.ml_compute_max_nodes <= 100
    error_message = "ml_compute_max_nodes: use 1 to 100."
  }
}

variable "virtual_network_prefix" {
  description = "Address range of the virtual network."
  type        = string
  default     = "10.40.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.virtual_network_prefix))
    error_message = "virtual_network_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "node_subnet_prefix" {
  description = "Subnet of the cluster nodes, inside the virtual network."
  type        = string
  default     = "10.40.0.0/22"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.node_subnet_prefix))
    error_message = "node_subnet_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "compute_subnet_prefix" {
  description = "Subnet of the training cluster, inside the virtual network."
  type        = string
  default     = "10.40.6.0/24"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.compute_subnet_prefix))
    error_message = "compute_subnet_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "private_endpoint_subnet_prefix" {
  description = "Subnet of the private endpoints, inside the virtual network; the workspace has one in every environment."
  type        = string
  default     = "10.40.5.0/24"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.private_endpoint_subnet_prefix))
    error_message = "private_endpoint_subnet_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "ingress_subnet_prefix" {
  description = "Subnet for front ends of internal load balancers, inside the virtual network; used with private networking."
  type        = string
  default     = "10.40.7.0/26"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.ingress_subnet_prefix))
    error_message = "ingress_subnet_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "api_server_subnet_prefix" {
  description = "Subnet of the API server alone, inside the virtual network, at least a /28; used when the API server is private."
  type        = string
  default     = "10.40.4.0/28"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.api_server_subnet_prefix))
    error_message = "api_server_subnet_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "firewall_subnet_prefix" {
  description = "Subnet of the firewall alone, inside the virtual network, at least a /26; used when egress is firewall."
  type        = string
  default     = "10.40.9.0/26"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.firewall_subnet_prefix))
    error_message = "firewall_subnet_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "firewall_management_subnet_prefix" {
  description = "Subnet through which Azure manages a Basic firewall, inside the virtual network, at least a /26."
  type        = string
  default     = "10.40.9.64/26"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.firewall_management_subnet_prefix))
    error_message = "firewall_management_subnet_prefix: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "allowed_fqdns" {
  description = "Further host names that nodes and training clusters may reach through the firewall over HTTPS, for instance of a package index; *.example.com stands for all below it."
  type        = any
  default     = []
  nullable    = false

  validation {
    condition     = can(concat(var.allowed_fqdns, []))
    error_message = "allowed_fqdns: give a list."
  }

  validation {
    condition     = length(var.allowed_fqdns) <= 100
    error_message = "allowed_fqdns: use at most 100 items."
  }
}

variable "hub_virtual_network_id" {
  description = "Resource id of the hub's virtual network, which the platform's is peered with; used when egress is hubFirewall."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(/subscriptions/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/resourceGroups/[^/]+/providers/Microsoft.Network/virtualNetworks/[^/]+)?$", var.hub_virtual_network_id))
    error_message = "hub_virtual_network_id: match ^(/subscriptions/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/resourceGroups/[^/]+/providers/Microsoft.Network/virtualNetworks/[^/]+)?$."
  }
}

variable "hub_firewall_address" {
  description = "Private address of the hub's firewall, to which everything that leaves the network is routed."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^((\\d{1,3}\\.){3}\\d{1,3})?$", var.hub_firewall_address))
    error_message = "hub_firewall_address: match ^((\\d{1,3}\\.){3}\\d{1,3})?$."
  }
}

variable "pod_cidr" {
  description = "Overlay range of pods, outside the virtual network; every node takes a /24 of it."
  type        = string
  default     = "192.168.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.pod_cidr))
    error_message = "pod_cidr: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "service_cidr" {
  description = "Range of Kubernetes services, outside the virtual network."
  type        = string
  default     = "172.16.0.0/16"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$", var.service_cidr))
    error_message = "service_cidr: match ^(\\d{1,3}\\.){3}\\d{1,3}/\\d{1,2}$."
  }
}

variable "dns_service_ip" {
  description = "Address of the cluster DNS service, inside serviceCidr and not among its first two."
  type        = string
  default     = "172.16.0.10"
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{1,3}\\.){3}\\d{1,3}$", var.dns_service_ip))
    error_message = "dns_service_ip: match ^(\\d{1,3}\\.){3}\\d{1,3}$."
  }
}

variable "admin_group_object_id" {
  description = "Object id of a Microsoft Entra group whose members administer the cluster; empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$", var.admin_group_object_id))
    error_message = "admin_group_object_id: match ^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$."
  }
}

variable "api_server_allowed_ranges" {
  description = "Public address ranges that may reach the API server of the cluster; empty for all."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.api_server_allowed_ranges) <= 199
    error_message = "api_server_allowed_ranges: use at most 199 items."
  }
}

variable "operator_object_id" {
  description = "Object id of the person, group or service principal that runs the model pipeline and so uploads data and reads models; empty for none. Owner of the subscription is not enough for that."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$", var.operator_object_id))
    error_message = "operator_object_id: match ^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$."
  }
}

variable "operator_type" {
  description = "What operatorObjectId is."
  type        = string
  default     = "User"
  nullable    = false

  validation {
    condition     = contains(["User", "Group", "ServicePrincipal"], var.operator_type)
    error_message = "operator_type: use one of User, Group, ServicePrincipal."
  }
}

variable "cluster_operator_object_id" {
  description = "Object id of the person, group or service principal that applies what belongs on the cluster (kubernetes/), with a role that sees all of the cluster; empty for none. Owner of the subscription is not enough for that. quayside up names its caller."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$", var.cluster_operator_object_id))
    error_message = "cluster_operator_object_id: match ^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$."
  }
}

variable "cluster_operator_type" {
  description = "What clusterOperatorObjectId is."
  type        = string
  default     = "User"
  nullable    = false

  validation {
    condition     = contains(["User", "Group", "ServicePrincipal"], var.cluster_operator_type)
    error_message = "cluster_operator_type: use one of User, Group, ServicePrincipal."
  }
}

variable "deployer_object_id" {
  description = "Object id of the principal that deploys the platform from a pipeline; empty for none. An owner gives it its roles with the first deployment: it may then give the platform's roles and no others."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$", var.deployer_object_id))
    error_message = "deployer_object_id: match ^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$."
  }
}

variable "deployer_type" {
  description = "What deployerObjectId is."
  type        = string
  default     = "ServicePrincipal"
  nullable    = false

  validation {
    condition     = contains(["User", "Group", "ServicePrincipal"], var.deployer_type)
    error_message = "deployer_type: use one of User, Group, ServicePrincipal."
  }
}

variable "github_repository" {
  description = "GitHub repository (owner/name) whose workflows of the environment train and release models; empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?$", var.github_repository))
    error_message = "github_repository: match ^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?$."
  }
}

variable "azure_dev_ops_issuer" {
  description = "Issuer that the Azure DevOps service connection shows, without a slash that it does not have."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(https://.+)?$", var.azure_dev_ops_issuer))
    error_message = "azure_dev_ops_issuer: match ^(https://.+)?$."
  }
}

variable "azure_dev_ops_subject" {
  description = "Subject that the Azure DevOps service connection shows, for instance sc://organization/project/MLOps-ServiceConnection; empty for none."
  type        = string
  default     = ""
  nullable    = false
}

variable "scoring_host_name" {
  description = "Host name in the TLS certificate of the scoring endpoints; empty serves plain HTTP inside the network."
  type        = string
  default     = ""
  nullable    = false
}

variable "scoring_tls_secret_name" {
  description = "Kubernetes secret in namespace azureml with cert.pem and key.pem for scoringHostName; it must exist before the extension is installed."
  type        = string
  default     = ""
  nullable    = false
}

variable "maintenance_day" {
  description = "Day of the week on which the cluster may be upgraded by itself."
  type        = string
  default     = "Sunday"
  nullable    = false

  validation {
    condition     = contains(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], var.maintenance_day)
    error_message = "maintenance_day: use one of Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday."
  }
}

variable "maintenance_time" {
  description = "Time of that day from which upgrades may start, for eight hours."
  type        = string
  default     = "01:00"
  nullable    = false

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.maintenance_time))
    error_message = "maintenance_time: match ^([01][0-9]|2[0-3]):[0-5][0-9]$."
  }
}

variable "maintenance_utc_offset" {
  description = "Offset of that time from UTC."
  type        = string
  default     = "+00:00"
  nullable    = false

  validation {
    condition     = can(regex("^[+-](0[0-9]|1[0-4]):[0-5][0-9]$", var.maintenance_utc_offset))
    error_message = "maintenance_utc_offset: match ^[+-](0[0-9]|1[0-4]):[0-5][0-9]$."
  }
}

variable "registry_replica_location" {
  description = "Second region that keeps a copy of the container registry; empty for none. Needs the Premium SKU."
  type        = string
  default     = ""
  nullable    = false
}

variable "ml_registry_name" {
  description = "Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9][A-Za-z0-9_-]{2,32})?$", var.ml_registry_name))
    error_message = "ml_registry_name: match ^([A-Za-z0-9][A-Za-z0-9_-]{2,32})?$."
  }
}

variable "alert_email" {
  description = "Address that alerts and the budget write to; empty tells the owners of the subscription."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([^@\\s]+@[^@\\s]+)?$", var.alert_email))
    error_message = "alert_email: match ^([^@\\s]+@[^@\\s]+)?$."
  }
}

variable "endpoint_latency_ms" {
  description = "Milliseconds within which 95 of 100 predictions should be answered; an alert tells when they are not."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = floor(var.endpoint_latency_ms) == var.endpoint_latency_ms
    error_message = "endpoint_latency_ms: give an integer."
  }

  validation {
    condition     = var.endpoint_latency_ms >= 1 && var.endpoint_latency_ms <= 60000
    error_message = "endpoint_latency_ms: use 1 to 60000."
  }
}

variable "budget_scope" {
  description = "What the budget is made in: the subscription, filtered by the platform's groups, that of the nodes among them; or the resource group, which is for those who may write nowhere else and does not see the nodes."
  type        = string
  default     = "subscription"
  nullable    = false

  validation {
    condition     = contains(["subscription", "resourceGroup"], var.budget_scope)
    error_message = "budget_scope: use one of subscription, resourceGroup."
  }
}

variable "budget_start_date" {
  description = "First day of the month in which the budget starts, for instance 2027-01-01; empty for no budget. Azure never lets it be changed."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(\\d{4}-(0[1-9]|1[0-2])-01)?$", var.budget_start_date))
    error_message = "budget_start_date: match ^(\\d{4}-(0[1-9]|1[0-2])-01)?$."
  }
}
