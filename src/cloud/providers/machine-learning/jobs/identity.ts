import { isObject } from "../../../../base/index.ts";
import { ArmFault, type CloudHost, type Principal, type Resource } from "../../../contract.ts";
import { accountName, containerScope, READ_BLOBS, storageAccount, WRITE_BLOBS } from "../../../planes/blob/index.ts";
import { objectAt, textAt } from "../../common/body.ts";
import type { ResolvedUri } from "../uris.ts";

/** Who a job acts as towards data: the identity of its compute when it has one, else the person who submitted it. */
export function dataPrincipal(host: CloudHost, job: Resource, compute: Resource, submitter: Principal): Principal {
  if (textAt(job.properties, "identity.identityType") === "UserIdentity") return submitter;
  const assigned = Object.values(objectAt(compute.identity, "userAssignedIdentities")).filter(isObject);
  const wanted = textAt(job.properties, "identity.clientId");
  const chosen = assigned.find((identity) => identity.clientId === wanted) ?? assigned[0];
  const objectId = textAt(chosen, "principalId") ?? textAt(compute.identity, "principalId");
  return (objectId === undefined ? undefined : host.principals.byObjectId(objectId)) ?? submitter;
}

/**
 * What the workspace keeps in its own account is open to whoever may use the workspace: code, models, what runs left. Files
 * elsewhere are open to those whose roles say so.
 */
export function requireFileAccess(host: CloudHost, workspace: Resource, principal: Principal, resolved: ResolvedUri): void {
  const own = accountName(textAt(workspace.properties, "storageAccount") ?? "");
  if (resolved.location.account.toLowerCase() !== own) requireDataAccess(host, principal, resolved, "read");
}

/**
 * A datastore with credentials opens to every job of the workspace; without, the job's own identity needs a role on the
 * storage account. That is the commonest reason for a first job to fail, so it fails here in the same way.
 */
export function requireDataAccess(
  host: CloudHost,
  principal: Principal,
  { location, datastore }: ResolvedUri,
  use: "read" | "write",
): void {
  if (datastore !== undefined && textAt(datastore.properties, "credentials.credentialsType") !== "None") return;
  const account = storageAccount(host, location.account);
  if (account === undefined)
    throw new ArmFault(404, "ScriptExecution.StreamAccess.NotFound", `storage account ${location.account} does not exist`);
  const scope = containerScope(account, location.container);
  if (host.authorizer.allows(principal, use === "read" ? READ_BLOBS : WRITE_BLOBS, scope, { data: true })) return;
  throw new ArmFault(
    403,
    "ScriptExecution.StreamAccess.Authentication",
    `${principal.displayName} (${principal.objectId}) may not ${use} blobs at ${scope}; assign it Storage Blob Data ${use === "read" ? "Reader" : "Contributor"}`,
  );
}
