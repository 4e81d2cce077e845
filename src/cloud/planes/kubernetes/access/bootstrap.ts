import { isObject, type JsonObject } from "../../../../base/index.ts";
import type { Resource } from "../../../contract.ts";
import { textsAt } from "../../../providers/common/body.ts";
import { RBAC_GROUP } from "../kinds/rbac.ts";

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];
const VIEWED = ["configmaps", "events", "limitranges", "namespaces", "pods", "pods/log", "pods/status", "resourcequotas"];
const WORKLOADS = ["daemonsets", "deployments", "deployments/scale", "deployments/status", "replicasets", "replicasets/scale"];

const VIEW = [
  { apiGroups: [""], resources: VIEWED, verbs: READ },
  { apiGroups: ["apps"], resources: WORKLOADS, verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: READ },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: READ },
];
const EDIT = [
  ...VIEW,
  { apiGroups: [""], resources: ["secrets"], verbs: READ },
  { apiGroups: [""], resources: ["configmaps", "events", "pods", "secrets"], verbs: WRITE },
  { apiGroups: ["apps"], resources: WORKLOADS, verbs: WRITE },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: WRITE },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: WRITE },
];
const ROLES: Readonly<Record<string, readonly JsonObject[]>> = {
  "cluster-admin": [
    { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] },
  ],
  admin: [...EDIT, { apiGroups: [RBAC_GROUP], resources: ["rolebindings", "roles"], verbs: [...READ, ...WRITE] }],
  edit: EDIT,
  view: VIEW,
  "system:basic-user": [
    {
      apiGroups: ["authorization.k8s.io"],
      resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      verbs: ["create"],
    },
    { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
  ],
  "system:discovery": [
    {
      nonResourceURLs: [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
      ],
      verbs: ["get"],
    },
  ],
};

/** The roles and bindings that a cluster has from its start, of the kinds that are here. */
export function bootstrapObjects(cluster: Resource): JsonObject[] {
  const roles = Object.entries(ROLES).map(([name, rules]) => ({
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: "ClusterRole",
    metadata: metadataOf(name),
    rules: [...rules],
  }));
  const admins = textsAt(cluster, "properties.aadProfile.adminGroupObjectIDs");
  const bindings = [
    binding("cluster-admin", "cluster-admin", ["system:masters"]),
    binding("system:basic-user", "system:basic-user", ["system:authenticated"]),
    binding("system:discovery", "system:discovery", ["system:authenticated"]),
    ...(admins.length === 0 ? [] : [binding("aks-cluster-admin-binding-aad", "cluster-admin", admins)]),
  ];
  return [...roles, ...bindings].filter(isObject);
}

function binding(name: string, role: string, groups: readonly string[]): JsonObject {
  return {
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: "ClusterRoleBinding",
    metadata: metadataOf(name),
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: role },
    subjects: groups.map((group) => ({ kind: "Group", apiGroup: RBAC_GROUP, name: group })),
  };
}

function metadataOf(name: string): JsonObject {
  return {
    name,
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults" },
    annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
  };
}
