import { readFileSync } from "node:fs";
import { DeploymentsClient } from "@azure/arm-resourcesdeployments";
import { expect, test } from "vitest";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";

/** Microsoft's own client, pointed at the embedded Azure. */
function client(t: TestCloud): DeploymentsClient {
  const credential = { getToken: async () => ({ token: await t.token(), expiresOnTimestamp: Date.now() + 3_600_000 }) };
  return new DeploymentsClient(credential, t.cloud.subscriptionId, {
    endpoint: t.cloud.endpoints.arm,
    credentials: { scopes: [`${t.cloud.endpoints.arm}/.default`] },
    tlsOptions: { ca: readFileSync(t.cloud.caFile, "utf8") },
    retryOptions: { maxRetries: 0 },
  });
}

const fast = { updateIntervalInMs: 10 };

const identities = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: { names: { type: "array" }, location: { type: "string", defaultValue: "[resourceGroup().location]" } },
  resources: [
    {
      type: "Microsoft.ManagedIdentity/userAssignedIdentities",
      apiVersion: "2023-01-31",
      name: "[parameters('names')[copyIndex()]]",
      location: "[parameters('location')]",
      copy: { name: "identities", count: "[length(parameters('names'))]" },
    },
    {
      type: "Microsoft.Authorization/roleAssignments",
      apiVersion: "2022-04-01",
      name: "[guid(resourceGroup().id, parameters('names')[0])]",
      dependsOn: ["identities"],
      properties: {
        principalId:
          "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('names')[0]), '2023-01-31').principalId]",
        principalType: "ServicePrincipal",
        roleDefinitionId:
          "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
      },
    },
  ],
  outputs: {
    principals: {
      type: "array",
      copy: {
        count: "[length(parameters('names'))]",
        input:
          "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', parameters('names')[copyIndex()]), '2023-01-31', 'Full').properties.principalId]",
      },
    },
  },
};

const properties = { template: identities, mode: "Incremental" as const, parameters: { names: { value: ["id-a", "id-b"] } } };

test("Microsoft's deployments client deploys, reads, lists, exports and deletes", async () => {
  await using t = await startTestCloud({ providers });
  await t.group("rg");
  const { deploymentOperations, deployments } = client(t);

  const created = await deployments.createOrUpdate("rg", "dep", { properties }, fast);

  expect(created.properties?.provisioningState).toBe("Succeeded");
  expect(created.properties?.outputs).toMatchObject({
    principals: { type: "Array", value: [expect.any(String), expect.any(String)] },
  });
  expect((await deployments.get("rg", "dep")).properties?.outputResources).toHaveLength(3);
  expect((await deployments.checkExistence("rg", "dep")).body).toBe(true);
  expect((await deployments.checkExistence("rg", "other")).body).toBe(false);
  expect((await deployments.exportTemplate("rg", "dep")).template).toEqual(identities);
  expect((await collect(deployments.listByResourceGroup("rg"))).map(({ name }) => name)).toEqual(["dep"]);
  const operations = await collect(deploymentOperations.list("rg", "dep"));
  expect(operations.map((operation) => operation.properties?.targetResource?.resourceName)).toEqual(
    expect.arrayContaining(["id-a", "id-b"]),
  );
  expect((await deploymentOperations.get("rg", "dep", operations[0]?.operationId ?? "")).properties?.provisioningState).toBe(
    "Succeeded",
  );

  await deployments.delete("rg", "dep", fast);
  expect((await deployments.checkExistence("rg", "dep")).body).toBe(false);
});

test("Microsoft's deployments client validates and foresees", async () => {
  await using t = await startTestCloud({ providers });
  await t.group("rg");
  const { deployments } = client(t);

  const valid = await deployments.validate("rg", "dep", { properties }, fast);
  const foreseen = await deployments.whatIf("rg", "dep", { properties }, fast);

  expect(valid.properties?.validatedResources).toHaveLength(3);
  expect(foreseen.status).toBe("Succeeded");
  expect(foreseen.changes?.map(({ changeType }) => changeType)).toEqual(["Create", "Create", "Create"]);
  expect((await deployments.calculateTemplateHash(identities)).templateHash).toMatch(/^\d+$/);
});

test("Microsoft's deployments client gets ARM's codes for what fails", async () => {
  await using t = await startTestCloud({ providers });
  await t.group("rg");
  const { deployments } = client(t);
  const bad = { ...identities, resources: [{ ...identities.resources[0], name: "[nonsense()]" }] };
  const conflicting = {
    ...identities,
    resources: [
      {
        type: "Microsoft.Storage/storageAccounts",
        apiVersion: "2024-01-01",
        name: "NOT A NAME",
        location: "eastus",
        sku: { name: "Standard_LRS" },
        kind: "StorageV2",
      },
    ],
    outputs: {},
  };

  await expect(
    deployments.createOrUpdate("rg", "bad", { properties: { ...properties, template: bad } }, fast),
  ).rejects.toMatchObject({ code: "InvalidTemplate", statusCode: 400 });
  await expect(
    deployments.createOrUpdate("rg", "name", { properties: { ...properties, template: conflicting } }, fast),
  ).rejects.toMatchObject({
    code: "InvalidTemplateDeployment",
    statusCode: 400,
  });
  await expect(deployments.createOrUpdate("none", "dep", { properties }, fast)).rejects.toMatchObject({
    code: "ResourceGroupNotFound",
    statusCode: 404,
  });
  await expect(deployments.get("rg", "none")).rejects.toMatchObject({ code: "DeploymentNotFound", statusCode: 404 });
});

test("Microsoft's deployments client deploys to a subscription", async () => {
  await using t = await startTestCloud({ providers });
  const { deployments } = client(t);
  const template = {
    $schema: "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    resources: [
      { type: "Microsoft.Resources/resourceGroups", apiVersion: "2024-03-01", name: "made", location: "westeurope" },
      {
        type: "Microsoft.Resources/deployments",
        apiVersion: "2025-04-01",
        name: "inside",
        resourceGroup: "made",
        dependsOn: ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'made')]"],
        properties: {
          mode: "Incremental",
          expressionEvaluationOptions: { scope: "inner" },
          parameters: { names: { value: ["id-c"] } },
          template: identities,
        },
      },
    ],
  };

  const created = await deployments.createOrUpdateAtSubscriptionScope(
    "dep",
    { location: "westeurope", properties: { template, mode: "Incremental" } },
    fast,
  );

  expect(created.properties?.provisioningState).toBe("Succeeded");
  expect((await deployments.get("made", "inside")).properties?.outputResources).toHaveLength(2);
  expect(await collect(deployments.listAtSubscriptionScope())).toHaveLength(1);
});

test("the platform's template deploys, and what-if finds nothing to change afterwards", async () => {
  await using t = await startTestCloud({ providers });
  await t.group("rg-mlops-pipeline");
  const { deployments } = client(t);
  const template: unknown = JSON.parse(readFileSync(new URL("../../bicep/main.json", import.meta.url), "utf8"));
  const platform = { template: template as Record<string, unknown>, mode: "Incremental" as const };

  const created = await deployments.createOrUpdate("rg-mlops-pipeline", "platform", { properties: platform }, fast);
  const foreseen = await deployments.whatIf("rg-mlops-pipeline", "platform", { properties: platform }, fast);

  expect(created.properties?.provisioningState).toBe("Succeeded");
  expect(foreseen.changes?.length).toBeGreaterThan(20);
  expect(foreseen.changes?.filter(({ changeType }) => changeType !== "NoChange")).toEqual([]);
});

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}
