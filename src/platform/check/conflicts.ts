import type { JsonValue } from "../../base/index.ts";
import type { Profile } from "../profiles.ts";
import { problem, type Rule, type Values, warning } from "./values.ts";

/** Two settings that Azure or the platform's parts do not take together. */
interface Conflict {
  readonly code: string;
  /** Where to change it. */
  readonly at: string;
  readonly severity?: "warning";
  readonly holds: (values: Values) => boolean;
  /** `A excludes B because ...` */
  readonly message: (values: Values) => string;
  readonly help: string;
}

/** Each with its source, which is part of the message. */
const CONFLICTS: readonly Conflict[] = [
  {
    code: "private-registry-sku",
    at: "profileOverrides.registrySku",
    holds: ({ profile }) => profile.privateNetworking && profile.registrySku !== "Premium",
    message: ({ profile }) =>
      `privateNetworking excludes registrySku ${profile.registrySku} because only Premium registries take private endpoints (source: Azure Container Registry SKUs)`,
    help: "use Premium, or set profileOverrides.privateNetworking to false",
  },
  {
    code: "private-api-server-ranges",
    at: "apiServerAllowedRanges",
    holds: ({ profile, given }) =>
      profile.privateApiServer && Array.isArray(given.apiServerAllowedRanges) && given.apiServerAllowedRanges.length > 0,
    message: () =>
      "privateApiServer excludes apiServerAllowedRanges because a private API server has no public address to restrict (source: AKS authorized IP ranges)",
    help: "leave the ranges empty",
  },
  {
    code: "replica-registry-sku",
    at: "registryReplicaLocation",
    holds: ({ profile, registryReplicaLocation }) => registryReplicaLocation !== "" && profile.registrySku !== "Premium",
    message: ({ profile }) =>
      `registryReplicaLocation excludes registrySku ${profile.registrySku} because only Premium registries are replicated (source: Azure Container Registry SKUs)`,
    help: "leave it empty, or set profileOverrides.registrySku to Premium",
  },
  {
    code: "federation-incomplete",
    at: "azureDevOpsIssuer",
    holds: ({ azureDevOpsIssuer, azureDevOpsSubject }) => (azureDevOpsIssuer === "") !== (azureDevOpsSubject === ""),
    message: () => "a federated credential for Azure DevOps needs both azureDevOpsIssuer and azureDevOpsSubject",
    help: "copy both from the service connection, or leave both empty",
  },
  {
    code: "hub-incomplete",
    at: "hubVirtualNetworkId",
    holds: ({ profile, hubVirtualNetworkId, hubFirewallAddress }) =>
      profile.egress === "hubFirewall" && (hubVirtualNetworkId === "" || hubFirewallAddress === ""),
    message: ({ hubVirtualNetworkId }) =>
      `egress hubFirewall needs ${hubVirtualNetworkId === "" ? "hubVirtualNetworkId" : "hubFirewallAddress"}, because the route out leads to the hub's firewall through a peering`,
    help: "give both, or set profileOverrides.egress to another",
  },
  {
    code: "hub-without-egress",
    at: "hubVirtualNetworkId",
    holds: ({ profile, hubVirtualNetworkId, hubFirewallAddress }) =>
      profile.egress !== "hubFirewall" && (hubVirtualNetworkId !== "" || hubFirewallAddress !== ""),
    message: ({ profile }) => `egress ${profile.egress} excludes a hub because nothing would be routed to it`,
    help: "set profileOverrides.egress to hubFirewall, or leave hubVirtualNetworkId and hubFirewallAddress empty",
  },
  {
    code: "names-without-firewall",
    at: "allowedFqdns",
    holds: ({ profile, given }) =>
      profile.egress !== "firewall" && Array.isArray(given.allowedFqdns) && given.allowedFqdns.length > 0,
    message: ({ profile }) =>
      `egress ${profile.egress} excludes allowedFqdns because ${profile.egress === "natGateway" ? "a NAT gateway filters nothing" : "the hub's owner writes the rules of its firewall"}`,
    help: "leave it empty, or set profileOverrides.egress to firewall",
  },
  {
    code: "names-invalid",
    at: "allowedFqdns",
    holds: ({ given }) => wrongNames(given.allowedFqdns).length > 0,
    message: ({ given }) =>
      `allowedFqdns has ${wrongNames(given.allowedFqdns).join(", ")}, which a firewall takes for no host name`,
    help: "write names like index.example.com, or *.example.com for all below it",
  },
  {
    code: "firewall-sku-too-small",
    at: "profileOverrides.firewallSku",
    severity: "warning",
    holds: ({ environmentName, profile }) =>
      environmentName === "prod" && profile.egress === "firewall" && profile.firewallSku === "Basic",
    message: () =>
      "a Basic firewall carries 250 Mbit/s, which pulling images onto new nodes uses up (source: Azure Firewall SKUs)",
    help: "use Standard",
  },
  {
    code: "hub-peering-half",
    at: "hubVirtualNetworkId",
    severity: "warning",
    holds: ({ profile, hubVirtualNetworkId }) => profile.egress === "hubFirewall" && hubVirtualNetworkId !== "",
    message: () =>
      "the hub's owner has to peer its network with vnet-mlops, because a peering connects only once both directions are there, and nodes find no way out before",
    help: "let it be made as soon as vnet-mlops is there: docs/platform.md has the command and the rules that the hub's firewall needs",
  },
  {
    code: "empty-pools-wait",
    at: "volcanoConfigMap",
    severity: "warning",
    holds: ({ enableAutoScaling, enableGpuNodes, enableSpotNodes, volcanoConfigMap }) =>
      enableAutoScaling && (enableGpuNodes || enableSpotNodes) && volcanoConfigMap === "",
    message: ({ enableGpuNodes }) =>
      `${enableGpuNodes ? "the GPU pool" : "the spot pool"} starts empty, and with the extension's own scheduling a job for an empty pool waits for ever: Volcano compares it with the nodes that are ready (source: Azure ML on Kubernetes, cluster autoscaler)`,
    help: "give volcano-scheduler-autoscaler: quayside up applies it and has it used in the right order, everything else takes it with the second deployment (docs/kubernetes.md)",
  },
  {
    code: "outputs-deleted-before-cool",
    at: "profileOverrides.outputsDeleteDays",
    holds: ({ profile }) => profile.outputsDeleteDays !== 0 && profile.outputsDeleteDays <= profile.outputsCoolDays,
    message: ({ profile }) =>
      `outputsDeleteDays is ${profile.outputsDeleteDays}, not more than outputsCoolDays ${profile.outputsCoolDays}, so nothing would ever be tiered`,
    help: "raise the one or lower the other; 0 never deletes",
  },
  {
    code: "restore-without-versions",
    at: "profileOverrides.blobVersioning",
    holds: ({ profile }) => profile.blobRestoreDays > 0 && !profile.blobVersioning,
    message: ({ profile }) =>
      `blobRestoreDays ${profile.blobRestoreDays} excludes blobVersioning false because Azure restores blobs from their versions (source: point-in-time restore for block blobs)`,
    help: "turn versioning on, or set profileOverrides.blobRestoreDays to 0",
  },
  {
    code: "restore-beyond-retention",
    at: "profileOverrides.blobRestoreDays",
    holds: ({ profile }) => profile.blobRestoreDays > 0 && profile.blobRestoreDays >= profile.blobRetentionDays,
    message: ({ profile }) =>
      `blobRestoreDays is ${profile.blobRestoreDays}, not less than blobRetentionDays ${profile.blobRetentionDays}, because what is gone for good cannot be restored (source: point-in-time restore for block blobs)`,
    help: "lower the one or raise the other",
  },
  {
    code: "alerts-without-metrics",
    at: "profileOverrides.managedPrometheus",
    severity: "warning",
    holds: ({ profile }) => profile.alerting && (!profile.managedPrometheus || !profile.containerInsights),
    message: ({ profile }) =>
      `alerting is on, but ${profile.managedPrometheus ? "containerInsights" : "managedPrometheus"} is off, so the alerts that read it never fire`,
    help: "turn both on, or alerting off",
  },
  {
    code: "public-api-server-open",
    at: "apiServerAllowedRanges",
    severity: "warning",
    holds: ({ environmentName, profile, given }) =>
      environmentName === "prod" &&
      !profile.privateApiServer &&
      !(Array.isArray(given.apiServerAllowedRanges) && given.apiServerAllowedRanges.length > 0),
    message: () => "the API server of prod answers the whole internet, though only to Microsoft Entra sign-ins",
    help: "give apiServerAllowedRanges, or set profileOverrides.privateApiServer to true before the first deployment",
  },
  {
    code: "run-command-without-pool",
    at: "profileOverrides.systemNodeTaints",
    severity: "warning",
    holds: ({ profile }) => profile.privateApiServer && !profile.disableRunCommand && profile.systemNodeTaints.length > 0,
    message: () =>
      "run commands are allowed, but every pool is tainted and the pod that AKS starts for a command tolerates no taint, so none would start (source: Azure/azure-cli#25336)",
    help: "set profileOverrides.systemNodeTaints to [], or disableRunCommand to true and run quayside up within the network",
  },
  {
    code: "backup-snapshots",
    at: "profileOverrides.backupRetentionDays",
    holds: ({ profile }) => profile.clusterBackup && snapshotsKept(profile) > MOST_SNAPSHOTS,
    message: ({ profile }) =>
      `backupInterval ${profile.backupInterval} excludes backupRetentionDays ${profile.backupRetentionDays} because a disk would have ${snapshotsKept(profile)} snapshots and takes ${MOST_SNAPSHOTS} (source: AKS backup troubleshooting, UserErrorPVSnapshotLimitReached)`,
    help: "keep snapshots for fewer days, or take fewer a day",
  },
  {
    code: "isolated-compute-without-private-networking",
    at: "profileOverrides.computeInternetAccess",
    severity: "warning",
    holds: ({ profile }) => !profile.computeInternetAccess && !profile.privateNetworking,
    message: () =>
      "computeInternetAccess false leaves the training nodes to Azure's service tags, which reach everybody's storage accounts (source: Azure ML data exfiltration)",
    help: "set profileOverrides.privateNetworking to true as well",
  },
];

/** Of one disk, at a time. */
const MOST_SNAPSHOTS = 500;
const BACKUPS_A_DAY = { PT4H: 6, PT6H: 4, PT8H: 3, PT12H: 2, P1D: 1 } as const;

function snapshotsKept({ backupInterval, backupRetentionDays }: Profile): number {
  return BACKUPS_A_DAY[backupInterval] * backupRetentionDays;
}

/** The patterns that a firewall takes as host names: a name, or one with an asterisk for its first label. */
function wrongNames(given: JsonValue | undefined): string[] {
  const names = Array.isArray(given) ? given : [];
  const fits = (name: JsonValue) =>
    typeof name === "string" &&
    /^(\*|(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+)$/.test(name);
  return names.filter((name) => !fits(name)).map((name) => JSON.stringify(name));
}

export const checkConflicts: Rule = (values) =>
  CONFLICTS.filter((conflict) => conflict.holds(values)).map(({ code, at, severity, message, help }) =>
    (severity === "warning" ? warning : problem)(code, at, message(values), help),
  );
