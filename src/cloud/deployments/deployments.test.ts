import { expect, test } from "vitest";
import { isObject, type JsonObject } from "../../base/index.ts";
import { box, startDeploymentsCloud, symbolic } from "./testing.ts";

const propertiesOf = (json: JsonObject): JsonObject => (isObject(json.properties) ? json.properties : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "-");
const summary = (rows: JsonObject[]) =>
  rows.map((row) => {
    const { provisioningOperation, provisioningState, statusCode, targetResource } = propertiesOf(row);
    const name = isObject(targetResource) ? targetResource.resourceName : undefined;
    return [provisioningOperation, name, provisioningState, statusCode].map(text).join(" ");
  });

test("a deployment runs what is ready in parallel and what depends on it afterwards", async () => {
  await using cloud = await startDeploymentsCloud();
  const before = cloud.t.host.clock.now();

  const deployment = await cloud.deploy(
    symbolic(
      {
        a: box("a"),
        b: box("b"),
        c: box("c", { of: "[concat(reference('a').serial, '+', reference('b').serial)]" }),
      },
      { outputs: { serial: { type: "string", value: "[reference('c').serial]" } } },
    ),
  );

  expect(propertiesOf(deployment)).toMatchObject({
    provisioningState: "Succeeded",
    outputs: { serial: { type: "String", value: "serial-c" } },
    outputResources: [
      { id: `${cloud.group}/providers/Toy.Store/boxes/a` },
      { id: `${cloud.group}/providers/Toy.Store/boxes/b` },
      { id: `${cloud.group}/providers/Toy.Store/boxes/c` },
    ],
  });
  expect(cloud.toys.writes.at(-1)?.body.properties.of).toBe("serial-a+serial-b");
  const elapsed = cloud.t.host.clock.now() - before;
  expect(elapsed).toBeGreaterThanOrEqual(120_000);
  expect(elapsed).toBeLessThan(150_000);
  expect(summary(await cloud.rows(deployment.id as string))).toEqual([
    "Create a Succeeded Created",
    "Create b Succeeded Created",
    "Create c Succeeded Created",
    "EvaluateDeploymentOutput - Succeeded OK",
  ]);
});

