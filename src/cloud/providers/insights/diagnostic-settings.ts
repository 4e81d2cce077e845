import { idKey, NAME_RULES, parseResourceId, resourceType } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectsAt, textAt, withDefaults } from "../common/body.ts";
import { badRequest, conflict } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { referenced } from "../common/references.ts";
import { LOG_CATEGORIES } from "./log-categories.ts";

const TYPE = "Microsoft.Insights/diagnosticSettings";
const MOST_PER_RESOURCE = 5;
const DESTINATIONS = ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"];

export function diagnosticSettings(host: CloudHost): TypeSpec {
  return {
    type: "diagnosticSettings",
    apiVersions: ["2021-05-01-preview", "2017-05-01-preview", "2016-09-01"],
    location: "inherited",
    extension: true,
    name: NAME_RULES[TYPE],
    status: { created: 200, updated: 200, deleted: 200 },
    admit: (change) => admitSetting(host, change),
  };
}

function admitSetting(host: CloudHost, change: Change): Resource {
  const { id, body } = change;
  const target = parentOf(id);
  if (!DESTINATIONS.some((name) => textAt(body.properties, name) !== undefined)) {
    throw badRequest("BadRequest", `properties names no destination; set one of ${DESTINATIONS.join(", ")}`);
  }
  const workspaceId = textAt(body, "properties.workspaceId");
  if (workspaceId !== undefined) {
    referenced(
      host,
      change,
      workspaceId,
      "Microsoft.OperationalInsights/workspaces",
      "properties.workspaceId",
      "ResourceNotFound",
    );
  }
  checkCategories(target, body);
  const others = host.resources
    .below(target, TYPE)
    .filter((other) => idKey(parentOf(other.id)) === idKey(target) && idKey(other.id) !== idKey(id));
  if (others.length >= MOST_PER_RESOURCE) {
    throw badRequest("BadRequest", `${target} has ${others.length} diagnostic settings; the most is ${MOST_PER_RESOURCE}`);
  }
  refuseSecondSink(body, workspaceId, others);
  return { ...body, properties: withDefaults(body.properties, { logs: [], metrics: [] }) };
}

function checkCategories(target: string, body: Resource): void {
  const parsed = parseResourceId(target);
  const type = (parsed && resourceType(parsed)) ?? "";
  const known = LOG_CATEGORIES[type.toLowerCase()];
  for (const log of objectsAt(body, "properties.logs")) {
    const [category, group] = [textAt(log, "category"), textAt(log, "categoryGroup")];
    if ((category === undefined) === (group === undefined)) {
      throw badRequest("BadRequest", "properties.logs[] needs either category or categoryGroup, and not both");
    }
    if (category !== undefined && known !== undefined && !known.some((name) => name.toLowerCase() === category.toLowerCase())) {
      throw badRequest("BadRequest", `category ${category} is not supported by ${type}; supported are ${known.join(", ")}`);
    }
    if (group !== undefined && !["alllogs", "audit"].includes(group.toLowerCase())) {
      throw badRequest("BadRequest", `categoryGroup is ${group}; it must be allLogs or audit`);
    }
  }
  // Retention in diagnostic settings was retired in 2025; only zero is still taken.
  const withRetention = ["logs", "metrics"].flatMap((list) => objectsAt(body, `properties.${list}`)).find(hasRetention);
  if (withRetention !== undefined)
    throw badRequest("BadRequest", "retentionPolicy is retired; use a lifecycle policy of the storage account instead");
}

function hasRetention(item: JsonObject): boolean {
  const policy = item.retentionPolicy;
  return (
    typeof policy === "object" && policy !== null && !Array.isArray(policy) && policy.enabled === true && Number(policy.days) > 0
  );
}

/** One category goes to one workspace once, whatever the number of settings. */
function refuseSecondSink(body: Resource, workspaceId: string | undefined, others: readonly Resource[]): void {
  const mine = new Set(enabledLogs(body));
  for (const other of others) {
    if (workspaceId === undefined || idKey(textAt(other, "properties.workspaceId") ?? "") !== idKey(workspaceId)) continue;
    const shared = enabledLogs(other).find((category) => mine.has(category));
    if (shared !== undefined) {
      throw conflict(
        "Conflict",
        `the setting ${other.name} sends ${shared} to the same workspace already; change that one or choose another workspace`,
      );
    }
  }
}

function enabledLogs(setting: Resource): string[] {
  const logs = objectsAt(setting, "properties.logs").filter((log) => log.enabled === true);
  return logs.flatMap((log) => textAt(log, "category") ?? textAt(log, "categoryGroup") ?? []);
}
