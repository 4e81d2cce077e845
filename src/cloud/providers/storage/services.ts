import type { JsonObject } from "../../../base/index.ts";
import type { Resource, TypeSpec } from "../../contract.ts";
import { flagAt, numberAt, objectAt, objectsAt, requireBetween, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { STORAGE_API_VERSIONS } from "./storage-accounts.ts";

const DEFAULT = { pattern: /^default$/, words: "always default" };

/** Settings of a service of the account: one object that exists with the account, and that a PUT replaces. */
function service(type: string, defaults: JsonObject, check?: (body: Resource) => void): TypeSpec {
  return {
    type: `storageAccounts/${type}`,
    apiVersions: STORAGE_API_VERSIONS,
    location: "inherited",
    name: DEFAULT,
    status: { created: 200, updated: 200, deleted: 200 },
    admit({ body }) {
      check?.(body);
      return { ...body, properties: withDefaults(body.properties, defaults) };
    },
    present: (resource) => ({ ...resource, properties: withDefaults(resource.properties, defaults) }),
    admitDelete() {
      throw badRequest("OperationNotAllowed", `${type}/default is part of the account and cannot be deleted`);
    },
  };
}

export const blobServices = service(
  "blobServices",
  { cors: { corsRules: [] }, deleteRetentionPolicy: { allowPermanentDelete: false, enabled: false } },
  checkBlobService,
);
export const fileServices = service("fileServices", {
  cors: { corsRules: [] },
  protocolSettings: { smb: {} },
  shareDeleteRetentionPolicy: { enabled: true, days: 7 },
});
export const queueServices = service("queueServices", { cors: { corsRules: [] } });
export const tableServices = service("tableServices", { cors: { corsRules: [] } });

function checkBlobService(body: Resource): void {
  for (const policy of ["deleteRetentionPolicy", "containerDeleteRetentionPolicy"]) {
    requireBetween(body, `properties.${policy}.days`, 1, 365, "InvalidXmlDocument");
    if (flagAt(body, `properties.${policy}.enabled`) === true && numberAt(body, `properties.${policy}.days`) === undefined) {
      throw badRequest("InvalidRequestContent", `properties.${policy} is enabled without days`, `properties.${policy}.days`);
    }
  }
  if (flagAt(body, "properties.restorePolicy.enabled") !== true) return;
  // Point-in-time restore reads the change feed, versions and deleted blobs back to its horizon.
  const needs = ["changeFeed.enabled", "isVersioningEnabled", "deleteRetentionPolicy.enabled"].filter(
    (path) => flagAt(body, `properties.${path}`) !== true,
  );
  if (needs.length > 0)
    throw badRequest("Conflict", `properties.restorePolicy is enabled; it needs ${needs.join(", ")} to be true as well`);
  const [restore, kept] = [
    numberAt(body, "properties.restorePolicy.days") ?? 0,
    numberAt(body, "properties.deleteRetentionPolicy.days") ?? 0,
  ];
  requireBetween(body, "properties.restorePolicy.days", 1, 364, "InvalidRequestContent");
  const changes = numberAt(body, "properties.changeFeed.retentionInDays");
  if (restore === 0 || (changes !== undefined && changes <= restore))
    throw badRequest(
      "InvalidRequestContent",
      restore === 0
        ? "properties.restorePolicy is enabled without days"
        : `properties.changeFeed.retentionInDays is ${changes}; it must be more than restorePolicy.days, ${restore}`,
    );
  if (restore >= kept) {
    throw badRequest(
      "InvalidRequestContent",
      `properties.restorePolicy.days is ${restore}; it must be less than deleteRetentionPolicy.days, ${kept}`,
    );
  }
}

export const managementPolicies: TypeSpec = {
  type: "storageAccounts/managementPolicies",
  apiVersions: STORAGE_API_VERSIONS,
  location: "inherited",
  name: DEFAULT,
  status: { created: 200, updated: 200, deleted: 200 },
  admit({ body }) {
    const rules = objectsAt(body, "properties.policy.rules");
    if (rules.length === 0)
      throw badRequest("InvalidRequestContent", "properties.policy.rules is empty; a policy needs at least one rule");
    const names = rules.map((rule) => requireText(rule, "name", "InvalidRequestContent").toLowerCase());
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw badRequest("InvalidRequestContent", `properties.policy.rules has two rules named ${twice}`);
    for (const rule of rules) {
      if (rule.type !== "Lifecycle")
        throw badRequest(
          "InvalidRequestContent",
          `rule ${textAt(rule, "name") ?? ""} has type ${JSON.stringify(rule.type)}; it must be Lifecycle`,
        );
      if (Object.keys(objectAt(rule, "definition.actions")).length === 0) {
        throw badRequest("InvalidRequestContent", `rule ${textAt(rule, "name") ?? ""} has no definition.actions`);
      }
    }
    return body;
  },
};
