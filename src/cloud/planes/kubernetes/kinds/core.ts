import { asString, isObject, type JsonObject } from "../../../../base/index.ts";
import { CONDITIONS, objectSchema } from "../schema/meta.ts";
import { amount } from "../schema/quantity.ts";
import { ANY, BOOLEAN, INTEGER, list, map, oneOf, QUANTITY, STRING, struct, TIME } from "../schema/schema.ts";
import { forbiddenField, invalid, notSupported, type Problem } from "../schema/validate.ts";
import { AGE, age, at, column, NAME, objectAt, textAt } from "./columns.ts";
import { type Admission, ALL_VERBS, type Kind, READ_VERBS } from "./kind.ts";

const QUANTITIES = map(QUANTITY);
const MOST_DATA_BYTES = 1024 * 1024;

export const NAMESPACE: Kind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  namespaced: false,
  verbs: ALL_VERBS,
  subresources: ["status"],
  schema: objectSchema({
    spec: struct({ finalizers: list(STRING) }),
    status: struct({ phase: STRING, conditions: CONDITIONS }),
  }),
  columns: [NAME, column("Status", (object) => textAt(object, "status.phase")), AGE],
  selectable: ["status.phase"],
  admit(object) {
    const metadata = objectAt(object, "metadata");
    const labels = { ...objectAt(metadata, "labels"), "kubernetes.io/metadata.name": metadata.name };
    return {
      object: {
        ...object,
        metadata: { ...metadata, labels },
        spec: { finalizers: ["kubernetes"] },
        status: object.status ?? { phase: "Active" },
      },
      problems: [],
    };
  },
};

export const CONFIG_MAP: Kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  singular: "configmap",
  shortNames: ["cm"],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: objectSchema({ data: map(STRING), binaryData: map({ kind: "string", format: "byte" }), immutable: BOOLEAN }),
  columns: [
    NAME,
    {
      name: "Data",
      type: "integer",
      value: (object) => Object.keys({ ...objectAt(object, "data"), ...objectAt(object, "binaryData") }).length,
    },
    AGE,
  ],
  admit: admitConfigMap,
};

function admitConfigMap(object: JsonObject, previous: JsonObject | undefined): Admission {
  const problems: Problem[] = [];
  let bytes = 0;
  for (const member of ["data", "binaryData"]) {
    for (const [key, value] of Object.entries(objectAt(object, member))) {
      bytes += key.length + Buffer.byteLength(typeof value === "string" ? value : "");
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
        problems.push(invalid(`${member}[${key}]`, key, "a key has 1 to 253 letters, digits, hyphens, underscores and dots"));
    }
  }
  if (bytes > MOST_DATA_BYTES)
    problems.push({
      field: "",
      reason: "FieldValueForbidden",
      message: `Too long: may not be more than ${MOST_DATA_BYTES} bytes`,
    });
  if (previous?.immutable === true) {
    if (object.immutable !== true) problems.push(forbiddenField("immutable", "field is immutable when `immutable` is set"));
    for (const member of ["data", "binaryData"])
      if (JSON.stringify(object[member]) !== JSON.stringify(previous[member]))
        problems.push(forbiddenField(member, "field is immutable when `immutable` is set"));
  }
  return { object, problems };
}

export const LIMIT_RANGE: Kind = {
  group: "",
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  singular: "limitrange",
  shortNames: ["limits"],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: objectSchema({
    spec: struct(
      {
        limits: list(
          struct(
            {
              type: STRING,
              max: QUANTITIES,
              min: QUANTITIES,
              default: QUANTITIES,
              defaultRequest: QUANTITIES,
              maxLimitRequestRatio: QUANTITIES,
            },
            { required: ["type"] },
          ),
        ),
      },
      { required: ["limits"] },
    ),
  }),
  columns: [NAME, { name: "Created At", type: "date", value: (object) => textAt(object, "metadata.creationTimestamp") }],
  admit: admitLimitRange,
};

const LIMIT_TYPES = ["Container", "Pod", "PersistentVolumeClaim"];
/** Each must not be more than the next. */
const RISING = ["min", "defaultRequest", "default", "max"];

/** The API server completes limits of containers: a maximum is the default, a default is the default request. */
function admitLimitRange(object: JsonObject): Admission {
  const problems: Problem[] = [];
  const items = at(object, "spec.limits");
  const limits = (Array.isArray(items) ? items : []).filter(isObject).map((given, index) => {
    const place = `spec.limits[${index}]`;
    if (!LIMIT_TYPES.includes(asString(given.type))) problems.push(notSupported(`${place}.type`, given.type, LIMIT_TYPES));
    const limit = given.type === "Container" ? withDefaults(given) : given;
    for (const [low, high] of RISING.flatMap((a, i) => RISING.slice(i + 1).map((b) => [a, b] as const))) {
      for (const [resource, value] of Object.entries(objectAt(limit, low))) {
        const most = objectAt(limit, high)[resource];
        if (most === undefined || amount(asString(value)) <= amount(asString(most))) continue;
        problems.push(
          invalid(
            `${place}.${low}[${resource}]`,
            value,
            `${low} value ${asString(value)} is greater than ${high} value ${asString(most)}`,
          ),
        );
      }
    }
    return limit;
  });
  return { object: { ...object, spec: { ...objectAt(object, "spec"), limits } }, problems };
}

