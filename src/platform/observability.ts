import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

export interface Observability {
  readonly logAnalytics: ResourceHandle;
  readonly applicationInsights: ResourceHandle;
}

export function declareObservability(program: ProgramBuilder, settings: Settings): Observability {
  const logAnalytics = program.resource("logAnalytics", {
    type: "Microsoft.OperationalInsights/workspaces@2025-07-01",
    concern: "observability",
    name: "log-mlops",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        sku: { name: "PerGB2018" },
        retentionInDays: settings.profile("logRetentionDays"),
        workspaceCapping: { dailyQuotaGb: settings.profile("logDailyQuotaGb") },
        features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
        publicNetworkAccessForIngestion: "Enabled",
        publicNetworkAccessForQuery: "Enabled",
      },
    },
    comment: "Shared keys are off: senders authenticate with Microsoft Entra.",
  });
  const applicationInsights = program.resource("applicationInsights", {
    type: "Microsoft.Insights/components@2020-02-02",
    concern: "observability",
    name: "appi-mlops",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      kind: "web",
      properties: {
        Application_Type: "web",
        WorkspaceResourceId: logAnalytics.id,
        IngestionMode: "LogAnalytics",
        DisableLocalAuth: false,
        publicNetworkAccessForIngestion: "Enabled",
        publicNetworkAccessForQuery: "Enabled",
      },
    },
    comment: "Local authentication stays on: Azure ML's model servers send telemetry with the connection string.",
  });
  return { logAnalytics, applicationInsights };
}
