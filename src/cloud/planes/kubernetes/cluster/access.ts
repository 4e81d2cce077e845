import { timingSafeEqual } from "node:crypto";
import { isObject } from "../../../../base/index.ts";
import { ArmFault, type CloudHost, type Principal } from "../../../contract.ts";
import { flagAt, objectAt, textsAt } from "../../../providers/common/body.ts";
import type { Kind, Verb } from "../kinds/kind.ts";
import { qualified, Refusal } from "../wire/refusal.ts";
import { adminToken, CLUSTER_TYPE, type Cluster, LOCAL_ADMIN, SERVER_APPLICATION } from "./cluster.ts";

export async function authenticate(host: CloudHost, cluster: Cluster, authorization: string | undefined): Promise<Principal> {
  const { resource, uid } = cluster;
  const local = flagAt(resource, "properties.disableLocalAccounts") !== true;
  if (local && same(authorization ?? "", `Bearer ${adminToken(host, uid)}`)) return LOCAL_ADMIN;
  try {
    if (!usesEntra(cluster)) throw new ArmFault(401, "Unauthorized", "the cluster knows no Microsoft Entra");
    return await host.authorizer.authenticate(authorization, [SERVER_APPLICATION]);
  } catch (error) {
    if (error instanceof ArmFault) throw new Refusal(401, "Unauthorized", "Unauthorized");
    throw error;
  }
}

export function usesEntra({ resource }: Pick<Cluster, "resource">): boolean {
  return isObject(resource.properties.aadProfile) && Object.keys(objectAt(resource, "properties.aadProfile")).length > 0;
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const DATA_VERBS: Readonly<Record<Verb, "read" | "write" | "delete">> = {
  get: "read",
  list: "read",
  watch: "read",
  create: "write",
  update: "write",
  patch: "write",
  delete: "delete",
};

/** The data action that Azure RBAC for Kubernetes asks for: `.../managedClusters/networking.k8s.io/networkpolicies/write`. */
export function dataAction({ group, plural }: Kind, verb: Verb): string {
  return [CLUSTER_TYPE, ...(group === "" ? [] : [group]), plural, DATA_VERBS[verb]].join("/");
}

export function isAllowed(
  host: CloudHost,
  { resource }: Cluster,
  principal: Principal,
  kind: Kind,
  verb: Verb,
  namespace?: string,
): boolean {
  if (principal.kind === "system") return true;
  const admins = textsAt(resource, "properties.aadProfile.adminGroupObjectIDs");
  if (admins.some((id) => id.toLowerCase() === principal.objectId.toLowerCase())) return true;
  if (flagAt(resource, "properties.aadProfile.enableAzureRBAC") !== true) return false;
  // A role may be held on the cluster, on a namespace below it, or on the resource that makes the namespace.
  const scopes = namespace === undefined ? [""] : [`/namespaces/${namespace}`, `/managedNamespaces/${namespace}`];
  const action = dataAction(kind, verb);
  return scopes.some((scope) => host.authorizer.allows(principal, action, `${resource.id}${scope}`, { data: true }));
}

export function requireAccess(
  host: CloudHost,
  cluster: Cluster,
  principal: Principal,
  kind: Kind,
  verb: Verb,
  namespace?: string,
  name?: string,
): void {
  if (isAllowed(host, cluster, principal, kind, verb, namespace)) return;
  const what = name === undefined ? qualified(kind) : `${qualified(kind)} ${JSON.stringify(name)}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const why =
    flagAt(cluster.resource, "properties.aadProfile.enableAzureRBAC") === true
      ? `User does not have access to the resource in Azure. Update role assignment to allow ${dataAction(kind, verb)}.`
      : "the cluster decides by Kubernetes roles, which the embedded AKS does not support; set aadProfile.enableAzureRBAC";
  throw new Refusal(
    403,
    "Forbidden",
    `${what} is forbidden: User ${JSON.stringify(principal.objectId)} cannot ${verb} resource ${JSON.stringify(kind.plural)} in API group ${JSON.stringify(kind.group)} ${where}: ${why}`,
    { ...(name === undefined ? {} : { name }), ...(kind.group === "" ? {} : { group: kind.group }), kind: kind.plural },
  );
}
