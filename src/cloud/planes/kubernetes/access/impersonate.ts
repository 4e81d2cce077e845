import type { IncomingHttpHeaders } from "node:http";
import type { CloudHost } from "../../../contract.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { badRequest, unsupported } from "../wire/refusal.ts";
import { type User, userOf } from "./authenticate.ts";
import { type Access, requireAccess } from "./authorize.ts";

/** Acts as somebody else where the caller may (`kubectl --as`, `--as-group`). */
export function actAs(host: CloudHost, cluster: Cluster, access: Access, caller: User, headers: IncomingHttpHeaders): User {
  const name = headers["impersonate-user"];
  const groups = [headers["impersonate-group"] ?? []].flat().flatMap((group) => group.split(",").map((each) => each.trim()));
  const other = Object.keys(headers).find((header) => header === "impersonate-uid" || header.startsWith("impersonate-extra-"));
  if (other !== undefined) throw unsupported(`the header ${other}`);
  if (typeof name !== "string" || name === "") {
    if (groups.length > 0) throw badRequest("Impersonate-Group is given without Impersonate-User");
    return caller;
  }
  requireAccess(access, cluster, caller, "User", { verb: "impersonate", group: "", resource: "users", name });
  for (const group of groups)
    requireAccess(access, cluster, caller, "Group", { verb: "impersonate", group: "", resource: "groups", name: group });
  return impersonated(host, cluster, name, groups);
}

/** A user by name and groups; one that the directory does not know has the roles that bindings give its name. */
export function impersonated(host: CloudHost, cluster: Cluster, name: string, groups: readonly string[]): User {
  const known = host.principals.byObjectId(name);
  const principal = known ?? ({ objectId: name, kind: "user", displayName: name } as const);
  const user = userOf(cluster, principal.kind === "system" ? { ...principal, kind: "user" } : principal);
  return { ...user, groups: [...new Set([...groups, ...user.groups])] };
}
