import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import { enabledUnlessPrivate } from "./public-access.ts";
import type { Settings } from "./settings.ts";

export interface Observability {
  readonly logAnalytics: ResourceHandle;
  readonly applicationInsights: ResourceHandle;
  /** The Azure Monitor workspace: where Prometheus metrics are kept. */
  readonly monitorAccount: ResourceHandle;
  /** Where agents of the cluster fetch what to collect and send metrics. */
  readonly collectionEndpoint: ResourceHandle;
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
        publicNetworkAccessForIngestion: enabledUnlessPrivate(settings),
        publicNetworkAccessForQuery: "Enabled",
      },
    },
    comment: "Shared keys are off: senders authenticate with Microsoft Entra.",
  });
  declareDiagnostics(program, settings, "logs", { concern: "observability", scope: logAnalytics, logAnalytics });
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
        publicNetworkAccessForIngestion: enabledUnlessPrivate(settings),
        publicNetworkAccessForQuery: "Enabled",
      },
    },
    comment: "Local authentication stays on: Azure ML's model servers send telemetry with the connection string.",
  });
  return { logAnalytics, applicationInsights, ...declareMetricsStore(program, settings) };
}

function declareMetricsStore(program: ProgramBuilder, settings: Settings) {
  const monitorAccount = program.resource("monitorAccount", {
    type: "Microsoft.Monitor/accounts@2025-10-03",
    concern: "observability",
    name: "amw-mlops",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: { publicNetworkAccess: enabledUnlessPrivate(settings) },
    },
    comment: "Holds the Prometheus metrics of the cluster; Azure keeps what belongs to it in a resource group of its own.",
  });
  const collectionEndpoint = program.resource("collectionEndpoint", {
    type: "Microsoft.Insights/dataCollectionEndpoints@2024-03-11",
    concern: "observability",
    name: "dce-mlops",
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      kind: "Linux",
      properties: { networkAcls: { publicNetworkAccess: enabledUnlessPrivate(settings) } },
    },
    comment: "In the region of the cluster, as its agents want it.",
  });
  return { monitorAccount, collectionEndpoint };
}
