import type { ClusterObject } from "./cluster-objects.ts";
import { EXTENSION_NAMESPACE, PART_OF } from "./cluster-words.ts";

/** The extension's setting that names a ConfigMap to schedule by. */
export const SCHEDULER_SETTING = "volcanoScheduler.schedulerConfigMap";

/**
 * The name for that setting. Not that of the chart's own ConfigMap
 * (`volcano-scheduler-configmap`), which each upgrade of the extension writes anew.
 */
export const VOLCANO_CONFIG_MAP = "volcano-scheduler-autoscaler";

function configMap(lines: readonly string[]) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: VOLCANO_CONFIG_MAP, namespace: EXTENSION_NAMESPACE, labels: PART_OF },
    data: { "volcano-scheduler.conf": `${lines.join("\n")}\n` },
  };
}

/** Keeps all-or-nothing for distributed jobs and gives up fairness between queues at enqueue time. */
export const VOLCANO_SCALE_FROM_ZERO: ClusterObject = {
  reason: `Volcano's plugins overcommit and proportion compare a job with the capacity that is ready now: with no GPU node they never make its pods, and the autoscaler has nothing to see. Without them the pods wait, and a node comes. Takes effect once the Azure ML extension names it, which volcanoConfigMap=${VOLCANO_CONFIG_MAP} makes it do; after a change: kubectl -n ${EXTENSION_NAMESPACE} rollout restart deployment/volcano-scheduler.`,
  object: configMap([
    'actions: "enqueue, allocate, backfill"',
    "tiers:",
    "- plugins:",
    "  - name: priority",
    "    enableJobStarving: false",
    "  - name: conformance",
    "- plugins:",
    "  - name: gang",
    "  - name: drf",
    "    enablePreemptable: false",
    "- plugins:",
    "  - name: predicates",
    "  - name: nodeorder",
    "  - name: binpack",
  ]),
};

/** Microsoft's variant: shares between queues, but no gang scheduling and no scaling from zero. */
export const VOLCANO_FAIR_QUEUES: ClusterObject = {
  reason: "Shares between queues, at the price of scaling from zero and of all-or-nothing scheduling.",
  object: configMap([
    'actions: "enqueue, allocate, backfill"',
    "tiers:",
    "- plugins:",
    "  - name: sla",
    "  - name: conformance",
    "  - name: overcommit",
    "- plugins:",
    "  - name: drf",
    "  - name: predicates",
    "  - name: proportion",
    "  - name: nodeorder",
    "  - name: binpack",
  ]),
};
