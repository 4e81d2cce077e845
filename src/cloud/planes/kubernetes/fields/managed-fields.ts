import { asObject, isObject, type JsonObject, type JsonValue, jsonEqual } from "../../../../base/index.ts";
import type { StructSchema } from "../schema/schema.ts";
import {
  difference,
  EMPTY,
  type FieldSet,
  fromFieldsV1,
  intersection,
  isEmpty,
  paths,
  toFieldsV1,
  union,
  without,
} from "./field-set.ts";
import { changedOrRemoved, compare, fieldsOf, merge, remove } from "./typed.ts";

/** Who owns which fields of an object: an entry of `metadata.managedFields`. */
interface Owner {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly time: string;
  readonly fields: FieldSet;
}

export interface Write {
  readonly schema: StructSchema;
  readonly live: JsonObject | undefined;
  /** `kubectl`, or what the client calls itself. */
  readonly manager: string;
  readonly apiVersion: string;
  /** RFC 3339, in seconds. */
  readonly time: string;
}

export interface Conflict {
  /** `conflict with "kubectl-edit" using v1` */
  readonly owner: string;
  /** `.data.key` */
  readonly field: string;
}

export type Applied = { readonly object: JsonObject } | { readonly conflicts: readonly Conflict[] };

/** Fields that belong to the server: nobody owns them. Source: the API server's own list of stripped fields. */
const SYSTEM = [
  ["f:apiVersion"],
  ["f:kind"],
  ...["name", "generateName", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields"].map((name) => [
    "f:metadata",
    `f:${name}`,
  ]),
  ...["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"].map((name) => ["f:metadata", `f:${name}`]),
  ["f:status"],
];

function strip(fields: FieldSet): FieldSet {
  const rest = SYSTEM.reduce(without, fields);
  const metadata = rest.children.get("f:metadata");
  // An empty metadata object is no field of its own.
  return metadata !== undefined && metadata.children.size === 0 ? without(rest, ["f:metadata"]) : rest;
}

/**
 * Server-side apply: the fields of `config` are set and belong to the manager; what it applied before and leaves out now
 * goes, unless somebody else has it too; what others own and would change is a conflict, or with `force` taken from them.
 */
export function applyFields(write: Write, config: JsonObject, force: boolean): Applied {
  const { schema, live, manager } = write;
  const owners = ownersOf(live);
  const isMine = (owner: Owner) => owner.manager === manager && owner.operation === "Apply";
  const mine = owners.find(isMine);
  const fields = strip(fieldsOf(schema, config));
  const merged = asObject(merge(schema, live, config));
  const changed = strip(compare(schema, live, merged).changed);
  const others = owners.filter((owner) => !isMine(owner)).map((owner) => ({ owner, taken: intersection(owner.fields, changed) }));
  const conflicts = others.flatMap(({ owner, taken }) => paths(taken).map((field) => ({ owner: nameOf(owner), field })));
  if (conflicts.length > 0 && !force) return { conflicts };
  const kept = others.map(({ owner, taken }) => ({ ...owner, fields: difference(owner.fields, taken) }));
  const shared = kept.reduce<FieldSet>((all, owner) => union(all, owner.fields), EMPTY);
  const dropped = difference(difference(mine?.fields ?? EMPTY, fields), shared);
  const object = asObject(remove(schema, merged, dropped));
  return { object: withOwners(object, write, live, [...kept, ownerOf(write, "Apply", fields, mine)], mine) };
}

/** Any other write: what it changes belongs to the manager alone, what it removes to nobody. */
export function updateFields(write: Write, after: JsonObject): JsonObject {
  const { schema, live, manager } = write;
  const owners = isReset(after) ? [] : ownersOf(live);
  const changes = compare(schema, withoutStatus(live), withoutStatus(after));
  const [changed, lost] = [strip(changes.changed), strip(changedOrRemoved(changes))];
  const isMine = (owner: Owner) => owner.manager === manager && owner.operation === "Update";
  const mine = owners.find(isMine);
  const others = owners.filter((owner) => !isMine(owner)).map((owner) => ({ ...owner, fields: difference(owner.fields, lost) }));
  const fields = union(difference(mine?.fields ?? EMPTY, lost), changed);
  return withOwners(after, write, live, [...others, ownerOf(write, "Update", fields, mine)], mine);
}

function ownerOf(write: Write, operation: Owner["operation"], fields: FieldSet, before: Owner | undefined): Owner {
  const same = before !== undefined && jsonEqual(toFieldsV1(before.fields), toFieldsV1(fields));
  return { manager: write.manager, operation, apiVersion: write.apiVersion, time: same ? before.time : write.time, fields };
}

function withOwners(
  object: JsonObject,
  write: Write,
  live: JsonObject | undefined,
  owners: readonly Owner[],
  mine: Owner | undefined,
): JsonObject {
  const { managedFields: _, ...metadata } = asObject(object.metadata);
  const untouched = live !== undefined && jsonEqual(contentOf(live), contentOf(object));
  const entries = owners
    .filter(({ fields }) => !isEmpty(fields))
    .map((owner) => (untouched || owner.manager !== write.manager || mine === undefined ? owner : { ...owner, time: write.time }))
    .sort((a, b) => a.operation.localeCompare(b.operation) || a.time.localeCompare(b.time) || a.manager.localeCompare(b.manager))
    .map((owner) => ({
      manager: owner.manager,
      operation: owner.operation,
      apiVersion: owner.apiVersion,
      time: owner.time,
      fieldsType: "FieldsV1",
      fieldsV1: toFieldsV1(owner.fields),
    }));
  return { ...object, metadata: { ...metadata, ...(entries.length === 0 ? {} : { managedFields: entries }) } };
}

/** An object without who owns it and when: what a write that changes nothing leaves as it is. */
export function contentOf(object: JsonObject): JsonObject {
  const { managedFields: _, resourceVersion: __, generation: ___, ...metadata } = asObject(object.metadata);
  return { ...object, metadata };
}

function ownersOf(object: JsonObject | undefined): Owner[] {
  const { managedFields } = asObject(object?.metadata);
  if (!Array.isArray(managedFields)) return [];
  return managedFields.filter(isObject).map((entry) => ({
    manager: text(entry.manager),
    operation: entry.operation === "Apply" ? "Apply" : "Update",
    apiVersion: text(entry.apiVersion),
    time: text(entry.time),
    fields: fromFieldsV1(asObject(entry.fieldsV1)),
  }));
}

/** An empty list of managed fields in an update is the documented way to forget all owners. */
function isReset(after: JsonObject): boolean {
  const { managedFields } = asObject(after.metadata);
  return Array.isArray(managedFields) && (managedFields.length === 0 || jsonEqual(managedFields, [{}]));
}

function nameOf({ manager, operation, apiVersion, time }: Owner): string {
  return operation === "Apply" ? JSON.stringify(manager) : `${JSON.stringify(manager)} using ${apiVersion} at ${time}`;
}

function withoutStatus(object: JsonObject | undefined): JsonObject | undefined {
  return object && { ...object, status: undefined };
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
