import type { Program, Resource } from "../../ir/index.ts";

const ROLE_ASSIGNMENT = "microsoft.authorization/roleassignments";

/** A new identity is not everywhere at once, so an assignment to it may be refused for a minute or two. */
const PRINCIPAL_SPREADING = ["PrincipalNotFound"];

/** A role takes minutes to reach the services that check it, so what is ordered after an assignment may come too early. */
const ROLE_SPREADING = [
  "LinkedAuthorizationFailed",
  "CustomKubeletIdentityMissingPermissionError",
  "does not have permission to perform action",
];

/** How Azure Backup says the same. */
const BACKUP_ROLE_SPREADING = [
  "KubernetesBackupListExtensionsError",
  "UserErrorExtensionMSIMissingPermissionsOnBackupStorageLocation",
  "UserErrorBackupStorageLocationNotReady",
];

/** Errors, as regular expressions, after which a resource is tried again. */
export function passingErrors(program: Program, resource: Resource): readonly string[] {
  const isAssignment = (type: string) => type.toLowerCase() === ROLE_ASSIGNMENT;
  if (isAssignment(resource.type)) return PRINCIPAL_SPREADING;
  const waitsForRole = program.resources.some(({ symbol, type }) => isAssignment(type) && resource.dependsOn.includes(symbol));
  if (!waitsForRole) return [];
  return resource.type.toLowerCase().startsWith("microsoft.dataprotection/") ? BACKUP_ROLE_SPREADING : ROLE_SPREADING;
}
