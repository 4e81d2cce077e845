import { isObject, type JsonObject } from "../../../../base/index.ts";
import { objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import type { Kind } from "../kinds/kind.ts";
import { POD } from "../kinds/pod.ts";
import { Refusal } from "../wire/refusal.ts";
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

/** What the API server keeps of a prefix when it makes a name of one. */
const LONGEST_PREFIX = 58;

/** Makes a pod of its owner's template; gives the reason when a quota forbids it, or the API server refuses it. */
export function createPod(keeper: Keeper, { owner, kind, prefix, component, labels, spec }: NewPod): string | undefined {
  const namespace = textAt(owner, "metadata.namespace");
  const template = objectAt(owner, "spec.template");
  const taken = new Set(keeper.list(POD, namespace).map((pod) => textAt(pod, "metadata.name")));
  let attempt = 0;
  const nameAt = (count: number) =>
    `${prefix.slice(0, LONGEST_PREFIX)}${shortHash({ uid: textAt(owner, "metadata.uid"), count }, 5)}`;
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
  const room = missingRoom(keeper, pod);
  const refusal = room === undefined ? writePod(keeper, pod, component) : `pods "${nameAt(attempt)}" is forbidden: ${room}`;
  if (refusal !== undefined) {
    keeper.event(owner, { type: "Warning", reason: "FailedCreate", message: `Error creating: ${refusal}`, component });
    return refusal;
  }
  keeper.event(owner, { type: "Normal", reason: "SuccessfulCreate", message: `Created pod: ${nameAt(attempt)}`, component });
  return undefined;
}

/** Why it cannot be written: limits of the namespace may have made what was a good template a bad pod. */
function writePod(keeper: Keeper, pod: JsonObject, component: string): string | undefined {
  try {
    keeper.write(POD, pod, component);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
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
