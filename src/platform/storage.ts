import { greater, type ProgramBuilder, type ResourceHandle, text, when } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Observability } from "./observability.ts";
import { publicAccess } from "./public-access.ts";
import type { Settings } from "./settings.ts";

export interface Storage {
  readonly account: ResourceHandle;
  readonly blobs: ResourceHandle;
  readonly trainingData: ResourceHandle;
}

export function declareStorage(program: ProgramBuilder, settings: Settings, { logAnalytics }: Observability): Storage {
  const account = program.resource("storageAccount", {
    type: "Microsoft.Storage/storageAccounts@2026-04-01",
    concern: "storage",
    name: text`stmlops${settings.nameSuffix}`,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      kind: "StorageV2",
      sku: { name: settings.profile("storageSku") },
      properties: {
        accessTier: "Hot",
        allowBlobPublicAccess: false,
        allowCrossTenantReplication: false,
        allowSharedKeyAccess: false,
        defaultToOAuthAuthentication: true,
        minimumTlsVersion: "TLS1_2",
        supportsHttpsTrafficOnly: true,
        allowedCopyScope: "AAD",
        sasPolicy: { sasExpirationPeriod: "1.00:00:00", expirationAction: "Log" },
        ...publicAccess(settings),
      },
    },
    comment:
      "Account keys are off: people, jobs and the workspace use their own identities, and jobs on the cluster read inputs with mode download. Azure ML accepts no hierarchical namespace here.",
  });
  const restores = greater(settings.profile("blobRestoreDays"), 0);
  const blobs = program.resource("blobService", {
    type: "Microsoft.Storage/storageAccounts/blobServices@2026-04-01",
    concern: "storage",
    name: "default",
    parent: account,
    body: {
      properties: {
        deleteRetentionPolicy: { enabled: true, days: settings.profile("blobRetentionDays") },
        containerDeleteRetentionPolicy: { enabled: true, days: settings.profile("blobRetentionDays") },
        isVersioningEnabled: settings.profile("blobVersioning"),
        // Restoring to a point in time reads what changed since; Azure takes it only with this, versions and soft delete.
        changeFeed: when<object>(
          restores,
          { enabled: true, retentionInDays: settings.profile("blobRetentionDays") },
          { enabled: false },
        ),
        restorePolicy: when<object>(restores, { enabled: true, days: settings.profile("blobRestoreDays") }, { enabled: false }),
        cors: { corsRules: STUDIO_CORS },
      },
    },
    comment: "Azure ML studio reads blobs from the browser; leaving its rules out would remove them at every deployment.",
  });
  declareDiagnostics(program, settings, "blobs", { concern: "storage", scope: blobs, logAnalytics });
  program.resource("fileService", {
    type: "Microsoft.Storage/storageAccounts/fileServices@2026-04-01",
    concern: "storage",
    name: "default",
    parent: account,
    body: {
      properties: { shareDeleteRetentionPolicy: { enabled: true, days: settings.profile("blobRetentionDays") } },
    },
    comment: "Azure ML keeps notebooks and uploaded code on file shares.",
  });
  declareLifecycle(program, settings, account);
  const trainingData = program.resource("trainingDataContainer", {
    type: "Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01",
    concern: "storage",
    name: "training-data",
    parent: blobs,
    body: { properties: { publicAccess: "None" } },
    comment: "The team's own data, apart from what Azure ML writes.",
  });
  return { account, blobs, trainingData };
}

/** Outputs of jobs grow without end. Models registered from them are no copies, so they go late, and never in production. */
function declareLifecycle(program: ProgramBuilder, settings: Settings, account: ResourceHandle): void {
  const gone = settings.profile("outputsDeleteDays");
  const tierToCool = { daysAfterModificationGreaterThan: settings.profile("outputsCoolDays") };
  program.resource("storageLifecycle", {
    type: "Microsoft.Storage/storageAccounts/managementPolicies@2026-04-01",
    concern: "storage",
    name: "default",
    parent: account,
    body: {
      properties: {
        policy: {
          rules: [
            {
              name: "outputs-of-jobs",
              enabled: true,
              type: "Lifecycle",
              definition: {
                filters: { blobTypes: ["blockBlob"], prefixMatch: ["azureml/ExperimentRun"] },
                actions: {
                  baseBlob: when<object>(
                    greater(gone, 0),
                    { tierToCool, delete: { daysAfterModificationGreaterThan: gone } },
                    { tierToCool },
                  ),
                },
              },
            },
            {
              name: "old-versions",
              enabled: true,
              type: "Lifecycle",
              definition: {
                filters: { blobTypes: ["blockBlob"] },
                actions: { version: { delete: { daysAfterCreationGreaterThan: settings.profile("blobRetentionDays") } } },
              },
            },
          ],
        },
      },
    },
  });
}

const STUDIO_CORS = [
  {
    allowedOrigins: [
      "https://mlworkspace.azure.ai",
      "https://ml.azure.com",
      "https://*.ml.azure.com",
      "https://ai.azure.com",
      "https://*.ai.azure.com",
    ],
    allowedMethods: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST", "PATCH"],
    allowedHeaders: ["*"],
    exposedHeaders: ["*"],
    maxAgeInSeconds: 1800,
  },
];
