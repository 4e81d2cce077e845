import { formatResourceId, parseResourceId } from "../../../azure/index.ts";
import { ArmFault, type CloudHost, type Principal, type Resource } from "../../contract.ts";
import { objectAt, textAt } from "../common/body.ts";

/** The id of the workspace that a resource lives in. */
export function workspaceIdOf(id: string): string {
  const parsed = parseResourceId(id);
  const first = parsed?.providers[0];
  if (parsed === undefined || first === undefined) return "";
  const workspace = { ...first, types: first.types.slice(0, 1), names: first.names.slice(0, 1) };
  return formatResourceId({ ...parsed, providers: [workspace] });
}

export function requireWorkspace(host: CloudHost, id: string): Resource {
  const workspace = host.resources.get(workspaceIdOf(id));
  if (workspace === undefined) throw new ArmFault(404, "ParentResourceNotFound", `workspace ${workspaceIdOf(id)} does not exist`);
  return workspace;
}

/** The object id that the workspace acts with: its own identity, else its primary user-assigned one. */
export function workspacePrincipalId(workspace: Resource): string | undefined {
  const own = textAt(workspace.identity, "principalId");
  if (own !== undefined) return own;
  const primary = textAt(workspace.properties, "primaryUserAssignedIdentity")?.toLowerCase();
  const assigned = Object.entries(objectAt(workspace.identity, "userAssignedIdentities"));
  const chosen = assigned.find(([id]) => id.toLowerCase() === primary) ?? assigned[0];
  return chosen === undefined ? undefined : textAt(chosen[1], "principalId");
}

export function workspacePrincipal(host: CloudHost, workspace: Resource): Principal | undefined {
  const objectId = workspacePrincipalId(workspace);
  return objectId === undefined ? undefined : host.principals.byObjectId(objectId);
}

export function hasSystemIdentity(resource: Resource): boolean {
  return (textAt(resource.identity, "type") ?? "").toLowerCase().includes("systemassigned");
}

export function hasUserIdentity(resource: Resource | undefined): boolean {
  return (textAt(resource?.identity, "type") ?? "").toLowerCase().includes("userassigned");
}
