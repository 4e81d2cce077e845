import { parseResourceId, resourceType } from "../../../azure/index.ts";
import type { JsonObject, JsonValue } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import {
  flagAt,
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
import { requireActionGroup, requireScopes } from "./alerts.ts";
import { METRICS } from "./metric-definitions.ts";
import { ALERT_NAME } from "./names.ts";

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
  if (kind.endsWith("MetricCriteria")) for (const condition of conditions) checkMetricCondition(body, condition);
  for (const action of objectsAt(body, "properties.actions")) requireActionGroup(host, change, textAt(action, "actionGroupId"));
  return { ...body, properties: withDefaults(body.properties, { enabled: true, autoMitigate: true, actions: [] }) };
}

function checkMetricCondition(body: Resource, condition: JsonObject): void {
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
  checkMetric(textAt(body, "properties.targetResourceType") ?? typeOf(textsAt(body, "properties.scopes")[0] ?? ""), condition);
}

/** Azure looks the metric up before it keeps the alert, unless it is told that the metric is yet to come. */
function checkMetric(type: string, condition: JsonObject): void {
  const known = METRICS[type.toLowerCase()];
  if (known === undefined || flagAt(condition, "skipMetricValidation") === true) return;
  const namespace = textAt(condition, "metricNamespace")?.toLowerCase();
  if (namespace !== undefined && namespace !== type.toLowerCase()) return;
  const name = textAt(condition, "metricName") ?? "";
  const metric = Object.hasOwn(known, name) ? known[name] : undefined;
  if (metric === undefined) throw badRequest("BadRequest", `${type} has no metric ${name}`, "properties.criteria.allOf");
  const asked = textAt(condition, "timeAggregation")?.toLowerCase();
  if (!metric.aggregations.some((each) => each.toLowerCase() === asked))
    throw badRequest(
      "BadRequest",
      `time aggregation of metric ${name} must be one of ${metric.aggregations.join(", ")}`,
      "properties.criteria.allOf",
    );
  const split = objectsAt(condition, "dimensions").map((dimension) => textAt(dimension, "name") ?? "");
  const unknown = split.find((dimension) => !metric.dimensions.includes(dimension));
  if (unknown !== undefined)
    throw badRequest(
      "BadRequest",
      `metric ${name} has no dimension ${unknown}; it has ${metric.dimensions.join(", ") || "none"}`,
      "properties.criteria.allOf",
    );
}

function typeOf(id: string): string {
  const parsed = parseResourceId(id);
  return (parsed && resourceType(parsed)) ?? "";
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
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