function withDefaults(limit: JsonObject): JsonObject {
  const standard = { ...objectAt(limit, "max"), ...objectAt(limit, "default") };
  const request = { ...objectAt(limit, "min"), ...standard, ...objectAt(limit, "defaultRequest") };
  return {
    ...limit,
    ...(Object.keys(standard).length === 0 ? {} : { default: standard }),
    ...(Object.keys(request).length === 0 ? {} : { defaultRequest: request }),
  };
}

export const RESOURCE_QUOTA: Kind = {
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  singular: "resourcequota",
  shortNames: ["quota"],
  namespaced: true,
  verbs: ALL_VERBS,
  subresources: ["status"],
  schema: objectSchema({
    spec: struct({
      hard: QUANTITIES,
      scopes: list(STRING),
      scopeSelector: struct(
        {
          matchExpressions: list(
            struct({ scopeName: STRING, operator: STRING, values: list(STRING) }, { required: ["scopeName", "operator"] }),
          ),
        },
        { atomic: true },
      ),
    }),
    status: struct({ hard: QUANTITIES, used: QUANTITIES }),
  }),
  columns: [NAME, column("Request", (object) => usage(object, false)), column("Limit", (object) => usage(object, true)), AGE],
  admit(object) {
    const hard = objectAt(object, "spec.hard");
    const problems = Object.entries(hard).flatMap(([resource, value]) =>
      amount(asString(value)) < 0 ? [invalid(`spec.hard[${resource}]`, value, "must be greater than or equal to 0")] : [],
    );
    return { object, problems };
  },
};

function usage(object: JsonObject, limits: boolean): string {
  const used = objectAt(object, "status.used");
  return Object.entries(objectAt(object, "status.hard"))
    .filter(([resource]) => resource.startsWith("limits.") === limits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, hard]) => `${resource}: ${asString(used[resource])}/${asString(hard)}`)
    .join(", ");
}

/** Nodes are what the agent pools say; the platform's clients only read them. */
export const NODE: Kind = {
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  singular: "node",
  shortNames: ["no"],
  namespaced: false,
  verbs: READ_VERBS,
  subresources: ["status"],
  schema: objectSchema({
    spec: struct({
      providerID: STRING,
      unschedulable: BOOLEAN,
      taints: list(struct({ key: STRING, value: STRING, effect: STRING, timeAdded: TIME }, { required: ["key", "effect"] })),
    }),
    status: struct({ capacity: QUANTITIES, allocatable: QUANTITIES, conditions: CONDITIONS, nodeInfo: ANY, addresses: ANY }),
  }),
  columns: [
    NAME,
    column("Status", () => "Ready"),
    column("Roles", () => "<none>"),
    AGE,
    column("Version", (object) => textAt(object, "status.nodeInfo.kubeletVersion")),
    column("OS-Image", (object) => textAt(object, "status.nodeInfo.osImage"), 1),
  ],
};

/** What happened to an object; forgotten after an hour, as the API server does. */
export const EVENT: Kind = {
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: objectSchema({
    involvedObject: struct({ kind: STRING, namespace: STRING, name: STRING, uid: STRING, apiVersion: STRING, fieldPath: STRING }),
    reason: STRING,
    message: STRING,
    type: oneOf("Normal", "Warning"),
    count: INTEGER,
    firstTimestamp: TIME,
    lastTimestamp: TIME,
    source: struct({ component: STRING, host: STRING }),
    reportingComponent: STRING,
    reportingInstance: STRING,
    // Of the newer group, which clients may write in the older one.
    eventTime: TIME,
    action: STRING,
    related: ANY,
    series: ANY,
  }),
  columns: [
    column("Last Seen", (object, nowMs) => age(nowMs - Date.parse(textAt(object, "lastTimestamp")))),
    column("Type", (object) => textAt(object, "type")),
    column("Reason", (object) => textAt(object, "reason")),
    column(
      "Object",
      (object) => `${textAt(object, "involvedObject.kind").toLowerCase()}/${textAt(object, "involvedObject.name")}`,
    ),
    column("Message", (object) => textAt(object, "message")),
  ],
  selectable: [
    "reason",
    "type",
    ...["name", "namespace", "kind", "uid", "apiVersion", "fieldPath"].map((member) => `involvedObject.${member}`),
  ],
};
