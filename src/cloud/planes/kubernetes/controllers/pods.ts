import { isObject, type JsonObject } from "../../../../base/index.ts";
import { objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import type { Kind } from "../kinds/kind.ts";
import { POD } from "../kinds/pod.ts";
import { condition, type Keeper, ownerOf, shortHash } from "./keeper.ts";
import { withLimits } from "./limits.ts";
import { isProcess } from "./processes.ts";
import { missingRoom } from "./room.ts";

/** Why a pod that no process stands for does not run. */
const NO_RUNTIME =
  "the embedded AKS has no container runtime: it keeps and checks this pod and never starts it; model servers, the router and jobs of Azure ML run, as processes of this machine";

interface NewPod {
  /** With a `spec.template`. */
  readonly owner: JsonObject;
  readonly kind: Kind;
  readonly prefix: string;
  readonly component: string;
  readonly labels?: JsonObject;
  readonly spec?: JsonObject;
}

/** Makes a pod of its owner's template; gives the reason when a quota forbids it. */
export function createPod(keeper: Keeper, { owner, kind, prefix, component, labels, spec }: NewPod): string | undefined {
  const namespace = textAt(owner, "metadata.namespace");
  const template = objectAt(owner, "spec.template");
  const taken = new Set(keeper.list(POD, namespace).map((pod) => textAt(pod, "metadata.name")));
  let attempt = 0;
  const nameAt = (count: number) => `${prefix}${shortHash({ uid: textAt(owner, "metadata.uid"), count }, 5)}`;
  while (taken.has(nameAt(attempt))) attempt++;
  const metadata = objectAt(template, "metadata");
  const pod = withLimits(keeper, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata,
      labels: { ...objectAt(metadata, "labels"), ...labels },
      name: nameAt(attempt),
      namespace,
      ownerReferences: [ownerOf(kind, owner)],
    },
    spec: { ...objectAt(template, "spec"), ...spec },
  });
  const refusal = missingRoom(keeper, pod);
  if (refusal !== undefined) {
    const message = `Error creating: pods "${nameAt(attempt)}" is forbidden: ${refusal}`;
    keeper.event(owner, { type: "Warning", reason: "FailedCreate", message, component });
    return `pods "${nameAt(attempt)}" is forbidden: ${refusal}`;
  }
  keeper.write(POD, pod, component);
  keeper.event(owner, { type: "Normal", reason: "SuccessfulCreate", message: `Created pod: ${nameAt(attempt)}`, component });
  return undefined;
}

/** Says of each new pod that it does not run, once. */
export function reportPods(keeper: Keeper): void {
  for (const pod of keeper.list(POD)) {
    if (isProcess(pod) || objectsAt(pod, "status.conditions").length > 0) continue;
    const status = {
      ...objectAt(pod, "status"),
      phase: "Pending",
      conditions: [condition(pod, "PodScheduled", false, "Unschedulable", NO_RUNTIME, keeper.now)],
    };
    keeper.write(POD, { ...pod, status }, "default-scheduler");
    keeper.event(pod, { type: "Warning", reason: "FailedScheduling", message: NO_RUNTIME, component: "default-scheduler" });
  }
}

/** Dependents go with the last of their owners. */
export function collectGarbage(keeper: Keeper, kinds: readonly Kind[]): void {
  const namespaced = kinds.filter(({ namespaced: scoped }) => scoped);
  const living = new Set(kinds.flatMap((kind) => keeper.list(kind).map((object) => textAt(object, "metadata.uid"))));
  let removed = true;
  // Each round takes one level of dependents away, so there are no more rounds than objects.
  while (removed) {
    removed = false;
    for (const kind of namespaced) {
      for (const object of keeper.list(kind)) {
        const owners = objectsAt(object, "metadata.ownerReferences").filter(isObject);
        if (owners.length === 0 || owners.some(({ uid }) => typeof uid === "string" && living.has(uid))) continue;
        keeper.remove(kind, object);
        living.delete(textAt(object, "metadata.uid"));
        removed = true;
      }
    }
  }
}
