import { isObject, type JsonObject } from "../../../../base/index.ts";
import { objectAt, requireText, textAt } from "../../common/body.ts";
import { badRequest, unsupported } from "../../common/faults.ts";
import { durationMs, references } from "./reference.ts";

const URI_TYPES = ["uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model"];

/** Names become folders and variables of the process. */
const PORT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

function checkName(path: string, name: string): void {
  if (!PORT_NAME.test(name))
    throw badRequest("UserError", `${path}: the name must be letters, digits and underscores, not starting with a digit`, path);
}

export function checkVariables(variables: JsonObject): void {
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== "string")
      throw badRequest(
        "UserError",
        `properties.environmentVariables.${name} is ${JSON.stringify(value)}; it must be a text`,
        `properties.environmentVariables.${name}`,
      );
  }
}

export function checkInputs(inputs: JsonObject): void {
  for (const [name, input] of Object.entries(inputs)) {
    const path = `properties.inputs.${name}`;
    checkName(path, name);
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
    requireText({ properties: { inputs } }, `${path}.uri`, "UserError");
    const mode = textAt(input, "mode") ?? "Download";
    if (!["Download", "ReadOnlyMount", "Direct"].includes(mode)) throw unsupported(`input mode ${mode} (${path})`);
  }
}

/** Every output gets its place at once, so that it can be read as soon as the job has ended. */
export function checkOutputs(job: string, outputs: JsonObject): JsonObject {
  const placed: JsonObject = {};
  for (const [name, output] of Object.entries(outputs)) {
    const path = `properties.outputs.${name}`;
    checkName(path, name);
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

export function checkReferences(properties: JsonObject): void {
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

export function checkLimits(properties: JsonObject): void {
  const timeout = textAt(properties, "limits.timeout");
  if (timeout !== undefined && !((durationMs(timeout) ?? 0) > 0))
    throw badRequest(
      "UserError",
      `properties.limits.timeout is ${JSON.stringify(timeout)}; it must be an ISO 8601 duration such as PT1H`,
      "properties.limits.timeout",
    );
}
