import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { JsonValue } from "../base/index.ts";
import { checkProgram, evaluateProgram } from "../ir/index.ts";
import { definePlatform } from "./index.ts";

const PLACE = {
  subscriptionId: "00000000-0000-0000-0000-000000000000",
  tenantId: "11111111-1111-1111-1111-111111111111",
  resourceGroup: { name: "rg-mlops-pipeline", location: "eastus" },
};

function deploy(parameters: Record<string, JsonValue> = {}) {
  return evaluateProgram(definePlatform(), { parameters, ...PLACE });
}

const ORACLE = fileURLToPath(new URL("../../../shared/oracles/arm-types/check-arm-types.mjs", import.meta.url));

interface Finding {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}
interface Oracle {
  inspectResources(
    entries: readonly { type: string; apiVersion: string; body: unknown; label: string }[],
    options: { warnings: boolean },
  ): { problems: readonly Finding[]; resources: readonly { checked: boolean }[] };
}

const environments = ["dev", "staging", "prod"];
const switches = [true, false];

test("the definition is sound", () => {
  expect(checkProgram(definePlatform())).toEqual([]);
});

test
  .runIf(existsSync(ORACLE))
  .each(
    environments.flatMap((environmentName) =>
      switches.flatMap((enableGpuNodes) =>
        switches.map((enableAutoScaling) => ({ environmentName, enableGpuNodes, enableAutoScaling })),
      ),
    ),
  )(
  "Microsoft's types accept every body of $environmentName, GPU $enableGpuNodes, autoscaling $enableAutoScaling",
  async (parameters) => {
    const oracle = (await import(ORACLE)) as Oracle;
    const deployed = deploy(parameters).resources.filter((resource) => resource.condition);

    const { problems, resources } = oracle.inspectResources(
      deployed.map(({ type, apiVersion, body, symbol, name }) => ({
        type,
        apiVersion,
        body: { name: name.split("/").at(-1), ...body },
        label: symbol,
      })),
      { warnings: true },
    );

    expect(problems).toEqual([]);
    expect(resources.filter((resource) => resource.checked)).toHaveLength(deployed.length);
  },
);

test.skipIf(existsSync(ORACLE))(
  "SKIPPED: the type oracle is not beside the repository, so no body was checked against it",
  () => {
    expect(existsSync(ORACLE)).toBe(false);
  },
);
