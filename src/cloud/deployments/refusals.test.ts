import { expect, test } from "vitest";
import { ROLES } from "../../azure/index.ts";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import { box, startDeploymentsCloud, symbolic } from "./testing.ts";

const classic = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  resources: [],
};
const withParameter = (declaration: JsonObject) => symbolic({}, { parameters: { p: declaration } });
const incremental = (template: JsonValue, parameters?: JsonObject): JsonObject => ({
  properties: { template, mode: "Incremental", ...(parameters === undefined ? {} : { parameters }) },
});

const INVALID_TEMPLATES: [what: string, body: JsonObject, message: RegExp][] = [
  ["no schema", incremental({ contentVersion: "1.0.0.0", resources: [] }), /\$schema/],
  [
    "a management group's schema",
    incremental({ ...classic, $schema: "https://x/2019-08-01/managementGroupDeploymentTemplate.json#" }),
    /managementGroup/,
  ],
  ["no contentVersion", incremental({ $schema: classic.$schema, resources: [] }), /contentVersion/],
  ["an experimental language version", incremental(symbolic({}, { languageVersion: "2.1-experimental" })), /2\.1-experimental/],
  ["an unknown section", incremental({ ...classic, imports: {} }), /'imports'/],
  ["symbolic resources without languageVersion 2.0", incremental({ ...classic, resources: {} }), /not an array/],
  ["a parameter that is missing", incremental(withParameter({ type: "string" })), /'p'/],
  ["a parameter that nobody declared", incremental(symbolic({}), { q: { value: 1 } }), /'q'/],
  ["a parameter of another type", incremental(withParameter({ type: "int" }), { p: { value: "1" } }), /'String'; expected 'Int'/],
  [
    "a value that is not allowed",
    incremental(withParameter({ type: "string", allowedValues: ["a", "b"] }), { p: { value: "c" } }),
    /"c".*"a", "b"/,
  ],
  ["a value below the least", incremental(withParameter({ type: "int", minValue: 2 }), { p: { value: 1 } }), /minValue is 2/],
  [
    "a text that is too long",
    incremental(withParameter({ type: "string", maxLength: 2 }), { p: { value: "abc" } }),
    /maxLength is 2/,
  ],
  [
    "a member that a sealed type does not know",
    incremental(withParameter({ type: "object", properties: {}, additionalProperties: false }), { p: { value: { x: 1 } } }),
    /'x'/,
  ],
  ["a dependency on nothing", incremental(symbolic({ a: box("a", {}, { dependsOn: ["b"] }) })), /'b', which is not defined/],
  [
    "a cycle",
    incremental(symbolic({ a: box("a", { x: "[reference('b').y]" }), b: box("b", {}, { dependsOn: ["a"] }) })),
    /circular dependency.*a -> b -> a/,
  ],
  ["a resource defined twice", incremental(symbolic({ a: box("same"), b: box("same") })), /defined multiple times/],
  ["a name with too many segments", incremental(symbolic({ a: box("a/b") })), /2 segments/],
  [
    "reference() in a condition",
    incremental(symbolic({ a: box("a"), b: box("b", {}, { condition: "[reference('a').ok]" }) })),
    /not expected at this location/,
  ],
  ["an unknown function", incremental(symbolic({ a: box("[nonsense('a')]") })), /'nonsense' is not valid/],
  ["an expression that does not parse", incremental(symbolic({ a: box("[concat('a']") })), /expected ','|expected '\)'/],
  [
    "more copies than allowed",
    incremental(symbolic({ a: box("[string(copyIndex())]", {}, { copy: { name: "a", count: 801 } }) })),
    /at most 800/,
  ],
  ["an option that is not supported", incremental(symbolic({ a: box("a", {}, { "@options": { retryOn: [] } }) })), /'retryOn'/],
  ["an extension", incremental(symbolic({ a: box("a", {}, { extension: "kubernetes" }) })), /'extension'/],
  ["a resource in another group", incremental(symbolic({ a: box("a", {}, { resourceGroup: "x" }) })), /resourceGroup/],
  ["fail()", incremental(symbolic({ a: box("[fail('on purpose')]") })), /on purpose/],
  [
    "a linked nested template",
    incremental(
      symbolic({
        m: {
          type: "Microsoft.Resources/deployments",
          apiVersion: "2025-04-01",
          name: "m",
          properties: { mode: "Incremental", templateLink: { uri: "https://x" } },
        },
      }),
    ),
    /templateLink/,
  ],
];

