import { asObjects, type JsonObject, jsonEqual } from "../../../../base/index.ts";
import { LABEL_SELECTOR, objectSchema } from "../schema/meta.ts";
import { list, STRING, struct } from "../schema/schema.ts";
import { invalid, notSupported, type Problem, required } from "../schema/validate.ts";
import { AGE, at, column, NAME, objectAt, textAt } from "./columns.ts";
import { type Admission, ALL_VERBS, type Kind } from "./kind.ts";

export const RBAC_GROUP = "rbac.authorization.k8s.io";
const RBAC = { group: RBAC_GROUP, version: "v1", shortNames: [], verbs: ALL_VERBS } as const;

const RULES = list(
  struct(
    {
      verbs: list(STRING),
      apiGroups: list(STRING),
      resources: list(STRING),
      resourceNames: list(STRING),
      nonResourceURLs: list(STRING),
    },
    { required: ["verbs"] },
  ),
);
const BINDING = {
  subjects: list(struct({ kind: STRING, apiGroup: STRING, name: STRING, namespace: STRING }, { required: ["kind", "name"] })),
  roleRef: struct({ apiGroup: STRING, kind: STRING, name: STRING }, { required: ["kind", "name"], atomic: true }),
};
const CREATED = column("Created At", (object) => textAt(object, "metadata.creationTimestamp"));
const ROLE_COLUMN = column("Role", (object) => `${textAt(object, "roleRef.kind")}/${textAt(object, "roleRef.name")}`);

export const ROLE: Kind = {
  ...RBAC,
  kind: "Role",
  plural: "roles",
  singular: "role",
  namespaced: true,
  schema: objectSchema({ rules: RULES }),
  columns: [NAME, CREATED],
  admit: (object) => ({ object, problems: ruleProblems(object, true) }),
};

export const CLUSTER_ROLE: Kind = {
  ...RBAC,
  kind: "ClusterRole",
  plural: "clusterroles",
  singular: "clusterrole",
  namespaced: false,
  schema: objectSchema({ rules: RULES, aggregationRule: struct({ clusterRoleSelectors: list(LABEL_SELECTOR) }) }),
  columns: [NAME, CREATED],
  admit: (object) => ({ object, problems: ruleProblems(object, false) }),
};

export const ROLE_BINDING: Kind = {
  ...RBAC,
  kind: "RoleBinding",
  plural: "rolebindings",
  singular: "rolebinding",
  namespaced: true,
  schema: objectSchema(BINDING, ["roleRef"]),
  columns: [NAME, ROLE_COLUMN, AGE],
  admit: (object, previous) => admitBinding(object, previous, ["Role", "ClusterRole"]),
};

export const CLUSTER_ROLE_BINDING: Kind = {
  ...RBAC,
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  singular: "clusterrolebinding",
  namespaced: false,
  schema: objectSchema(BINDING, ["roleRef"]),
  columns: [NAME, ROLE_COLUMN, AGE],
  admit: (object, previous) => admitBinding(object, previous, ["ClusterRole"]),
};

function ruleProblems(object: JsonObject, namespaced: boolean): Problem[] {
  const rules = asObjects(object.rules);
  return rules.flatMap((rule, index) => {
    const place = `rules[${index}]`;
    const has = (member: string) => Array.isArray(rule[member]) && rule[member].length > 0;
    if (!has("verbs")) return [required(`${place}.verbs`, "verbs must contain at least one value")];
    if (has("nonResourceURLs"))
      return namespaced || has("apiGroups") || has("resources")
        ? [invalid(`${place}.nonResourceURLs`, rule.nonResourceURLs, "a rule of the whole cluster has these alone")]
        : [];
    return [
      ...(has("apiGroups") ? [] : [required(`${place}.apiGroups`, "resource rules must supply at least one api group")]),
      ...(has("resources") ? [] : [required(`${place}.resources`, "resource rules must supply at least one resource")]),
    ];
  });
}

function admitBinding(object: JsonObject, previous: JsonObject | undefined, kinds: readonly string[]): Admission {
  const roleRef = { apiGroup: RBAC_GROUP, ...objectAt(object, "roleRef") };
  const problems: Problem[] = [];
  if (!kinds.includes(textAt(roleRef, "kind"))) problems.push(notSupported("roleRef.kind", at(roleRef, "kind"), kinds));
  if (previous !== undefined && !jsonEqual(objectAt(previous, "roleRef"), roleRef))
    problems.push(invalid("roleRef", roleRef, "cannot change roleRef"));
  const subjects = asObjects(object.subjects).map((subject, index) => {
    const kind = textAt(subject, "kind");
    if (!["User", "Group", "ServiceAccount"].includes(kind))
      problems.push(notSupported(`subjects[${index}].kind`, kind, ["ServiceAccount", "User", "Group"]));
    if (kind === "ServiceAccount" && subject.namespace === undefined) problems.push(required(`subjects[${index}].namespace`));
    return kind === "ServiceAccount" ? subject : { apiGroup: RBAC_GROUP, ...subject };
  });
  return { object: { ...object, roleRef, ...(subjects.length === 0 ? {} : { subjects }) }, problems };
}
