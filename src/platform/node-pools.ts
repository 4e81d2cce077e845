import { call, type Expr, equals, get, type Input, type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import type { Network } from "./network.ts";
import { AMLARC_TAINT, formatTaint, ML_POOLS } from "./pools.ts";
import type { PoolName, Settings } from "./settings.ts";

export const AKS_API_VERSION = "2026-05-01";

/** What every pool has in common. The OS disk type is left to AKS: ephemeral where the size allows it. */
export function nodeDefaults(settings: Settings, network: Network) {
  return {
    osType: "Linux",
    osDiskSizeGB: 128,
    vnetSubnetID: network.nodeSubnet.id,
    maxPods: 110,
    enableNodePublicIP: false,
    availabilityZones: settings.profile("availabilityZones"),
    securityProfile: { sshAccess: "Disabled" },
  } as const;
}

export interface PoolSize {
  readonly name: PoolName;
  readonly least: Input<number>;
  readonly most: Input<number>;
  /** Without autoscaling; `least` unless told. */
  readonly fixed?: Input<number>;
}

/**
 * Azure refuses bounds on a pool that does not scale by itself, so they are null then. A pool that does has a count as well,
 * which AKS takes for a wish: with the least, every deployment would take nodes away from what runs on them.
 */
export function poolSize({ enableAutoScaling, nodesNow }: Settings, { name, least, most, fixed = least }: PoolSize) {
  return {
    enableAutoScaling,
    count: when<number>(enableAutoScaling, call("min", most, call("max", least, get<number>(nodesNow, name))), fixed),
    minCount: when<number>(enableAutoScaling, least, null),
    maxCount: when<number>(enableAutoScaling, most, null),
  };
}

export function declareMlPool(
  program: ProgramBuilder,
  settings: Settings,
  network: Network,
  cluster: ResourceHandle,
): ResourceHandle {
  const most: Expr<number> = call("max", settings.aksNodeCount, settings.aksNodeMaxCount);
  // Where the recipe's taint is not wanted, Azure ML's own is tolerated without settings.
  const taint = when<string>(
    equals(settings.taintStyle, "amlarc"),
    formatTaint(AMLARC_TAINT),
    formatTaint(ML_POOLS.mlpool.taint),
  );
  return program.resource("mlPool", {
    type: `Microsoft.ContainerService/managedClusters/agentPools@${AKS_API_VERSION}`,
    concern: "cluster",
    name: "mlpool",
    parent: cluster,
    body: {
      properties: {
        mode: "User",
        type: "VirtualMachineScaleSets",
        ...nodeDefaults(settings, network),
        osSKU: "AzureLinux",
        vmSize: settings.aksNodeVmSize,
        ...poolSize(settings, { name: "mlpool", least: settings.aksNodeCount, most }),
        nodeLabels: ML_POOLS.mlpool.labels,
        nodeTaints: [taint],
        upgradeSettings: { maxSurge: "33%", drainTimeoutInMinutes: 30 },
        tags: settings.resourceTags,
      },
    },
    comment: "For models and training only; the extension's tolerations are derived from the same taint.",
  });
}

export function declareGpuPool(
  program: ProgramBuilder,
  settings: Settings,
  network: Network,
  cluster: ResourceHandle,
  mlPool: ResourceHandle,
): ResourceHandle {
  return program.resource("gpuPool", {
    type: `Microsoft.ContainerService/managedClusters/agentPools@${AKS_API_VERSION}`,
    concern: "cluster",
    name: "gpupool",
    parent: cluster,
    condition: settings.enableGpuNodes,
    body: {
      properties: {
        mode: "User",
        type: "VirtualMachineScaleSets",
        ...nodeDefaults(settings, network),
        osSKU: "Ubuntu",
        vmSize: settings.gpuNodeVmSize,
        ...poolSize(settings, { name: "gpupool", least: 0, most: settings.gpuNodeMaxCount, fixed: 1 }),
        gpuProfile: { driver: "Install" },
        nodeLabels: ML_POOLS.gpupool.labels,
        nodeTaints: [formatTaint(ML_POOLS.gpupool.taint)],
        // GPU quota seldom has room for a surge node.
        upgradeSettings: { maxSurge: "0", maxUnavailable: "1", drainTimeoutInMinutes: 30 },
        tags: settings.resourceTags,
      },
    },
    dependsOn: [mlPool],
    comment: "Scales from zero. Pools are written one after the other: AKS answers 409 to a second write on the same cluster.",
  });
}

export function declareSpotPool(
  program: ProgramBuilder,
  settings: Settings,
  network: Network,
  cluster: ResourceHandle,
  before: readonly ResourceHandle[],
): ResourceHandle {
  return program.resource("spotPool", {
    type: `Microsoft.ContainerService/managedClusters/agentPools@${AKS_API_VERSION}`,
    concern: "cluster",
    name: "spotpool",
    parent: cluster,
    condition: settings.enableSpotNodes,
    body: {
      properties: {
        mode: "User",
        type: "VirtualMachineScaleSets",
        ...nodeDefaults(settings, network),
        osSKU: "AzureLinux",
        vmSize: settings.spotNodeVmSize,
        ...poolSize(settings, { name: "spotpool", least: 0, most: settings.spotNodeMaxCount, fixed: 1 }),
        scaleSetPriority: "Spot",
        scaleSetEvictionPolicy: "Delete",
        // Pays up to the list price: nodes are taken for want of room, never for their price.
        spotMaxPrice: -1,
        nodeLabels: ML_POOLS.spotpool.labels,
        tags: settings.resourceTags,
      },
    },
    dependsOn: before,
    comment: "AKS adds the taint and refuses upgrade settings here.",
  });
}
