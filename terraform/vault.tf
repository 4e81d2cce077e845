# Printed by Quayside from its definition. Change the definition, not this file.

# Acts when it is destroyed, which is after the vault that depends on it. A protected vault cannot
# be purged.
resource "azapi_resource_action" "key_vault_purge" {
  count = var.purge_on_destroy && !coalesce(local.profile.vaultPurgeProtection ? true : null, false) ? 1 : 0

  type        = "Microsoft.KeyVault/locations/deletedVaults@2026-02-01"
  resource_id = "${data.azapi_client_config.current.subscription_resource_id}/providers/Microsoft.KeyVault/locations/${local.location}/deletedVaults/kv-mlops-${var.name_suffix}"
  action      = "purge"
  method      = "POST"
  when        = "destroy"
}

# Purge protection is left out rather than false where it is off: Azure refuses false.
resource "azapi_resource" "key_vault" {
  type      = "Microsoft.KeyVault/vaults@2026-02-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "kv-mlops-${var.name_suffix}"
  location  = local.location
  tags      = local.resource_tags

  body = {
    properties = {
      tenantId = data.azapi_client_config.current.tenant_id
      sku = {
        family = "A"
        name   = "standard"
      }
      enableRbacAuthorization      = true
      enableSoftDelete             = true
      softDeleteRetentionInDays    = local.profile.vaultRetentionDays
      enablePurgeProtection        = local.profile.vaultPurgeProtection ? true : null
      enabledForDeployment         = false
      enabledForDiskEncryption     = false
      enabledForTemplateDeployment = false
      publicNetworkAccess          = local.profile.privateNetworking ? "Disabled" : "Enabled"
      networkAcls = {
        bypass        = "AzureServices"
        defaultAction = local.profile.privateNetworking ? "Deny" : "Allow"
      }
    }
  }
  response_export_values = ["properties.vaultUri"]
  ignore_null_property   = true

  depends_on = [azapi_resource_action.key_vault_purge]
}

resource "azapi_resource" "vault_diagnostics" {
  type      = "Microsoft.Insights/diagnosticSettings@2021-05-01-preview"
  parent_id = azapi_resource.key_vault.id
  name      = "to-log-analytics"

  body = {
    properties = {
      workspaceId                 = azapi_resource.log_analytics.id
      logAnalyticsDestinationType = "Dedicated"
      logs = concat(
        [
          {
            category = "AuditEvent"
            enabled  = true
          },
        ],
        local.profile.diagnosticLogs == "Full" ? [
          {
            category = "AzurePolicyEvaluationDetails"
            enabled  = true
          },
        ] : []
      )
    }
  }
  ignore_casing = true
}
