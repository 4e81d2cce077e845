import type { JsonValue } from "../../base/index.ts";
import type { EvaluatedResource } from "../../ir/index.ts";
import { type Delivered, deliver } from "../../ops/index.ts";
import { deliveredObjects } from "../../platform/index.ts";
import { step } from "../../report/index.ts";
import { type Job, operations } from "./job.ts";

const CLUSTERS = "Microsoft.ContainerService/managedClusters";

interface Deployed {
  /** All of them, with their defaults. */
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly resources: readonly EvaluatedResource[];
  readonly roleIsNew: boolean;
}

/** Applies what belongs on the cluster, unless that is somebody else's to do. */
export async function deliverObjects(job: Job, { parameters, resources, roleIsNew }: Deployed): Promise<Delivered | undefined> {
  const { session, bench, skipKubernetes } = job;
  const cluster = resources.find(({ type }) => type === CLUSTERS);
  if (cluster === undefined) return undefined;
  if (skipKubernetes) {
    bench.renderer.emit("warning", {
      code: "cli.objects-left-out",
      message:
        "kubernetes/ is not applied: where the namespace of models denies traffic, no job and no model is reached before it is",
    });
    return undefined;
  }
  return step(
    bench.renderer,
    { step: "objects", title: `apply what belongs on ${cluster.name}` },
    () =>
      deliver(
        session.client,
        { cluster: cluster.id, objects: deliveredObjects(parameters), roleIsNew },
        operations(session, bench),
      ),
    deliveredText,
  );
}

/** `21 objects: 20 created, 1 unchanged` */
export function deliveredText({ total, ...counts }: Delivered): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  if (counts.unchanged === total) return `${total} objects, all as they were`;
  return `${total} objects: ${told.map(([change, count]) => `${count} ${change}`).join(", ")}`;
}
