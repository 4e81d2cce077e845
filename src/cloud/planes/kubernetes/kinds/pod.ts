import { asObjects, isObject, type JsonObject, jsonEqual } from "../../../../base/index.ts";
import { objectSchema } from "../schema/meta.ts";
import { forbiddenField } from "../schema/validate.ts";
import { AGE, column, NAME, objectAt, objectsAt, textAt } from "./columns.ts";
import { type Admission, ALL_VERBS, type Kind } from "./kind.ts";
import { completePodSpec, POD_SPEC, POD_STATUS, podSpecProblems } from "./pod-spec.ts";

export const POD: Kind = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  shortNames: ["po"],
  namespaced: true,
  categories: ["all"],
  verbs: ALL_VERBS,
  subresources: ["log", "status"],
  schema: objectSchema({ spec: POD_SPEC, status: POD_STATUS }, ["spec"]),
  columns: [
    NAME,
    column("Ready", (pod) => `${statuses(pod).filter(({ ready }) => ready === true).length}/${containers(pod).length}`),
    column("Status", statusText),
    column("Restarts", (pod) => String(statuses(pod).reduce((sum, { restartCount }) => sum + Number(restartCount ?? 0), 0))),
    AGE,
    column("IP", (pod) => textAt(pod, "status.podIP") || "<none>", 1),
    column("Node", (pod) => textAt(pod, "spec.nodeName") || "<none>", 1),
  ],
  selectable: ["spec.nodeName", "spec.restartPolicy", "status.phase", "status.podIP"],
  admit: admitPod,
};

function admitPod(object: JsonObject, previous: JsonObject | undefined): Admission {
  const spec = completePodSpec(objectAt(object, "spec"));
  const problems = podSpecProblems(spec, "spec");
  if (previous !== undefined && !jsonEqual(frozen(spec), frozen(objectAt(previous, "spec"))))
    problems.push(
      forbiddenField(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds`",
      ),
    );
  const status = object.status ?? { phase: "Pending", qosClass: qualityOf(spec) };
  return { object: { ...object, spec, status }, problems };
}

/** What of a pod may never change. */
function frozen(spec: JsonObject): JsonObject {
  const withoutImages = (member: "containers" | "initContainers") => {
    const given = spec[member];
    return Array.isArray(given)
      ? given.filter(isObject).map((container) => ({ ...container, image: "", imagePullPolicy: "" }))
      : [];
  };
  const { tolerations: _, activeDeadlineSeconds: __, terminationGracePeriodSeconds: ___, ...rest } = spec;
  return { ...rest, containers: withoutImages("containers"), initContainers: withoutImages("initContainers") };
}

function qualityOf(spec: JsonObject): string {
  const all = asObjects(spec.containers);
  const requests = all.map((each) => objectAt(each, "resources.requests"));
  const limits = all.map((each) => objectAt(each, "resources.limits"));
  if ([...requests, ...limits].every((amounts) => Object.keys(amounts).length === 0)) return "BestEffort";
  const guaranteed = limits.every(
    (limit, index) => limit.cpu !== undefined && limit.memory !== undefined && jsonEqual({ ...limit, ...requests[index] }, limit),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}

export function containers(pod: JsonObject): JsonObject[] {
  return objectsAt(pod, "spec.containers");
}

function statuses(pod: JsonObject): JsonObject[] {
  return objectsAt(pod, "status.containerStatuses");
}

/** What `kubectl get pods` shows: why a container waits says more than the phase. */
function statusText(pod: JsonObject): string {
  if (textAt(pod, "metadata.deletionTimestamp") !== "") return "Terminating";
  const waiting = statuses(pod).map(
    (status) => textAt(status, "state.waiting.reason") || textAt(status, "state.terminated.reason"),
  );
  return waiting.find((reason) => reason !== "") ?? (textAt(pod, "status.reason") || textAt(pod, "status.phase"));
}

export function isReady(pod: JsonObject): boolean {
  return objectsAt(pod, "status.conditions").some(({ type, status }) => type === "Ready" && status === "True");
}
