import { NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { forgetVault } from "../../planes/vault/index.ts";
import { at, flagAt, numberAt, requireBetween, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";

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

export function vaults(host: CloudHost): TypeSpec {
  return {
    type: "vaults",
    apiVersions: VAULT_API_VERSIONS,
    location: "required",
    name: NAME_RULES[VAULT_TYPE],
    uniqueBy: ({ name }) => name,
    status: { created: 200, updated: 200, deleted: 200 },
    durationMs: 15_000,
    patch: true,
    admit: (change) => admitVault(host, change),
    recovers: isRecovery,
    removed: ({ name }) => forgetVault(host, name),
    softDelete: (vault) => ({
      days: retentionDays(vault),
      purgeable: flagAt(vault, "properties.enablePurgeProtection") !== true,
    }),
  };
}

function admitVault(host: CloudHost, { name, apiVersion, body, previous }: Change): Resource {
  if (isRecovery(body)) {
    if (previous === undefined)
      throw badRequest("BadRequest", `properties.createMode is recover, but no deleted vault is named ${name}`);
    // The vault comes back as it was; what else the body says is for later PUTs.
    return { ...previous };
  }
  checkVault(body, previous);
  const defaults: JsonObject = {
    accessPolicies: [],
    enableSoftDelete: true,
    softDeleteRetentionInDays: retentionDays(previous),
    enableRbacAuthorization: flagAt(previous, "properties.enableRbacAuthorization") ?? apiVersion >= RBAC_BY_DEFAULT,
    enabledForDeployment: false,
    enabledForDiskEncryption: false,
    enabledForTemplateDeployment: false,
    publicNetworkAccess: "Enabled",
    ...(flagAt(previous, "properties.enablePurgeProtection") === true ? { enablePurgeProtection: true } : {}),
  };
  const { createMode: _, ...sent } = body.properties;
  const vaultUri = `https://${name.toLowerCase()}.${host.endpoints.vaultSuffix}/`;
  return { ...body, properties: { ...withDefaults(sent, defaults), vaultUri } };
}

const isRecovery = (body: Resource) => textAt(body, "properties.createMode") === "recover";

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

function retentionDays(vault: Resource | undefined): number {
  return numberAt(vault, "properties.softDeleteRetentionInDays") ?? DEFAULT_RETENTION_DAYS;
}
