/** A taint keeps pods off a node unless they tolerate it. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule";
}

/** A node pool that Azure ML's pods run on. */
export interface MlPool {
  /** Static labels: the autoscaler can scale from zero only by labels that it knows before a node exists. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taint: Taint;
}

/** The taint that Azure ML documents and tolerates without being told. */
export const AMLARC_TAINT: Taint = { key: "ml.azure.com/amlarc", value: "true", effect: "NoSchedule" };

/** The one place where taints are written: nodes, tolerations and instance types are derived from it. */
export const ML_POOLS = {
  mlpool: { labels: { workload: "ml" }, taint: { key: "workload", value: "ml", effect: "NoSchedule" } },
  // AKS taints spot nodes by itself; the taint stands here for the tolerations.
  spotpool: {
    labels: { workload: "spot" },
    taint: { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" },
  },
  // Not labelled `ml`: pods without a GPU would select it, tolerate it and fill it.
  gpupool: { labels: { workload: "gpu" }, taint: { key: "sku", value: "gpu", effect: "NoSchedule" } },
} as const satisfies Record<string, MlPool>;

/** `workload=ml:NoSchedule`, as AKS takes it. */
export function formatTaint(taint: Taint): string {
  return `${taint.key}=${taint.value}:${taint.effect}`;
}

/**
 * Settings of the Azure ML extension that make its pods tolerate the pools' taints: `toleration[i]` for its own
 * components, `workLoadToleration[i]` (with a capital L) for jobs and models. Microsoft's page does not document them;
 * Microsoft's own templates use them.
 */
export function tolerationSettings(taints: readonly Taint[]): Record<string, string> {
  const groups = ["toleration", "workLoadToleration"];
  const settings = groups.flatMap((group) =>
    taints.flatMap((taint, at) => [
      [`${group}[${at}].key`, taint.key],
      [`${group}[${at}].operator`, "Equal"],
      [`${group}[${at}].value`, taint.value],
      [`${group}[${at}].effect`, taint.effect],
    ]),
  );
  return Object.fromEntries(settings) as Record<string, string>;
}