test("operations appear when they start and change when they end", async () => {
  await using cloud = await startDeploymentsCloud({ clock: "manual" });
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/live`;
  const put = await cloud.ask("PUT", id, {
    properties: { template: symbolic({ a: box("a"), b: box("b", {}, { dependsOn: ["a"] }) }), mode: "Incremental" },
  });
  expect(put.status).toBe(201);
  expect(propertiesOf(put.json).provisioningState).toBe("Accepted");
  await turns();

  expect(summary(await cloud.rows(id))).toEqual(["Create a Running -"]);
  const statusUrl = new URL(put.headers.get("azure-asyncoperation") ?? "");
  expect((await cloud.ask("GET", statusUrl.pathname)).json.status).toBe("Running");
  expect((await cloud.ask("PUT", id, { properties: { template: symbolic({}), mode: "Incremental" } })).json).toMatchObject({
    error: { code: "DeploymentActive" },
  });

  cloud.t.host.clock.advance(60_000);
  await turns();
  expect(summary(await cloud.rows(id))).toEqual(["Create a Succeeded Created", "Create b Running -"]);

  cloud.t.host.clock.advance(60_000);
  await cloud.ended(id);
  expect((await cloud.ask("GET", statusUrl.pathname)).json.status).toBe("Succeeded");
});

test("the first failure stops what has not started, and what runs is waited for", async () => {
  await using cloud = await startDeploymentsCloud();

  const deployment = await cloud.deploy(
    symbolic({
      slow: box("slow", { takesMs: 100_000 }),
      bad: box("bad", { broken: true }),
      refused: box("refused", { refused: true }),
      after: box("after", {}, { dependsOn: ["slow"] }),
    }),
  );

  const { error, provisioningState } = propertiesOf(deployment);
  expect(provisioningState).toBe("Failed");
  expect(error).toMatchObject({
    code: "DeploymentFailed",
    target: deployment.id,
    details: [
      { code: "BoxRefused", target: `${cloud.group}/providers/Toy.Store/boxes/refused` },
      {
        code: "ResourceDeploymentFailure",
        target: `${cloud.group}/providers/Toy.Store/boxes/bad`,
        details: [{ code: "BoxBroken" }],
      },
    ],
  });
  expect(summary(await cloud.rows(deployment.id as string)).sort()).toEqual([
    "Create bad Failed Conflict",
    "Create refused Failed BadRequest",
    "Create slow Succeeded Created",
  ]);
});

test("a provider that is busy is asked again after the time it names", async () => {
  await using cloud = await startDeploymentsCloud();
  const before = cloud.t.host.clock.now();

  const deployment = await cloud.deploy(symbolic({ a: box("a", { busyTimes: 3, takesMs: 0 }) }));

  expect(propertiesOf(deployment).provisioningState).toBe("Succeeded");
  expect(cloud.t.host.clock.now() - before).toBeGreaterThanOrEqual(21_000);
});

test("an operation that fails is not asked for again, whatever its status", async () => {
  await using cloud = await startDeploymentsCloud();

  const deployment = await cloud.deploy(symbolic({ a: box("a", { crashes: true }) }));

  expect(propertiesOf(deployment).error).toMatchObject({
    details: [{ code: "ResourceDeploymentFailure", details: [{ code: "BoxCrashed" }] }],
  });
  expect(cloud.toys.writes).toHaveLength(1);
});

test("loops, conditions, keys of other resources and existing ones work together", async () => {
  await using cloud = await startDeploymentsCloud();
  await cloud.deploy(symbolic({ old: box("old", { takesMs: 0 }) }), { name: "first" });

  const deployment = await cloud.deploy(
    symbolic(
      {
        old: { existing: true, type: "Toy.Store/boxes", apiVersion: "2024-01-01", name: "old" },
        many: box(
          "[format('box{0}', copyIndex())]",
          { at: "[copyIndex()]" },
          { copy: { name: "many", count: "[parameters('count')]", mode: "serial", batchSize: 2 } },
        ),
        never: box("never", {}, { condition: "[greater(parameters('count'), 9)]" }),
        last: box(
          "last",
          { serial: "[reference('old').serial]", key: "[listKeys('old', '2024-01-01').key]" },
          { dependsOn: ["never"] },
        ),
      },
      {
        parameters: { count: { type: "int", maxValue: 10 }, secret: { type: "secureString" } },
        outputs: {
          serials: {
            type: "array",
            copy: { count: "[parameters('count')]", input: "[reference(format('many[{0}]', copyIndex())).serial]" },
          },
          all: { type: "array", value: "[map(references('many'), lambda('b', lambdaVariables('b').at))]" },
          secret: { type: "secureString", value: "[parameters('secret')]" },
          absent: { type: "string", condition: false, value: "x" },
        },
      },
    ),
    { parameters: { count: { value: 3 }, secret: { value: "s3cret" } } },
  );

  expect(propertiesOf(deployment)).toMatchObject({
    provisioningState: "Succeeded",
    parameters: { count: { type: "Int", value: 3 }, secret: { type: "SecureString" } },
    outputs: {
      serials: { type: "Array", value: ["serial-box0", "serial-box1", "serial-box2"] },
      all: { value: [0, 1, 2] },
      secret: { type: "SecureString" },
    },
  });
  expect(JSON.stringify(deployment)).not.toContain("s3cret");
  expect(JSON.stringify(cloud.t.host.store.list("deployments"))).not.toContain("s3cret");
  expect(Object.keys(propertiesOf(deployment).outputs as JsonObject)).not.toContain("absent");
  expect(cloud.toys.writes.find(({ name }) => name === "last")?.body.properties).toMatchObject({
    serial: "serial-old",
    key: "key-of-old",
  });
  expect(cloud.toys.writes.some(({ name }) => name === "never")).toBe(false);
  expect(summary(await cloud.rows(deployment.id as string))).toContain("Read old Succeeded OK");
});

test("an existing resource that is missing fails the deployment when something refers to it, and only then", async () => {
  await using cloud = await startDeploymentsCloud();
  const existing = { existing: true, type: "Toy.Store/boxes", apiVersion: "2024-01-01", name: "gone" };

  const unused = await cloud.deploy(symbolic({ gone: existing, a: box("a") }), { name: "unused" });
  const used = await cloud.deploy(symbolic({ gone: existing, b: box("b", { x: "[reference('gone').serial]" }) }), {
    name: "used",
  });

  expect(propertiesOf(unused).provisioningState).toBe("Succeeded");
  expect(propertiesOf(used).error).toMatchObject({ details: [{ code: "ResourceNotFound" }] });
});

test("onlyIfNotExists leaves what is there alone", async () => {
  await using cloud = await startDeploymentsCloud();
  const template = symbolic({ a: box("a", {}, { "@options": { onlyIfNotExists: true } }) });

  await cloud.deploy(template);
  const again = await cloud.deploy(template, { name: "again" });

  expect(cloud.toys.writes).toHaveLength(1);
  expect(summary(await cloud.rows(again.id as string))).toEqual(["Read a Succeeded OK"]);
});

test("a module is a deployment of its own, with outputs, secret ones only for the template around it", async () => {
  await using cloud = await startDeploymentsCloud();
  const inner = symbolic(
    { a: box("[parameters('name')]") },
    {
      parameters: { name: { type: "string" } },
      outputs: {
        serial: { type: "string", value: "[reference('a').serial]" },
        key: { type: "secureString", value: "[listKeys('a', '2024-01-01').key]" },
      },
    },
  );
  const module = (name: string, parameters: JsonObject) => ({
    type: "Microsoft.Resources/deployments",
    apiVersion: "2025-04-01",
    name,
    properties: { expressionEvaluationOptions: { scope: "inner" }, mode: "Incremental", parameters, template: inner },
  });

  const deployment = await cloud.deploy(
    symbolic(
      {
        one: module("one", { name: { value: "first" } }),
        two: module("two", { name: { value: "[replace(reference('one').outputs.serial.value, 'serial-', 'second-')]" } }),
        user: box("user", { key: "[listOutputsWithSecureValues('one', '2025-04-01').key.value]" }),
      },
      { outputs: { serial: { type: "string", value: "[reference('two').outputs.serial.value]" } } },
    ),
  );

  expect(propertiesOf(deployment)).toMatchObject({
    provisioningState: "Succeeded",
    outputs: { serial: { value: "serial-second-first" } },
  });
  expect(cloud.toys.writes.find(({ name }) => name === "user")?.body.properties.key).toBe("key-of-first");
  const one = (await cloud.ask("GET", `${cloud.group}/providers/Microsoft.Resources/deployments/one`)).json;
  expect(propertiesOf(one).outputs).toEqual({ serial: { type: "String", value: "serial-first" }, key: { type: "SecureString" } });
  expect(propertiesOf(deployment).outputResources).toHaveLength(5);
});

test("a failure in a module comes up through every deployment around it", async () => {
  await using cloud = await startDeploymentsCloud();
  const wrap = (name: string, template: JsonObject) =>
    symbolic({
      [name]: {
        type: "Microsoft.Resources/deployments",
        apiVersion: "2025-04-01",
        name,
        properties: { mode: "Incremental", template },
      },
    });

  const deployment = await cloud.deploy(wrap("outer", wrap("inner", symbolic({ a: box("a", { broken: true }) }))));

  expect(propertiesOf(deployment).error).toMatchObject({
    code: "DeploymentFailed",
    details: [
      {
        code: "DeploymentFailed",
        details: [
          { code: "DeploymentFailed", details: [{ code: "ResourceDeploymentFailure", details: [{ code: "BoxBroken" }] }] },
        ],
      },
    ],
  });
});

test("a deployment to the subscription makes a resource group and deploys into it", async () => {
  await using cloud = await startDeploymentsCloud();
  const template = {
    ...symbolic({
      group: {
        type: "Microsoft.Resources/resourceGroups",
        apiVersion: "2024-03-01",
        name: "made",
        location: "[deployment().location]",
      },
      module: {
        type: "Microsoft.Resources/deployments",
        apiVersion: "2025-04-01",
        name: "module",
        resourceGroup: "made",
        properties: {
          mode: "Incremental",
          template: symbolic(
            { a: box("a", { takesMs: 0, where: "[resourceGroup().location]" }) },
            { outputs: { id: { type: "string", value: "[resourceId('Toy.Store/boxes', 'a')]" } } },
          ),
        },
        dependsOn: ["group"],
      },
    }),
    $schema: "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    outputs: { id: { type: "string", value: "[reference('module').outputs.id.value]" } },
  };

  const deployment = await cloud.deploy(template, { scope: cloud.t.subscription, location: "East US" });

  expect(deployment.location).toBe("eastus");
  expect(propertiesOf(deployment)).toMatchObject({
    provisioningState: "Succeeded",
    outputs: { id: { value: `${cloud.t.subscription}/resourceGroups/made/providers/Toy.Store/boxes/a` } },
  });
  expect(cloud.toys.writes[0]?.body.properties.where).toBe("eastus");
});

test("Complete mode deletes what the template does not list", async () => {
  await using cloud = await startDeploymentsCloud();
  await cloud.deploy(
    symbolic({
      a: box("a"),
      b: box("b"),
      lid: { type: "Toy.Store/boxes/lids", apiVersion: "2024-01-01", name: "b/lid", dependsOn: ["b"] },
    }),
  );

  const deployment = await cloud.deploy(symbolic({ a: box("a") }), { mode: "Complete", name: "complete" });

  expect(propertiesOf(deployment).provisioningState).toBe("Succeeded");
  expect(cloud.t.host.resources.below(cloud.group).map(({ name }) => name)).toEqual(["a"]);
  expect(summary(await cloud.rows(deployment.id as string))).toContain("Delete b Succeeded OK");
});

test("cancel stops scheduling, and the deployment stays canceled when what ran has ended", async () => {
  await using cloud = await startDeploymentsCloud({ clock: "manual" });
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;
  await cloud.ask("PUT", id, {
    properties: { template: symbolic({ a: box("a"), b: box("b", {}, { dependsOn: ["a"] }) }), mode: "Incremental" },
  });
  await turns();

  expect((await cloud.ask("POST", `${id}/cancel`)).status).toBe(204);
  cloud.t.host.clock.advance(60_000);
  await turns();

  expect(propertiesOf((await cloud.ask("GET", id)).json).provisioningState).toBe("Canceled");
  expect(summary(await cloud.rows(id))).toEqual(["Create a Succeeded Created"]);
  expect((await cloud.ask("POST", `${id}/cancel`)).status).toBe(409);
});

test("cancel reaches the modules of a deployment", async () => {
  await using cloud = await startDeploymentsCloud({ clock: "manual" });
  const below = `${cloud.group}/providers/Microsoft.Resources/deployments`;
  const inner = symbolic({ a: box("a"), b: box("b", {}, { dependsOn: ["a"] }) });
  const module = {
    type: "Microsoft.Resources/deployments",
    apiVersion: "2025-04-01",
    name: "m",
    properties: { mode: "Incremental", template: inner },
  };
  await cloud.ask("PUT", `${below}/dep`, { properties: { template: symbolic({ m: module }), mode: "Incremental" } });
  await turns();

  await cloud.ask("POST", `${below}/dep/cancel`);
  cloud.t.host.clock.advance(60_000);
  await turns();

  expect(propertiesOf((await cloud.ask("GET", `${below}/m`)).json).provisioningState).toBe("Canceled");
  expect(summary(await cloud.rows(`${below}/dep`))).toEqual(["Create m Canceled Conflict"]);
  expect(summary(await cloud.rows(`${below}/m`))).toEqual(["Create a Succeeded Created"]);
});

test("a secret that a refusal quotes is not kept", async () => {
  await using cloud = await startDeploymentsCloud();

  const deployment = await cloud.deploy(
    symbolic(
      { a: box("a"), b: box("b", { n: "[concat(reference('a').serial, int(parameters('p')))]" }) },
      { parameters: { p: { type: "secureString" } } },
    ),
    { parameters: { p: { value: "hunter2!" } } },
  );

  expect(propertiesOf(deployment).error).toMatchObject({
    details: [{ code: "InvalidTemplate", message: expect.stringContaining("'***'") }],
  });
  const kept = ["deployments", "deployment-operations"].map((collection) => JSON.stringify(cloud.t.host.store.list(collection)));
  expect(kept.join()).not.toContain("hunter2!");
});

test("outputs that cannot be evaluated fail the deployment with their own code", async () => {
  await using cloud = await startDeploymentsCloud();

  const deployment = await cloud.deploy(
    symbolic({ a: box("a") }, { outputs: { x: { type: "string", value: "[reference('a').nothing]" } } }),
  );

  expect(propertiesOf(deployment).error).toMatchObject({
    code: "DeploymentOutputEvaluationFailed",
    details: [{ code: "InvalidTemplate" }],
  });
});

test("list, HEAD, exportTemplate and DELETE answer as ARM does", async () => {
  await using cloud = await startDeploymentsCloud();
  const template = symbolic({ a: box("a", { takesMs: 0 }) });
  const { id } = await cloud.deploy(template);
  const list = `${cloud.group}/providers/Microsoft.Resources/deployments`;

  expect((await cloud.ask("GET", list)).json.value).toHaveLength(1);
  expect((await cloud.ask("GET", `${list}?$filter=provisioningState eq 'Failed'`)).json.value).toEqual([]);
  expect((await cloud.ask("HEAD", id as string)).status).toBe(204);
  expect((await cloud.ask("POST", `${id as string}/exportTemplate`)).json).toEqual({ template });
  const short = (await cloud.ask("GET", `${cloud.group}/deployments/dep/operations`)).json.value;
  expect(short).toHaveLength(1);

  const deleted = await cloud.ask("DELETE", id as string);
  expect(deleted.status).toBe(202);
  expect((await cloud.ask("GET", new URL(deleted.headers.get("location") ?? "").pathname)).status).toBe(204);
  expect((await cloud.ask("HEAD", id as string)).status).toBe(404);
  expect((await cloud.ask("DELETE", id as string)).status).toBe(204);
  expect((await cloud.ask("GET", id as string)).json).toMatchObject({ error: { code: "DeploymentNotFound" } });
});

test("history goes with its resource group", async () => {
  await using cloud = await startDeploymentsCloud();
  const { id } = await cloud.deploy(symbolic({}));

  await cloud.t.settle(await cloud.t.ask("DELETE", cloud.group));
  await cloud.t.group("rg");

  expect((await cloud.ask("GET", id as string)).status).toBe(404);
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
