import type { JsonObject } from "../../../../base/index.ts";
import { numberAt, objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { NODE } from "../kinds/core.ts";
import { isReady, POD } from "../kinds/pod.ts";
import { DAEMON_SET } from "../kinds/workload.ts";
import { isOwnedBy, type Keeper, shortHash } from "./keeper.ts";
import { createPod } from "./pods.ts";

const CONTROLLER = "daemonset-controller";
const REVISION = "controller-revision-hash";
/** What pods of a DaemonSet put up with by themselves. */
const OWN_TOLERATIONS = ["not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map(
  (state) => ({ key: `node.kubernetes.io/${state}`, operator: "Exists" }),
);

/** A pod for each node that a DaemonSet selects and whose taints it tolerates. */
export function controlDaemonSets(keeper: Keeper): void {
  for (const set of keeper.list(DAEMON_SET)) keepDaemons(keeper, set);
}

function keepDaemons(keeper: Keeper, set: JsonObject): void {
  const [namespace, name] = [textAt(set, "metadata.namespace"), textAt(set, "metadata.name")];
  const hash = shortHash(objectAt(set, "spec.template"), 10);
  const owned = () => keeper.list(POD, namespace).filter((pod) => isOwnedBy(pod, set));
  const nodes = keeper.list(NODE).filter((node) => takes(node, set));
  const names = nodes.map((node) => textAt(node, "metadata.name"));
  const rolls = textAt(set, "spec.updateStrategy.type") !== "OnDelete";
  for (const pod of owned()) {
    const outdated = objectAt(pod, "metadata.labels")[REVISION] !== hash;
    if (!names.includes(nodeOf(pod)) || (outdated && rolls)) keeper.remove(POD, pod);
  }
  const covered = new Set(owned().map(nodeOf));
  for (const node of names) {
    if (covered.has(node)) continue;
    const tolerations = [...objectsAt(set, "spec.template.spec.tolerations"), ...OWN_TOLERATIONS];
    const spec = { affinity: affinityTo(node), tolerations };
    const refusal = createPod(keeper, {
      owner: set,
      kind: DAEMON_SET,
      prefix: `${name}-`,
      component: CONTROLLER,
      labels: { [REVISION]: hash },
      spec,
    });
    if (refusal !== undefined) break;
  }
  const pods = owned();
  const ready = pods.filter(isReady).length;
  const status = {
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: names.length,
    numberReady: ready,
    numberAvailable: ready,
    numberUnavailable: names.length - ready,
    updatedNumberScheduled: pods.filter((pod) => objectAt(pod, "metadata.labels")[REVISION] === hash).length,
    observedGeneration: numberAt(set, "metadata.generation") ?? 1,
  };
  keeper.write(DAEMON_SET, { ...set, status }, CONTROLLER);
}

/** As the controller itself ties a pod to its node. */
function affinityTo(node: string): JsonObject {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [node] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } };
}

function nodeOf(pod: JsonObject): string {
  const path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  const [field] = objectsAt(objectsAt(pod, path)[0], "matchFields");
  const values = field?.values;
  return Array.isArray(values) && typeof values[0] === "string" ? values[0] : "";
}

function takes(node: JsonObject, set: JsonObject): boolean {
  const labels = objectAt(node, "metadata.labels");
  const wanted = Object.entries(objectAt(set, "spec.template.spec.nodeSelector"));
  const tolerations = [...objectsAt(set, "spec.template.spec.tolerations"), ...OWN_TOLERATIONS];
  const taints = objectsAt(node, "spec.taints").filter(({ effect }) => effect !== "PreferNoSchedule");
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    taints.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)))
  );
}

function tolerates(toleration: JsonObject, taint: JsonObject): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined) return toleration.operator === "Exists";
  if (toleration.key !== taint.key) return false;
  return toleration.operator === "Exists" || (toleration.value ?? "") === (taint.value ?? "");
}
