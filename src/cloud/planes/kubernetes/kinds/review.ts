import { objectSchema } from "../schema/meta.ts";
import { ANY, BOOLEAN, list, map, STRING, struct } from "../schema/schema.ts";
import type { Kind } from "./kind.ts";

/** Questions that are answered and not kept. */
const REVIEW = { version: "v1", shortNames: [], verbs: ["create"], columns: [] } as const;
const AUTHORIZATION = { ...REVIEW, group: "authorization.k8s.io" } as const;

const ATTRIBUTES = {
  resourceAttributes: struct({
    namespace: STRING,
    verb: STRING,
    group: STRING,
    version: STRING,
    resource: STRING,
    subresource: STRING,
    name: STRING,
    fieldSelector: ANY,
    labelSelector: ANY,
  }),
  nonResourceAttributes: struct({ path: STRING, verb: STRING }),
};
const ANSWER = struct({ allowed: BOOLEAN, denied: BOOLEAN, reason: STRING, evaluationError: STRING });
const OF_SUBJECT = {
  spec: struct({ ...ATTRIBUTES, user: STRING, groups: list(STRING), extra: ANY, uid: STRING }),
  status: ANSWER,
};

export const SELF_ACCESS_REVIEW: Kind = {
  ...AUTHORIZATION,
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  singular: "selfsubjectaccessreview",
  namespaced: false,
  schema: objectSchema({ spec: struct(ATTRIBUTES), status: ANSWER }, ["spec"]),
};

export const ACCESS_REVIEW: Kind = {
  ...AUTHORIZATION,
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  singular: "subjectaccessreview",
  namespaced: false,
  schema: objectSchema(OF_SUBJECT, ["spec"]),
};

export const LOCAL_ACCESS_REVIEW: Kind = {
  ...AUTHORIZATION,
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  singular: "localsubjectaccessreview",
  namespaced: true,
  schema: objectSchema(OF_SUBJECT, ["spec"]),
};

export const SELF_RULES_REVIEW: Kind = {
  ...AUTHORIZATION,
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  singular: "selfsubjectrulesreview",
  namespaced: false,
  schema: objectSchema({ spec: struct({ namespace: STRING }), status: ANY }, ["spec"]),
};

export const SELF_REVIEW: Kind = {
  ...REVIEW,
  group: "authentication.k8s.io",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  singular: "selfsubjectreview",
  namespaced: false,
  schema: objectSchema({
    status: struct({ userInfo: struct({ username: STRING, uid: STRING, groups: list(STRING), extra: map(list(STRING)) }) }),
  }),
};

export const REVIEWS: readonly Kind[] = [SELF_ACCESS_REVIEW, ACCESS_REVIEW, LOCAL_ACCESS_REVIEW, SELF_RULES_REVIEW, SELF_REVIEW];
