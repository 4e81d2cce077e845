import { vmSize } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import { numberAt, objectAt, textAt, textsAt, withDefaults } from "../common/body.ts";
import { resolveVersion } from "./kubernetes-versions.ts";
import type { PoolProfile } from "./pool-rules.ts";

const SPOT_TAINT = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule";
const SPOT_LABELS = { "kubernetes.azure.com/scalesetpriority": "spot", "kubernetes.azure.com/priority": "spot" };
const DEFAULT_DISK_GB = 128;

/** Completes a pool as AKS does: nodes of a spot pool get their taint and labels by themselves. */
export function completePool(
  pool: PoolProfile,
  cluster: { readonly version: string; readonly overlay: boolean; readonly plan: string; readonly location: string },
): PoolProfile {
  const spot = textAt(pool, "scaleSetPriority") === "Spot";
  const asked = textAt(pool, "orchestratorVersion");
  const version = asked === undefined ? cluster.version : resolveVersion(asked, cluster.plan, cluster.location);
  const osSKU = textAt(pool, "osSKU") ?? "Ubuntu";
  const diskGb = numberAt(pool, "osDiskSizeGB") ?? 0;
  const room = vmSize(textAt(pool, "vmSize") ?? "")?.ephemeralDiskGiB ?? 0;
  const scales = pool.enableAutoScaling === true;
  const taints = textsAt(pool, "nodeTaints");
  const filled = withDefaults(pool, {
    type: "VirtualMachineScaleSets",
    mode: "User",
    osType: "Linux",
    count: scales ? (numberAt(pool, "minCount") ?? 1) : 1,
    enableAutoScaling: false,
    enableNodePublicIP: false,
    enableEncryptionAtHost: false,
    enableFIPS: false,
    kubeletDiskType: "OS",
    maxPods: cluster.overlay ? 250 : 30,
    scaleDownMode: "Delete",
    workloadRuntime: "OCIContainer",
    powerState: { code: "Running" },
    upgradeSettings: spot ? {} : { maxSurge: "10%" },
  });
  return {
    ...filled,
    osSKU,
    // AKS takes the ephemeral disk wherever the VM size has room for it.
    osDiskType: textAt(pool, "osDiskType") ?? (room >= (diskGb || DEFAULT_DISK_GB) ? "Ephemeral" : "Managed"),
    osDiskSizeGB: diskGb || DEFAULT_DISK_GB,
    orchestratorVersion: asked ?? cluster.version,
    currentOrchestratorVersion: version,
    nodeImageVersion: `AKS${osSKU}-gen2-202611.10.0`,
    ...(spot ? spotMembers(pool, taints) : {}),
  };
}

function spotMembers(pool: PoolProfile, taints: readonly string[]): JsonObject {
  return {
    scaleSetEvictionPolicy: textAt(pool, "scaleSetEvictionPolicy") ?? "Delete",
    spotMaxPrice: numberAt(pool, "spotMaxPrice") ?? -1,
    nodeTaints: taints.includes(SPOT_TAINT) ? [...taints] : [...taints, SPOT_TAINT],
    nodeLabels: { ...objectAt(pool, "nodeLabels"), ...SPOT_LABELS },
  };
}
