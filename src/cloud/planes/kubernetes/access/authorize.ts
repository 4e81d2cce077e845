import type { CloudHost } from "../../../contract.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Objects } from "../objects/objects.ts";
import { qualified, Refusal } from "../wire/refusal.ts";
import type { Attributes, Decision, ResourceAttributes } from "./attributes.ts";
import type { User } from "./authenticate.ts";
import { decideByAzureRoles, usesAzureRoles } from "./azure-roles.ts";
import { allows, type RoleBook, rulesOf } from "./rules.ts";

/** Decides for the users of one cluster: Kubernetes' own roles first, then Azure's where the cluster asks them. */
export interface Access {
  readonly book: RoleBook;
  decide(user: User, attributes: Attributes): Decision;
}

export function createAccess(host: CloudHost, objects: Objects, cluster: Cluster): Access {
  const book: RoleBook = {
    get: (kind, namespace, name) => objects.get(cluster.uid, kind, namespace, name),
    list: (kind, namespace) => objects.list(cluster.uid, kind, namespace),
  };
  return {
    book,
    decide(user, attributes) {
      if (user.groups.includes("system:masters")) return { allowed: true, reason: "" };
      const namespace = "path" in attributes ? undefined : attributes.namespace;
      const rule = rulesOf(book, user, namespace).find((each) => allows(each, attributes));
      return rule === undefined ? decideByAzureRoles(host, cluster, user, attributes) : { allowed: true, reason: rule.source };
    },
  };
}

/** @throws Refusal 403 in the API server's words */
export function requireAccess(access: Access, cluster: Cluster, user: User, kind: string, attributes: ResourceAttributes): void {
  const { allowed, reason } = access.decide(user, attributes);
  if (allowed) return;
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const said = qualified({ group, plural: resource, kind });
  const what = name === undefined ? said : `${said} ${JSON.stringify(name)}`;
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const why = usesAzureRoles(cluster) ? `: ${reason}` : "";
  throw new Refusal(
    403,
    "Forbidden",
    `${what} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}${why}`,
    { ...(name === undefined ? {} : { name }), ...(group === "" ? {} : { group }), kind: resource },
  );
}
