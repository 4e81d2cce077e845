import type { ProviderModule } from "../contract.ts";

const NAME = /^[-\w._()\p{L}\p{Nd}]{0,89}[-\w_()\p{L}\p{Nd}]$/u;

/** Resource groups as a type like any other, but for their ids; the envelope empties a group before it goes. */
export const resourcesModule: ProviderModule = {
  namespace: "Microsoft.Resources",
  types: [
    {
      type: "resourceGroups",
      apiVersions: [
        "2025-04-01",
        "2024-11-01",
        "2024-03-01",
        "2023-07-01",
        "2022-12-01",
        "2021-04-01",
        "2019-11-01",
        "2018-05-01",
        "2016-09-01",
      ],
      location: "required",
      name: {
        pattern: NAME,
        words: "1 to 90 letters, digits, underscores, hyphens, periods and parentheses, not ending with a period",
      },
      status: { created: 201, updated: 200, deleted: 202 },
      deleteDurationMs: 10_000,
      immutable: ["managedBy"],
      patch: true,
    },
  ],
};
