import type { CloudHost } from "../../contract.ts";
import { ArmFault } from "../../contract.ts";
import { numberAt, textAt, textsAt } from "../common/body.ts";
import { parseTaint, type Taint, type Toleration, tolerates } from "./taints.ts";

export interface Pool {
  readonly name: string;
  readonly mode: string;
  readonly taints: readonly Taint[];
  readonly vmSize: string;
  /** As many as the pool may have: pending pods make the autoscaler add them. */
  readonly nodes: number;
}

export function poolsOf(host: CloudHost, clusterId: string): Pool[] {
  return host.resources.below(clusterId, "Microsoft.ContainerService/managedClusters/agentPools").map(({ name, properties }) => ({
    name,
    mode: textAt(properties, "mode") ?? "User",
    taints: textsAt(properties, "nodeTaints").map(parseTaint),
    vmSize: textAt(properties, "vmSize") ?? "",
    nodes: Math.max(
      numberAt(properties, "count") ?? 0,
      properties.enableAutoScaling === true ? (numberAt(properties, "maxCount") ?? 0) : 0,
    ),
  }));
}

export function isOpen(pool: Pool, tolerations: readonly Toleration[]): boolean {
  return pool.taints.every((taint) => tolerates(tolerations, taint));
}

export function closedBecause(pools: readonly Pool[], tolerations: readonly Toleration[]): string {
  const reasons = pools.flatMap((pool) => {
    const taint = pool.taints.find((candidate) => !tolerates(tolerations, candidate));
    return taint === undefined
      ? []
      : [`pool ${pool.name} has the taint ${taint.key}=${taint.value}:${taint.effect}, which no setting tolerates`];
  });
  return reasons.length === 0 ? "no pool has nodes" : reasons.join(", ");
}

/** What makes an extension Failed. */
export function failed(why: string): ArmFault {
  return new ArmFault(400, "ExtensionOperationFailed", `the extension operation failed with the following error: ${why}`);
}
