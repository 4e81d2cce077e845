/** The values that a profile chooses between. */
export const PROFILE_CHOICES = {
  /** `Free` has no uptime SLA. */
  clusterTier: ["Free", "Standard"],
  /** `stable` and `rapid` leave the minor of `kubernetesVersion` by themselves. */
  upgradeChannel: ["rapid", "stable", "patch", "node-image", "none"],
  /** `ReadOnly` stops hand edits of what AKS keeps in its node resource group. */
  nodeGroupRestriction: ["Unrestricted", "ReadOnly"],
  /** `True` runs three replicas of the inference router, which need three nodes in `mlpool`. */
  inferenceRouterHa: ["True", "False"],
  extensionPurpose: ["DevTest", "FastProd", "DenseProd"],
  /** What Azure Policy does about what is not as it should be. */
  policyEffect: ["Off", "Audit", "Deny"],
  /** How nodes and training clusters leave the network; both kinds of firewall let out only what is named. */
  egress: ["natGateway", "firewall", "hubFirewall"],
  /** `Basic` carries 250 Mbit/s and only tells of known bad addresses. */
  firewallSku: ["Basic", "Standard"],
  /** `StandardV2` is redundant across zones. */
  natGatewaySku: ["Standard", "StandardV2"],
  registrySku: ["Basic", "Standard", "Premium"],
  storageSku: ["Standard_LRS", "Standard_ZRS", "Standard_GZRS"],
  namespaceDeletePolicy: ["Delete", "Keep"],
  /** What passes to and from models and jobs but for what `kubernetes/` opens; with `DenyAll` they need it applied. */
  namespaceTraffic: ["AllowAll", "DenyAll"],
  /** `Full` also collects what only an investigation reads. */
  diagnosticLogs: ["Essential", "Full"],
  /** How often the cluster is backed up. */
  backupInterval: ["PT4H", "PT6H", "PT8H", "PT12H", "P1D"],
  /** Of the backup vault. Not every region has zones or a pair. */
  backupRedundancy: ["LocallyRedundant", "ZoneRedundant", "GeoRedundant"],
  /** How often Container Insights takes an inventory. */
  collectionInterval: ["1m", "5m"],
} as const;

/** Least and greatest value that Azure takes. */
export const PROFILE_BOUNDS = {
  systemNodeCount: [1, 100],
  systemNodeMaxCount: [1, 100],
  blobRetentionDays: [1, 365],
  /** Days to which blobs can be taken back as a whole; 0: none. Fewer than `blobRetentionDays`. */
  blobRestoreDays: [0, 364],
  /** Days without a change after which outputs of jobs are kept in a cheaper tier. */
  outputsCoolDays: [1, 3650],
  /** Days without a change after which outputs of jobs are deleted, and with them models that were registered from there; 0: never. */
  outputsDeleteDays: [0, 36_500],
  /** Days for which the registry keeps images that no tag names; Premium only. */
  registryRetentionDays: [0, 365],
  vaultRetentionDays: [7, 90],
  /** Days for which snapshots of the cluster are kept. */
  backupRetentionDays: [1, 360],
  logRetentionDays: [30, 730],
  /** GB a day after which Log Analytics stops taking data; -1: no limit. */
  logDailyQuotaGb: [-1, 1000],
  /** In the currency of the bill. */
  monthlyBudget: [1, 10_000_000],
} as const;

type Choices = { readonly [Key in keyof typeof PROFILE_CHOICES]: (typeof PROFILE_CHOICES)[Key][number] };
type Numbers = { readonly [Key in keyof typeof PROFILE_BOUNDS]: number };

/** What separates one environment from another when nothing is overridden. */
export interface Profile extends Choices, Numbers {
  /** Empty: no zones. Not every region and size has them. */
  readonly availabilityZones: readonly string[];
  readonly systemNodeTaints: readonly string[];
  readonly disableRunCommand: boolean;
  readonly blobVersioning: boolean;
  readonly vaultPurgeProtection: boolean;
  /** Backs up the objects and disks of the cluster. */
  readonly clusterBackup: boolean;
  /** Private endpoints and no public access for storage, vault, registry, workspace and monitoring. */
  readonly privateNetworking: boolean;
  /** The API server of the cluster answers inside of the network only; cannot be changed later. */
  readonly privateApiServer: boolean;
  /** Whether training nodes reach the internet beyond Azure's own services. */
  readonly computeInternetAccess: boolean;
  /** Makes `spot-cluster`, which Azure ML refuses to a subscription without a quota for low-priority nodes. */
  readonly lowPriorityCluster: boolean;
  readonly managedPrometheus: boolean;
  readonly containerInsights: boolean;
  /** Metric, log, Prometheus and activity-log alerts. */
  readonly alerting: boolean;
  readonly defender: boolean;
  /** Locks vault, storage, logs and network against deletion; `quayside down` then stops at them. */
  readonly deletionLocks: boolean;
}

export const ENVIRONMENTS = ["dev", "staging", "prod"] as const;

