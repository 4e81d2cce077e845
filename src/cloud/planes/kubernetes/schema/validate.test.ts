import { expect, test } from "vitest";
import { amount, isQuantity } from "./quantity.ts";
import { INTEGER, list, map, oneOf, QUANTITY, STRING, struct } from "./schema.ts";
import { check } from "./validate.ts";

const SCHEMA = struct(
  {
    name: STRING,
    count: INTEGER,
    color: oneOf("red", "green"),
    amounts: map(QUANTITY),
    items: list(struct({ a: STRING }, { required: ["a"] })),
  },
  { required: ["name"] },
);

test("unknown fields are named by their place and left out", () => {
  const { unknown, value, problems } = check(SCHEMA, { name: "x", nmae: "y", items: [{ a: "1", b: "2" }] });

  expect(unknown).toEqual(["nmae", "items[0].b"]);
  expect(value).toEqual({ name: "x", items: [{ a: "1" }] });
  expect(problems).toEqual([]);
});

test.each([
  [{}, "name", "FieldValueRequired"],
  [{ name: 1 }, "name", "FieldValueTypeInvalid"],
  [{ name: "x", count: 1.5 }, "count", "FieldValueTypeInvalid"],
  [{ name: "x", color: "blue" }, "color", "FieldValueNotSupported"],
  [{ name: "x", amounts: { cpu: "much" } }, "amounts.cpu", "FieldValueInvalid"],
  [{ name: "x", items: [{}] }, "items[0].a", "FieldValueRequired"],
  [{ name: "x", items: {} }, "items", "FieldValueTypeInvalid"],
])("%j has a problem at %s", (object, field, reason) => {
  expect(check(SCHEMA, object).problems).toContainEqual(expect.objectContaining({ field, reason }));
});

test("a null is the same as nothing", () => {
  expect(check(SCHEMA, { name: "x", count: null })).toEqual({ value: { name: "x" }, problems: [], unknown: [] });
});

test.each([
  ["500m", 0.5],
  ["2", 2],
  ["1Gi", 1024 ** 3],
  ["1.5k", 1500],
  ["1e3", 1000],
  ["100n", 1e-7],
])("%s is %d", (text, expected) => {
  expect(isQuantity(text)).toBe(true);
  expect(amount(text)).toBeCloseTo(expected, 12);
});

test.each(["", "1 Gi", "Gi", "1GB", "--1"])("%j is no quantity", (text) => {
  expect(isQuantity(text)).toBe(false);
});
