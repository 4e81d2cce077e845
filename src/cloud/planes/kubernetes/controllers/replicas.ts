import type { JsonObject } from "../../../../base/index.ts";
import { numberAt, objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { isReady, POD } from "../kinds/pod.ts";
import { DEPLOYMENT, REPLICA_SET } from "../kinds/workload.ts";
import { rfc3339 } from "../objects/write.ts";
import { condition, isOwnedBy, type Keeper, ownerOf, shortHash } from "./keeper.ts";
import { createPod } from "./pods.ts";
import { isProcess } from "./processes.ts";

const HASH_LABEL = "pod-template-hash";
const REVISION = "deployment.kubernetes.io/revision";
const DEPLOYMENT_CONTROLLER = "deployment-controller";
const REPLICA_CONTROLLER = "replicaset-controller";

/** A ReplicaSet for the template of each Deployment; those of earlier templates go down to nothing. */
export function controlDeployments(keeper: Keeper): void {
  for (const deployment of keeper.list(DEPLOYMENT)) if (!isProcess(deployment)) rollOut(keeper, deployment);
}

function rollOut(keeper: Keeper, deployment: JsonObject): void {
  const namespace = textAt(deployment, "metadata.namespace");
  const owned = keeper.list(REPLICA_SET, namespace).filter((set) => isOwnedBy(set, deployment));
  const template = objectAt(deployment, "spec.template");
  const hash = shortHash(template, 10);
  const current = owned.find((set) => objectAt(set, "metadata.labels")[HASH_LABEL] === hash);
  const replicas = numberAt(deployment, "spec.replicas") ?? 1;
  if (objectAt(deployment, "spec").paused === true) {
    // A paused rollout still scales what is there.
    const newest = owned.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
    if (newest !== undefined) scale(keeper, deployment, newest, replicas);
    return;
  }
  const highest = Math.max(0, ...owned.map(revisionOf));
  if (current === undefined) {
    scale(keeper, deployment, newSet(deployment, template, hash, highest + 1), replicas);
  } else {
    const revision = revisionOf(current) === highest ? highest : highest + 1;
    scale(keeper, deployment, withRevision(current, revision), replicas);
  }
  const others = owned.filter((set) => set !== current);
  for (const set of others) scale(keeper, deployment, set, 0);
  const spare = others.length - (numberAt(deployment, "spec.revisionHistoryLimit") ?? 10);
  if (spare > 0)
    for (const set of others.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, spare)) keeper.remove(REPLICA_SET, set);
}

function newSet(deployment: JsonObject, template: JsonObject, hash: string, revision: number): JsonObject {
  const [namespace, name] = [textAt(deployment, "metadata.namespace"), textAt(deployment, "metadata.name")];
  const labels = { ...objectAt(template, "metadata.labels"), [HASH_LABEL]: hash };
  const selector = objectAt(deployment, "spec.selector");
  const set = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: `${name}-${hash}`, namespace, labels, ownerReferences: [ownerOf(DEPLOYMENT, deployment)] },
    spec: {
      selector: { ...selector, matchLabels: { ...objectAt(selector, "matchLabels"), [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...objectAt(template, "metadata"), labels } },
    },
  };
  return withRevision(set, revision);
}

function withRevision(set: JsonObject, revision: number): JsonObject {
  const metadata = objectAt(set, "metadata");
  return {
    ...set,
    metadata: { ...metadata, annotations: { ...objectAt(metadata, "annotations"), [REVISION]: String(revision) } },
  };
}

function revisionOf(set: JsonObject): number {
  return Number(objectAt(set, "metadata.annotations")[REVISION] ?? 0);
}

function scale(keeper: Keeper, deployment: JsonObject, set: JsonObject, replicas: number): void {
  const before = numberAt(set, "spec.replicas") ?? 0;
  const made = keeper.write(REPLICA_SET, { ...set, spec: { ...objectAt(set, "spec"), replicas } }, DEPLOYMENT_CONTROLLER);
  if (before === replicas) return;
  const way = replicas > before ? "up" : "down";
  keeper.event(deployment, {
    type: "Normal",
    reason: "ScalingReplicaSet",
    message: `Scaled ${way} replica set ${textAt(made, "metadata.name")} from ${before} to ${replicas}`,
    component: DEPLOYMENT_CONTROLLER,
  });
}

