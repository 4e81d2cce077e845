import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { armParameterValues, armTemplate, emitTerraform } from "../../src/emit/index.ts";
import { variableName } from "../../src/emit/terraform/names.ts";
import { evaluateProgram } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { GROUP, REGION, RUNTIME, SUFFIX } from "../support/platform.ts";
import { findTerraform, hostNames, openModule, pointAt, type Ran, type Terraform } from "./terraform-tool.ts";

const terraform = findTerraform();
const provider = process.env.QUAYSIDE_AZAPI_PROVIDER;
const missing = [
  ...(terraform === undefined ? ["no terraform or tofu on PATH or in .tools/bin"] : []),
  ...(provider === undefined ? ["QUAYSIDE_AZAPI_PROVIDER names no AzAPI provider (its binary or a filesystem mirror)"] : []),
].join("; ");

type Values = Readonly<Record<string, JsonValue>>;

/** The sets of `docs/convergence.md` go this way, too; these add what is switched on least often. */
const SETS: Readonly<Record<string, Values>> = {
  dev: {},
  "everything that can be switched on": {
    environmentName: "prod",
    enableGpuNodes: true,
    enableSpotNodes: true,
    taintStyle: "amlarc",
    registryReplicaLocation: "westus",
    githubRepository: "contoso/models",
    azureDevOpsIssuer: "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0",
    azureDevOpsSubject: "sc://contoso/models/MLOps-ServiceConnection",
    alertEmail: "ml@contoso.com",
    budgetStartDate: "2999-01-01",
    mlRegistryName: "mlr-wit01",
  },
};

if (missing !== "") process.stderr.write(`\nTERRAFORM CONFORMANCE SKIPPED: ${missing}\n\n`);

/** A module that Terraform has initialised, beside an embedded Azure with an empty resource group. */
async function openPlatform(cloud: TestCloud, folder: string, values: Values): Promise<Terraform> {
  await cloud.group(GROUP, REGION);
  pointAt(cloud);
  const program = definePlatform();
  const module = openModule(terraform ?? "", folder, emitTerraform(program).files, provider);
  const named = program.parameters.flatMap((parameter) =>
    values[parameter.name] === undefined ? [] : [[variableName(parameter), values[parameter.name]] as const],
  );
  writeFileSync(
    join(folder, "terraform", "terraform.tfvars.json"),
    JSON.stringify({
      resource_group_name: GROUP,
      name_suffix: SUFFIX,
      azure_cloud: hostNames(cloud),
      ...Object.fromEntries(named),
    }),
  );
  succeeded(await module.run("init", "-input=false", "-no-color"));
  return module;
}

function succeeded(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(ran.output.slice(-8000));
  return ran;
}

interface Deployed {
  readonly id: string;
  readonly apiVersion: string;
}

/** Members that every cloud makes up for itself. */
const OWN: ReadonlySet<string> = new Set(["systemData", "etag", "eTag", "ipAddress"]);

/** What stands at each id, in the order of the definition, without what no two clouds share. A null is an absent member. */
async function readBack(cloud: TestCloud, deployed: readonly Deployed[]): Promise<Record<string, JsonValue>> {
  const group = `${cloud.subscription}/resourceGroups/${GROUP}/providers/`;
  const found: Record<string, JsonValue> = {};
  for (const { id, apiVersion } of deployed) {
    const { status, json } = await cloud.ask("GET", id, { apiVersion });
    const shown = JSON.parse(alike(JSON.stringify(json)), (key, value: JsonValue) =>
      OWN.has(key) || value === null ? undefined : value,
    ) as JsonObject;
    found[`${Object.keys(found).length} ${alike(id.replace(group, ""))}`] = { status, ...shown };
  }
  return found;
}

/** Generated ids, times, ports, and the addresses that Azure hands out in a subnet in the order of creation. */
function alike(text: string): string {
  return text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "<guid>")
    .replace(/(?<=["/])[0-9a-f]{11}(?=["./])/g, "<account>")
    .replace(/[0-9a-f]{24,32}|(?<=mlops-wit01-)[0-9a-f]{8}/g, "<hex>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?(\+00:00)?/g, "<time>")
    .replace(/"10\.40\.\d+\.\d+"/g, '"<address>"')
    .replace(/localhost:\d+/g, "localhost");
}

/** The same definition, deployed as an ARM template to an embedded Azure of its own. */
async function madeByTemplate(values: Values): Promise<Record<string, JsonValue>> {
  await using cloud = await startTestCloud({ runtime: RUNTIME });
  const group = await cloud.group(GROUP, REGION);
  const program = definePlatform();
  const parameters = { ...values, nameSuffix: SUFFIX };
  await cloud.put(`${group}/providers/Microsoft.Resources/deployments/platform`, {
    properties: { mode: "Incremental", template: armTemplate(program), parameters: armParameterValues(program, parameters) },
  });
  return await readBack(cloud, deployedResources(cloud, values));
}

function deployedResources(test: TestCloud, values: Values): Deployed[] {
  const { cloud } = test;
  const { resources } = evaluateProgram(definePlatform(), {
    parameters: { ...values, nameSuffix: SUFFIX },
    subscriptionId: cloud.subscriptionId,
    tenantId: cloud.tenantId,
    resourceGroup: { name: GROUP, location: REGION },
    environment: hostNames(test),
  });
  return resources.filter(({ condition }) => condition);
}

test.skipIf(missing !== "").each(Object.entries(SETS))(
  "Terraform with the AzAPI provider makes what the ARM template makes, keeps it and removes it: %s (needs terraform and QUAYSIDE_AZAPI_PROVIDER)",
  { timeout: 600_000 },
  async (name, values) => {
    await using cloud = await startTestCloud({ runtime: RUNTIME });
    const folder = mkdtempSync(join(tmpdir(), "quayside-terraform-"));
    try {
      const module = await openPlatform(cloud, folder, values);
      const deployed = deployedResources(cloud, values);

      expect((await module.run("fmt", "-check", "-diff")).output).toBe("");
      const validated = succeeded(await module.run("validate", "-no-color"));
      const planned = succeeded(await module.run("plan", "-input=false", "-no-color", "-out=plan"));
      expect(planned.output).toContain(`Plan: ${deployed.length} to add, 0 to change, 0 to destroy.`);
      const applied = succeeded(await module.run("apply", "-input=false", "-no-color", "plan"));
      const made = await readBack(cloud, deployed);
      expect(made).toEqual(await madeByTemplate(values));

      const again = await module.run("plan", "-input=false", "-no-color", "-detailed-exitcode");
      expect(again.code, again.output.slice(-8000)).toBe(0);

      const destroyed = succeeded(await module.run("destroy", "-auto-approve", "-input=false", "-no-color"));
      const left = await cloud.ask("GET", `${cloud.subscription}/resourceGroups/${GROUP}/resources`);
      expect(left.json.value).toEqual([]);
      const seconds = Object.entries({ validated, planned, applied, again, destroyed }).map(
        ([step, ran]) => `${step} ${ran.seconds.toFixed(1)} s`,
      );
      process.stderr.write(`${name}: ${deployed.length} resources, ${seconds.join(", ")}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
