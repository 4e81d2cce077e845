/** Numbers of the members of Kubernetes' types in protobuf, of those that kubectl sends so: what `create` and `auth` make. */
export interface Field {
  readonly name: string;
  /** `string`, `bytes`, `boolean`, `integer`, `map` (of texts), `bytes map`, or another message. */
  readonly type: string;
  readonly repeated?: boolean;
}

export type Message = Readonly<Record<number, Field>>;

/** `"1 name string, 2 rules []PolicyRule"` */
function message(text: string): Message {
  const fields = text.split(", ").map((field) => {
    const [number = "", name = "", type = ""] = field.split(" ");
    const repeated = type.startsWith("[]");
    return [Number(number), { name, type: repeated ? type.slice(2) : type.replace("bytesmap", "bytes map"), repeated }] as const;
  });
  return Object.fromEntries(fields);
}

const RESOURCE_AND_PATH = "1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes PathAttributes";

export const MESSAGES: Readonly<Record<string, Message>> = {
  Unknown: message("1 typeMeta TypeMeta, 2 raw bytes"),
  TypeMeta: message("1 apiVersion string, 2 kind string"),
  Entry: message("1 key string, 2 value string"),
  BytesEntry: message("1 key string, 2 value bytes"),
  ObjectMeta: message(
    "1 name string, 2 generateName string, 3 namespace string, 5 uid string, 6 resourceVersion string, 11 labels map, 12 annotations map, 14 finalizers []string",
  ),
  Namespace: message("1 metadata ObjectMeta"),
  ConfigMap: message("1 metadata ObjectMeta, 2 data map, 3 binaryData bytesmap, 4 immutable boolean"),
  Secret: message("1 metadata ObjectMeta, 2 data bytesmap, 3 type string, 4 stringData map, 5 immutable boolean"),
  PolicyRule: message(
    "1 verbs []string, 2 apiGroups []string, 3 resources []string, 4 resourceNames []string, 5 nonResourceURLs []string",
  ),
  Role: message("1 metadata ObjectMeta, 2 rules []PolicyRule"),
  ClusterRole: message("1 metadata ObjectMeta, 2 rules []PolicyRule, 3 aggregationRule AggregationRule"),
  AggregationRule: message("1 clusterRoleSelectors []LabelSelector"),
  LabelSelector: message("1 matchLabels map, 2 matchExpressions []LabelRequirement"),
  LabelRequirement: message("1 key string, 2 operator string, 3 values []string"),
  Subject: message("1 kind string, 2 apiGroup string, 3 name string, 4 namespace string"),
  RoleRef: message("1 apiGroup string, 2 kind string, 3 name string"),
  RoleBinding: message("1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef"),
  ClusterRoleBinding: message("1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef"),
  ResourceAttributes: message(
    "1 namespace string, 2 verb string, 3 group string, 4 version string, 5 resource string, 6 subresource string, 7 name string",
  ),
  PathAttributes: message("1 path string, 2 verb string"),
  SelfSubjectAccessReview: message("1 metadata ObjectMeta, 2 spec SelfAccessSpec"),
  SelfAccessSpec: message(RESOURCE_AND_PATH),
  SubjectAccessReview: message("1 metadata ObjectMeta, 2 spec AccessSpec"),
  LocalSubjectAccessReview: message("1 metadata ObjectMeta, 2 spec AccessSpec"),
  AccessSpec: message(`${RESOURCE_AND_PATH}, 3 user string, 4 groups []string, 6 uid string`),
  SelfSubjectRulesReview: message("1 metadata ObjectMeta, 2 spec RulesSpec"),
  RulesSpec: message("1 namespace string"),
  SelfSubjectReview: message("1 metadata ObjectMeta"),
};
