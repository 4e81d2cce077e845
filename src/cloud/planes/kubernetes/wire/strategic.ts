import { isObject, type JsonObject, type JsonValue, jsonEqual } from "../../../../base/index.ts";
import type { Schema } from "../schema/schema.ts";
import { badRequest, unsupported } from "./refusal.ts";

type MaybeSchema = Schema | undefined;

/**
 * Kubernetes' strategic merge: members are merged, null takes one away, and lists with keys are merged item by item.
 * Directives: `$patch: delete` and `$patch: replace`, `$setElementOrder/{list}`, `$retainKeys`, `$deleteFromPrimitiveList/{list}`.
 */
export function strategicMerge(schema: MaybeSchema, target: JsonObject, patch: JsonObject): JsonObject {
  const { $patch: directive, $retainKeys: retained, ...members } = patch;
  if (directive === "replace") return withoutDirectives(members);
  if (directive !== undefined && directive !== "merge")
    throw unsupported(`the directive $patch: ${JSON.stringify(directive)} of an object`);
  const out: JsonObject = { ...target };
  if (Array.isArray(retained)) for (const key of Object.keys(out)) if (!retained.includes(key)) delete out[key];
  for (const [key, value] of Object.entries(members)) {
    if (key.startsWith("$")) continue;
    const inner = memberSchema(schema, key);
    if (value === null) delete out[key];
    else if (value !== undefined) out[key] = mergeValue(inner, out[key], value, key);
  }
  for (const [key, value] of Object.entries(members)) if (key.startsWith("$")) direct(schema, out, key, value);
  return out;
}

function memberSchema(schema: MaybeSchema, key: string): MaybeSchema {
  if (schema?.kind === "map") return schema.values;
  return schema?.kind === "struct" ? schema.fields[key] : undefined;
}

function mergeValue(schema: MaybeSchema, before: JsonValue | undefined, patch: JsonValue, place: string): JsonValue {
  if (isObject(patch)) return strategicMerge(schema, isObject(before) ? before : {}, patch);
  if (!Array.isArray(patch) || schema?.kind !== "list" || schema.merge === undefined) return patch;
  const old = Array.isArray(before) ? before : [];
  if (schema.merge === "set") return [...old, ...patch.filter((item) => !old.some((each) => jsonEqual(each, item)))];
  // Of several keys the first one merges: a port's number.
  const [key = ""] = schema.merge;
  return mergeItems(schema.items, key, old, patch, place);
}

function mergeItems(
  schema: Schema,
  key: string,
  before: readonly JsonValue[],
  patch: readonly JsonValue[],
  place: string,
): JsonValue[] {
  if (patch.some((item) => isObject(item) && item.$patch === "replace"))
    return patch.filter((item) => !(isObject(item) && item.$patch === "replace"));
  let out = [...before];
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined) throw badRequest(`an item of ${place} in the patch has no ${key}`);
    const same = (each: JsonValue) => isObject(each) && jsonEqual(each[key], item[key]);
    if (item.$patch === "delete") {
      out = out.filter((each) => !same(each));
      continue;
    }
    const index = out.findIndex(same);
    const old = out[index];
    const merged = strategicMerge(schema, isObject(old) ? old : {}, item);
    out = index < 0 ? [...out, merged] : out.with(index, merged);
  }
  return out;
}

function direct(schema: MaybeSchema, out: JsonObject, directive: string, value: JsonValue | undefined): void {
  const [word = "", member = ""] = directive.split("/");
  const there = out[member];
  const list = Array.isArray(there) ? there : [];
  const wanted = Array.isArray(value) ? value : [];
  switch (word) {
    case "$deleteFromPrimitiveList":
      out[member] = list.filter((item) => !wanted.some((each) => jsonEqual(each, item)));
      return;
    case "$setElementOrder": {
      if (list.length === 0) return;
      const inner = memberSchema(schema, member);
      const keys = inner?.kind === "list" && Array.isArray(inner.merge) ? inner.merge : [];
      const [key = ""] = keys as readonly string[];
      const identity = (item: JsonValue) => (isObject(item) ? (item[key] ?? null) : item);
      const place = (item: JsonValue) => wanted.findIndex((each) => jsonEqual(identity(each), identity(item)));
      // What the patch does not order keeps its place behind what it does.
      const known = list.filter((item) => place(item) >= 0).sort((a, b) => place(a) - place(b));
      out[member] = [...known, ...list.filter((item) => place(item) < 0)];
      return;
    }
    default:
      throw unsupported(`the directive ${directive} of strategic merge patches`);
  }
}

function withoutDirectives(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([key, value]) => !key.startsWith("$") && value !== null));
}
