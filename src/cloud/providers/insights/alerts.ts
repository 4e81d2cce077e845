import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { flagAt, listAt, objectsAt, requireBetween, requireText, textAt, textsAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { ALERT_NAME } from "./names.ts";

const ACTION_GROUP = "Microsoft.Insights/actionGroups";

/** Rules over logs. Azure runs the query when the rule is made; here only its presence is checked. */
export function scheduledQueryRules(host: CloudHost): TypeSpec {
  return {
    type: "scheduledQueryRules",
    apiVersions: ["2026-03-01", "2023-12-01", "2022-06-15", "2021-08-01"],
    location: "required",
    name: ALERT_NAME,
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit(change) {
      const { body } = change;
      requireScopes(body);
      requireBetween(body, "properties.severity", 0, 4, "BadRequest");
      const conditions = objectsAt(body, "properties.criteria.allOf");
      if (conditions.length === 0) throw badRequest("BadRequest", "properties.criteria.allOf is empty; a rule needs a condition");
      for (const condition of conditions) requireText(condition, "query", "BadRequest");
      if (flagAt(body, "properties.autoMitigate") === true && textAt(body, "properties.muteActionsDuration") !== undefined) {
        throw badRequest("BadRequest", "properties.muteActionsDuration needs properties.autoMitigate to be false");
      }
      for (const id of textsAt(body, "properties.actions.actionGroups")) requireActionGroup(host, change, id);
      return { ...body, properties: withDefaults(body.properties, { enabled: true }) };
    },
  };
}

export function activityLogAlerts(host: CloudHost): TypeSpec {
  return {
    type: "activityLogAlerts",
    apiVersions: ["2026-01-01", "2023-01-01-preview", "2020-10-01"],
    location: "required",
    name: ALERT_NAME,
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit(change) {
      const { body } = change;
      requireScopes(body);
      const fields = objectsAt(body, "properties.condition.allOf").map((leaf) => textAt(leaf, "field"));
      if (!fields.includes("category"))
        throw badRequest("BadRequest", "properties.condition.allOf has no leaf with field category; it is required");
      for (const action of objectsAt(body, "properties.actions.actionGroups"))
        requireActionGroup(host, change, textAt(action, "actionGroupId"));
      return { ...body, properties: withDefaults(body.properties, { enabled: true }) };
    },
  };
}

export function requireScopes(body: Resource): void {
  if (listAt(body, "properties.scopes").length === 0)
    throw badRequest("BadRequest", "properties.scopes is empty; name at least one resource", "properties.scopes");
}

export function requireActionGroup(host: CloudHost, change: Change, id: string | undefined): void {
  referenced(host, change, id ?? "", ACTION_GROUP, "actionGroupId", "ResourceNotFound");
}
