import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";
import { type DeploymentTarget, parseBody } from "../template/index.ts";
import type { Mode } from "./record.ts";

export type ValidationLevel = "Template" | "Provider" | "ProviderNoRbac";

/** The body of a PUT, `validate` or `whatIf`, read and checked. */
export interface DeploymentRequest {
  readonly template: JsonObject;
  readonly parameters: JsonObject;
  readonly mode: Mode;
  readonly location?: string;
  readonly tags?: JsonObject;
  readonly validationLevel: ValidationLevel;
  readonly resultFormat: "FullResourcePayloads" | "ResourceIdOnly";
}

/** Refused by name: ignoring any of them would change what the caller asked for. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  templateLink: "put the template itself in 'template'",
  parametersLink: "put the parameters themselves in 'parameters'",
  onErrorDeployment: "redeploy the earlier deployment yourself",
  extensionConfigs: "extensions are not supported",
  externalInputs: "external inputs are not supported",
  externalInputDefinitions: "external inputs are not supported",
};

export function readRequest(text: string, target: DeploymentTarget): DeploymentRequest {
  const body = parseBody(text);
  const { properties } = body;
  if (!isObject(properties)) throw invalid("the request body has no 'properties'", "properties");
  for (const [name, advice] of Object.entries(UNSUPPORTED)) {
    if (isGiven(properties[name])) throw invalid(`'${name}' is not supported; ${advice}`, name);
  }
  const debug = isObject(properties.debugSetting) ? properties.debugSetting.detailLevel : undefined;
  if (typeof debug === "string" && debug.toLowerCase() !== "none")
    throw invalid(`the debugSetting '${debug}' is not supported; requests and answers are not kept`, "debugSetting");
  const mode = choice(properties.mode, ["Incremental", "Complete"], "mode") ?? "Incremental";
  const location = readLocation(body.location, target);
  if (mode === "Complete" && target.resourceGroup === undefined) {
    throw new ArmFault(400, "InvalidDeploymentMode", "the mode 'Complete' is allowed only for deployments to a resource group", {
      target: "mode",
    });
  }
  const whatIf = isObject(properties.whatIfSettings) ? properties.whatIfSettings : {};
  return {
    template: readTemplateMember(properties.template),
    parameters: readParameters(properties.parameters),
    mode,
    ...(location === undefined ? {} : { location }),
    ...(isObject(body.tags) ? { tags: body.tags } : {}),
    validationLevel:
      choice(properties.validationLevel, ["Template", "Provider", "ProviderNoRbac"], "validationLevel") ?? "Provider",
    resultFormat:
      choice(whatIf.resultFormat, ["FullResourcePayloads", "ResourceIdOnly"], "whatIfSettings.resultFormat") ??
      "FullResourcePayloads",
  };
}

function readTemplateMember(template: JsonValue | undefined): JsonObject {
  if (isObject(template)) return template;
  throw invalid(template === undefined ? "the deployment has no template" : "the template is not an object", "template");
}

/** A whole parameter file is refused, as Azure does: clients send what the file holds under `parameters`. */
function readParameters(parameters: JsonValue | undefined): JsonObject {
  if (!isGiven(parameters)) return {};
  if (!isObject(parameters)) throw invalid("the parameters are not an object", "parameters");
  for (const [name, entry] of Object.entries(parameters)) {
    if (isObject(entry)) continue;
    throw invalid(`the parameter '${name}' is ${JSON.stringify(entry)}, not of the form { "value": ... }`, `parameters.${name}`);
  }
  return parameters;
}

function readLocation(location: JsonValue | undefined, target: DeploymentTarget): string | undefined {
  if (typeof location === "string" && location !== "") {
    if (target.resourceGroup === undefined) return location.toLowerCase().replaceAll(" ", "");
    throw new ArmFault(400, "InvalidDeployment", "a deployment to a resource group has no 'location'; it is that of the group", {
      target: "location",
    });
  }
  if (target.resourceGroup === undefined) {
    throw new ArmFault(400, "LocationRequired", "a deployment to a subscription needs a 'location', where its record is kept", {
      target: "location",
    });
  }
  return undefined;
}

function choice<const T extends string>(value: JsonValue | undefined, choices: readonly T[], name: string): T | undefined {
  if (!isGiven(value)) return undefined;
  const found = choices.find((candidate) => typeof value === "string" && candidate.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw invalid(`'${name}' is ${JSON.stringify(value)}; expected ${choices.join(" or ")}`, name);
  return found;
}

const isGiven = (value: JsonValue | undefined): value is JsonValue => value !== undefined && value !== null;

function invalid(message: string, target: string): ArmFault {
  return new ArmFault(400, "InvalidRequestContent", message, { target });
}
