# Printed by Quayside from its definition. Change the definition, not this file.

locals {
  location = var.location != null ? var.location : data.azapi_resource.resource_group.location

  # What separates one environment from another.
  profiles = {
    dev = {
      clusterTier           = "Free"
      upgradeChannel        = "stable"
      availabilityZones     = []
      systemNodeCount       = 1
      systemNodeMaxCount    = 3
      systemNodeTaints      = []
      nodeGroupRestriction  = "Unrestricted"
      disableRunCommand     = false
      inferenceRouterHa     = "False"
      extensionPurpose      = "DevTest"
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
      privateNetworking     = false
      privateApiServer      = false
      computeInternetAccess = true
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
      upgradeChannel        = "stable"
      availabilityZones     = ["1", "2", "3"]
      systemNodeCount       = 2
      systemNodeMaxCount    = 3
      systemNodeTaints      = ["CriticalAddonsOnly=true:NoSchedule"]
      nodeGroupRestriction  = "ReadOnly"
      disableRunCommand     = true
      inferenceRouterHa     = "True"
      extensionPurpose      = "FastProd"
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
      privateNetworking     = true
      privateApiServer      = false
      computeInternetAccess = true
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
      privateNetworking     = true
      privateApiServer      = false
      computeInternetAccess = false
      managedPrometheus     = true
      containerInsights     = true
      alerting              = true
      defender              = true
      diagnosticLogs        = "Full"
      collectionInterval    = "1m"
      monthlyBudget         = 5000
      deletionLocks         = false
      outputsCoolDays       = 30
      outputsDeleteDays     = 1095
      registryRetentionDays = 30
    }
  }

  profile = merge(local.profiles[var.environment], var.profile_overrides)

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
}
