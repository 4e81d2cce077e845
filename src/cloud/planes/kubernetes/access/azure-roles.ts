import type { CloudHost } from "../../../contract.ts";
import { flagAt } from "../../../providers/common/body.ts";
import { CLUSTER_TYPE, type Cluster } from "../cluster/cluster.ts";
import type { Attributes, Decision } from "./attributes.ts";
import type { User } from "./authenticate.ts";

const READS = ["get", "list", "watch"];
const WRITES = ["create", "update", "patch"];
const DELETES = ["delete", "deletecollection"];
/** Verbs that are actions of their own. */
const SPECIAL = ["bind", "escalate", "use", "impersonate"];

/**
 * The data action that Azure RBAC for Kubernetes asks for: `.../managedClusters/networking.k8s.io/networkpolicies/write`.
 * Subresources count as their resource, but for `pods/exec`.
 */
export function dataAction(attributes: Attributes): string {
  const { verb } = attributes;
  if ("path" in attributes) return `${CLUSTER_TYPE}${attributes.path}/${actionOf(verb)}`;
  const { group, resource, subresource } = attributes;
  const action = resource === "pods" && subresource === "exec" ? "exec/action" : actionOf(verb);
  return [CLUSTER_TYPE, ...(group === "" ? [] : [group]), resource, action].join("/");
}

function actionOf(verb: string): string {
  if (READS.includes(verb)) return "read";
  if (WRITES.includes(verb)) return "write";
  if (DELETES.includes(verb)) return "delete";
  return SPECIAL.includes(verb) ? `${verb}/action` : verb;
}

export function usesAzureRoles({ resource }: Cluster): boolean {
  return flagAt(resource, "properties.aadProfile.enableAzureRBAC") === true;
}

export function decideByAzureRoles(host: CloudHost, cluster: Cluster, { principal }: User, attributes: Attributes): Decision {
  if (!usesAzureRoles(cluster)) return { allowed: false, reason: "" };
  const namespace = "path" in attributes ? undefined : attributes.namespace;
  // A role may be held on the cluster, on a namespace below it, or on the resource that makes the namespace.
  const scopes = namespace === undefined ? [""] : [`/namespaces/${namespace}`, `/managedNamespaces/${namespace}`];
  const action = dataAction(attributes);
  const allowed = scopes.some((scope) =>
    host.authorizer.allows(principal, action, `${cluster.resource.id}${scope}`, { data: true }),
  );
  return allowed
    ? { allowed, reason: "Access allowed by Azure RBAC" }
    : { allowed, reason: `User does not have access to the resource in Azure. Update role assignment to allow ${action}.` };
}
