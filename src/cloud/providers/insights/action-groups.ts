import { NAME_RULES } from "../../../azure/index.ts";
import type { TypeSpec } from "../../contract.ts";
import { flagAt, requireText, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";

const RECEIVERS = [
  "armRoleReceivers",
  "automationRunbookReceivers",
  "azureAppPushReceivers",
  "azureFunctionReceivers",
  "emailReceivers",
  "eventHubReceivers",
  "itsmReceivers",
  "logicAppReceivers",
  "smsReceivers",
  "voiceReceivers",
  "webhookReceivers",
];

export const actionGroups: TypeSpec = {
  type: "actionGroups",
  apiVersions: ["2023-01-01", "2022-06-01", "2021-09-01", "2019-06-01"],
  location: "required",
  name: NAME_RULES["Microsoft.Insights/actionGroups"],
  status: { created: 201, updated: 200, deleted: 200 },
  patch: true,
  admit({ body }) {
    const short = requireText(body, "properties.groupShortName", "BadRequest");
    if (short.length > 12)
      throw badRequest("BadRequest", `properties.groupShortName is ${JSON.stringify(short)}; the most is 12 characters`);
    if (flagAt(body, "properties.enabled") === undefined)
      throw badRequest("BadRequest", "properties.enabled is missing; it is required");
    return { ...body, properties: withDefaults(body.properties, Object.fromEntries(RECEIVERS.map((name) => [name, []]))) };
  },
};
