import { isObject, type JsonObject, type JsonValue, jsonEqual } from "../../../../base/index.ts";
import type { Change, CloudHost, Resource } from "../../../contract.ts";
import { at, numberAt, objectAt, requireOneOf, requireText, withDefaults } from "../../common/body.ts";
import { badRequest, unsupported } from "../../common/faults.ts";
import { checkLinks } from "./links.ts";
import { checkInputs, checkLimits, checkOutputs, checkReferences, checkVariables } from "./rules.ts";

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
