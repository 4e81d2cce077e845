import { isObject, type JsonObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";
import { objectAt, requireOneOf, requireText, textAt, textsAt } from "../../common/body.ts";
import { badRequest } from "../../common/faults.ts";
import { requireWorkspace, workspaceIdOf } from "../workspace-of.ts";
import { checkSignal } from "./signals.ts";

const PATH = "properties.action.monitorDefinition";
/** Serverless Spark is for these alone. Source: Azure ML's monitoring guide. */
const INSTANCE_TYPES = ["standard_e4s_v3", "standard_e8s_v3", "standard_e16s_v3", "standard_e32s_v3", "standard_e64s_v3"];
const RUNTIMES = ["3.4", "3.3"];

/** What a monitor needs: a Spark pool, something to look at, and signals to look for. */
export function checkMonitor(host: CloudHost, scheduleId: string, monitor: JsonObject): void {
  checkCompute(objectAt(monitor, "computeConfiguration"));
  checkTarget(host, scheduleId, objectAt(monitor, "monitoringTarget"));
  const signals = Object.entries(objectAt(monitor, "signals"));
  if (signals.length === 0)
    throw badRequest("BadRequest", `${PATH}.signals is empty; a monitor has at least one`, `${PATH}.signals`);
  const [, endpoint, deployment] =
    /\/onlineEndpoints\/([^/]+)\/deployments\/([^/]+)$/i.exec(textAt(monitor, "monitoringTarget.deploymentId") ?? "") ?? [];
  const collected = endpoint === undefined ? undefined : `${endpoint}-${deployment}`;
  for (const [name, signal] of signals) {
    if (!isObject(signal)) throw badRequest("BadRequest", `${PATH}.signals.${name} is not an object`);
    checkSignal(host, requireWorkspace(host, scheduleId), `${PATH}.signals.${name}`, signal, collected);
  }
  const address = textsAt(monitor, "alertNotificationSettings.emailNotificationSettings.emails").find(
    (email) => !/^[^@\s]+@[^@\s]+$/.test(email),
  );
  if (address !== undefined)
    throw badRequest("BadRequest", `${PATH}.alertNotificationSettings has ${address}, which is no address`);
}

function checkCompute(compute: JsonObject): void {
  const path = `${PATH}.computeConfiguration`;
  const oneOf = (member: string, allowed: readonly string[]) => {
    requireText(compute, member, "BadRequest", path);
    requireOneOf(compute, member, allowed, "BadRequest", path);
  };
  oneOf("computeType", ["ServerlessSpark"]);
  oneOf("instanceType", INSTANCE_TYPES);
  oneOf("runtimeVersion", RUNTIMES);
  oneOf("computeIdentity.computeIdentityType", ["AmlToken", "ManagedIdentity"]);
}

function checkTarget(host: CloudHost, scheduleId: string, target: JsonObject): void {
  const within = `${PATH}.monitoringTarget`;
  requireText(target, "taskType", "BadRequest", within);
  requireOneOf(target, "taskType", ["Classification", "Regression"], "BadRequest", within);
  const [deployment, model] = [textAt(target, "deploymentId"), textAt(target, "modelId")];
  if (deployment !== undefined) checkExists(host, scheduleId, "deploymentId", deployment, "/onlineEndpoints/", "/deployments/");
  if (model !== undefined) checkExists(host, scheduleId, "modelId", model, "/models/", "/versions/");
}

/** ARM ids, and the short `azureml:` form that Azure ML's clients write in front of them. */
function checkExists(host: CloudHost, scheduleId: string, member: string, given: string, ...words: readonly string[]): void {
  const id = given.replace(/^azureml:(?=\/subscriptions\/)/, "");
  const path = `${PATH}.monitoringTarget.${member}`;
  if (!words.every((word) => id.toLowerCase().includes(word.toLowerCase())))
    throw badRequest("BadRequest", `${path} is ${given}; it must be an ARM id with ${words.join(" and ")}`, path);
  if (workspaceIdOf(id).toLowerCase() !== workspaceIdOf(scheduleId).toLowerCase() || host.resources.get(id) === undefined)
    throw badRequest("BadRequest", `${path} refers to ${id}, which does not exist in the workspace`, path);
}
