import type { CloudHost } from "../../contract.ts";
import { type Cluster, clusterOf, isStopped } from "./cluster/cluster.ts";
import { CAUSES, reconcile } from "./cluster/reconcile.ts";
import { control } from "./controllers/index.ts";
import type { Objects } from "./objects/objects.ts";

/** Deadlines pass and events grow old without anybody's doing. */
const LOOK_EVERY_MS = 1000;

/** Keeps clusters up to date while somebody watches them, and ends the watches of those that no longer answer. */
export interface Lookout {
  /** Looks from now on, for as long as there is a watch. */
  begin(): void;
}

export function createLookout(host: CloudHost, objects: Objects): Lookout {
  const causes = new Set(CAUSES.map((type) => type.toLowerCase()));
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;

  function look(uid: string): void {
    try {
      const cluster = clusterOf(host, uid);
      if (cluster === undefined || isStopped(cluster)) objects.hangUp(uid);
      else bringUpToDate(host, objects, cluster);
    } catch (error) {
      host.log("kubernetes.failed", { error: error instanceof Error ? (error.stack ?? error.message) : "unknown" });
    }
  }

  function lookAround(): void {
    const watched = objects.watched();
    for (const uid of watched) look(uid);
    if (watched.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  /** Once for all that changes in this turn of the event loop. */
  function lookSoon(): void {
    if (isDue || timer === undefined) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      lookAround();
    });
  }

  host.resources.onChange(({ type }) => {
    if (causes.has(type.toLowerCase())) lookSoon();
  });
  host.workloads.onChange(lookSoon);
  return {
    begin() {
      if (objects.watched().length > 0) timer ??= setInterval(lookAround, LOOK_EVERY_MS).unref();
    },
  };
}

/** Brings a cluster's objects in line with Resource Manager, the processes and the time. */
export function bringUpToDate(host: CloudHost, objects: Objects, cluster: Cluster): void {
  host.store.transaction(() => {
    reconcile(host, objects, cluster);
    control(host, objects, cluster);
  });
}
