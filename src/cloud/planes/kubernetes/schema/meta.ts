import { ANY, BOOLEAN, INTEGER, list, map, oneOf, type Schema, STRING, struct, TIME } from "./schema.ts";

export const LABEL_SELECTOR = struct(
  {
    matchLabels: map(STRING),
    matchExpressions: list(
      struct(
        { key: STRING, operator: oneOf("In", "NotIn", "Exists", "DoesNotExist"), values: list(STRING) },
        { required: ["key", "operator"] },
      ),
    ),
  },
  { atomic: true },
);

const OWNER = struct(
  { apiVersion: STRING, kind: STRING, name: STRING, uid: STRING, controller: BOOLEAN, blockOwnerDeletion: BOOLEAN },
  { required: ["apiVersion", "kind", "name", "uid"], atomic: true },
);

const MANAGED_FIELDS = struct({
  manager: STRING,
  operation: STRING,
  apiVersion: STRING,
  time: TIME,
  fieldsType: STRING,
  fieldsV1: ANY,
  subresource: STRING,
});

export const OBJECT_META = struct({
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  selfLink: STRING,
  uid: STRING,
  resourceVersion: STRING,
  generation: INTEGER,
  creationTimestamp: TIME,
  deletionTimestamp: TIME,
  deletionGracePeriodSeconds: INTEGER,
  labels: map(STRING),
  annotations: map(STRING),
  ownerReferences: list(OWNER, ["uid"]),
  finalizers: list(STRING, "set"),
  managedFields: list(MANAGED_FIELDS),
});

export const CONDITIONS = list(
  struct({
    type: STRING,
    status: STRING,
    reason: STRING,
    message: STRING,
    lastTransitionTime: TIME,
    lastUpdateTime: TIME,
    lastHeartbeatTime: TIME,
    observedGeneration: INTEGER,
  }),
  ["type"],
);

/** A kind: its own members beside those that every object has. */
export function objectSchema(fields: Readonly<Record<string, Schema>>, required: readonly string[] = []) {
  return struct({ apiVersion: STRING, kind: STRING, metadata: OBJECT_META, ...fields }, { required });
}
