import { NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { at, flagAt, numberAt, requireBetween, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, conflict } from "../common/faults.ts";
import { nameHolder } from "../common/global-name.ts";
import type { Graveyard } from "../common/graveyard.ts";

export const VAULT_TYPE = "Microsoft.KeyVault/vaults";
export const VAULT_API_VERSIONS = [
  "2026-02-01",
  "2025-05-01",
  "2024-11-01",
  "2023-07-01",
  "2023-02-01",
  "2022-07-01",
  "2021-10-01",
  "2019-09-01",
];
const DEFAULT_RETENTION_DAYS = 90;
/** From this version on, role assignments decide unless the body says otherwise. */
const RBAC_BY_DEFAULT = "2026-02-01";

export function vaults(host: CloudHost, deleted: Graveyard): TypeSpec {
  return {
    type: "vaults",
    apiVersions: VAULT_API_VERSIONS,
    location: "required",
    name: NAME_RULES[VAULT_TYPE],
    status: { created: 200, updated: 200, deleted: 200 },
    durationMs: 15_000,
    patch: true,
    admit: (change) => admitVault(host, deleted, change),
    removed(vault) {
      deleted.bury(vault.name, vault, retentionDays(vault));
    },
  };
}

function admitVault(host: CloudHost, deleted: Graveyard, change: Change): Resource {
  const { id, name, body, previous } = change;
  const buried = previous === undefined ? deleted.find(name) : undefined;
  const recover = textAt(body, "properties.createMode") === "recover";
  if (nameHolder(host, VAULT_TYPE, name, id) !== undefined) {
    throw conflict("VaultAlreadyExists", `the vault name ${name} is already in use; vault names are global`);
  }
  if (buried !== undefined && !recover) {
    throw conflict(
      "ConflictError",
      `a vault named ${name} exists in deleted state until ${new Date(buried.purgeAt).toISOString()}; recover it with createMode recover, purge it, or take another name`,
    );
  }
  if (buried !== undefined) return recovered(host, deleted, change, buried.resource);
  if (recover && previous === undefined)
    throw badRequest("BadRequest", `properties.createMode is recover, but no deleted vault is named ${name}`);
  checkVault(body, previous);
  const rbac = change.apiVersion >= RBAC_BY_DEFAULT;
  const defaults: JsonObject = {
    accessPolicies: [],
    enableSoftDelete: true,
    softDeleteRetentionInDays: retentionDays(previous),
    enableRbacAuthorization: flagAt(previous, "properties.enableRbacAuthorization") ?? rbac,
    enabledForDeployment: false,
    enabledForDiskEncryption: false,
    enabledForTemplateDeployment: false,
    publicNetworkAccess: "Enabled",
    ...(flagAt(previous, "properties.enablePurgeProtection") === true ? { enablePurgeProtection: true } : {}),
  };
  const { createMode: _, ...sent } = body.properties;
  return {
    ...body,
    properties: { ...withDefaults(sent, defaults), vaultUri: `https://${name.toLowerCase()}.${host.endpoints.vaultSuffix}/` },
  };
}

/** The deleted vault comes back as it was; what the body says beside `createMode` is for later PUTs. */
function recovered(host: CloudHost, deleted: Graveyard, change: Change, vault: Resource): Resource {
  if (vault.id.toLowerCase() !== change.id.toLowerCase()) {
    throw badRequest("BadRequest", `the deleted vault ${change.name} was ${vault.id}; it can only be recovered there`);
  }
  if (change.preflight !== true) {
    deleted.purge(change.name);
    host.log("key-vault.recovered", { id: vault.id });
  }
  return { ...vault, location: vault.location, properties: { ...vault.properties } };
}

function checkVault(body: Resource, previous: Resource | undefined): void {
  requireText(body, "properties.tenantId", "BadRequest");
  requireText(body, "properties.sku.name", "BadRequest");
  requireOneOf(body, "properties.sku.name", ["standard", "premium"], "BadRequest");
  requireOneOf(body, "properties.sku.family", ["A"], "BadRequest");
  requireOneOf(body, "properties.networkAcls.defaultAction", ["Allow", "Deny"], "BadRequest");
  requireBetween(body, "properties.softDeleteRetentionInDays", 7, 90, "BadRequest");
  // Azure takes `true` or nothing for these two: both protections are irreversible.
  for (const path of ["properties.enablePurgeProtection", "properties.enableSoftDelete"]) {
    if (at(body, path) === false) throw badRequest("BadRequest", `${path} cannot be false; leave it out or set it to true`, path);
  }
  const [days, before] = [
    numberAt(body, "properties.softDeleteRetentionInDays"),
    numberAt(previous, "properties.softDeleteRetentionInDays"),
  ];
  if (days !== undefined && before !== undefined && days !== before) {
    throw badRequest(
      "BadRequest",
      `properties.softDeleteRetentionInDays is ${before} and cannot be changed to ${days}`,
      "properties.softDeleteRetentionInDays",
    );
  }
}

export function retentionDays(vault: Resource | undefined): number {
  return numberAt(vault, "properties.softDeleteRetentionInDays") ?? DEFAULT_RETENTION_DAYS;
}
