import { expect, test } from "vitest";
import { inOrder } from "./order.ts";

const object = (kind: string, name: string, namespace?: string) => ({
  kind,
  metadata: namespace === undefined ? { name } : { name, namespace },
});

test("what others stand in comes first, and equals stay as they are given", () => {
  const given = [
    object("LimitRange", "a", "x"),
    object("ConfigMap", "b", "x"),
    object("PriorityClass", "c"),
    object("CustomResourceDefinition", "d"),
    object("Namespace", "x"),
    object("PriorityClass", "e"),
  ];

  expect(inOrder(given).map(({ kind }) => kind)).toEqual([
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "PriorityClass",
    "LimitRange",
    "ConfigMap",
  ]);
  expect(given[0]?.kind).toBe("LimitRange");
});
