import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import { box, startDeploymentsCloud, symbolic } from "./testing.ts";

const classic = (resources: JsonValue, more: JsonObject = {}): JsonObject => ({
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  ...more,
  resources,
});
const nested = (name: string, properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "Microsoft.Resources/deployments",
  apiVersion: "2025-04-01",
  name,
  ...more,
  properties: { mode: "Incremental", ...properties },
});

test("a classic nested template sees the parameters and resources around it, or its own when it is inner", async () => {
  await using cloud = await startDeploymentsCloud();
  const inside = classic([box("[parameters('name')]", { of: "[variables('v')]" })], {
    parameters: { name: { type: "string", defaultValue: "inner" } },
    variables: { v: "inside" },
  });

  const deployment = await cloud.deploy(
    classic(
      [
        box("first"),
        nested("outer-scope", {
          template: classic([box("[parameters('name')]", { of: "[variables('v')]", serial: "[reference('first').serial]" })]),
        }),
        nested("inner-scope", { expressionEvaluationOptions: { scope: "Inner" }, template: inside }),
      ],
      { parameters: { name: { type: "string", defaultValue: "outer" } }, variables: { v: "outside" } },
    ),
  );

  expect(deployment.properties).toMatchObject({ provisioningState: "Succeeded" });
  expect(Object.fromEntries(cloud.toys.writes.map(({ body, name }) => [name, body.properties.of]))).toEqual({
    first: undefined,
    outer: "outside",
    inner: "inside",
  });
  expect(cloud.toys.writes.find(({ name }) => name === "outer")?.body.properties.serial).toBe("serial-first");
});

test("a module takes computed templates, parameters in loops, and parameters known only at run time", async () => {
  await using cloud = await startDeploymentsCloud();
  const template = symbolic(
    {
      b: box(
        "[format('b{0}', copyIndex())]",
        { value: "[parameters('values')[copyIndex()]]" },
        { copy: { name: "b", count: "[length(parameters('values'))]" } },
      ),
    },
    { parameters: { values: { type: "array" } } },
  );
  const escaped = JSON.parse(JSON.stringify(template).replaceAll('"[', '"[[')) as JsonObject;

  const deployment = await cloud.deploy(
    symbolic(
      {
        a: box("a"),
        m: nested("m", {
          template: "[variables('loaded')]",
          parameters: {
            values: {
              copy: [{ name: "value", count: 2, input: "[format('{0}-{1}', reference('a').serial, copyIndex('value'))]" }],
            },
          },
        }),
      },
      { variables: { loaded: escaped } },
    ),
  );

  expect(deployment.properties).toMatchObject({ provisioningState: "Succeeded" });
  expect(cloud.toys.writes.map(({ body }) => body.properties.value)).toEqual([undefined, "serial-a-0", "serial-a-1"]);
});

test("the same module name may be used in two groups at once", async () => {
  await using cloud = await startDeploymentsCloud();
  await cloud.t.group("other");
  const template = symbolic({ a: box("a") });

  const deployment = await cloud.deploy(
    symbolic({ here: nested("m", { template }), there: nested("m", { template }, { resourceGroup: "other" }) }),
  );

  expect(deployment.properties).toMatchObject({
    provisioningState: "Succeeded",
    outputResources: expect.arrayContaining([{ id: `${cloud.t.subscription}/resourceGroups/other/providers/Toy.Store/boxes/a` }]),
  });
});

test("a module into a group that does not exist is refused before anything is deployed", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;
  const template = symbolic({ a: box("a"), m: nested("m", { template: symbolic({}) }, { resourceGroup: "none" }) });

  const { json, status } = await cloud.ask("PUT", id, { properties: { template, mode: "Incremental" } });

  expect([status, json.error]).toEqual([404, expect.objectContaining({ code: "ResourceGroupNotFound" })]);
  expect(cloud.toys.writes).toEqual([]);
});

test("a mistake in a module is found before anything is deployed, with the way to it", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;
  const wrap = (name: string, template: JsonObject) => symbolic({ [name]: nested(name, { template }) });
  const template = wrap("outer", wrap("inner", symbolic({ a: box("a", { x: "[nonsense()]" }) })));

  const { json, status } = await cloud.ask("PUT", id, { properties: { template, mode: "Incremental" } });

  expect(status).toBe(400);
  expect(json.error).toMatchObject({
    code: "InvalidTemplate",
    message: expect.stringMatching(/'outer': in the nested deployment 'inner': .*resources 'a'.*'nonsense'/),
  });
});

test("a restart in the middle of a module goes on inside it", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "quayside-nested-"));
  const template = symbolic({
    m: nested("m", {
      template: symbolic(
        { a: box("a"), b: box("b", {}, { dependsOn: ["a"] }) },
        { outputs: { serial: { type: "string", value: "[reference('b').serial]" } } },
      ),
    }),
    c: box("c", { of: "[reference('m').outputs.serial.value]" }),
  });
  let id = "";
  {
    await using first = await startDeploymentsCloud({ stateDir, clock: "manual" });
    id = `${first.group}/providers/Microsoft.Resources/deployments/dep`;
    await first.ask("PUT", id, { properties: { template, mode: "Incremental" } });
    await turns();
    first.t.host.clock.advance(60_000);
    await turns();
    expect(first.toys.writes.map(({ name }) => name)).toEqual(["a", "b"]);
  }

  await using second = await startDeploymentsCloud({ stateDir });
  const deployment = await second.ended(id);

  expect(deployment.properties).toMatchObject({ provisioningState: "Succeeded" });
  expect(second.toys.writes.map(({ body, name }) => [name, body.properties.of])).toEqual([["c", "serial-b"]]);
  await rm(stateDir, { recursive: true, force: true });
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
