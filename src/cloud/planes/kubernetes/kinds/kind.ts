import type { JsonObject, JsonValue } from "../../../../base/index.ts";
import type { StructSchema } from "../schema/schema.ts";
import type { Problem } from "../schema/validate.ts";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** Parts of an object with a path of their own. */
export type Subresource = "status" | "scale" | "log";

/** A column of `kubectl get`; priority 1 shows only with `-o wide`. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly priority?: 0 | 1;
  readonly format?: "name";
  value(object: JsonObject, nowMs: number): JsonValue;
}

export interface Admission {
  readonly object: JsonObject;
  readonly problems: readonly Problem[];
}

/** What a cluster must have before it knows a kind. */
export type Feature = "azureml" | "cilium" | "managed-prometheus";

/** A kind that the cluster's API server knows. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Groups of kinds that clients ask for at once: `kubectl get all`. */
  readonly categories?: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources?: readonly Subresource[];
  /** Stored encrypted. */
  readonly sealed?: boolean;
  readonly schema: StructSchema;
  readonly columns: readonly Column[];
  /** Has a CustomResourceDefinition that something installs. */
  readonly feature?: Feature;
  /** Fills in defaults and the status, and says what is wrong beyond the schema. */
  admit?(object: JsonObject, previous: JsonObject | undefined): Admission;
  /** Members by which a list may be narrowed beside name and namespace. */
  readonly selectable?: readonly string[];
}

export const ALL_VERBS = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
] as const satisfies readonly Verb[];
export const READ_VERBS = ["get", "list", "watch"] as const satisfies readonly Verb[];

export function apiVersionOf({ group, version }: Pick<Kind, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}
