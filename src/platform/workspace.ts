import { type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Network } from "./network.ts";
import type { Observability } from "./observability.ts";
import { enabledUnlessPrivate } from "./public-access.ts";
import type { Settings } from "./settings.ts";
import type { Storage } from "./storage.ts";

export const ML_API_VERSION = "2026-05-01";
/** Its name may stand in the workspace before it exists. */
export const TRAINING_CLUSTER = "cpu-cluster";

export interface WorkspaceNeeds {
  readonly network: Network;
  readonly observability: Observability;
  readonly storage: Storage;
  readonly vault: ResourceHandle;
  readonly registry: ResourceHandle;
}

export function declareWorkspace(program: ProgramBuilder, settings: Settings, needs: WorkspaceNeeds): ResourceHandle {
  const isPrivate = settings.profile("privateNetworking");
  const workspace = program.resource("mlWorkspace", {
    type: `Microsoft.MachineLearningServices/workspaces@${ML_API_VERSION}`,
    concern: "workspace",
    name: settings.workspaceName,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      identity: { type: "SystemAssigned" },
      properties: {
        friendlyName: settings.workspaceName,
        storageAccount: needs.storage.account.id,
        keyVault: needs.vault.id,
        applicationInsights: needs.observability.applicationInsights.id,
        containerRegistry: needs.registry.id,
        systemDatastoresAuthMode: "Identity",
        publicNetworkAccess: enabledUnlessPrivate(settings),
        // Images are built on the training cluster: Azure ML's own build machines cannot reach a private registry.
        imageBuildCompute: when(isPrivate, TRAINING_CLUSTER, null),
        serverlessComputeSettings: when<object>(
          isPrivate,
          { serverlessComputeCustomSubnet: needs.network.computeSubnet.id, serverlessComputeNoPublicIP: true },
          null,
        ),
        // An attached cluster lives in our own network; a managed network would have to be given up before attaching.
        managedNetwork: { isolationMode: "Disabled" },
        hbiWorkspace: false,
        v1LegacyMode: false,
      },
    },
    comment: "System-assigned identity: Trusted Access to the cluster and access to the firewalled storage speak for it only.",
  });
  declareDiagnostics(program, settings, "workspace", {
    concern: "workspace",
    scope: workspace,
    logAnalytics: needs.observability.logAnalytics,
  });
  program.resource("trainingDatastore", {
    type: `Microsoft.MachineLearningServices/workspaces/datastores@${ML_API_VERSION}`,
    concern: "workspace",
    name: "training_data",
    parent: workspace,
    body: {
      properties: {
        datastoreType: "AzureBlob",
        description: "Training data of the team.",
        accountName: needs.storage.account.name,
        containerName: needs.storage.trainingData.name,
        credentials: { credentialsType: "None" },
        serviceDataAccessAuthIdentity: "WorkspaceSystemAssignedIdentity",
      },
    },
    comment: "No credentials: jobs and people read it as themselves.",
  });
  return workspace;
}
