import { isObject, type JsonObject, jsonEqual } from "../../../../base/index.ts";
import { contentOf, updateFields, type Write } from "../fields/managed-fields.ts";
import { objectAt, textAt } from "../kinds/columns.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { RBAC_GROUP } from "../kinds/rbac.ts";
import { check, invalid, type Problem } from "../schema/validate.ts";
import { invalidObject } from "../wire/refusal.ts";

export interface Finishing {
  readonly kind: Kind;
  readonly live: JsonObject | undefined;
  /** As the client wants it; with `managedFields` when they are settled already. */
  readonly object: JsonObject;
  /** What of the object is written: `all` is for controllers; absent, everything but a status that has a path of its own. */
  readonly part?: "status" | "all";
  /** Who writes; absent when the fields' owners are settled already. */
  readonly manager?: string;
  /** Virtual milliseconds. */
  readonly now: number;
  readonly uid: () => string;
}

/** Of an RFC 1123 subdomain, characters. */
export const LONGEST_NAME = 253;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/**
 * Completes an object on its way to the store: schema, the kind's own rules and defaults, the server's metadata, the
 * owners of its fields. Gives the live object itself when the write changes nothing.
 */
export function finish({ kind, live, object: given, part, manager, now, uid }: Finishing): JsonObject {
  const object = partOf(kind, live, given, part);
  const checked = check(kind.schema, object);
  const admitted = kind.admit?.(checked.value, live) ?? { object: checked.value, problems: [] };
  const problems = [...checked.problems, ...metadataProblems(kind, admitted.object), ...admitted.problems];
  if (problems.length > 0) throw invalidObject(kind, textAt(object, "metadata.name"), problems);
  const time = rfc3339(now);
  const completed = withServerFields(kind, live, admitted.object, time, uid);
  const write: Write = { schema: kind.schema, live, manager: manager ?? "", apiVersion: apiVersionOf(kind), time };
  const owned = manager === undefined ? completed : updateFields(write, completed);
  return live !== undefined && isSame(live, owned) ? live : owned;
}

/** A status is the server's, unless it is written by its own path, which leaves the rest alone. */
function partOf(kind: Kind, live: JsonObject | undefined, given: JsonObject, part: Finishing["part"]): JsonObject {
  if (part === "all" || kind.subresources?.includes("status") !== true) return given;
  if (part === "status") return { ...live, status: given.status };
  const { status: _, ...rest } = given;
  return live?.status === undefined ? rest : { ...rest, status: live.status };
}

function isSame(live: JsonObject, next: JsonObject): boolean {
  const owners = (object: JsonObject) => objectAt(object, "metadata").managedFields;
  return jsonEqual(contentOf(live), contentOf(next)) && jsonEqual(timeless(owners(live)), timeless(owners(next)));
}

/** The time of an entry alone is no change. */
function timeless(managedFields: JsonObject[string]) {
  return Array.isArray(managedFields) ? managedFields.map((entry) => (isObject(entry) ? { ...entry, time: "" } : entry)) : [];
}

function withServerFields(
  kind: Kind,
  live: JsonObject | undefined,
  object: JsonObject,
  time: string,
  uid: () => string,
): JsonObject {
  const { selfLink: _, resourceVersion: __, generation: ___, ...given } = objectAt(object, "metadata");
  const before = objectAt(live, "metadata");
  const changed = live === undefined || !jsonEqual(specOf(live), specOf(object));
  const generation = Number(before.generation ?? 0) + (changed ? 1 : 0);
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    ...object,
    metadata: {
      ...withoutEmpty(given),
      uid: before.uid ?? uid(),
      creationTimestamp: before.creationTimestamp ?? time,
      ...(before.deletionTimestamp === undefined
        ? {}
        : { deletionTimestamp: before.deletionTimestamp, deletionGracePeriodSeconds: 0 }),
      ...(before.resourceVersion === undefined ? {} : { resourceVersion: before.resourceVersion }),
      // The kinds of the core group that are here have none.
      ...(kind.group === "" ? {} : { generation }),
    },
  };
}

/** The API writes no empty labels, annotations or lists into metadata. */
function withoutEmpty(metadata: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => typeof value !== "object" || value === null || Object.keys(value).length > 0),
  );
}

function specOf(object: JsonObject): JsonObject {
  return { ...object, metadata: undefined, status: undefined };
}

function metadataProblems(kind: Kind, object: JsonObject): Problem[] {
  const metadata = objectAt(object, "metadata");
  const name = textAt(object, "metadata.name");
  const problems: Problem[] = [];
  if (name === "")
    problems.push({
      field: "metadata.name",
      reason: "FieldValueRequired",
      message: "Required value: name or generateName is required",
    });
  else if (kind.group === RBAC_GROUP) {
    // Roles may have colons and capitals in their names.
    if (/[/%]|^\.{1,2}$/.test(name))
      problems.push(invalid("metadata.name", name, "may not be '.' or '..' nor contain '/' or '%'"));
  } else if (!SUBDOMAIN.test(name) || name.length > (kind.kind === "Namespace" ? 63 : LONGEST_NAME))
    problems.push(
      invalid(
        "metadata.name",
        name,
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'",
      ),
    );
  for (const [key, value] of Object.entries(objectAt(metadata, "labels"))) {
    if (!LABEL_KEY.test(key))
      problems.push(
        invalid("metadata.labels", key, "a label's name has at most 63 characters of [-A-Za-z0-9_.] behind an optional prefix"),
      );
    if (typeof value === "string" && (value.length > 63 || !LABEL_VALUE.test(value)))
      problems.push(
        invalid(
          "metadata.labels",
          value,
          "a label's value has at most 63 characters of [-A-Za-z0-9_.] and begins and ends with a letter or digit",
        ),
      );
  }
  return problems;
}

export function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
