import { isObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { at, listAt, numberAt, objectAt, requireBetween, requireOneOf, requireText, textAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";

const GRAINS = ["Monthly", "Quarterly", "Annually", "BillingMonth", "BillingQuarter", "BillingAnnual"];
const MOST_NOTIFICATIONS = 5;

/** Budgets of a resource group or of the subscription. Nothing is spent here, so none is ever exceeded. */
export function budgets(host: CloudHost): TypeSpec {
  return {
    type: "budgets",
    apiVersions: ["2026-06-01", "2024-08-01", "2023-11-01", "2021-10-01"],
    location: "inherited",
    ofSubscription: true,
    name: { pattern: /^[A-Za-z0-9_-]{1,63}$/, words: "1 to 63 letters, digits, underscores and hyphens" },
    status: { created: 201, updated: 200, deleted: 200 },
    admit: (change) => admitBudget(host, change),
  };
}

function admitBudget(host: CloudHost, { body, previous }: Change): Resource {
  requireOneOf(body, "properties.category", ["Cost"], "400");
  requireOneOf(body, "properties.timeGrain", GRAINS, "400");
  requireText(body, "properties.timeGrain", "400");
  if ((numberAt(body, "properties.amount") ?? 0) <= 0)
    throw badRequest("400", "properties.amount must be a number greater than 0", "properties.amount");
  checkStart(host, body, previous);
  checkFilter(body);
  const notifications = Object.entries(objectAt(body, "properties.notifications"));
  if (notifications.length > MOST_NOTIFICATIONS)
    throw badRequest("400", `properties.notifications has ${notifications.length} entries; the most is ${MOST_NOTIFICATIONS}`);
  for (const [name, notification] of notifications) {
    const to = ["contactEmails", "contactGroups", "contactRoles"].flatMap((list) => listAt(notification ?? null, list));
    if (!isObject(notification) || to.length === 0)
      throw badRequest("400", `properties.notifications.${name} has nobody to tell; name e-mails, action groups or roles`);
    requireBetween(notification, "threshold", 0, 1000, "400", `properties.notifications.${name}`);
  }
  return { ...body, properties: { ...body.properties, currentSpend: { amount: 0, unit: "USD" } } };
}

/** The first of a month, not long past when the budget is new, and fixed from then on. */
function checkStart(host: CloudHost, body: Resource, previous: Resource | undefined): void {
  const path = "properties.timePeriod.startDate";
  const text = requireText(body, path, "400");
  const start = new Date(text);
  if (Number.isNaN(start.getTime()) || start.getUTCDate() !== 1)
    throw badRequest("400", `${path} is ${text}; it must be the first of a month`, path);
  const before = textAt(previous, path);
  if (before !== undefined) {
    if (new Date(before).getTime() !== start.getTime())
      throw badRequest("400", `${path} is ${before} and cannot be changed to ${text}`, path);
    return;
  }
  const now = new Date(host.clock.now());
  if (start.getTime() < Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))
    throw badRequest("400", `${path} is ${text}; a new budget cannot start before the current month`, path);
}

const DIMENSIONS = ["ResourceGroupName", "ResourceId", "ResourceType", "ResourceLocation", "MeterCategory", "ServiceName"];

/** One dimension or tag with its values, or several joined by `and`. */
function checkFilter(body: Resource): void {
  const filter = objectAt(body, "properties.filter");
  const parts = listAt(filter, "and");
  const whole = [[filter, "properties.filter"]] as const;
  const places = parts.map((part, index) => [part, `properties.filter.and[${index}]`] as const);
  for (const [part, path] of places.length === 0 ? whole : places) {
    for (const kind of ["dimensions", "tags"]) {
      if (at(part, kind) === undefined) continue;
      const comparison = objectAt(part, kind);
      const within = `${path}.${kind}`;
      if (kind === "dimensions") requireOneOf(comparison, "name", DIMENSIONS, "400", within);
      requireText(comparison, "name", "400", within);
      requireOneOf(comparison, "operator", ["In"], "400", within);
      if (listAt(comparison, "values").length === 0)
        throw badRequest("400", `${within} of ${textAt(comparison, "name")} has no values`, within);
    }
  }
}
