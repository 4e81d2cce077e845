import type { JsonObject, JsonValue } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import {
  flagAt,
  listAt,
  objectAt,
  objectsAt,
  requireBetween,
  requireOneOf,
  requireText,
  textAt,
  textsAt,
  withDefaults,
} from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { ALERT_NAME } from "./names.ts";

const ACTION_GROUP = "Microsoft.Insights/actionGroups";
const METRIC_FREQUENCIES = ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H"];
const METRIC_WINDOWS = [...METRIC_FREQUENCIES, "PT6H", "PT12H", "P1D"];
const CRITERIA = [
  "SingleResourceMultipleMetricCriteria",
  "MultipleResourceMultipleMetricCriteria",
  "WebtestLocationAvailabilityCriteria",
  "PromQLCriteria",
];
const OPERATORS = ["Equals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"];
const AGGREGATIONS = ["Average", "Count", "Minimum", "Maximum", "Total"];

export function metricAlerts(host: CloudHost): TypeSpec {
  return {
    type: "metricAlerts",
    apiVersions: ["2026-01-01", "2024-03-01-preview", "2018-03-01"],
    location: "required",
    name: ALERT_NAME,
    status: { created: 200, updated: 200, deleted: 200 },
    patch: true,
    admit: (change) => admitMetricAlert(host, change),
  };
}

function admitMetricAlert(host: CloudHost, change: Change): Resource {
  const { body } = change;
  requireScopes(body);
  requireBetween(body, "properties.severity", 0, 4, "BadRequest");
  if (body.properties.severity === undefined)
    throw badRequest("BadRequest", "properties.severity is missing; it must be 0 to 4", "properties.severity");
  requireText(body, "properties.evaluationFrequency", "BadRequest");
  requireText(body, "properties.windowSize", "BadRequest");
  requireOneOf(body, "properties.evaluationFrequency", METRIC_FREQUENCIES, "BadRequest");
  requireOneOf(body, "properties.windowSize", METRIC_WINDOWS, "BadRequest");
  requireWindow(body, METRIC_WINDOWS);
  const kind = text(objectAt(body, "properties.criteria")["odata.type"]);
  if (!CRITERIA.some((name) => kind.endsWith(`.${name}`))) {
    throw badRequest(
      "BadRequest",
      `properties.criteria.odata.type is ${JSON.stringify(kind)}; it must end in one of ${CRITERIA.join(", ")}`,
    );
  }
  const conditions = objectsAt(body, "properties.criteria.allOf");
  if (conditions.length === 0 && !kind.endsWith(".WebtestLocationAvailabilityCriteria")) {
    throw badRequest("BadRequest", "properties.criteria.allOf is empty; an alert needs at least one condition");
  }
  if (kind.endsWith("MetricCriteria")) for (const condition of conditions) checkMetricCondition(condition);
  for (const action of objectsAt(body, "properties.actions")) requireActionGroup(host, change, textAt(action, "actionGroupId"));
  return { ...body, properties: withDefaults(body.properties, { enabled: true, autoMitigate: true, actions: [] }) };
}

function checkMetricCondition(condition: JsonObject): void {
  for (const member of ["name", "metricName", "operator", "timeAggregation"]) requireText(condition, member, "BadRequest");
  const dynamic = condition.criterionType === "DynamicThresholdCriterion";
  requireOneOf(condition, "operator", dynamic ? ["GreaterThan", "LessThan", "GreaterOrLessThan"] : OPERATORS, "BadRequest");
  requireOneOf(condition, "timeAggregation", AGGREGATIONS, "BadRequest");
  if (!dynamic && typeof condition.threshold !== "number") {
    throw badRequest(
      "BadRequest",
      `condition ${textAt(condition, "name") ?? ""} has threshold ${JSON.stringify(condition.threshold)}; it must be a number`,
    );
  }
}

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

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function requireScopes(body: Resource): void {
  if (listAt(body, "properties.scopes").length === 0)
    throw badRequest("BadRequest", "properties.scopes is empty; name at least one resource", "properties.scopes");
}

function requireWindow(body: Resource, order: readonly string[]): void {
  const [frequency, window] = ["evaluationFrequency", "windowSize"].map((name) => textAt(body.properties, name) ?? "");
  if (order.indexOf(window ?? "") < order.indexOf(frequency ?? "")) {
    throw badRequest(
      "BadRequest",
      `properties.windowSize is ${window}, shorter than evaluationFrequency, ${frequency}`,
      "properties.windowSize",
    );
  }
}

function requireActionGroup(host: CloudHost, change: Change, id: string | undefined): void {
  referenced(host, change, id ?? "", ACTION_GROUP, "actionGroupId", "ResourceNotFound");
}
