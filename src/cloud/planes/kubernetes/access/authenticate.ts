import { ArmFault, type CloudHost, type Principal } from "../../../contract.ts";
import { flagAt, textsAt } from "../../../providers/common/body.ts";
import { sameSecret } from "../../../same-secret.ts";
import { adminToken, type Cluster, LOCAL_ADMIN, SERVER_APPLICATION } from "../cluster/cluster.ts";
import { Refusal } from "../wire/refusal.ts";
import { usesEntra } from "./entra.ts";

/** Who asks, as the API server knows it. */
export interface User {
  readonly principal: Principal;
  /** The object id in Microsoft Entra; of the local administrator its own name. */
  readonly name: string;
  readonly groups: readonly string[];
}

export async function authenticate(host: CloudHost, cluster: Cluster, authorization: string | undefined): Promise<User> {
  const { resource, uid } = cluster;
  const local = flagAt(resource, "properties.disableLocalAccounts") !== true;
  if (local && sameSecret(authorization ?? "", `Bearer ${adminToken(host, uid)}`)) return userOf(cluster, LOCAL_ADMIN);
  try {
    if (!usesEntra(cluster)) throw new ArmFault(401, "Unauthorized", "the cluster knows no Microsoft Entra");
    return userOf(cluster, await host.authorizer.authenticate(authorization, [SERVER_APPLICATION]));
  } catch (error) {
    if (error instanceof ArmFault) throw new Refusal(401, "Unauthorized", "Unauthorized");
    throw error;
  }
}

/** The directory here has no groups; a principal that the cluster lists among its administrators' groups is taken for a member. */
export function userOf({ resource }: Cluster, principal: Principal): User {
  if (principal.kind === "system")
    return { principal, name: principal.objectId, groups: ["system:masters", "system:authenticated"] };
  const admins = textsAt(resource, "properties.aadProfile.adminGroupObjectIDs");
  const groups = admins.filter((id) => id.toLowerCase() === principal.objectId.toLowerCase());
  return { principal, name: principal.objectId, groups: [...groups, "system:authenticated"] };
}
