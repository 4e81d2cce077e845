import type { JsonObject } from "../../../../base/index.ts";
import { emptyNamespace, MANAGED_BY_ARM } from "../cluster/reconcile.ts";
import { processOf } from "../controllers/processes.ts";
import { objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { KINDS, NAMESPACE } from "../kinds/index.ts";
import { POD } from "../kinds/pod.ts";
import { conflict, Refusal } from "../wire/refusal.ts";
import { objectBody } from "../wire/request.ts";
import { refuseProcess } from "./admission.ts";
import { type Call, existing, isDryRun } from "./call.ts";
import { rfc3339 } from "./write.ts";

/** The object that goes, as it was; or with a deletion timestamp while finalizers hold it. */
export function remove(call: Call): JsonObject {
  const { kind, objects, cluster, host, name, request } = call;
  const live = existing(call);
  const options = request.bytes.length === 0 ? {} : objectBody(request);
  const { uid, resourceVersion } = objectAt(options, "preconditions");
  const metadata = objectAt(live, "metadata");
  if (
    (uid !== undefined && uid !== metadata.uid) ||
    (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
  )
    throw conflict(kind, name, "Precondition failed: UID or resourceVersion in precondition does not match that of the object");
  if (kind === NAMESPACE) refuseProtected(live, name);
  const shown = kind === POD ? processOf(host, cluster, live) : undefined;
  if (shown?.workload.end === undefined) refuseProcess(call, live);
  const { finalizers } = metadata;
  const held = Array.isArray(finalizers) && finalizers.length > 0;
  if (isDryRun(request, options)) return live;
  return host.store.transaction(() => {
    // Whoever keeps the process starts it again, and its pod comes back.
    host.store.afterCommit(() => shown?.workload.end?.(shown.process.id));
    if (held) {
      const deletionTimestamp = metadata.deletionTimestamp ?? rfc3339(host.clock.now());
      return objects.put(cluster.uid, kind, {
        ...live,
        metadata: { ...metadata, deletionTimestamp, deletionGracePeriodSeconds: 0 },
      });
    }
    if (kind === NAMESPACE) emptyNamespace(objects, cluster.uid, name);
    if (options.propagationPolicy === "Orphan" || request.query.get("propagationPolicy") === "Orphan") orphan(call, live);
    objects.delete(cluster.uid, kind, live);
    return live;
  });
}

/** Dependents stay, and belong to nobody. */
function orphan({ objects, cluster, namespace }: Call, owner: JsonObject): void {
  const uid = textAt(owner, "metadata.uid");
  for (const kind of KINDS.filter(({ namespaced }) => namespaced)) {
    for (const object of objects.list(cluster.uid, kind, namespace)) {
      const owners = objectsAt(object, "metadata.ownerReferences");
      const others = owners.filter((reference) => reference.uid !== uid);
      if (others.length === owners.length) continue;
      const { ownerReferences: _, ...metadata } = objectAt(object, "metadata");
      const left = others.length === 0 ? {} : { ownerReferences: others };
      objects.put(cluster.uid, kind, { ...object, metadata: { ...metadata, ...left } });
    }
  }
}

const IMMORTAL = ["default", "kube-public", "kube-system"];

function refuseProtected(live: JsonObject, name: string): void {
  if (IMMORTAL.includes(name))
    throw new Refusal(403, "Forbidden", `namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted`, {
      name,
      kind: "namespaces",
    });
  if (objectAt(live, "metadata.labels")[MANAGED_BY_ARM] === "true")
    throw new Refusal(
      403,
      "Forbidden",
      `namespaces ${JSON.stringify(name)} is forbidden: Azure Resource Manager manages it; delete the managedNamespaces resource`,
      { name, kind: "namespaces" },
    );
}
