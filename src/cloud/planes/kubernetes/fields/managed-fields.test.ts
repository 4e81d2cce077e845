import { describe, expect, test } from "vitest";
import { isObject, type JsonObject } from "../../../../base/index.ts";
import { CONDITIONS, objectSchema } from "../schema/meta.ts";
import { INTEGER, list, map, STRING, struct } from "../schema/schema.ts";
import { type Applied, applyFields, updateFields } from "./managed-fields.ts";

const SCHEMA = objectSchema({
  data: map(STRING),
  ports: list(struct({ name: STRING, port: INTEGER }), ["name"]),
  tags: list(STRING, "set"),
  whole: list(INTEGER),
  conditions: CONDITIONS,
});

const write = (manager: string, live: JsonObject | undefined) => ({
  schema: SCHEMA,
  live,
  manager,
  apiVersion: "v1",
  time: "2026-01-01T00:00:00Z",
});

function apply(manager: string, live: JsonObject | undefined, config: JsonObject, force = false): JsonObject {
  const applied: Applied = applyFields(write(manager, live), { apiVersion: "v1", kind: "ConfigMap", ...config }, force);
  if ("conflicts" in applied) throw new Error(applied.conflicts.map(({ owner, field }) => `${field} of ${owner}`).join(", "));
  return applied.object;
}

function ownedBy(object: JsonObject, manager: string): unknown {
  const { managedFields } = object.metadata as { managedFields?: JsonObject[] };
  return managedFields?.filter(isObject).find((entry) => entry.manager === manager)?.fieldsV1;
}

test("an applied field belongs to its manager, and goes when the manager leaves it out", () => {
  const first = apply("a", undefined, { metadata: { name: "x", labels: { app: "one" } }, data: { k: "1", l: "2" } });
  expect(ownedBy(first, "a")).toEqual({ "f:metadata": { "f:labels": { "f:app": {} } }, "f:data": { "f:k": {}, "f:l": {} } });

  const second = apply("a", first, { metadata: { name: "x" }, data: { l: "2" } });
  expect(second.data).toEqual({ l: "2" });
  expect(second.metadata).not.toHaveProperty("labels");
});

test("a field that two managers apply with one value is shared, and stays until both have left it", () => {
  const shared = apply("b", apply("a", undefined, { data: { k: "1" } }), { data: { k: "1" } });

  const withoutA = apply("a", shared, { data: {} });
  expect(withoutA.data).toEqual({ k: "1" });
  expect(apply("b", withoutA, { data: {} }).data).toBeUndefined();
});

test("another value is a conflict; force takes the field over", () => {
  const first = apply("a", undefined, { data: { k: "1", other: "x" } });

  expect(() => apply("b", first, { data: { k: "2" } })).toThrow('.data.k of "a"');
  const forced = apply("b", first, { data: { k: "2" } }, true);
  expect(forced.data).toEqual({ k: "2", other: "x" });
  expect(ownedBy(forced, "a")).toEqual({ "f:data": { "f:other": {} } });
});

test("what an update writes belongs to the updater, and an apply over it conflicts by name, version and time", () => {
  const first = apply("a", undefined, { data: { k: "1" } });
  const updated = updateFields(write("editor", first), { ...first, data: { k: "9", fresh: "y" } });

  expect(ownedBy(updated, "a")).toBeUndefined();
  expect(ownedBy(updated, "editor")).toEqual({ "f:data": { "f:fresh": {}, "f:k": {} } });
  expect(() => apply("a", updated, { data: { k: "1" } })).toThrow('.data.k of "editor" using v1 at 2026-01-01T00:00:00Z');
});

test("an update that changes nothing takes nothing", () => {
  const first = apply("a", undefined, { data: { k: "1" } });

  expect(updateFields(write("editor", first), first)).toEqual(first);
});

test("items of an associative list are merged by their keys, members of a set by their value, other lists as one", () => {
  const first = apply("a", undefined, { ports: [{ name: "http", port: 80 }], tags: ["x"], whole: [1] });
  const second = apply("b", first, { ports: [{ name: "https", port: 443 }], tags: ["y"] });

  expect(second).toMatchObject({ ports: [{ name: "http" }, { name: "https" }], tags: ["x", "y"], whole: [1] });
  expect(ownedBy(second, "b")).toEqual({
    "f:ports": { 'k:{"name":"https"}': { ".": {}, "f:name": {}, "f:port": {} } },
    "f:tags": { 'v:"y"': {} },
  });
  expect(() => apply("b", second, { ports: [{ name: "http", port: 81 }] })).toThrow('.ports[name="http"].port of "a"');
  expect(() => apply("b", second, { whole: [2] })).toThrow('.whole of "a"');
  expect(apply("a", second, {})).toMatchObject({ ports: [{ name: "https" }], tags: ["y"] });
});

describe("the server's own fields", () => {
  test("belong to nobody", () => {
    const object = apply("a", undefined, { metadata: { name: "x", namespace: "n", uid: "u" }, data: { k: "1" } });

    expect(ownedBy(object, "a")).toEqual({ "f:data": { "f:k": {} } });
  });

  test("an empty list of managed fields in an update forgets all owners", () => {
    const first = apply("a", undefined, { data: { k: "1" } });
    const reset = updateFields(write("editor", first), { ...first, metadata: { managedFields: [] } });

    expect(reset.metadata).not.toHaveProperty("managedFields");
  });
});
