import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectsAt, requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest, conflict, unsupported } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { BACKUP_API_VERSIONS, CLUSTER_TYPE, INSTANCE_TYPE } from "./api-versions.ts";

const CODE = "BMSUserErrorInvalidInput";
/** `R/{start}/{period}`; clusters are backed up every 4, 6, 8 or 12 hours, daily or weekly. */
const INTERVAL = /^R\/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})\/(PT(?:4|6|8|12)H|P1D|P1W)$/;
/** Snapshots are kept for up to 360 days. */
const LONGEST_DAYS = 360;

export function backupPolicies(host: CloudHost): TypeSpec {
  return {
    type: "backupVaults/backupPolicies",
    apiVersions: BACKUP_API_VERSIONS,
    location: "inherited",
    name: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,149}$|^[a-z]{3}$/,
      words: "3 to 150 letters, digits and hyphens, starting with a letter or digit",
    },
    status: { created: 200, updated: 200, deleted: 200 },
    immutable: ["properties.policyRules", "properties.datasourceTypes"],
    admit({ body }) {
      checkPolicy(body);
      return body;
    },
    admitDelete({ id, name }) {
      const user = host.resources
        .below(parentOf(id), INSTANCE_TYPE)
        .find((instance) => textAt(instance, "properties.policyInfo.policyId")?.toLowerCase() === id.toLowerCase());
      if (user !== undefined)
        throw conflict("BackupPolicyInUse", `backup policy ${name} protects ${user.name}; delete the backup instance first`);
    },
  };
}

function checkPolicy(body: Resource): void {
  requireText(body, "properties.objectType", CODE);
  const types = textsAt(body, "properties.datasourceTypes");
  if (types.length !== 1) throw badRequest(CODE, "properties.datasourceTypes names one type", "properties.datasourceTypes");
  if (types[0]?.toLowerCase() !== CLUSTER_TYPE.toLowerCase()) throw unsupported(`backup of ${types[0]}`);
  const rules = objectsAt(body, "properties.policyRules");
  const backups = rules.filter((rule) => rule.objectType === "AzureBackupRule");
  const retentions = rules.filter((rule) => rule.objectType === "AzureRetentionRule");
  const names = rules.map((rule) => requireText(rule, "name", CODE));
  if (new Set(names).size < names.length) throw badRequest(CODE, "two of properties.policyRules have one name");
  if (backups.length !== 1) throw badRequest(CODE, `properties.policyRules has ${backups.length} AzureBackupRule; it has one`);
  if (retentions.filter((rule) => rule.isDefault === true).length !== 1)
    throw badRequest(CODE, "properties.policyRules has one AzureRetentionRule with isDefault true");
  for (const rule of backups) checkBackup(rule, names);
  for (const rule of retentions) checkRetention(rule);
}

function checkBackup(rule: JsonObject, names: readonly string[]): void {
  checkStore(rule, "dataStore");
  const intervals = textsAt(rule, "trigger.schedule.repeatingTimeIntervals");
  const wrong = intervals.length === 0 ? "nothing" : intervals.find((interval) => !INTERVAL.test(interval));
  if (wrong !== undefined)
    throw badRequest(
      CODE,
      `repeatingTimeIntervals has ${wrong}; clusters are backed up every 4, 6, 8 or 12 hours, daily or weekly: R/2026-01-01T02:00:00+00:00/PT12H`,
    );
  const tags = objectsAt(rule, "trigger.taggingCriteria");
  if (tags.filter((tag) => tag.isDefault === true).length !== 1)
    throw badRequest(CODE, "trigger.taggingCriteria has one entry with isDefault true");
  const unknown = tags.map((tag) => textAt(tag, "tagInfo.tagName") ?? "").find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw badRequest(CODE, `trigger.taggingCriteria names the tag ${unknown}, but no AzureRetentionRule has that name`);
}

function checkRetention(rule: JsonObject): void {
  const cycles = objectsAt(rule, "lifecycles");
  if (cycles.length === 0) throw badRequest(CODE, `retention rule ${textAt(rule, "name")} has no lifecycles`);
  for (const cycle of cycles) {
    checkStore(cycle, "sourceDataStore");
    if (objectsAt(cycle, "targetDataStoreCopySettings").length > 0) throw unsupported("copies of backups in the vault tier");
    const text = textAt(cycle, "deleteAfter.duration") ?? "";
    const [, amount = "", unit = ""] = /^P(\d+)([DWM])$/.exec(text) ?? [];
    const days = Number(amount) * ({ D: 1, W: 7, M: 30 }[unit] ?? Number.NaN);
    if (!(days >= 1 && days <= LONGEST_DAYS))
      throw badRequest(CODE, `deleteAfter.duration is ${JSON.stringify(text)}; snapshots are kept from P1D to P${LONGEST_DAYS}D`);
  }
}

/** Snapshots are the operational store; the vault's own store is another way of keeping them. */
function checkStore(of: JsonObject, path: string): void {
  const store = requireText(of, `${path}.dataStoreType`, CODE);
  if (store !== "OperationalStore") throw unsupported(`backups of clusters in ${store}`);
}
