import type { JsonValue } from "../../src/base/index.ts";
import { emitTerraform } from "../../src/emit/index.ts";
import { snakeCase, variableName } from "../../src/emit/terraform/names.ts";
import { deployedParameters, evaluateProgram, type Program } from "../../src/ir/index.ts";
import { evaluateModule } from "./terraform-linker.ts";
import { whatIsReadBack } from "./what-is-read-back.ts";

export const PLACE = {
  subscriptionId: "11111111-1111-1111-1111-111111111111",
  tenantId: "22222222-2222-2222-2222-222222222222",
};
export const GROUP = { name: "rg-mlops-pipeline", location: "westeurope" };

type Values = Record<string, JsonValue>;

/** What the definition says, and what Terraform would ask AzAPI for, with what is wrong about it. */
export async function compareTerraform(program: Program, parameters: Values) {
  return { defined: byDefinition(program, parameters), printed: await byModule(program, parameters) };
}

function byDefinition(program: Program, parameters: Values) {
  const deployed = whatIsReadBack(program, { ...PLACE, parameters, resourceGroup: GROUP });
  const { resources, outputs } = evaluateProgram(program, {
    ...PLACE,
    parameters,
    resourceGroup: GROUP,
    runtime: (id, _, full) => deployed(id, full),
  });
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [snakeCase(name), value])),
    refused: [],
    unordered: [],
    resources: Object.fromEntries(
      resources
        .filter(({ condition }) => condition)
        .map(({ id, type, apiVersion, body, onlyIfNotExists, concern }) => [
          id,
          { type, apiVersion, body, onlyIfNotExists, file: `terraform/${concern}.tf` },
        ]),
    ),
  };
}

async function byModule(program: Program, parameters: Values) {
  const { files, diagnostics } = emitTerraform(program);
  if (files.size === 0) throw new Error(`nothing was printed: ${JSON.stringify(diagnostics)}`);
  const deployed = whatIsReadBack(program, { ...PLACE, parameters, resourceGroup: GROUP });
  const named = Object.fromEntries(
    deployedParameters(program).flatMap((parameter) =>
      parameters[parameter.name] === undefined ? [] : [[variableName(parameter), parameters[parameter.name] ?? null]],
    ),
  );
  const module = await evaluateModule(
    files,
    { resource_group_name: GROUP.name, ...named },
    { ...PLACE, resourceGroup: GROUP, deployed: (id) => deployed(id, true) },
  );

  const addresses = new Map(module.resources.map(({ id, address }) => [id, address]));
  const { resources: defined } = evaluateProgram(program, { ...PLACE, parameters, resourceGroup: GROUP });
  const ids = new Map(defined.map(({ symbol, id }) => [symbol, id]));
  const addressOf = (symbol: string) => addresses.get(ids.get(symbol) ?? "");
  const unordered = defined.flatMap(({ symbol, dependsOn }) =>
    dependsOn.filter((before) => {
      const [own, other] = [addressOf(symbol), addressOf(before)];
      return own !== undefined && other !== undefined && !module.order.get(own)?.has(other);
    }),
  );
  return {
    outputs: module.outputs,
    refused: module.refused,
    unordered,
    resources: Object.fromEntries(module.resources.map(({ id, address: _address, ...resource }) => [id, resource])),
  };
}
