import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../base/index.ts";
import { DEPLOYMENT } from "../kinds/workload.ts";
import { Refusal } from "./refusal.ts";
import { strategicMerge } from "./strategic.ts";

const before: JsonObject = {
  metadata: { labels: { a: "1", b: "2" }, finalizers: ["x", "y"] },
  spec: {
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } },
    template: {
      spec: {
        containers: [
          { name: "main", image: "app:1", args: ["a", "b"], ports: [{ containerPort: 80 }] },
          { name: "side", image: "side:1" },
        ],
      },
    },
  },
};

const merged = (patch: JsonObject) => strategicMerge(DEPLOYMENT.schema, before, patch);
const containers = (value: JsonObject[]): JsonObject => ({ spec: { template: { spec: { containers: value } } } });
const imagesOf = (object: JsonObject) => JSON.stringify(object).match(/(app|side|new):\d/g);

describe("a strategic merge", () => {
  test("merges containers by name, and replaces lists without a key", () => {
    const object = merged(containers([{ name: "main", image: "app:2", args: ["c"] }]));

    expect(object).toMatchObject(
      containers([{ name: "main", image: "app:2", args: ["c"], ports: [{ containerPort: 80 }] }, { name: "side" }]),
    );
    expect(imagesOf(object)).toEqual(["app:2", "side:1"]);
  });

  test("takes items and members away, adds new ones and orders them", () => {
    expect(imagesOf(merged(containers([{ name: "main", $patch: "delete" }])))).toEqual(["side:1"]);
    expect(imagesOf(merged(containers([{ name: "new", image: "new:1" }])))).toEqual(["app:1", "side:1", "new:1"]);
    const ordered = { spec: { template: { spec: { "$setElementOrder/containers": [{ name: "side" }, { name: "main" }] } } } };
    expect(imagesOf(merged(ordered))).toEqual(["side:1", "app:1"]);
    expect(merged({ metadata: { labels: { a: null } } })).toMatchObject({ metadata: { labels: { b: "2" } } });
    expect(merged({ metadata: { "$deleteFromPrimitiveList/finalizers": ["x"] } })).toMatchObject({
      metadata: { finalizers: ["y"] },
    });
    expect(merged({ metadata: { finalizers: ["z"] } })).toMatchObject({ metadata: { finalizers: ["x", "y", "z"] } });
  });

  test("replaces as a whole, or keeps only what it names", () => {
    expect(merged({ spec: { strategy: { $patch: "replace", type: "Recreate" } } })).toMatchObject({
      spec: { strategy: { type: "Recreate" } },
    });
    const retained = merged({ spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } });
    expect((retained.spec as JsonObject).strategy).toEqual({ type: "Recreate" });
    expect(imagesOf(merged(containers([{ $patch: "replace" }, { name: "new", image: "new:1" }])))).toEqual(["new:1"]);
  });

  test.each([
    ["a directive that is none", { metadata: { $unheard: 1 } }],
    ["an item without its key", containers([{ image: "x" }])],
  ])("refuses %s", (_, patch) => {
    expect(() => merged(patch as JsonObject)).toThrow(Refusal);
  });
});
