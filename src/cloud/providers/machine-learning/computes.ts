import { NAME_RULES } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, requireText, textAt } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { allocate, presentCluster } from "./allocation.ts";
import { admitAmlCompute } from "./aml-compute.ts";
import { attachKubernetes } from "./kubernetes-attach.ts";
import { admitKubernetes } from "./kubernetes-compute.ts";
import { ML_API_VERSIONS, WORKSPACE } from "./versions.ts";
import { workspaceIdOf } from "./workspace-of.ts";

/** `changed` runs when a cluster may have other nodes than before, or is gone. */
export function computes(host: CloudHost, changed: () => void): TypeSpec {
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
      if (!isKubernetes(compute)) return allocate(host, compute);
      attachKubernetes(host, compute);
      return undefined;
    },
    stored: changed,
    // What is removed is still stored while this runs.
    removed: () => void setImmediate(changed),
    present: (compute) => (isKubernetes(compute) ? compute : presentCluster(host, compute)),
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

/** The computes of a workspace, by the id that a job or an endpoint gives. */
export function computeOf(host: CloudHost, workspace: Resource, computeId: string): Resource | undefined {
  if (workspaceIdOf(computeId).toLowerCase() !== workspace.id.toLowerCase()) return undefined;
  const compute = host.resources.get(computeId);
  return compute?.type.toLowerCase() === `${WORKSPACE}/computes`.toLowerCase() ? compute : undefined;
}