test("templates that ARM would refuse are refused with InvalidTemplate and the reason", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;

  for (const [what, body, message] of INVALID_TEMPLATES) {
    for (const answer of [await cloud.ask("PUT", id, body), await cloud.ask("POST", `${id}/validate`, body)]) {
      expect
        .soft([what, answer.status, answer.json.error], what)
        .toEqual([what, 400, expect.objectContaining({ code: "InvalidTemplate", message: expect.stringMatching(message) })]);
    }
  }
  expect((await cloud.ask("GET", id)).status).toBe(404);
});

const REQUESTS: [what: string, body: JsonObject | string, code: string][] = [
  ["not JSON at all", "}{", "InvalidRequestContent"],
  ["an array", "[]", "InvalidRequestContent"],
  ["no properties", {}, "InvalidRequestContent"],
  ["no template", { properties: { mode: "Incremental" } }, "InvalidRequestContent"],
  ["a linked template", { properties: { mode: "Incremental", templateLink: { uri: "https://x" } } }, "InvalidRequestContent"],
  ["an unknown mode", { properties: { mode: "Sideways", template: classic } }, "InvalidRequestContent"],
  [
    "a debug setting",
    { properties: { mode: "Incremental", template: classic, debugSetting: { detailLevel: "requestContent" } } },
    "InvalidRequestContent",
  ],
  [
    "a fallback deployment",
    { properties: { mode: "Incremental", template: classic, onErrorDeployment: { type: "LastSuccessful" } } },
    "InvalidRequestContent",
  ],
  [
    "a module with a name that is too long",
    incremental(
      symbolic({
        m: {
          type: "Microsoft.Resources/deployments",
          apiVersion: "2025-04-01",
          name: "m".repeat(65),
          properties: { mode: "Incremental", template: classic },
        },
      }),
    ),
    "InvalidDeploymentName",
  ],
  [
    "a key vault reference",
    incremental(withParameter({ type: "secureString" }), { p: { reference: { keyVault: { id: "/x" }, secretName: "s" } } }),
    "KeyVaultParameterReferenceSecretRetrieveFailed",
  ],
  [
    "a location at a resource group",
    { location: "eastus", properties: { mode: "Incremental", template: classic } },
    "InvalidDeployment",
  ],
];

test("requests that make no sense are refused with the reason", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;

  for (const [what, body, code] of REQUESTS) {
    const { json, status } = await cloud.ask("PUT", id, body);
    expect.soft([what, status, json.error]).toEqual([what, 400, expect.objectContaining({ code })]);
  }
});

test("places that do not exist are refused", async () => {
  await using cloud = await startDeploymentsCloud();
  const code = async (method: string, path: string, body?: JsonObject) => {
    const { json, status } = await cloud.ask(method, path, body);
    return `${status} ${JSON.stringify((json.error as JsonObject).code).slice(1, -1)}`;
  };
  const below = "/providers/Microsoft.Resources/deployments";

  expect(await code("GET", `/subscriptions/other${below}/x`)).toMatch(/^(403|404) /);
  expect(await code("PUT", `${cloud.t.subscription}/resourceGroups/none${below}/x`, incremental(classic))).toBe(
    "404 ResourceGroupNotFound",
  );
  expect(await code("PUT", `${cloud.group}${below}/bad name`, incremental(classic))).toBe("400 InvalidDeploymentName");
  expect(await code("PUT", `${cloud.t.subscription}${below}/x`, incremental(classic))).toBe("400 LocationRequired");
  expect(
    await code("PUT", `${cloud.t.subscription}${below}/x`, {
      location: "eastus",
      properties: { template: classic, mode: "Complete" },
    }),
  ).toBe("400 InvalidDeploymentMode");
  expect(await code("GET", `${cloud.group}/providers/Microsoft.Resources/deploymentStacks/s`)).toBe("404 InvalidResourceType");
  expect(await code("GET", `${below}/x`)).toBe("404 InvalidDeploymentScope");
  expect(await code("PATCH", `${cloud.group}${below}/x`)).toBe("405 MethodNotAllowed");
  expect(await code("GET", `${cloud.group}${below}/x/operations`)).toBe("404 DeploymentNotFound");
});

