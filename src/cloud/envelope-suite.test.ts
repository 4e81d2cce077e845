import { ArmFault, type ProviderModule } from "./contract.ts";
import { envelopeSuite } from "./envelope-suite.ts";

const name = { pattern: /^[a-z0-9]{3,12}$/, words: "3 to 12 lower-case letters and digits" };

/** One toy type of each shape: quick and slow, child, extension. */
const toys: ProviderModule = {
  namespace: "Toy.Store",
  types: [
    {
      type: "quick",
      apiVersions: ["2024-01-01"],
      location: "required",
      name,
      status: { created: 201, updated: 200, deleted: 200 },
      patch: true,
    },
    {
      type: "slow",
      apiVersions: ["2024-01-01", "2023-01-01-preview"],
      location: "required",
      name,
      status: { created: 202, updated: 202, deleted: 202 },
      durationMs: 60_000,
      deleteDurationMs: 5_000,
      patch: true,
      admit: ({ body }) => {
        if (body.properties.size === 0) throw new ArmFault(400, "InvalidParameter", "properties.size is 0");
        return body;
      },
      provision: () => ({ address: "10.0.0.4" }),
    },
    {
      type: "slow/parts",
      apiVersions: ["2024-01-01"],
      location: "inherited",
      name,
      status: { created: 201, updated: 200, deleted: 204 },
    },
    {
      type: "labels",
      apiVersions: ["2024-01-01"],
      location: "inherited",
      extension: true,
      name,
      status: { created: 200, updated: 200, deleted: 200 },
      createOnly: true,
    },
  ],
};

const slow = { location: "eastus", properties: { size: 3 } };

envelopeSuite(
  "the envelope over toy types",
  [
    {
      type: "Toy.Store/quick",
      path: "providers/Toy.Store/quick/one1",
      body: { location: "eastus", tags: { a: "b" } },
      badName: "No!",
    },
    { type: "Toy.Store/slow", path: "providers/Toy.Store/slow/two2", body: slow, badName: "x" },
    {
      type: "Toy.Store/slow/parts",
      path: "providers/Toy.Store/slow/three3/parts/four4",
      body: { properties: { nested: { deep: [1, 2] } } },
      before: async ({ group, t }) => void (await t.put(`${group}/providers/Toy.Store/slow/three3`, slow)),
      badName: "a_b",
    },
    {
      type: "Toy.Store/labels",
      path: "providers/Toy.Store/quick/five5/providers/Toy.Store/labels/six6",
      body: { properties: { text: "hello" } },
      before: async ({ group, t }) => void (await t.put(`${group}/providers/Toy.Store/quick/five5`, { location: "eastus" })),
    },
  ],
  [() => toys],
);
