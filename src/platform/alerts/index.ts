import { ROLES } from "../../azure/index.ts";
import { equals, type ProgramBuilder, type ResourceHandle, when } from "../../ir/index.ts";
import type { Settings } from "../settings.ts";
import { declareActivityAlerts } from "./activity-alerts.ts";
import { declareBackupAlerts } from "./backup-alerts.ts";
import { declareLogAlerts } from "./log-alerts.ts";
import { declareMetricAlerts } from "./metric-alerts.ts";
import { declarePrometheusRules } from "./prometheus-rules.ts";
import type { AlertScopes } from "./scopes.ts";

/** Alerts from tables, all of which tell the same group of people; it also hears of the budget. */
export function declareAlerts(program: ProgramBuilder, settings: Settings, scopes: AlertScopes): ResourceHandle {
  const actionGroup = declareActionGroup(program, settings);
  declareMetricAlerts(program, settings, scopes, actionGroup);
  declareLogAlerts(program, settings, scopes, actionGroup);
  declarePrometheusRules(program, settings, scopes, actionGroup);
  declareActivityAlerts(program, settings, actionGroup);
  declareBackupAlerts(program, settings, scopes.backupVault, actionGroup);
  return actionGroup;
}

function declareActionGroup(program: ProgramBuilder, settings: Settings): ResourceHandle {
  return program.resource("actionGroup", {
    type: "Microsoft.Insights/actionGroups@2023-01-01",
    concern: "alerts",
    name: "ag-mlops",
    body: {
      location: "global",
      tags: settings.resourceTags,
      properties: {
        groupShortName: "mlops",
        enabled: true,
        emailReceivers: when<object[]>(
          equals(settings.alertEmail, ""),
          [],
          [{ name: "alerts", emailAddress: settings.alertEmail, useCommonAlertSchema: true }],
        ),
        armRoleReceivers: when<object[]>(
          equals(settings.alertEmail, ""),
          [{ name: "owners", roleId: ROLES.owner.id, useCommonAlertSchema: true }],
          [],
        ),
      },
    },
    comment: "Without an address the owners of the subscription are told.",
  });
}
