import { call, equals, type Input, type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import type { Settings } from "./settings.ts";

interface Logs {
  /** Collected everywhere; none: no setting at all unless all logs are wanted. */
  readonly essential: readonly string[];
  /** Collected as well where the profile has `diagnosticLogs` Full. */
  readonly full: readonly string[];
  /** Own tables instead of the common one; services that have no choice answer without the member, which reads as drift. */
  readonly dedicated?: boolean;
}

/** Log categories worth their volume; `kube-audit` and the Azure ML `Read*` events are left out because they cost far more than they tell. */
const LOGS = {
  cluster: {
    essential: ["kube-audit-admin", "guard", "cluster-autoscaler"],
    full: [
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "cloud-controller-manager",
      "csi-azuredisk-controller",
      "csi-azurefile-controller",
      "csi-snapshot-controller",
    ],
    dedicated: true,
  },
  workspace: {
    essential: ["AmlComputeClusterEvent", "AmlComputeJobEvent", "AmlRunStatusChangedEvent"],
    full: [
      "AmlComputeCpuGpuUtilization",
      "ModelsChangeEvent",
      "ModelsActionEvent",
      "EnvironmentChangeEvent",
      "DataStoreChangeEvent",
      "ComputeInstanceEvent",
      "RunEvent",
      "DeploymentEventAKS",
    ],
  },
  vault: { essential: ["AuditEvent"], full: ["AzurePolicyEvaluationDetails"], dedicated: true },
  // What is promoted, and by whom.
  mlRegistry: { essential: ["RegistryAssetWriteEvent"], full: ["RegistryAssetReadEvent"] },
  registry: { essential: ["ContainerRegistryLoginEvents"], full: ["ContainerRegistryRepositoryEvents"] },
  // Reads of a training store would be most of the log.
  blobs: { essential: [], full: ["StorageWrite", "StorageDelete"] },
  logs: { essential: [], full: ["Audit"] },
  backups: {
    essential: ["AddonAzureBackupJobs", "AddonAzureBackupProtectedInstance"],
    full: ["CoreAzureBackup", "AddonAzureBackupPolicy", "AzureBackupOperations"],
    dedicated: true,
  },
  // What is refused is seen here and nowhere else.
  firewall: { essential: ["AZFWApplicationRule", "AZFWNetworkRule"], full: ["AZFWThreatIntel"], dedicated: true },
} as const satisfies Record<string, Logs>;

/** Sends a resource's logs to Log Analytics; lives in the resource's own concern. */
export function declareDiagnostics(
  program: ProgramBuilder,
  settings: Settings,
  kind: keyof typeof LOGS,
  of: {
    readonly concern: string;
    readonly scope: ResourceHandle;
    readonly logAnalytics: ResourceHandle;
    /** Of the resource itself, where it is not always there. */
    readonly condition?: Input<boolean>;
  },
): void {
  const { essential, full, dedicated }: Logs = LOGS[kind];
  const all = equals(settings.profile("diagnosticLogs"), "Full");
  const enabled = (categories: readonly string[]) => categories.map((category) => ({ category, enabled: true }));
  program.resource(`${kind}Diagnostics`, {
    // The newest stable version (2016-09-01) knows neither category groups nor dedicated tables.
    type: "Microsoft.Insights/diagnosticSettings@2021-05-01-preview",
    concern: of.concern,
    name: "to-log-analytics",
    scope: of.scope,
    ...onlyIf(of.condition, essential.length === 0 ? all : undefined),
    body: {
      properties: {
        workspaceId: of.logAnalytics.id,
        logAnalyticsDestinationType: dedicated ? "Dedicated" : undefined,
        logs: essential.length === 0 ? enabled(full) : call("concat", enabled(essential), when<object[]>(all, enabled(full), [])),
      },
    },
  });
}
