import type { JsonValue } from "../../../src/base/index.ts";

export type Values = Readonly<Record<string, JsonValue>>;

/** The parameter sets that every way must make the same cloud of. */
export const SETS: Readonly<Record<string, Values>> = {
  dev: { environmentName: "dev" },
  staging: { environmentName: "staging" },
  prod: { environmentName: "prod" },
  "prod, GPU and Spot": {
    environmentName: "prod",
    enableGpuNodes: true,
    enableSpotNodes: true,
    alertEmail: "ml@contoso.com",
    budgetStartDate: "2999-01-01",
  },
  "private cluster": { environmentName: "staging", profileOverrides: { privateApiServer: true } },
  "public dev, fixed size": { environmentName: "dev", enableAutoScaling: false },
};
