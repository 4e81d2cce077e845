import { isObject, type JsonObject, type JsonValue, jsonEqual } from "../../../../base/index.ts";
import type { Change, CloudHost, Resource } from "../../../contract.ts";
import { at, numberAt, objectAt, requireOneOf, requireText, textAt, withDefaults } from "../../common/body.ts";
import { badRequest, unsupported } from "../../common/faults.ts";
import { hasSucceeded } from "../../common/state.ts";
import { computeOf, instanceTypesOf, isKubernetes } from "../computes.ts";
import { WORKSPACE } from "../versions.ts";
import { requireWorkspace, workspaceIdOf } from "../workspace-of.ts";
import { durationMs, references } from "./reference.ts";

const URI_TYPES = ["uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model"];
/** Members of a job that may change once it is there. */
const MUTABLE = ["displayName", "description", "tags", "properties", "isArchived", "status", "services", "outputs"];

/** All members of a job that mean something here; empty ones of other names say nothing. */
const KNOWN = new Set([
  ...MUTABLE,
  "jobType",
  "command",
  "codeId",
  "computeId",
  "environmentId",
  "environmentVariables",
  "experimentName",
  "identity",
  "inputs",
  "limits",
  "resources",
  // What GET shows and clients send back.
  "parameters",
  "provisioningState",
]);

const DEFAULTS: JsonObject = {
  experimentName: "Default",
  environmentVariables: {},
  inputs: {},
  outputs: {},
  tags: {},
  properties: {},
  isArchived: false,
};

/** Checks a command job and completes it; every other kind of job is refused by name. */
export function admitJob(host: CloudHost, change: Change): Resource {
  const { body, previous } = change;
  if (previous !== undefined) return updateJob(change, previous);
  const type = requireText(body, "properties.jobType", "UserError");
  if (type !== "Command") throw unsupported(`${type} jobs`);
  const properties = withDefaults(body.properties, { ...DEFAULTS, displayName: change.name });
  refuseUnsupported(properties);
  requireText({ properties }, "properties.command", "UserError");
  checkVariables(objectAt(properties, "environmentVariables"));
  checkInputs(objectAt(properties, "inputs"));
  const outputs = checkOutputs(change.name, objectAt(properties, "outputs"));
  checkReferences(properties);
  checkLimits(properties);
  if (change.preflight !== true) checkLinks(host, change, properties);
  const { services: _links, ...kept } = properties;
  return { ...body, properties: { ...kept, outputs, status: "NotStarted" } };
}

function updateJob({ body, name }: Change, previous: Resource): Resource {
  const properties = withDefaults(body.properties, previous.properties);
  for (const member of Object.keys(properties))
    if (!MUTABLE.includes(member) && !jsonEqual(properties[member], previous.properties[member]))
      throw badRequest(
        "UserError",
        `properties.${member} of job ${name} cannot change; submit a new job`,
        `properties.${member}`,
      );
  const { status, outputs } = previous.properties;
  const { services: _links, ...kept } = properties;
  return { ...body, properties: { ...kept, status, outputs } };
}

function refuseUnsupported(properties: JsonObject): void {
  const unknown = Object.keys(properties).find((member) => !KNOWN.has(member) && !isEmpty(properties[member]));
  if (unknown !== undefined) throw unsupported(`properties.${unknown} of a command job`);
  if ((numberAt(properties, "resources.instanceCount") ?? 1) !== 1)
    throw unsupported("jobs on more than one instance (properties.resources.instanceCount)");
  if (at(properties, "resources.dockerArgs") !== undefined)
    throw unsupported("docker arguments (properties.resources.dockerArgs)");
  const own = Object.keys(objectAt(properties, "services")).filter((name) => name !== "Tracking" && name !== "Studio");
  if (own.length > 0) throw unsupported(`interactive job services (properties.services.${own[0]})`);
  requireOneOf({ properties }, "properties.identity.identityType", ["AMLToken", "Managed", "UserIdentity"], "UserError");
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === false || (isObject(value) && Object.values(value).every(isEmpty));
}

function checkVariables(variables: JsonObject): void {
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== "string")
      throw badRequest(
        "UserError",
        `properties.environmentVariables.${name} is ${JSON.stringify(value)}; it must be a text`,
        `properties.environmentVariables.${name}`,
      );
  }
}

function checkInputs(inputs: JsonObject): void {
  for (const [name, input] of Object.entries(inputs)) {
    const path = `properties.inputs.${name}`;
    const type = textAt(input, "jobInputType") ?? "";
    if (type === "literal") {
      const value = textAt(input, "value");
      if (value === undefined || value === "")
        throw badRequest("UserError", `${path}.value must be a text that is not empty; literals are strings`, path);
      continue;
    }
    if (!URI_TYPES.includes(type))
      throw badRequest(
        "UserError",
        `${path}.jobInputType is ${JSON.stringify(type)}; it must be literal or one of ${URI_TYPES.join(", ")}`,
        path,
      );
    requireText({ inputs }, `inputs.${name}.uri`, "UserError");
    const mode = textAt(input, "mode") ?? "Download";
    if (!["Download", "ReadOnlyMount", "Direct"].includes(mode)) throw unsupported(`input mode ${mode} (${path})`);
  }
}

/** Every output gets its place at once, so that it can be read as soon as the job has ended. */
function checkOutputs(job: string, outputs: JsonObject): JsonObject {
  const placed: JsonObject = {};
  for (const [name, output] of Object.entries(outputs)) {
    const path = `properties.outputs.${name}`;
    const type = textAt(output, "jobOutputType") ?? "";
    if (!URI_TYPES.includes(type))
      throw badRequest(
        "UserError",
        `${path}.jobOutputType is ${JSON.stringify(type)}; it must be one of ${URI_TYPES.join(", ")}`,
        path,
      );
    const mode = textAt(output, "mode") ?? "ReadWriteMount";
    if (!["ReadWriteMount", "Upload"].includes(mode)) throw unsupported(`output mode ${mode} (${path})`);
    const uri = textAt(output, "uri") ?? `azureml://datastores/workspaceblobstore/paths/azureml/${job}/${name}/`;
    placed[name] = { ...(isObject(output) ? output : {}), mode, uri };
  }
  return placed;
}

function checkReferences(properties: JsonObject): void {
  const command = textAt(properties, "command") ?? "";
  if (command.includes("$[[")) throw unsupported("optional inputs in a command ($[[...]])");
  for (const { text, target } of references(command)) {
    if (target === undefined || objectAt(properties, target.side)[target.name] === undefined)
      throw badRequest(
        "UserError",
        `properties.command has ${text}, which is no input or output of the job`,
        "properties.command",
      );
  }
}

function checkLimits(properties: JsonObject): void {
  const timeout = textAt(properties, "limits.timeout");
  if (timeout !== undefined && !((durationMs(timeout) ?? 0) > 0))
    throw badRequest(
      "UserError",
      `properties.limits.timeout is ${JSON.stringify(timeout)}; it must be an ISO 8601 duration such as PT1H`,
      "properties.limits.timeout",
    );
}

function checkLinks(host: CloudHost, change: Change, properties: JsonObject): void {
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
