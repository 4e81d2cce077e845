import { canonicalJson, isObject, type JsonObject, type JsonValue, jsonEqual } from "../../../../base/index.ts";
import type { Schema } from "../schema/schema.ts";
import { EMPTY, type FieldSet, fieldSet, isEmpty, LEAF, union } from "./field-set.ts";

type Value = JsonValue | undefined;

/** The parts that are owned and merged one by one: members, or items of a set or an associative list. `undefined`: one whole. */
function parts(
  schema: Schema,
  value: Value,
): Map<string, { readonly schema: Schema; readonly value: JsonValue; readonly isItem: boolean }> | undefined {
  if (schema.kind === "struct" || schema.kind === "map") {
    if (schema.atomic === true || !isObject(value)) return undefined;
    const found = Object.entries(value).flatMap(([key, member]) => {
      const inner = schema.kind === "map" ? schema.values : schema.fields[key];
      return member === undefined || inner === undefined
        ? []
        : [[`f:${key}`, { schema: inner, value: member, isItem: false }] as const];
    });
    return new Map(found);
  }
  if (schema.kind !== "list" || schema.merge === undefined || !Array.isArray(value)) return undefined;
  const { items, merge } = schema;
  return new Map(value.map((item) => [itemKey(merge, item), { schema: items, value: item, isItem: true }] as const));
}

/** What a key of an associative list is where it is left out. */
const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: "TCP" };

function itemKey(merge: "set" | readonly string[], item: JsonValue): string {
  if (merge === "set") return `v:${canonicalJson(item)}`;
  const keys = merge.map((key) => [key, isObject(item) ? (item[key] ?? KEY_DEFAULTS[key]) : undefined] as const);
  return `k:${canonicalJson(Object.fromEntries(keys))}`;
}

/** Every place that a value sets. */
export function fieldsOf(schema: Schema, value: Value): FieldSet {
  if (value === undefined) return EMPTY;
  const found = parts(schema, value);
  if (found === undefined || found.size === 0) return LEAF;
  return fieldSet(
    false,
    [...found].map(([key, part]) => {
      const inner = fieldsOf(part.schema, part.value);
      return [key, part.isItem ? { ...inner, member: true } : inner] as const;
    }),
  );
}

export interface Changes {
  /** Set anew or to something else. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

export function compare(schema: Schema, before: Value, after: Value): Changes {
  if (before === undefined && after === undefined) return { changed: EMPTY, removed: EMPTY };
  if (before === undefined) return { changed: addedFields(schema, after), removed: EMPTY };
  if (after === undefined) return { changed: EMPTY, removed: fieldsOf(schema, before) };
  const [old, now] = [parts(schema, before), parts(schema, after)];
  if (old === undefined || now === undefined) return { changed: jsonEqual(before, after) ? EMPTY : LEAF, removed: EMPTY };
  const keys = [...new Set([...old.keys(), ...now.keys()])];
  const each = keys.map((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    return [key, compare((is ?? was)?.schema ?? schema, was?.value, is?.value)] as const;
  });
  return {
    changed: fieldSet(
      false,
      each.map(([key, { changed }]) => [key, changed] as const),
    ),
    removed: fieldSet(
      false,
      each.map(([key, { removed }]) => [key, removed] as const),
    ),
  };
}

/** A map or list that is new belongs, as such, to whoever made it. */
function addedFields(schema: Schema, value: Value): FieldSet {
  const fields = fieldsOf(schema, value);
  const found = parts(schema, value);
  if (found === undefined || found.size === 0) return fields;
  const children = [...found].map(([key, part]) => {
    const inner = addedFields(part.schema, part.value);
    return [key, part.isItem ? { ...inner, member: true } : inner] as const;
  });
  return fieldSet(schema.kind !== "struct", children);
}

/** What is there, with what is applied laid over it. */
export function merge(schema: Schema, live: Value, applied: Value): Value {
  if (applied === undefined) return live;
  const [there, over] = [parts(schema, live), parts(schema, applied)];
  if (there === undefined || over === undefined) return applied;
  const merged = [...new Set([...there.keys(), ...over.keys()])].flatMap((key) => {
    const [below, above] = [there.get(key), over.get(key)];
    const value = merge((above ?? below)?.schema ?? schema, below?.value, above?.value);
    return value === undefined ? [] : [[key, value] as const];
  });
  if (schema.kind === "list") return merged.map(([, value]) => value);
  return Object.fromEntries(merged.map(([key, value]) => [key.slice(2), value]));
}

/** Without the places of a set; what is left empty by that goes too. */
export function remove(schema: Schema, value: Value, set: FieldSet): Value {
  if (value === undefined || isEmpty(set)) return value;
  const found = parts(schema, value);
  if (found === undefined || found.size === 0) return set.member ? undefined : value;
  const kept = [...found].flatMap(([key, part]) => {
    const inner = set.children.get(key);
    if (inner === undefined) return [[key, part.value] as const];
    if (part.isItem && inner.member) return [];
    const rest = remove(part.schema, part.value, inner);
    return rest === undefined ? [] : [[key, rest] as const];
  });
  if (kept.length === 0) return undefined;
  if (schema.kind === "list") return kept.map(([, rest]) => rest);
  return Object.fromEntries(kept.map(([key, rest]) => [key.slice(2), rest])) satisfies JsonObject;
}

export function changedOrRemoved({ changed, removed }: Changes): FieldSet {
  return union(changed, removed);
}
