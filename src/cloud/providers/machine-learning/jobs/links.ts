import type { JsonObject } from "../../../../base/index.ts";
import type { Change, CloudHost } from "../../../contract.ts";
import { requireText, textAt } from "../../common/body.ts";
import { badRequest, unsupported } from "../../common/faults.ts";
import { hasSucceeded } from "../../common/state.ts";
import { computeOf, instanceTypesOf, isKubernetes } from "../computes.ts";
import { WORKSPACE } from "../versions.ts";
import { requireWorkspace, workspaceIdOf } from "../workspace-of.ts";

/** The compute, environment and code that a job names must be there, in its workspace. */
export function checkLinks(host: CloudHost, change: Change, properties: JsonObject): void {
  const workspace = requireWorkspace(host, change.id);
  const computeId = textAt(properties, "computeId");
  if (computeId === undefined) throw unsupported("serverless compute (a job without properties.computeId)");
  const compute = computeOf(host, workspace, computeId);
  if (compute === undefined)
    throw badRequest(
      "UserError",
      `properties.computeId is ${computeId}; workspace ${workspace.name} has no such compute`,
      "properties.computeId",
    );
  if (!hasSucceeded(compute))
    throw badRequest(
      "UserError",
      `compute ${compute.name} is ${textAt(compute.properties, "provisioningState") ?? "unknown"}, not Succeeded`,
      "properties.computeId",
    );
  const instanceType = textAt(properties, "resources.instanceType");
  if (instanceType !== undefined && isKubernetes(compute) && !instanceTypesOf(compute).includes(instanceType))
    throw badRequest(
      "UserError",
      `properties.resources.instanceType is ${instanceType}; compute ${compute.name} has ${instanceTypesOf(compute).join(", ")}`,
      "properties.resources.instanceType",
    );
  checkVersion(host, change, properties, "environmentId", "environments", true);
  checkVersion(host, change, properties, "codeId", "codes", false);
}

function checkVersion(
  host: CloudHost,
  change: Change,
  properties: JsonObject,
  member: string,
  collection: string,
  required: boolean,
): void {
  const path = `properties.${member}`;
  const given = textAt(properties, member);
  if (given === undefined && !required) return;
  const id = requireText({ properties }, path, "UserError");
  if (id.startsWith("azureml://registries/")) throw unsupported(`assets of a registry (${path})`);
  const found = host.resources.get(id.replace(/^azureml:/, ""));
  const mine = workspaceIdOf(found?.id ?? "").toLowerCase() === workspaceIdOf(change.id).toLowerCase();
  if (found === undefined || !mine || found.type.toLowerCase() !== `${WORKSPACE}/${collection}/versions`.toLowerCase())
    throw badRequest("UserError", `${path} is ${id}; no such version exists below ${collection} of the workspace`, path);
}
