import { parseResourceId } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource } from "../../contract.ts";
import { objectAt, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { referenced, requireType } from "../common/references.ts";
import { commonProperties } from "./compute-properties.ts";
import { CLUSTER } from "./kubernetes-attach.ts";

/** The instance type that the extension makes by itself, as Azure ML describes it. */
const DEFAULT_INSTANCE_TYPE: JsonObject = {
  nodeSelector: null,
  resources: { requests: { cpu: "100m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi", "nvidia.com/gpu": null } },
};

/** A cluster to attach; what the service finds when it looks at the cluster comes later, in `attachKubernetes`. */
export function admitKubernetes(host: CloudHost, change: Change): Resource {
  const { body, previous, name } = change;
  // The service answers every update of an attached cluster with an error, even one that changes nothing.
  if (previous !== undefined && textAt(previous.properties, "provisioningState") !== "Failed")
    throw badRequest(
      "BadRequest",
      `compute ${name} is already attached, and an attached cluster cannot be updated; detach it first`,
    );
  if (name.length > 16)
    throw badRequest("BadRequest", `the name ${name} is too long; a Kubernetes compute has 2 to 16 characters`);
  const clusterId = requireText(body, "properties.resourceId", "BadRequest");
  if (/connectedclusters/i.test(clusterId)) throw unsupported("computes on Azure Arc clusters");
  requireType(clusterId, CLUSTER, "properties.resourceId", "BadRequest");
  if (parseResourceId(clusterId)?.subscriptionId?.toLowerCase() !== parseResourceId(change.id)?.subscriptionId?.toLowerCase())
    throw badRequest(
      "BadRequest",
      "properties.resourceId is in another subscription than the workspace",
      "properties.resourceId",
    );
  referenced(host, change, clusterId, CLUSTER, "properties.resourceId", "ClusterNotFound");
  const given = objectAt(body, "properties.properties");
  const instanceTypes: JsonObject = { defaultinstancetype: DEFAULT_INSTANCE_TYPE, ...objectAt(given, "instanceTypes") };
  const chosen = textAt(given, "defaultInstanceType") ?? "defaultinstancetype";
  if (instanceTypes[chosen] === undefined)
    throw badRequest(
      "BadRequest",
      `properties.properties.defaultInstanceType is ${chosen}; it is none of ${Object.keys(instanceTypes).join(", ")}`,
    );
  const attached = { ...withDefaults(given, { namespace: "default" }), instanceTypes, defaultInstanceType: chosen };
  return { ...body, properties: { ...body.properties, ...commonProperties(body, true), properties: attached } };
}
