import type { CloudHost, Principal, Resource } from "../../../contract.ts";
import { flagAt, textAt } from "../../../providers/common/body.ts";
import type { Scope } from "./scopes.ts";

/** Who wants a token: somebody of Microsoft Entra, the registry's own administrator, or nobody. */
export type Caller = Principal | "admin" | "anonymous";

const REGISTRY = "Microsoft.ContainerRegistry/registries";

interface Grant {
  /** In registries whose roles count for everything in them. */
  readonly legacy: string;
  /** In registries with roles by repository, a data action. */
  readonly data: string;
}

/** Azure's permission for each action of a scope. */
const REPOSITORY_GRANTS: Readonly<Record<string, Grant>> = {
  pull: { legacy: "pull/read", data: "repositories/content/read" },
  push: { legacy: "push/write", data: "repositories/content/write" },
  delete: { legacy: "artifacts/delete", data: "repositories/content/delete" },
  metadata_read: { legacy: "pull/read", data: "repositories/metadata/read" },
  metadata_write: { legacy: "push/write", data: "repositories/metadata/write" },
  deleted_read: { legacy: "deleted/read", data: "deletedrepositories/read" },
  deleted_restore: { legacy: "deleted/restore/action", data: "deletedrepositories/restore/action" },
};
const CATALOG: Grant = { legacy: "pull/read", data: "catalog/read" };

/** Of what a scope asks for, what the caller may. */
export function grantedScope(host: CloudHost, registry: Resource, caller: Caller, scope: Scope): Scope {
  const known = scope.type === "repository" ? Object.keys(REPOSITORY_GRANTS) : ["*"];
  const asked = scope.type === "repository" && scope.actions.includes("*") ? known : scope.actions;
  return { ...scope, actions: asked.filter((action) => known.includes(action) && may(host, registry, caller, scope, action)) };
}

function may(host: CloudHost, registry: Resource, caller: Caller, scope: Scope, action: string): boolean {
  if (caller === "admin") return true;
  if (caller === "anonymous") return scope.type === "repository" && action === "pull" && allowsAnonymous(registry);
  const grant = scope.type === "repository" ? REPOSITORY_GRANTS[action] : isCatalog(scope) ? CATALOG : undefined;
  if (grant === undefined) return false;
  return usesRepositoryRoles(registry)
    ? host.authorizer.allows(caller, `${REGISTRY}/${grant.data}`, registry.id, { data: true })
    : host.authorizer.allows(caller, `${REGISTRY}/${grant.legacy}`, registry.id);
}

function isCatalog({ type, name }: Scope): boolean {
  return type === "registry" && (name === "catalog" || name === "deleted_catalog");
}

/** With roles by repository, AcrPull and AcrPush open nothing. */
export function usesRepositoryRoles(registry: Resource): boolean {
  return textAt(registry, "properties.roleAssignmentMode") === "AbacRepositoryPermissions";
}

export function allowsAnonymous(registry: Resource): boolean {
  return flagAt(registry, "properties.anonymousPullEnabled") === true;
}
