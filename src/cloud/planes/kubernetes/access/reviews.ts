import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, objectAt, textAt } from "../kinds/columns.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { SELF_ACCESS_REVIEW, SELF_REVIEW, SELF_RULES_REVIEW } from "../kinds/review.ts";
import { badRequest } from "../wire/refusal.ts";
import type { Attributes } from "./attributes.ts";
import type { User } from "./authenticate.ts";
import type { Access } from "./authorize.ts";
import { usesAzureRoles } from "./azure-roles.ts";
import { impersonated } from "./impersonate.ts";
import { rulesOf } from "./rules.ts";

export interface Asking {
  readonly host: CloudHost;
  readonly cluster: Cluster;
  readonly access: Access;
  readonly user: User;
  readonly kind: Kind;
  readonly namespace: string | undefined;
}

/** Answers a question about access: the object that was asked, with its status. */
export function review(asking: Asking, question: JsonObject): JsonObject {
  const { kind } = asking;
  const answer = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: {}, ...question };
  return { ...answer, status: statusOf(asking, question) };
}

function statusOf({ host, cluster, access, user, kind, namespace }: Asking, question: JsonObject): JsonObject {
  switch (kind) {
    case SELF_REVIEW:
      return { userInfo: { username: user.name, groups: [...user.groups] } };
    case SELF_RULES_REVIEW:
      return rulesStatus(cluster, access, user, textAt(question, "spec.namespace"));
    case SELF_ACCESS_REVIEW: {
      const { allowed, reason } = access.decide(user, attributesOf(question));
      return { allowed, ...(reason === "" ? {} : { reason }) };
    }
    default: {
      const attributes = attributesOf(question);
      if (namespace !== undefined && ("path" in attributes || attributes.namespace !== namespace))
        throw badRequest("spec.resourceAttributes.namespace must match the namespace of the request");
      const groups = at(question, "spec.groups");
      const named = Array.isArray(groups) ? groups.filter((group) => typeof group === "string") : [];
      const subject = impersonated(host, cluster, textAt(question, "spec.user"), named);
      const { allowed, reason } = access.decide(subject, attributes);
      return { allowed, ...(reason === "" ? {} : { reason }) };
    }
  }
}

function attributesOf(question: JsonObject): Attributes {
  const path = objectAt(question, "spec.nonResourceAttributes");
  if (Object.keys(path).length > 0) return { verb: textAt(path, "verb"), path: textAt(path, "path") };
  const asked = objectAt(question, "spec.resourceAttributes");
  if (Object.keys(asked).length === 0)
    throw badRequest("spec: exactly one of nonResourceAttributes or resourceAttributes must be specified");
  const optional = (member: "namespace" | "name" | "subresource") => {
    const value = textAt(asked, member);
    return value === "" ? {} : { [member]: value };
  };
  return {
    verb: textAt(asked, "verb"),
    group: textAt(asked, "group"),
    resource: textAt(asked, "resource"),
    ...optional("namespace"),
    ...optional("name"),
    ...optional("subresource"),
  };
}

/** Kubernetes' own rules; Azure decides case by case and lists none, so with Azure's roles the list says that it is incomplete. */
function rulesStatus(cluster: Cluster, access: Access, user: User, namespace: string): JsonObject {
  const rules = rulesOf(access.book, user, namespace === "" ? undefined : namespace);
  return {
    resourceRules: rules
      .filter(({ resources }) => resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs: [...verbs],
        apiGroups: [...apiGroups],
        resources: [...resources],
        ...(resourceNames.length === 0 ? {} : { resourceNames: [...resourceNames] }),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] })),
    incomplete: usesAzureRoles(cluster),
    ...(usesAzureRoles(cluster) ? { evaluationError: "Azure RBAC does not support rule listing" } : {}),
  };
}
