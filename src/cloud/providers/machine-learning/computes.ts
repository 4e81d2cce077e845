import { NAME_RULES, parseResourceId, vmSize } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { numberAt, objectAt, requireBetween, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { referenced, requireType } from "../common/references.ts";
import { attachKubernetes, CLUSTER } from "./kubernetes-attach.ts";
import { ML_API_VERSIONS, WORKSPACE } from "./versions.ts";
import { workspaceIdOf } from "./workspace-of.ts";

/** The instance type that the extension makes by itself, as Azure ML describes it. */
const DEFAULT_INSTANCE_TYPE: JsonObject = {
  nodeSelector: null,
  resources: { requests: { cpu: "100m", memory: "2Gi" }, limits: { cpu: "2", memory: "2Gi", "nvidia.com/gpu": null } },
};

export function computes(host: CloudHost): TypeSpec {
  return {
    type: "workspaces/computes",
    apiVersions: ML_API_VERSIONS,
    location: "required",
    name: NAME_RULES[`${WORKSPACE}/computes`],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: (compute) => (isKubernetes(compute) ? 60_000 : 30_000),
    deleteDurationMs: 30_000,
    patch: true,
    admit: (change) => admitCompute(host, change),
    provision: (compute) => {
      if (isKubernetes(compute)) attachKubernetes(host, compute);
      return undefined;
    },
    admitDelete(compute, query) {
      const action = query.get("underlyingResourceAction") ?? (isKubernetes(compute) ? "Detach" : "Delete");
      if (!["Delete", "Detach"].includes(action))
        throw badRequest(
          "BadRequest",
          `underlyingResourceAction is ${action}; it must be Delete or Detach`,
          "underlyingResourceAction",
        );
      if (isKubernetes(compute) && action === "Delete")
        throw badRequest(
          "BadRequest",
          `compute ${compute.name} is an attached cluster; it can be detached, not deleted`,
          "underlyingResourceAction",
        );
      if (!isKubernetes(compute) && action === "Detach")
        throw badRequest(
          "BadRequest",
          `compute ${compute.name} belongs to the workspace; it can be deleted, not detached`,
          "underlyingResourceAction",
        );
    },
    actions: {
      listNodes: { permission: "listNodes/action", run: () => ({ status: 200, body: { nodes: [] } }) },
    },
  };
}

export function isKubernetes(compute: Resource): boolean {
  return textAt(compute.properties, "computeType") === "Kubernetes";
}

/** Names of the instance types of a Kubernetes compute. */
export function instanceTypesOf(compute: Resource): string[] {
  return Object.keys(objectAt(compute.properties, "properties.instanceTypes"));
}

function admitCompute(host: CloudHost, change: Change): Resource {
  const type = requireText(change.body, "properties.computeType", "BadRequest");
  if (change.previous !== undefined && textAt(change.previous.properties, "computeType") !== type)
    throw badRequest("BadRequest", `properties.computeType cannot change to ${type}`, "properties.computeType");
  if (type === "Kubernetes") return admitKubernetes(host, change);
  if (type === "AmlCompute") return admitAmlCompute(host, change);
  throw unsupported(`computes of type ${type}`);
}

function admitKubernetes(host: CloudHost, change: Change): Resource {
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
  return { ...body, properties: { ...body.properties, ...common(body, true), properties: attached } };
}

function admitAmlCompute(host: CloudHost, change: Change): Resource {
  const { body, previous } = change;
  const before = objectAt(previous, "properties.properties");
  const properties = withDefaults(objectAt(body, "properties.properties"), previous === undefined ? {} : before);
  const size = requireText({ properties }, "properties.vmSize", "BadRequest");
  if (vmSize(size) === undefined)
    throw badRequest(
      "BadRequest",
      `properties.properties.vmSize is ${size}; no such size is known`,
      "properties.properties.vmSize",
    );
  for (const fixed of ["vmSize", "vmPriority", "osType"])
    if (previous !== undefined && textAt(before, fixed)?.toLowerCase() !== textAt(properties, fixed)?.toLowerCase())
      throw badRequest(
        "BadRequest",
        `properties.properties.${fixed} of compute ${change.name} cannot change after creation`,
        `properties.properties.${fixed}`,
      );
  requireOneOf({ properties }, "properties.vmPriority", ["Dedicated", "LowPriority"], "BadRequest");
  requireOneOf({ properties }, "properties.osType", ["Linux"], "BadRequest");
  requireBetween({ properties }, "properties.scaleSettings.maxNodeCount", 0, 1000, "BadRequest");
  requireBetween({ properties }, "properties.scaleSettings.minNodeCount", 0, 1000, "BadRequest");
  const [least, most] = [
    numberAt(properties, "scaleSettings.minNodeCount") ?? 0,
    numberAt(properties, "scaleSettings.maxNodeCount"),
  ];
  if (most === undefined)
    throw badRequest("BadRequest", "properties.properties.scaleSettings.maxNodeCount is missing; it is required");
  if (least > most)
    throw badRequest(
      "BadRequest",
      `properties.properties.scaleSettings.minNodeCount is ${least}, more than maxNodeCount ${most}`,
    );
  const subnet = textAt(properties, "subnet.id");
  if (subnet !== undefined)
    referenced(
      host,
      change,
      subnet,
      "Microsoft.Network/virtualNetworks/subnets",
      "properties.properties.subnet.id",
      "BadRequest",
    );
  const completed = withDefaults(properties, {
    vmPriority: "Dedicated",
    osType: "Linux",
    scaleSettings: { minNodeCount: 0, nodeIdleTimeBeforeScaleDown: "PT120S" },
    remoteLoginPortPublicAccess: "NotSpecified",
    enableNodePublicIp: true,
  });
  const idle = {
    idleNodeCount: least,
    leavingNodeCount: 0,
    preemptedNodeCount: 0,
    preparingNodeCount: 0,
    runningNodeCount: 0,
    unusableNodeCount: 0,
  };
  const state = { allocationState: "Steady", currentNodeCount: least, targetNodeCount: least, nodeStateCounts: idle };
  return { ...body, properties: { ...body.properties, ...common(body, false), properties: { ...completed, ...state } } };
}

function common(body: Resource, attached: boolean): JsonObject {
  return {
    computeLocation: body.location,
    isAttachedCompute: attached,
    disableLocalAuth: body.properties.disableLocalAuth ?? false,
    provisioningErrors: null,
  };
}

/** The computes of a workspace, by the id that a job or an endpoint gives. */
export function computeOf(host: CloudHost, workspace: Resource, computeId: string): Resource | undefined {
  if (workspaceIdOf(computeId).toLowerCase() !== workspace.id.toLowerCase()) return undefined;
  const compute = host.resources.get(computeId);
  return compute?.type.toLowerCase() === `${WORKSPACE}/computes`.toLowerCase() ? compute : undefined;
}
