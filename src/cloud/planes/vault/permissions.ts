import type { CloudHost, Principal, Resource } from "../../contract.ts";
import { objectsAt, textAt, textsAt } from "../../providers/common/body.ts";
import { VaultRefusal } from "./refusal.ts";

/** What a caller wants: the data action of Azure roles, and the word that access policies have for it. */
export interface Permission {
  readonly action: string;
  readonly policy: string;
}

const SECRETS = "Microsoft.KeyVault/vaults/secrets";
export const PERMISSIONS = {
  get: { action: `${SECRETS}/getSecret/action`, policy: "get" },
  set: { action: `${SECRETS}/setSecret/action`, policy: "set" },
  update: { action: `${SECRETS}/update/action`, policy: "set" },
  list: { action: `${SECRETS}/readMetadata/action`, policy: "list" },
  delete: { action: `${SECRETS}/delete`, policy: "delete" },
  recover: { action: `${SECRETS}/recover/action`, policy: "recover" },
  purge: { action: `${SECRETS}/purge/action`, policy: "purge" },
} as const satisfies Record<string, Permission>;

/** Role assignments decide, or access policies where the vault has `enableRbacAuthorization` false. */
export function requirePermission(
  host: CloudHost,
  vault: Resource,
  principal: Principal,
  permission: Permission,
  secret?: string,
): void {
  const scope = secret === undefined ? vault.id : `${vault.id}/secrets/${secret}`;
  if (vault.properties.enableRbacAuthorization === false) {
    if (policiesAllow(vault, principal, permission.policy)) return;
    throw forbidden(principal, `secrets ${permission.policy}`, vault, "ForbiddenByPolicy");
  }
  if (host.authorizer.allows(principal, permission.action, scope, { data: true })) return;
  throw forbidden(principal, `action '${permission.action}'`, vault, "ForbiddenByRbac");
}

function forbidden(principal: Principal, what: string, vault: Resource, inner: string): VaultRefusal {
  return new VaultRefusal(
    403,
    "Forbidden",
    `the caller '${principal.displayName}' with object id '${principal.objectId}' may not perform ${what} on ${vault.id}`,
    { inner },
  );
}

function policiesAllow(vault: Resource, principal: Principal, word: string): boolean {
  const own = principal.objectId.toLowerCase();
  const mine = objectsAt(vault, "properties.accessPolicies").filter(
    (policy) => textAt(policy, "objectId")?.toLowerCase() === own,
  );
  const words = mine.flatMap((policy) => textsAt(policy, "permissions.secrets")).map((word) => word.toLowerCase());
  return words.includes(word) || words.includes("all");
}
