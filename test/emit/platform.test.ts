import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/index.ts";
import { armTemplate, emitArm, emitBicep } from "../../src/emit/index.ts";
import { checkProgram, evaluateProgram } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { recorded } from "./golden.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const SCENARIOS: Record<string, Record<string, JsonValue>> = {
  dev: {},
  staging: { environmentName: "staging", location: "swedencentral", tags: { owner: "ml" } },
  "private-cluster": { environmentName: "staging", profileOverrides: { privateApiServer: true } },
  "prod-gpu": {
    environmentName: "prod",
    enableGpuNodes: true,
    alertEmail: "ml@contoso.com",
    budgetStartDate: "2027-01-01",
  },
  "prod-firewall": { environmentName: "prod", profileOverrides: { egress: "firewall" } },
  "prod-fixed-size": { environmentName: "prod", enableGpuNodes: true, enableAutoScaling: false, aksNodeCount: 5 },
};

function evaluated(parameters: Record<string, JsonValue>) {
  return evaluateProgram(definePlatform(), {
    parameters,
    subscriptionId: "11111111-1111-1111-1111-111111111111",
    tenantId: "22222222-2222-2222-2222-222222222222",
    resourceGroup: { name: "rg-mlops-pipeline", location: "westeurope" },
  });
}

test("the platform is a good program, and ARM and Bicep can say all of it", () => {
  const program = definePlatform();

  expect(checkProgram(program)).toEqual([]);
  expect(
    [emitArm(program), emitBicep(program)].flatMap(({ diagnostics }) =>
      diagnostics.filter(({ severity }) => severity === "error"),
    ),
  ).toEqual([]);
});

test("the committed bicep folder is what the definition prints; RECORD=1 rewrites it", () => {
  const program = definePlatform();

  const bicep = emitBicep(program);
  const files = [...emitArm(program).files, ...bicep.files, ...(bicep.own ?? [])];
  const made = Object.fromEntries(files.map(([name, text]) => [name.replace(/^bicep\//, ""), text]));

  expect(made).toEqual(recorded(path("../../bicep"), made));
});

test("two emissions are the same to the byte", () => {
  const once = [emitArm(definePlatform()), emitBicep(definePlatform())].flatMap(({ files }) => [...files]);
  const again = [emitArm(definePlatform()), emitBicep(definePlatform())].flatMap(({ files }) => [...files]);

  expect(again).toEqual(once);
});

test("what each parameter set deploys is as recorded; RECORD=1 rewrites it", () => {
  const made = Object.fromEntries(
    Object.entries(SCENARIOS).map(([name, parameters]) => [
      `${name}.json`,
      `${JSON.stringify(evaluated(parameters), undefined, 2)}\n`,
    ]),
  );

  expect(made).toEqual(recorded(path("golden/platform"), made));
});

const ORACLE = path("../../../shared/oracles/arm-types/check-arm-types.mjs");

interface Oracle {
  checkTemplate(template: unknown): unknown[];
  inspectResources(
    entries: unknown[],
    options: { opaque: (text: string) => boolean },
  ): { problems: { severity: string }[]; resources: { checked: boolean }[] };
}

describe.skipIf(!existsSync(ORACLE))(
  "Microsoft's own type data (skipped where shared/oracles/arm-types is not beside the repository)",
  async () => {
    const oracle = existsSync(ORACLE) ? ((await import(ORACLE)) as Oracle) : undefined;

    test.each(Object.entries(SCENARIOS))("finds nothing wrong with the bodies of %s", (_, parameters) => {
      const deployed = evaluated(parameters).resources.filter(({ condition }) => condition);
      const found = oracle?.inspectResources(
        deployed.map(({ symbol, type, apiVersion, name, body }) => ({
          label: symbol,
          type,
          apiVersion,
          body: { name: name.split("/").at(-1), ...body },
        })),
        { opaque: (text) => text.startsWith("(known after deployment: ") },
      );

      expect(found?.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(found?.resources.filter(({ checked }) => checked)).toHaveLength(deployed.length);
    });

    test("finds nothing wrong with the template", () => {
      expect(oracle?.checkTemplate(armTemplate(definePlatform()))).toEqual([]);
    });
  },
);
