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

/** What makes a pod stay on a node in spite of a taint, as Kubernetes writes it. */
export type Toleration = ({ readonly operator: "Equal" } & Taint) | { readonly operator: "Exists"; readonly key: string };

export function tolerationOf({ key, value, effect }: Taint): Toleration {
  return { key, operator: "Equal", value, effect };
}

/** Tolerations as settings of an extension, which are flat: `workLoadToleration[0].key` and so on. */
export function tolerationSettings(group: string, tolerations: readonly Toleration[]): Record<string, string> {
  const settings = tolerations.flatMap((toleration, at) =>
    Object.entries(toleration).map(([member, value]) => [`${group}[${at}].${member}`, value] as const),
  );
  return Object.fromEntries(settings);
}
