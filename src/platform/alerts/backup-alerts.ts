import { and, type ProgramBuilder, type ResourceHandle } from "../../ir/index.ts";
import type { Settings } from "../settings.ts";

/** Azure Backup raises alerts by itself and tells nobody; a processing rule of the vault's alerts does. */
export function declareBackupAlerts(
  program: ProgramBuilder,
  settings: Settings,
  backupVault: ResourceHandle,
  actionGroup: ResourceHandle,
): void {
  program.resource("backupAlerts", {
    type: "Microsoft.AlertsManagement/actionRules@2021-08-08",
    concern: "alerts",
    name: "apr-mlops-backups",
    condition: and(settings.profile("alerting"), settings.profile("clusterBackup")),
    body: {
      location: "global",
      tags: settings.resourceTags,
      properties: {
        description: "A backup of the cluster has failed.",
        enabled: true,
        scopes: [backupVault.id],
        actions: [{ actionType: "AddActionGroups", actionGroupIds: [actionGroup.id] }],
      },
    },
  });
}
