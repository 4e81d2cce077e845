import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../base/index.ts";
import { startTestCloud, type TestCloud } from "../../testing.ts";
import { objectsAt, textAt } from "../common/body.ts";

const VERSION = "2026-05-01";

let cloud: TestCloud;
let group: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  group = await cloud.group("rg-promotion");
});
afterAll(() => cloud.close());

const id = (name: string) => `${group}/providers/Microsoft.MachineLearningServices/registries/${name}`;
const region = (location: string, sku = "Premium"): JsonObject => ({
  location,
  acrDetails: [{ systemCreatedAcrAccount: { acrAccountSku: sku } }],
  storageAccountDetails: [{ systemCreatedStorageAccount: { storageAccountType: "Standard_LRS" } }],
});
const body = (...regionDetails: JsonObject[]): JsonObject => ({
  location: "eastus",
  identity: { type: "SystemAssigned" },
  properties: { regionDetails },
});

test("a registry has a group of Azure's own that nobody else changes, and that goes with it", async () => {
  const made = await cloud.put(id("mlr-whole"), body(region("eastus"), region("westus")), VERSION);
  const managed = textAt(made, "properties.managedResourceGroup.resourceId") ?? "";
  const [account] = objectsAt(objectsAt(made, "properties.regionDetails")[0], "storageAccountDetails");
  const storage = textAt(account, "systemCreatedStorageAccount.armResourceId.resourceId") ?? "";

  expect((await cloud.ask("GET", managed)).json).toMatchObject({
    managedBy: id("mlr-whole"),
    name: expect.stringMatching(/^azureml-rg-mlr-whole_/),
  });
  expect((await cloud.ask("GET", storage, { apiVersion: "2026-04-01" })).json).toMatchObject({ kind: "StorageV2" });
  expect(cloud.host.resources.below(managed, "Microsoft.ContainerRegistry/registries")).toHaveLength(2);
  expect(made.properties).toMatchObject({
    mlFlowRegistryUri: expect.stringMatching(/\/mlflow\/v1\.0\/subscriptions\/.*\/mlr-whole$/),
  });
  for (const [method, path] of [
    ["DELETE", storage],
    ["DELETE", managed],
    ["POST", `${storage}/listKeys`],
  ] as const)
    expect(await cloud.ask(method, path, { apiVersion: "2026-04-01" })).toMatchObject({
      status: 403,
      code: "DenyAssignmentAuthorizationFailed",
    });

  const again = await cloud.put(id("mlr-whole"), body(region("eastus"), region("westus")), VERSION);
  expect(again.properties).toEqual(made.properties);

  await cloud.settle(await cloud.ask("DELETE", id("mlr-whole"), { apiVersion: VERSION }));
  expect((await cloud.ask("GET", managed)).status).toBe(404);
  expect(cloud.host.resources.below(managed)).toEqual([]);
});

test("Azure names the accounts of a registry, whatever is asked for", async () => {
  const named = {
    location: "eastus",
    acrDetails: [{ systemCreatedAcrAccount: { acrAccountSku: "Premium", acrAccountName: "acrours" } }],
    storageAccountDetails: [
      { systemCreatedStorageAccount: { storageAccountType: "Standard_LRS", storageAccountName: "stours" } },
    ],
  };

  const made = await cloud.put(id("mlr-named"), body(named), VERSION);
  const again = await cloud.put(id("mlr-named"), body(named), VERSION);

  const managed = textAt(made, "properties.managedResourceGroup.resourceId") ?? "";
  const [region] = objectsAt(made, "properties.regionDetails");
  const storage = textAt(objectsAt(region, "storageAccountDetails")[0], "systemCreatedStorageAccount.storageAccountName");
  const images = textAt(objectsAt(region, "acrDetails")[0], "systemCreatedAcrAccount.acrAccountName");
  expect(storage).toMatch(/^[0-9a-f]{11}$/);
  expect(images).toMatch(/^a[0-9a-f]{10}$/);
  expect(region).toMatchObject({
    acrDetails: [
      {
        systemCreatedAcrAccount: {
          armResourceId: { resourceId: `${managed}/providers/Microsoft.ContainerRegistry/registries/${images}` },
        },
      },
    ],
  });
  expect(again.properties).toEqual(made.properties);
});

test.each<[string, JsonObject, RegExp]>([
  ["without its own region", body(region("westus")), /its own, eastus|own, eastus, must be among them/],
  ["with a region twice", body(region("eastus"), region("East US")), /twice/],
  ["with a small container registry", body(region("eastus", "Basic")), /must be Premium/],
  ["without storage", body({ ...region("eastus"), storageAccountDetails: [] }), /has a storage account/],
  ["without an identity", { ...body(region("eastus")), identity: null }, /identity.type is missing/],
])("a registry %s is refused", async (_, wrong, message) => {
  const answer = await cloud.ask("PUT", id("mlr-wrong"), { body: wrong, apiVersion: VERSION });

  expect(answer).toMatchObject({ status: 400, code: "BadRequest" });
  expect(textAt(answer.json, "error.message")).toMatch(message);
});

test("a region stays, a name is unique, and sharing is refused by name", async () => {
  await cloud.put(id("mlr-regions"), body(region("eastus"), region("westus")), VERSION);
  const fewer = await cloud.ask("PUT", id("mlr-regions"), { body: body(region("eastus")), apiVersion: VERSION });
  expect(textAt(fewer.json, "error.message")).toMatch(/westus cannot be taken/);
  const other = await cloud.group("rg-promotion-2");
  const twin = `${other}/providers/Microsoft.MachineLearningServices/registries/mlr-regions`;
  expect((await cloud.ask("PUT", twin, { body: body(region("eastus")), apiVersion: VERSION })).status).toBe(409);

  const model = await cloud.ask("PUT", `${id("mlr-regions")}/models/iris/versions/1`, {
    body: { properties: {} },
    apiVersion: VERSION,
  });

  expect(model).toMatchObject({ status: 400, code: "FeatureNotSupported" });
  expect(model.headers.get("x-ms-quayside-unsupported")).toBe("models of registries");
});