test("preflight names every resource that a provider would refuse", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;
  const body = incremental(
    symbolic({ good: box("good"), odd: box("not valid!"), unknown: { ...box("x"), type: "Toy.Store/crates" } }),
  );

  const validated = await cloud.ask("POST", `${id}/validate`, body);

  expect(validated.status).toBe(400);
  expect(validated.json.error).toMatchObject({
    code: "InvalidTemplateDeployment",
    details: [{ code: "InvalidResourceName" }, { code: "InvalidResourceType" }],
  });
  expect((await cloud.ask("PUT", id, body)).json.error).toMatchObject({ code: "InvalidTemplateDeployment" });
  expect(
    (
      await cloud.ask("POST", `${id}/validate`, {
        properties: { ...(body.properties as JsonObject), validationLevel: "Template" },
      })
    ).status,
  ).toBe(200);
});

test("validate answers what would be deployed, and writes nothing", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;

  const { json, status } = await cloud.ask(
    "POST",
    `${id}/validate`,
    incremental(symbolic({ a: box("a"), b: box("b", { x: "[reference('a').serial]" }) })),
  );

  expect(status).toBe(200);
  expect(json.properties).toMatchObject({
    provisioningState: "Succeeded",
    validatedResources: [
      { id: `${cloud.group}/providers/Toy.Store/boxes/a` },
      { id: `${cloud.group}/providers/Toy.Store/boxes/b` },
    ],
    dependencies: [{ resourceName: "b", dependsOn: [{ resourceName: "a" }] }],
    providers: [{ namespace: "Toy.Store", resourceTypes: [{ resourceType: "boxes", locations: [null] }] }],
  });
  expect(cloud.toys.writes).toEqual([]);
  expect((await cloud.ask("GET", id)).status).toBe(404);
});

test("a caller without the roles is refused, for the deployment and for what it deploys", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;
  const body = incremental(symbolic({ a: box("a"), b: box("b") }));
  const reader = await cloud.principal([ROLES.reader.id]);
  // May deploy templates and write nothing else that these templates hold.
  const deployer = await cloud.principal([ROLES.monitoringContributor.id, ROLES.managedIdentityContributor.id]);

  const refused = await cloud.ask("PUT", id, body, reader);
  const preflight = await cloud.ask("PUT", id, body, deployer);

  const authorization = (action: string) =>
    expect.objectContaining({ code: "AuthorizationFailed", message: expect.stringContaining(action) });
  expect([refused.status, refused.json.error]).toEqual([403, authorization("Microsoft.Resources/deployments/write")]);
  expect([preflight.status, preflight.json.error]).toEqual([
    403,
    expect.objectContaining({
      code: "InvalidTemplateDeployment",
      details: [authorization("Toy.Store/boxes/write"), authorization("Toy.Store/boxes/write")],
    }),
  ]);
});

test("the Azure CLI's body is understood: unquoted key, comments, trailing commas, line breaks in strings", async () => {
  await using cloud = await startDeploymentsCloud();
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;
  const text = `{"properties": {"parameters": {"p": {"value": "a"}}, "mode": "Incremental", template:{
    // a comment with "quotes"
    "$schema": "${classic.$schema}", /* and
    another */
    "contentVersion": "1.0.0.0",
    "parameters": {"p": {"type": "string"}},
    "resources": [],
    "outputs": {"o": {"type": "string", "value": "[concat(
        parameters('p'),
        'b')]"},},
  }}}`;

  expect((await cloud.ask("PUT", id, text)).status).toBe(201);
  expect((await cloud.ended(id)).properties).toMatchObject({ provisioningState: "Succeeded", outputs: { o: { value: "ab" } } });
});