/** As many pods as each ReplicaSet asks for. */
export function controlReplicaSets(keeper: Keeper): void {
  for (const set of keeper.list(REPLICA_SET)) if (!isProcess(set)) keepReplicas(keeper, set);
}

function keepReplicas(keeper: Keeper, set: JsonObject): void {
  const [namespace, name] = [textAt(set, "metadata.namespace"), textAt(set, "metadata.name")];
  const owned = () => keeper.list(POD, namespace).filter((pod) => isOwnedBy(pod, set));
  const before = owned();
  const wanted = numberAt(set, "spec.replicas") ?? 1;
  let refusal: string | undefined;
  for (let missing = wanted - before.length; missing > 0 && refusal === undefined; missing--)
    refusal = createPod(keeper, { owner: set, kind: REPLICA_SET, prefix: `${name}-`, component: REPLICA_CONTROLLER });
  for (const pod of before
    .toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)))
    .slice(0, Math.max(0, before.length - wanted)))
    keeper.remove(POD, pod);
  const pods = owned();
  const ready = pods.filter(isReady).length;
  const conditions =
    refusal === undefined ? {} : { conditions: [condition(set, "ReplicaFailure", true, "FailedCreate", refusal, keeper.now)] };
  const status = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    observedGeneration: numberAt(set, "metadata.generation") ?? 1,
    ...conditions,
  };
  keeper.write(REPLICA_SET, { ...set, status }, REPLICA_CONTROLLER);
}

/** How far each Deployment is, by the pods that there are. */
export function reportDeployments(keeper: Keeper): void {
  for (const deployment of keeper.list(DEPLOYMENT)) {
    const sets = keeper.list(REPLICA_SET, textAt(deployment, "metadata.namespace")).filter((set) => isOwnedBy(set, deployment));
    const newest = sets.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
    const sum = (path: string) => sets.reduce((total, set) => total + (numberAt(set, path) ?? 0), 0);
    const wanted = numberAt(deployment, "spec.replicas") ?? 1;
    const available = sum("status.availableReplicas");
    const updated = numberAt(newest, "status.replicas") ?? 0;
    const isDone = updated === wanted && available >= wanted && sum("status.replicas") === updated;
    const status = {
      replicas: sum("status.replicas"),
      updatedReplicas: updated,
      readyReplicas: sum("status.readyReplicas"),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, wanted - available),
      observedGeneration: numberAt(deployment, "metadata.generation") ?? 1,
      conditions: [
        available >= wanted
          ? condition(
              deployment,
              "Available",
              true,
              "MinimumReplicasAvailable",
              "Deployment has minimum availability.",
              keeper.now,
            )
          : condition(
              deployment,
              "Available",
              false,
              "MinimumReplicasUnavailable",
              "Deployment does not have minimum availability.",
              keeper.now,
            ),
        progress(keeper, deployment, newest, isDone),
        ...objectsAt(newest, "status.conditions"),
      ],
    };
    keeper.write(DEPLOYMENT, { ...deployment, status }, DEPLOYMENT_CONTROLLER);
  }
}

function progress(keeper: Keeper, deployment: JsonObject, newest: JsonObject | undefined, isDone: boolean): JsonObject {
  const set = textAt(newest, "metadata.name");
  const said = (status: boolean, reason: string, message: string, lastUpdateTime: string) => ({
    ...condition(deployment, "Progressing", status, reason, message, keeper.now),
    lastUpdateTime,
  });
  const [before] = objectsAt(deployment, "status.conditions").filter(({ type }) => type === "Progressing");
  const sameSet = typeof before?.message === "string" && before.message.includes(`"${set}"`);
  const since = sameSet ? textAt(before, "lastUpdateTime") : rfc3339(keeper.now);
  if (isDone) return said(true, "NewReplicaSetAvailable", `ReplicaSet "${set}" has successfully progressed.`, since);
  const deadlineMs = 1000 * (numberAt(deployment, "spec.progressDeadlineSeconds") ?? 600);
  // A rollout that was done and lost a pod is not late.
  if (sameSet && before?.reason !== "NewReplicaSetAvailable" && keeper.now - Date.parse(since) >= deadlineMs)
    return said(false, "ProgressDeadlineExceeded", `ReplicaSet "${set}" has timed out progressing.`, since);
  if (sameSet && before?.reason === "NewReplicaSetAvailable") return before;
  return said(true, "ReplicaSetUpdated", `ReplicaSet "${set}" is progressing.`, since);
}
