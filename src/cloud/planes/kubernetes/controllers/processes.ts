import { constants } from "node:os";
import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost, PodProcess, Workload } from "../../../contract.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { NAMESPACE } from "../kinds/core.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { POD } from "../kinds/pod.ts";
import { DEPLOYMENT, REPLICA_SET } from "../kinds/workload.ts";
import { rfc3339 } from "../objects/write.ts";
import { condition, type Keeper, ownerOf, shortHash } from "./keeper.ts";

/** Annotation of what stands for processes: their workload, and for a pod the process. */
const WORKLOAD = "quayside/workload";
const PROCESS = "quayside/process";

/** True for objects that show processes: they follow these, and nobody else writes them. */
export function isProcess(object: JsonObject): boolean {
  return objectAt(object, "metadata.annotations")[WORKLOAD] !== undefined;
}

/** The workload and the process that a pod stands for. */
export function processOf(
  host: CloudHost,
  { resource }: Cluster,
  pod: JsonObject,
): { readonly workload: Workload; readonly process: PodProcess } | undefined {
  const annotations = objectAt(pod, "metadata.annotations");
  for (const workload of host.workloads.of(resource.id)) {
    if (keyOf(workload) !== annotations[WORKLOAD]) continue;
    const process = workload.processes.find(({ id }) => id === annotations[PROCESS]);
    if (process !== undefined) return { workload, process };
  }
  return undefined;
}

function keyOf({ namespace, name, controller }: Workload): string {
  return `${namespace}/${controller === "none" ? "pod" : "deployment"}/${name}`;
}

/** A pod for each process that runs for the cluster; and a Deployment with its ReplicaSet where somebody keeps a number of them. */
export function showProcesses(host: CloudHost, keeper: Keeper, { resource }: Cluster): void {
  const stale = new Map(
    [DEPLOYMENT, REPLICA_SET, POD].flatMap((kind) =>
      keeper
        .list(kind)
        .filter(isProcess)
        .map((object) => [`${kind.kind} ${textAt(object, "metadata.uid")}`, { kind, object }] as const),
    ),
  );
  const keep = (object: JsonObject) => stale.delete(`${textAt(object, "kind")} ${textAt(object, "metadata.uid")}`);
  for (const workload of host.workloads.of(resource.id)) {
    if (keeper.get(NAMESPACE, "", workload.namespace) === undefined) continue;
    const owner = workload.controller === "none" ? undefined : showReplicas(keeper, workload, keep);
    for (const process of workload.processes) keep(showPod(keeper, host, workload, process, owner));
  }
  for (const { kind, object } of stale.values()) keeper.remove(kind, object);
}

/** The ReplicaSet that owns the pods. */
function showReplicas(keeper: Keeper, workload: Workload, keep: (object: JsonObject) => void): JsonObject {
  const { name, labels, processes } = workload;
  const selector = { matchLabels: { ...labels } };
  const template = { metadata: { labels: { ...labels } }, spec: podSpec(workload) };
  const replicas = processes.length;
  const ready = processes.filter((process) => process.ready).length;
  const annotations = { [WORKLOAD]: keyOf(workload) };
  const spec = { replicas, selector, template };
  const deployment = show(keeper, workload, DEPLOYMENT, { name, annotations }, { spec });
  keep(deployment);
  const set = show(
    keeper,
    workload,
    REPLICA_SET,
    {
      name: `${name}-${shortHash({ workload: keyOf(workload) }, 10)}`,
      annotations: { ...annotations, "deployment.kubernetes.io/revision": "1" },
      ownerReferences: [ownerOf(DEPLOYMENT, deployment)],
    },
    {
      spec,
      status: { replicas, fullyLabeledReplicas: replicas, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
    },
  );
  keep(set);
  return set;
}

/** Lays what a workload says over what is there. */
function show(
  keeper: Keeper,
  { namespace, labels, manager }: Workload,
  kind: Kind,
  metadata: JsonObject & { readonly name: string },
  rest: JsonObject,
): JsonObject {
  const live = keeper.get(kind, namespace, metadata.name);
  const own = { ...objectAt(live, "metadata"), namespace, labels: { ...labels }, ...metadata };
  return keeper.write(kind, { ...live, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: own, ...rest }, manager);
}

function podSpec({ container }: Workload): JsonObject {
  return { containers: [{ name: container.name, image: container.image, resources: container.resources ?? {} }] };
}

function showPod(
  keeper: Keeper,
  host: CloudHost,
  workload: Workload,
  process: PodProcess,
  owner: JsonObject | undefined,
): JsonObject {
  const name = owner === undefined ? workload.name : `${textAt(owner, "metadata.name")}-${shortHash({ id: process.id }, 5)}`;
  const live = keeper.get(POD, workload.namespace, name);
  const annotations = { [WORKLOAD]: keyOf(workload), [PROCESS]: process.id };
  const owned = owner === undefined ? {} : { ownerReferences: [ownerOf(REPLICA_SET, owner)] };
  // A pod keeps what it was made with; later ones of its workload may be of another image.
  const spec = live === undefined ? podSpec(workload) : objectAt(live, "spec");
  const status = statusOf(keeper, host, workload, process, live ?? {});
  return show(keeper, workload, POD, { name, annotations, ...owned }, { spec, status });
}

/** A pod is where its process is: on this machine, and on no node of the cluster. */
function statusOf(keeper: Keeper, host: CloudHost, { container }: Workload, process: PodProcess, live: JsonObject): JsonObject {
  const { pid, ready, restarts, startedAt, lastEnd } = process;
  const started = rfc3339(startedAt + host.clock.now() - Date.now());
  const startTime = at(live, "status.startTime") ?? started;
  const [before] = objectsAt(live, "status.containerStatuses");
  const running = pid !== undefined;
  // Asked twice within a second, a process has still started at the same time.
  const since =
    running && textAt(before, "containerID") === `process://${pid}` ? textAt(before, "state.running.startedAt") : started;
  const message =
    lastEnd === undefined ? "the process is being started" : `the process ended with ${lastEnd} and is started again`;
  const state = running
    ? { running: { startedAt: since } }
    : { waiting: { reason: lastEnd === undefined ? "ContainerCreating" : "CrashLoopBackOff", message } };
  const known = (type: string, status: boolean, reason: string) => condition(live, type, status, reason, "", keeper.now);
  return {
    phase: running || restarts > 0 ? "Running" : "Pending",
    hostIP: "127.0.0.1",
    podIP: "127.0.0.1",
    qosClass: textAt(live, "status.qosClass") || "Burstable",
    startTime,
    conditions: [
      known("PodScheduled", true, ""),
      known("Initialized", true, ""),
      known("ContainersReady", ready, ready ? "" : "ContainersNotReady"),
      known("Ready", ready, ready ? "" : "ContainersNotReady"),
    ],
    containerStatuses: [
      {
        name: container.name,
        image: container.image,
        imageID: "",
        containerID: running ? `process://${pid}` : "",
        ready,
        started: running,
        restartCount: restarts,
        state,
        lastState: lastEnd === undefined ? {} : { terminated: { ...exitOf(lastEnd), reason: "Error", message: lastEnd } },
      },
    ],
  };
}

/** Of a signal the code that a shell would see. */
function exitOf(lastEnd: string): JsonObject {
  const [, code] = /exit code (\d+)/.exec(lastEnd) ?? [];
  const signal = Object.entries(constants.signals).find(([name]) => lastEnd.endsWith(name))?.[1];
  return { exitCode: code === undefined ? 128 + (signal ?? 0) : Number(code) };
}
