import { NAME_RULES, normalizeLocation, REGIONS, sameId } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { numberAt, objectsAt, requireBetween, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, conflict, unsupported } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { BACKUP_API_VERSIONS, INSTANCE_TYPE, VAULT_TYPE } from "./api-versions.ts";

const REDUNDANCIES = ["LocallyRedundant", "ZoneRedundant", "GeoRedundant"];
/** What a vault takes when nothing is said. */
const DEFAULTS = {
  securitySettings: {
    softDeleteSettings: { state: "On", retentionDurationInDays: 14 },
    immutabilitySettings: { state: "Disabled" },
  },
  featureSettings: { crossSubscriptionRestoreSettings: { state: "Enabled" } },
};

export function backupVaults(host: CloudHost): TypeSpec {
  return {
    type: "backupVaults",
    apiVersions: BACKUP_API_VERSIONS,
    location: "required",
    name: NAME_RULES[VAULT_TYPE],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 30_000,
    deleteDurationMs: 10_000,
    patch: true,
    immutable: ["properties.storageSettings"],
    admit: (change) => admitVault(change),
    admitDelete({ id, name }) {
      const [kept] = host.resources.below(id, INSTANCE_TYPE);
      if (kept !== undefined)
        throw conflict(
          "BackupVaultHasBackupInstances",
          `backup vault ${name} cannot be deleted, as there are backup instances in it: ${kept.name}; delete them first`,
        );
      const deleted = host.resources.softDeleted(INSTANCE_TYPE).find(({ resource }) => sameId(parentOf(resource.id), id));
      if (deleted !== undefined)
        throw conflict(
          "BackupVaultHasSoftDeletedBackupInstances",
          `backup vault ${name} cannot be deleted before ${new Date(deleted.purgeAt).toISOString()}: until then ${deleted.resource.name} is soft-deleted in it`,
        );
    },
  };
}

function admitVault({ body, previous }: Change): Resource {
  const settings = objectsAt(body, "properties.storageSettings");
  if (settings.length === 0)
    throw badRequest(
      "InvalidRequestContent",
      "properties.storageSettings is missing; it is required",
      "properties.storageSettings",
    );
  for (const setting of settings) {
    requireText(setting, "type", "InvalidRequestContent");
    requireOneOf(setting, "type", REDUNDANCIES, "InvalidRequestContent");
    requireOneOf(setting, "datastoreType", ["VaultStore", "OperationalStore", "ArchiveStore"], "InvalidRequestContent");
  }
  requireOneOf(body, "properties.securitySettings.softDeleteSettings.state", ["Off", "On", "AlwaysOn"], "InvalidRequestContent");
  requireBetween(
    body,
    "properties.securitySettings.softDeleteSettings.retentionDurationInDays",
    14,
    180,
    "InvalidRequestContent",
  );
  requireOneOf(
    body,
    "properties.securitySettings.immutabilitySettings.state",
    ["Disabled", "Unlocked", "Locked"],
    "InvalidRequestContent",
  );
  checkTightening(body, previous);
  checkRegion(body);
  return { ...body, properties: withDefaults(body.properties, DEFAULTS) };
}

/** Protections that Azure never takes back. */
function checkTightening(body: Resource, previous: Resource | undefined): void {
  const soft = "properties.securitySettings.softDeleteSettings.state";
  if (textAt(previous, soft) === "AlwaysOn" && textAt(body, soft) !== undefined && textAt(body, soft) !== "AlwaysOn")
    throw badRequest("BMSUserErrorInvalidInput", `${soft} is AlwaysOn and stays so`, soft);
  const immutability = "properties.securitySettings.immutabilitySettings.state";
  if (textAt(previous, immutability) === "Locked" && textAt(body, immutability) !== "Locked")
    throw badRequest("BMSUserErrorInvalidInput", `${immutability} is Locked and stays so`, immutability);
  if (textAt(body, immutability) !== undefined && textAt(body, immutability) !== "Disabled")
    throw unsupported("immutable backup vaults");
}

/** Some regions keep what is deleted, whether a vault wants it or not. */
function checkRegion(body: Resource): void {
  const state = "properties.securitySettings.softDeleteSettings.state";
  const region = REGIONS[normalizeLocation(body.location ?? "")];
  if (region?.keepsDeletedBackups === true && textAt(body, state) === "Off")
    throw badRequest(
      "BMSUserErrorInvalidInput",
      `${state} is Off, and soft delete cannot be off in ${region.displayName}`,
      state,
    );
}

/** Whether what is deleted in the vault is kept for some days, and for how many. */
export function softDeleteDays(vault: Resource | undefined): number {
  const settings = "properties.securitySettings.softDeleteSettings";
  if (vault === undefined || textAt(vault, `${settings}.state`) === "Off") return 0;
  return numberAt(vault, `${settings}.retentionDurationInDays`) ?? 14;
}
