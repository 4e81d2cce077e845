import {
  type AppliedObject,
  type ArmClient,
  type Change,
  type ClusterWay,
  findCluster,
  KubernetesError,
  openObjectWriter,
  type RefusalKind,
} from "../../arm/index.ts";
import type { JsonObject } from "../../base/index.ts";
import type { OperationContext } from "../context.ts";
import { inOrder } from "./order.ts";

export interface DeliveryRequest {
  /** Resource id of the cluster. */
  readonly cluster: string;
  readonly objects: readonly JsonObject[];
  /** The caller got its role on the cluster with the platform, so a refusal may be a role that has not spread yet. */
  readonly roleIsNew: boolean;
}

export type Delivered = Readonly<Record<Change, number>> & { readonly total: number };

/** Looks at what is not there yet, over all objects: at least five minutes on Azure, as long as roles mostly take to spread. A command takes its own time. */
const MOST_LOOKS: Readonly<Record<ClusterWay, number>> = { "api-server": 60, "run-command": 15 };
/** What an extension that has just been installed may still be about to make, and a command that found no room in time. */
const COMING: readonly RefusalKind[] = ["kindMissing", "namespaceMissing", "notStarted"];

interface Patience {
  readonly coming: readonly RefusalKind[];
  /** Of all objects together. */
  looksLeft: number;
}

/** Applies objects to a cluster in the order in which they can stand. A second time it changes nothing, and says so. */
export async function deliver(client: ArmClient, request: DeliveryRequest, context: OperationContext): Promise<Delivered> {
  const cluster = await findCluster(client, request.cluster, context.signal);
  const writer = await openObjectWriter(client, cluster, context.signal);
  const patience: Patience = {
    coming: request.roleIsNew ? [...COMING, "forbidden"] : COMING,
    looksLeft: MOST_LOOKS[cluster.way] - 1,
  };
  const counts = { created: 0, configured: 0, unchanged: 0 };
  for (const batch of writer.batches(inOrder(request.objects))) {
    for (const applied of await oncePossible(() => writer.apply(batch, context.signal), patience, context)) {
      counts[applied.change] += 1;
      context.reporter.emit("object.applied", eventOf(applied));
    }
  }
  return { ...counts, total: counts.created + counts.configured + counts.unchanged };
}

async function oncePossible<T>(work: () => Promise<T>, patience: Patience, context: OperationContext): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof KubernetesError) || !patience.coming.includes(error.kind) || patience.looksLeft-- < 1) throw error;
      if (isFirst) context.reporter.emit("note", { message: `${error.message}; waiting for it` });
      await context.clock.sleep(context.pollMs, context.signal);
    }
  }
}

function eventOf({ kind, namespace, name, change }: AppliedObject) {
  return { kind, name, change, ...(namespace === undefined ? {} : { namespace }) };
}
