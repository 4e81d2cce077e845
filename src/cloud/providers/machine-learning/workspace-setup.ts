import type { RoleName } from "../../../azure/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { accountName, createBlobAccess } from "../../planes/blob/index.ts";
import { textAt } from "../common/body.ts";
import { giveRole } from "../common/give-role.ts";
import { systemDatastores } from "./datastores.ts";
import { WORKSPACE } from "./versions.ts";
import { hasSystemIdentity, workspacePrincipalId } from "./workspace-of.ts";

/** The container that keeps what runs write: logs, metrics' files, `./outputs`. */
export const ARTIFACT_CONTAINER = "azureml";

/** The container behind `workspaceblobstore`. */
export function blobstoreContainer(workspace: Resource): string {
  return `azureml-blobstore-${textAt(workspace.properties, "workspaceId") ?? ""}`;
}

/** Roles that Azure ML gives the workspace's own identity at creation. A user-assigned identity gets none by itself. */
const OWN_ROLES: readonly { readonly link: string; readonly role: RoleName }[] = [
  { link: "storageAccount", role: "contributor" },
  { link: "storageAccount", role: "storageBlobDataContributor" },
  { link: "keyVault", role: "contributor" },
  { link: "keyVault", role: "keyVaultAdministrator" },
  { link: "applicationInsights", role: "contributor" },
  { link: "containerRegistry", role: "contributor" },
];

/** What Azure ML makes beside the workspace: containers, datastores and role assignments. Safe to run again. */
export async function setUpWorkspace(host: CloudHost, workspace: Resource): Promise<void> {
  const storage = textAt(workspace.properties, "storageAccount") ?? "";
  const blobs = createBlobAccess(host);
  await blobs.ensureContainer(accountName(storage), blobstoreContainer(workspace));
  await blobs.ensureContainer(accountName(storage), ARTIFACT_CONTAINER);
  for (const { name, properties } of systemDatastores(host, workspace, accountName(storage))) {
    const id = `${workspace.id}/datastores/${name}`;
    if (host.resources.get(id) !== undefined) continue;
    host.resources.save({ id, name, type: `${WORKSPACE}/datastores`, systemData: workspace.systemData ?? {}, properties });
  }
  if (hasSystemIdentity(workspace)) await giveOwnRoles(host, workspace);
}

async function giveOwnRoles(host: CloudHost, workspace: Resource): Promise<void> {
  const principalId = workspacePrincipalId(workspace);
  if (principalId === undefined) return;
  for (const { link, role } of OWN_ROLES) {
    const scope = textAt(workspace.properties, link);
    if (scope !== undefined) await giveRole(host, principalId, role, scope);
  }
}
