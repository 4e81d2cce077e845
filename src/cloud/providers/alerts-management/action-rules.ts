import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectsAt, requireOneOf, requireText, textAt, textsAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";

const INVALID = "InvalidRequestContent";
const ACTIONS = ["AddActionGroups", "RemoveAllActionGroups"];

/** Alert processing rules: kept and checked. No alert fires here for them to change. */
export function actionRules(host: CloudHost): TypeSpec {
  return {
    type: "actionRules",
    apiVersions: ["2021-08-08"],
    location: "required",
    name: { pattern: /^[^*<>%:&?\\+/#@{}]{1,260}$/, words: "1 to 260 characters without * < > % : & ? \\ + / # @ { }" },
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit: (change) => admitRule(host, change),
  };
}

function admitRule(host: CloudHost, change: Change): Resource {
  const { body } = change;
  if (body.location?.toLowerCase() !== "global")
    throw badRequest("LocationNotAvailableForResourceType", `location is ${body.location}; an alert processing rule is global`);
  if (textsAt(body, "properties.scopes").length === 0)
    throw badRequest(INVALID, "properties.scopes is empty; a rule looks at one resource, group or subscription at least");
  const actions = objectsAt(body, "properties.actions");
  if (actions.length === 0) throw badRequest(INVALID, "properties.actions is empty; a rule has one at least");
  actions.forEach((action, at) => checkAction(host, change, action, `properties.actions[${at}]`));
  return { ...body, properties: withDefaults(body.properties, { enabled: true }) };
}

function checkAction(host: CloudHost, change: Change, action: JsonObject, path: string): void {
  requireText(action, "actionType", INVALID, path);
  requireOneOf(action, "actionType", ACTIONS, INVALID, path);
  if (textAt(action, "actionType") !== "AddActionGroups") return;
  const groups = textsAt(action, "actionGroupIds");
  if (groups.length === 0) throw badRequest(INVALID, `${path}.actionGroupIds is empty`, `${path}.actionGroupIds`);
  for (const group of groups)
    referenced(host, change, group, "Microsoft.Insights/actionGroups", `${path}.actionGroupIds`, "ResourceNotFound");
}
