import { isObject, type JsonObject } from "../../../../base/index.ts";

/**
 * A set of places in an object, as managedFields write it (FieldsV1): `f:name` for members, `k:{...}` for items of an
 * associative list, `v:...` for members of a set. `member` says that the place itself belongs to the set.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const EMPTY: FieldSet = { member: false, children: new Map() };
export const LEAF: FieldSet = { member: true, children: new Map() };

export function isEmpty({ member, children }: FieldSet): boolean {
  return !member && children.size === 0;
}

/** Leaves out children that hold nothing. */
export function fieldSet(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { member, children: new Map([...children].filter(([, child]) => !isEmpty(child))) };
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const keys = new Set([...a.children.keys(), ...b.children.keys()]);
  return fieldSet(
    a.member || b.member,
    [...keys].map((key) => [key, union(a.children.get(key) ?? EMPTY, b.children.get(key) ?? EMPTY)] as const),
  );
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return fieldSet(
    a.member && !b.member,
    [...a.children].map(([key, child]) => [key, difference(child, b.children.get(key) ?? EMPTY)] as const),
  );
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return fieldSet(
    a.member && b.member,
    [...a.children].map(([key, child]) => [key, intersection(child, b.children.get(key) ?? EMPTY)] as const),
  );
}

/** Without a place and everything below it. */
export function without(set: FieldSet, [head, ...rest]: readonly string[]): FieldSet {
  if (head === undefined) return EMPTY;
  const child = set.children.get(head);
  if (child === undefined) return set;
  return fieldSet(
    set.member,
    [...set.children].map(([key, each]) => [key, key === head ? without(each, rest) : each] as const),
  );
}

export function toFieldsV1({ member, children }: FieldSet): JsonObject {
  if (children.size === 0) return {};
  const out: JsonObject = member ? { ".": {} } : {};
  for (const key of [...children.keys()].sort()) out[key] = toFieldsV1(children.get(key) ?? EMPTY);
  return out;
}

export function fromFieldsV1(fields: JsonObject): FieldSet {
  const entries = Object.entries(fields);
  const children = entries.filter(([key]) => key !== ".");
  return fieldSet(
    children.length === 0 || Object.hasOwn(fields, "."),
    children.map(([key, child]) => [key, isObject(child) ? fromFieldsV1(child) : LEAF] as const),
  );
}

/** Every member as Kubernetes words it: `.data.key`, `.items[name="a"].value`. */
export function paths({ member, children }: FieldSet, at = ""): string[] {
  const below = [...children].flatMap(([key, child]) => paths(child, at + step(key)));
  return member && at !== "" ? [at, ...below] : below;
}

function step(key: string): string {
  const rest = key.slice(2);
  if (key.startsWith("f:")) return `.${rest}`;
  if (key.startsWith("v:")) return `[=${rest}]`;
  const keys: unknown = JSON.parse(rest);
  const pairs = isObject(keys) ? Object.entries(keys).map(([name, value]) => `${name}=${JSON.stringify(value)}`) : [];
  return `[${pairs.join(",")}]`;
}
