import type { ExistingResource } from "../../ir/index.ts";

/**
 * Types whose resources come with their parent. AzAPI refuses to create what exists, so these are `azapi_update_resource`:
 * written, and left where they are when Terraform destroys.
 */
const INHERENT: ReadonlySet<string> = new Set([
  "microsoft.storage/storageaccounts/blobservices",
  "microsoft.storage/storageaccounts/fileservices",
  "microsoft.storage/storageaccounts/queueservices",
  "microsoft.storage/storageaccounts/tableservices",
  "microsoft.security/defenderforstoragesettings",
  "microsoft.resources/tags",
]);

export function isInherent({ type }: Pick<ExistingResource, "type">): boolean {
  return INHERENT.has(type.toLowerCase());
}