export type EnvironmentName = (typeof ENVIRONMENTS)[number];

const ZONES = ["1", "2", "3"];
/** AKS's own taint for system pools: only its add-ons run there. */
const SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule";

export const PROFILES: Readonly<Record<EnvironmentName, Profile>> = {
  dev: {
    clusterTier: "Free",
    upgradeChannel: "patch",
    availabilityZones: [],
    systemNodeCount: 1,
    systemNodeMaxCount: 3,
    systemNodeTaints: [],
    nodeGroupRestriction: "Unrestricted",
    disableRunCommand: false,
    inferenceRouterHa: "False",
    extensionPurpose: "DevTest",
    policyEffect: "Audit",
    egress: "natGateway",
    firewallSku: "Basic",
    natGatewaySku: "Standard",
    registrySku: "Basic",
    storageSku: "Standard_LRS",
    blobRetentionDays: 7,
    blobRestoreDays: 0,
    blobVersioning: false,
    vaultPurgeProtection: false,
    clusterBackup: false,
    backupInterval: "P1D",
    backupRedundancy: "LocallyRedundant",
    backupRetentionDays: 7,
    vaultRetentionDays: 7,
    logRetentionDays: 30,
    logDailyQuotaGb: 2,
    namespaceDeletePolicy: "Delete",
    namespaceTraffic: "AllowAll",
    privateNetworking: false,
    privateApiServer: false,
    computeInternetAccess: true,
    lowPriorityCluster: true,
    managedPrometheus: true,
    containerInsights: true,
    alerting: false,
    defender: false,
    diagnosticLogs: "Essential",
    collectionInterval: "5m",
    monthlyBudget: 400,
    deletionLocks: false,
    outputsCoolDays: 30,
    outputsDeleteDays: 180,
    registryRetentionDays: 7,
  },
  staging: {
    clusterTier: "Standard",
    upgradeChannel: "patch",
    availabilityZones: ZONES,
    systemNodeCount: 2,
    systemNodeMaxCount: 3,
    systemNodeTaints: [SYSTEM_TAINT],
    nodeGroupRestriction: "ReadOnly",
    disableRunCommand: true,
    inferenceRouterHa: "True",
    extensionPurpose: "FastProd",
    policyEffect: "Audit",
    egress: "natGateway",
    firewallSku: "Standard",
    natGatewaySku: "StandardV2",
    registrySku: "Premium",
    storageSku: "Standard_ZRS",
    blobRetentionDays: 14,
    blobRestoreDays: 0,
    blobVersioning: true,
    vaultPurgeProtection: true,
    clusterBackup: false,
    backupInterval: "P1D",
    backupRedundancy: "ZoneRedundant",
    backupRetentionDays: 7,
    vaultRetentionDays: 30,
    logRetentionDays: 30,
    logDailyQuotaGb: 5,
    namespaceDeletePolicy: "Delete",
    namespaceTraffic: "DenyAll",
    privateNetworking: true,
    privateApiServer: false,
    computeInternetAccess: true,
    lowPriorityCluster: true,
    managedPrometheus: true,
    containerInsights: true,
    alerting: true,
    defender: true,
    diagnosticLogs: "Essential",
    collectionInterval: "5m",
    monthlyBudget: 1500,
    deletionLocks: false,
    outputsCoolDays: 30,
    outputsDeleteDays: 365,
    registryRetentionDays: 14,
  },
  prod: {
    clusterTier: "Standard",
    upgradeChannel: "patch",
    availabilityZones: ZONES,
    systemNodeCount: 3,
    systemNodeMaxCount: 5,
    systemNodeTaints: [SYSTEM_TAINT],
    nodeGroupRestriction: "ReadOnly",
    disableRunCommand: true,
    inferenceRouterHa: "True",
    extensionPurpose: "FastProd",
    policyEffect: "Deny",
    egress: "natGateway",
    firewallSku: "Standard",
    natGatewaySku: "StandardV2",
    registrySku: "Premium",
    storageSku: "Standard_ZRS",
    blobRetentionDays: 30,
    blobRestoreDays: 29,
    blobVersioning: true,
    vaultPurgeProtection: true,
    clusterBackup: true,
    backupInterval: "PT12H",
    backupRedundancy: "ZoneRedundant",
    backupRetentionDays: 30,
    vaultRetentionDays: 90,
    logRetentionDays: 90,
    logDailyQuotaGb: -1,
    namespaceDeletePolicy: "Keep",
    namespaceTraffic: "DenyAll",
    privateNetworking: true,
    privateApiServer: false,
    computeInternetAccess: false,
    lowPriorityCluster: true,
    managedPrometheus: true,
    containerInsights: true,
    alerting: true,
    defender: true,
    diagnosticLogs: "Full",
    collectionInterval: "1m",
    monthlyBudget: 5000,
    deletionLocks: false,
    outputsCoolDays: 30,
    outputsDeleteDays: 0,
    registryRetentionDays: 30,
  },
};
