# Printed by Quayside from its definition. Change the definition, not this file.

locals {
  location = var.location != null ? var.location : data.azapi_resource.resource_group.location

  # What separates one environment from another.
  profiles = {
    dev = {
      clusterTier           = "Free"
      upgradeChannel        = "patch"
      availabilityZones     = []
      systemNodeCount       = 1
      systemNodeMaxCount    = 3
      systemNodeTaints      = []
      nodeGroupRestriction  = "Unrestricted"
      disableRunCommand     = false
      inferenceRouterHa     = "False"
      extensionPurpose      = "DevTest"
      policyEffect          = "Audit"
      egress                = "natGateway"
      firewallSku           = "Basic"
      natGatewaySku         = "Standard"
      registrySku           = "Basic"
      storageSku            = "Standard_LRS"
      blobRetentionDays     = 7
      blobRestoreDays       = 0
      blobVersioning        = false
      vaultPurgeProtection  = false
      clusterBackup         = false
      backupInterval        = "P1D"
      backupRedundancy      = "LocallyRedundant"
      backupRetentionDays   = 7
      vaultRetentionDays    = 7
      logRetentionDays      = 30
      logDailyQuotaGb       = 2
      namespaceDeletePolicy = "Delete"
      namespaceTraffic      = "AllowAll"
      privateNetworking     = false
      privateApiServer      = false
      computeInternetAccess = true
      lowPriorityCluster    = true
      managedPrometheus     = true
      containerInsights     = true
      alerting              = false
      defender              = false
      diagnosticLogs        = "Essential"
      collectionInterval    = "5m"
      monthlyBudget         = 400
      deletionLocks         = false
      outputsCoolDays       = 30
      outputsDeleteDays     = 180
      registryRetentionDays = 7
    }
    staging = {
      clusterTier           = "Standard"
      upgradeChannel        = "patch"
      availabilityZones     = ["1", "2", "3"]
      systemNodeCount       = 2
      systemNodeMaxCount    = 3
      systemNodeTaints      = ["CriticalAddonsOnly=true:NoSchedule"]
      nodeGroupRestriction  = "ReadOnly"
      disableRunCommand     = true
      inferenceRouterHa     = "True"
      extensionPurpose      = "FastProd"
      policyEffect          = "Audit"
      egress                = "natGateway"
      firewallSku           = "Standard"
      natGatewaySku         = "StandardV2"
      registrySku           = "Premium"
      storageSku            = "Standard_ZRS"
      blobRetentionDays     = 14
      blobRestoreDays       = 0
      blobVersioning        = true
      vaultPurgeProtection  = true
      clusterBackup         = false
      backupInterval        = "P1D"
      backupRedundancy      = "ZoneRedundant"
      backupRetentionDays   = 7
      vaultRetentionDays    = 30
      logRetentionDays      = 30
      logDailyQuotaGb       = 5
      namespaceDeletePolicy = "Delete"
      namespaceTraffic      = "DenyAll"
      privateNetworking     = true
      privateApiServer      = false
      computeInternetAccess = true
      lowPriorityCluster    = true
      managedPrometheus     = true
      containerInsights     = true
      alerting              = true
      defender              = true
      diagnosticLogs        = "Essential"
      collectionInterval    = "5m"
      monthlyBudget         = 1500
      deletionLocks         = false
      outputsCoolDays       = 30
      outputsDeleteDays     = 365
      registryRetentionDays = 14
    }
    prod = {
      clusterTier           = "Standard"
      upgradeChannel        = "patch"
      availabilityZones     = ["1", "2", "3"]
      systemNodeCount       = 3
      systemNodeMaxCount    = 5
      systemNodeTaints      = ["CriticalAddonsOnly=true:NoSchedule"]
      nodeGroupRestriction  = "ReadOnly"
      disableRunCommand     = true
      inferenceRouterHa     = "True"
      extensionPurpose      = "FastProd"
      policyEffect          = "Deny"
      egress                = "natGateway"
      firewallSku           = "Standard"
      natGatewaySku         = "StandardV2"
      registrySku           = "Premium"
      storageSku            = "Standard_ZRS"
      blobRetentionDays     = 30
      blobRestoreDays       = 29
      blobVersioning        = true
      vaultPurgeProtection  = true
      clusterBackup         = true
      backupInterval        = "PT12H"
      backupRedundancy      = "ZoneRedundant"
      backupRetentionDays   = 30
      vaultRetentionDays    = 90
      logRetentionDays      = 90
      logDailyQuotaGb       = -1
      namespaceDeletePolicy = "Keep"
      namespaceTraffic      = "DenyAll"
      privateNetworking     = true
      privateApiServer      = false
      computeInternetAccess = false
      lowPriorityCluster    = true
      managedPrometheus     = true
      containerInsights     = true
      alerting              = true
      defender              = true
      diagnosticLogs        = "Full"
      collectionInterval    = "1m"
      monthlyBudget         = 5000
      deletionLocks         = false
      outputsCoolDays       = 30
      outputsDeleteDays     = 0
      registryRetentionDays = 30
    }
  }

  profile = merge(local.profiles[var.environment], var.profile_overrides)

  # Nodes that pools have now which scale by themselves.
  nodes_now = merge(
    {
      system   = 0
      mlpool   = 0
      gpupool  = 0
      spotpool = 0
    },
    var.running_nodes
  )

  # The region as addresses spell it.
  region = lower(replace(local.location, " ", ""))

  resource_tags = merge(
    {
      workload    = "mlops"
      environment = var.environment
      managedBy   = "quayside"
    },
    var.tags
  )

  # Ids of the roles that the platform gives.
  assignable_roles = "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8, 1823dd4f-9b8c-4ab6-ab4e-7397a3684615, 2a2b9908-6ea1-4ae2-8e65-a410df84e7d1, 3913510d-42f4-4e42-8a64-420c390055eb, 4633458b-17de-408a-b874-0445c86b69e6, 4d97b98b-1d4f-4787-a291-c67834d212e7, 635dd51f-9968-44d3-b7fb-6d9a6bd613ae, 7f951dda-4ed3-4680-a7ca-43fe172d538d, 8311e382-0749-4cb8-b61a-304f252e45ec, 85cb6faf-e071-4c9b-8136-154b5a04f717, acdd72a7-3385-48ef-bd42-f606fba81ae7, b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b, ba92f5b4-2d11-453d-a403-e96b0029c9fe, f1a07417-d97a-45cb-824c-7a7467783830, f6c7c914-8db3-469d-8ca1-694a8f32e121${local.profile.clusterBackup ? ", b24988ac-6180-42a0-ab88-20f7382dd24c" : ""}"
}
