import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectsAt, requireBetween, requireText, textAt, textsAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { isOfType, referenced } from "../common/references.ts";

const ACCOUNT = "Microsoft.Monitor/accounts";
const MOST_RULES = 20;

/** Rules over the metrics of an Azure Monitor workspace. Expressions are kept, not run. */
export function prometheusRuleGroups(host: CloudHost): TypeSpec {
  return {
    type: "prometheusRuleGroups",
    apiVersions: ["2023-03-01", "2021-07-22-preview"],
    location: "required",
    name: { pattern: /^[^:@/#{}%&+*<>?]{1,260}$/, words: "1 to 260 characters without : @ / # { } % & + * < > ?" },
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit: (change) => admitGroup(host, change),
  };
}

function admitGroup(host: CloudHost, change: Change): Resource {
  const { body } = change;
  const account = textsAt(body, "properties.scopes").find((id) => isOfType(id, ACCOUNT));
  if (account === undefined)
    throw badRequest(
      "InvalidRequestContent",
      `properties.scopes names no ${ACCOUNT}; a group reads the metrics of one`,
      "properties.scopes",
    );
  referenced(host, change, account, ACCOUNT, "properties.scopes", "ResourceNotFound");
  const rules = objectsAt(body, "properties.rules");
  if (rules.length === 0 || rules.length > MOST_RULES)
    throw badRequest(
      "InvalidRequestContent",
      `properties.rules has ${rules.length} rules; it must have 1 to ${MOST_RULES}`,
      "properties.rules",
    );
  for (const rule of rules) checkRule(host, change, rule);
  return { ...body, properties: withDefaults(body.properties, { enabled: true, interval: "PT1M" }) };
}

function checkRule(host: CloudHost, change: Change, rule: JsonObject): void {
  requireText(rule, "expression", "InvalidRequestContent");
  if ((textAt(rule, "alert") === undefined) === (textAt(rule, "record") === undefined))
    throw badRequest("InvalidRequestContent", "properties.rules[] needs either alert or record, and not both");
  requireBetween(rule, "severity", 0, 4, "InvalidRequestContent");
  for (const action of objectsAt(rule, "actions"))
    referenced(
      host,
      change,
      textAt(action, "actionGroupId") ?? "",
      "Microsoft.Insights/actionGroups",
      "properties.rules[].actions[].actionGroupId",
      "ResourceNotFound",
    );
}
