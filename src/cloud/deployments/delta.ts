import { isObject, type JsonObject, type JsonValue, jsonEqual } from "../../base/index.ts";

/** True for named items that the same template deploys as resources of their own (an agent pool beside its cluster). */
export type IsOwnResource = (name: string) => boolean;

/**
 * What of `after` differs from `before`. Members that `after` does not name or sets to null, which leaves them to the
 * provider, and those still unknown (expressions) are left out.
 */
export function compareProperties(
  before: JsonObject,
  after: JsonObject,
  isOwnResource: IsOwnResource = () => false,
): JsonObject[] {
  return compareMembers(before, after, "", isOwnResource);
}

function compareMembers(before: JsonObject, after: JsonObject, path: string, isOwn: IsOwnResource): JsonObject[] {
  return Object.entries(after).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return compareValue(findMember(before, name), value, path === "" ? name : `${path}.${name}`, isOwn);
  });
}

function compareValue(before: JsonValue | undefined, after: JsonValue, path: string, isOwn: IsOwnResource): JsonObject[] {
  if (after === null || isUnknown(after) || (path === "location" && sameLocation(before, after))) return [];
  if (before === undefined || before === null) return isEmpty(after) ? [] : [{ path, propertyChangeType: "Create", after }];
  if (isObject(before) && isObject(after)) return compareMembers(before, after, path, isOwn);
  if (Array.isArray(before) && Array.isArray(after)) return compareArrays(before, after, path, isOwn);
  return jsonEqual(before, after) ? [] : [{ path, propertyChangeType: "Modify", before, after }];
}

/** Items that can be told apart by name are compared as such, others by their place. */
function compareArrays(before: JsonValue[], after: JsonValue[], path: string, isOwn: IsOwnResource): JsonObject[] {
  const isKept = (item: JsonValue) =>
    after.some((other, index) => counterpart(before, other, index) === item) ||
    (isObject(item) && typeof item.name === "string" && isOwn(item.name));
  const children = [
    ...after.flatMap((item, at) => compareValue(counterpart(before, item, at), item, String(at), isOwn)),
    ...before.flatMap((item, at) => (isKept(item) ? [] : [removed(item, String(at))])),
  ];
  return children.length === 0 ? [] : [{ path, propertyChangeType: "Array", before, after, children }];
}

function counterpart(items: readonly JsonValue[], wanted: JsonValue, at: number): JsonValue | undefined {
  const name = isObject(wanted) ? wanted.name : undefined;
  if (typeof name !== "string") return items[at];
  return items.find((item) => isObject(item) && typeof item.name === "string" && item.name.toLowerCase() === name.toLowerCase());
}

const removed = (before: JsonValue, path: string): JsonObject => ({ path, propertyChangeType: "Delete", before });

const isUnknown = (value: JsonValue) =>
  typeof value === "string" && value.startsWith("[") && value.endsWith("]") && !value.startsWith("[[");

const isEmpty = (value: JsonValue) =>
  value === null || (isObject(value) && Object.keys(value).length === 0) || (Array.isArray(value) && value.length === 0);

function sameLocation(before: JsonValue | undefined, after: JsonValue): boolean {
  const plain = (value: JsonValue | undefined) => (typeof value === "string" ? value.toLowerCase().replaceAll(" ", "") : "");
  return plain(before) === plain(after);
}

function findMember(object: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}
