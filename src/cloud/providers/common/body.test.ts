import { expect, test } from "vitest";
import { at, requireBetween, requireOneOf, withDefaults } from "./body.ts";

test("a JSON null is the same as absent", () => {
  expect(at({ a: { b: null } }, "a.b")).toBeUndefined();
  expect(withDefaults({ a: null }, { a: 1 })).toEqual({ a: 1 });
});

test("defaults fill objects to the bottom, and leave lists and values that were sent", () => {
  const given = { policies: { retention: { days: 3 } }, rules: [] };

  expect(withDefaults(given, { policies: { retention: { days: 7, on: false } }, rules: [1], tier: "Hot" })).toEqual({
    policies: { retention: { days: 3, on: false } },
    rules: [],
    tier: "Hot",
  });
});

test("enums go without regard to case; numbers must be whole", () => {
  expect(() => requireOneOf({ a: "standard" }, "a", ["Standard"], "Code")).not.toThrow();
  expect(() => requireOneOf({ a: 1 }, "a", ["1"], "Code")).toThrow(/a is 1; it must be one of 1/);
  expect(() => requireBetween({ a: 1.5 }, "a", 1, 2, "Code")).toThrow(expect.objectContaining({ code: "Code", target: "a" }));
});
