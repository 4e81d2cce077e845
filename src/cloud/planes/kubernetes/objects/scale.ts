import type { JsonObject } from "../../../../base/index.ts";
import { numberAt, objectAt } from "../kinds/columns.ts";
import { selectorText } from "../kinds/policy.ts";
import { PATCH_TYPES, patchOf } from "../wire/patch.ts";
import { Refusal } from "../wire/refusal.ts";
import { objectBody } from "../wire/request.ts";
import { type Call, existing } from "./call.ts";

/** `.../scale`: how many pods a workload has and should have. */
export function scaleOf(workload: JsonObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(workload, "metadata");
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(workload, "spec.replicas") ?? 0 },
    status: {
      replicas: numberAt(workload, "status.replicas") ?? 0,
      selector: selectorText(objectAt(workload, "spec.selector")),
    },
  };
}

/** The workload with the number that a PUT or PATCH of its scale asks for. */
export function scaled(call: Call): { readonly live: JsonObject; readonly object: JsonObject } {
  const live = existing(call);
  const before = scaleOf(live);
  const after = call.request.method === "PUT" ? objectBody(call.request) : patchOf(call.request, PATCH_TYPES)(before);
  const replicas = objectAt(after, "spec").replicas ?? 0;
  if (typeof replicas !== "number" || !Number.isInteger(replicas))
    throw new Refusal(422, "Invalid", "spec.replicas: Invalid value: must be of type integer");
  const { resourceVersion } = objectAt(after, "metadata");
  const metadata = objectAt(live, "metadata");
  return {
    live,
    object: {
      ...live,
      metadata: resourceVersion === undefined ? metadata : { ...metadata, resourceVersion },
      spec: { ...objectAt(live, "spec"), replicas },
    },
  };
}
