import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Observability } from "./observability.ts";
import type { Settings } from "./settings.ts";

export const ML_API_VERSION = "2026-05-01";

export interface WorkspaceNeeds {
  readonly observability: Observability;
  readonly storage: ResourceHandle;
  readonly vault: ResourceHandle;
  readonly registry: ResourceHandle;
}

export function declareWorkspace(program: ProgramBuilder, settings: Settings, needs: WorkspaceNeeds): ResourceHandle {
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
        storageAccount: needs.storage.id,
        keyVault: needs.vault.id,
        applicationInsights: needs.observability.applicationInsights.id,
        containerRegistry: needs.registry.id,
        systemDatastoresAuthMode: "Identity",
        publicNetworkAccess: "Enabled",
        // An attached cluster lives in our own network; a managed network would have to be given up before attaching.
        managedNetwork: { isolationMode: "Disabled" },
        hbiWorkspace: false,
        v1LegacyMode: false,
      },
    },
    comment: "System-assigned identity: Trusted Access to the cluster and access to the firewalled storage speak for it only.",
  });
  declareDiagnostics(program, "workspace", {
    concern: "workspace",
    scope: workspace,
    logAnalytics: needs.observability.logAnalytics,
  });
  return workspace;
}
