/** What separates one environment from another when nothing is overridden. */
export interface Profile {
  /** `Free` has no uptime SLA. */
  readonly clusterTier: "Free" | "Standard" | "Premium";
  readonly upgradeChannel: "stable" | "patch";
  /** Empty: no zones. Not every region and size has them. */
  readonly availabilityZones: readonly string[];
  readonly systemNodeCount: number;
  readonly systemNodeMaxCount: number;
  readonly systemNodeTaints: readonly string[];
  /** `ReadOnly` stops hand edits of what AKS keeps in its node resource group. */
  readonly nodeGroupRestriction: "Unrestricted" | "ReadOnly";
  readonly disableRunCommand: boolean;
  /** `True` runs three replicas of the inference router, which need three nodes in `mlpool`. */
  readonly inferenceRouterHa: "True" | "False";
  readonly extensionPurpose: "DevTest" | "FastProd";
  readonly natGatewaySku: "Standard" | "StandardV2";
  readonly registrySku: "Basic" | "Standard" | "Premium";
  readonly storageSku: "Standard_LRS" | "Standard_ZRS" | "Standard_GZRS";
  readonly blobRetentionDays: number;
  readonly blobVersioning: boolean;
  readonly vaultPurgeProtection: boolean;
  readonly vaultRetentionDays: number;
  readonly logRetentionDays: number;
  /** GB a day after which Log Analytics stops taking data; -1: no limit. */
  readonly logDailyQuotaGb: number;
  readonly namespaceDeletePolicy: "Delete" | "Keep";
}

export const ENVIRONMENTS = ["dev", "staging", "prod"] as const;

export type EnvironmentName = (typeof ENVIRONMENTS)[number];

const ZONES = ["1", "2", "3"];
/** AKS's own taint for system pools: only its add-ons run there. */
const SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule";

export const PROFILES: Readonly<Record<EnvironmentName, Profile>> = {
  dev: {
    clusterTier: "Free",
    upgradeChannel: "stable",
    availabilityZones: [],
    systemNodeCount: 1,
    systemNodeMaxCount: 3,
    systemNodeTaints: [],
    nodeGroupRestriction: "Unrestricted",
    disableRunCommand: false,
    inferenceRouterHa: "False",
    extensionPurpose: "DevTest",
    natGatewaySku: "Standard",
    registrySku: "Basic",
    storageSku: "Standard_LRS",
    blobRetentionDays: 7,
    blobVersioning: false,
    vaultPurgeProtection: false,
    vaultRetentionDays: 7,
    logRetentionDays: 30,
    logDailyQuotaGb: 2,
    namespaceDeletePolicy: "Delete",
  },
  staging: {
    clusterTier: "Standard",
    upgradeChannel: "stable",
    availabilityZones: ZONES,
    systemNodeCount: 2,
    systemNodeMaxCount: 3,
    systemNodeTaints: [SYSTEM_TAINT],
    nodeGroupRestriction: "ReadOnly",
    disableRunCommand: true,
    inferenceRouterHa: "True",
    extensionPurpose: "FastProd",
    natGatewaySku: "StandardV2",
    registrySku: "Premium",
    storageSku: "Standard_ZRS",
    blobRetentionDays: 14,
    blobVersioning: true,
    vaultPurgeProtection: true,
    vaultRetentionDays: 30,
    logRetentionDays: 30,
    logDailyQuotaGb: 5,
    namespaceDeletePolicy: "Delete",
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
    natGatewaySku: "StandardV2",
    registrySku: "Premium",
    storageSku: "Standard_ZRS",
    blobRetentionDays: 30,
    blobVersioning: true,
    vaultPurgeProtection: true,
    vaultRetentionDays: 90,
    logRetentionDays: 90,
    logDailyQuotaGb: -1,
    namespaceDeletePolicy: "Keep",
  },
};
