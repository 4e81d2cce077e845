import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../../base/index.ts";
import { OPEN, registryRecords } from "../../../planes/registry/content/records.ts";
import { textAt } from "../../common/body.ts";
import { REGION, startWorld, type World } from "./testing.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.endpoint("ep-main");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function putEndpoint(name: string, properties: JsonObject, more: JsonObject = {}) {
  const compute = `${world.workspace}/computes/k8s`;
  return await world.test.ask("PUT", `${world.workspace}/onlineEndpoints/${name}`, {
    body: { location: REGION, ...more, properties: { authMode: "Key", compute, ...properties } },
  });
}

test.each<[string, JsonObject, string]>([
  ["a managed endpoint", { compute: null }, "FeatureNotSupported"],
  ["a compute that does not exist", { compute: "/subscriptions/s/none" }, "ResourceNotFound"],
  ["Entra tokens, which are for managed endpoints", { authMode: "AADToken" }, "BadArgument"],
  ["an unknown authMode", { authMode: "Password" }, "BadArgument"],
  ["mirrored traffic", { mirrorTraffic: { blue: 10 } }, "BadArgument"],
  ["public access switched off", { publicNetworkAccess: "Disabled" }, "BadArgument"],
  ["keys that the client brings", { keys: { primaryKey: "x" } }, "FeatureNotSupported"],
  ["traffic to a deployment that does not exist", { traffic: { blue: 100 } }, "BadArgument"],
])("an endpoint with %s is refused", async (_what, properties, code) => {
  expect(await putEndpoint("ep-refused", properties)).toMatchObject({ status: 400, code });
});

test.each(["ab", "1abc", "ends-in-", "a".repeat(33), "under_score"])("the endpoint name %s is refused", async (name) => {
  expect((await putEndpoint(name, {})).status).toBe(400);
});

test("an endpoint's name is taken in its whole region", async () => {
  const group = await world.test.group("rg-other", REGION);
  const other = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;
  const workspace = world.test.host.resources.get(world.workspace);
  world.test.host.resources.save({
    id: other,
    name: "mlw",
    type: "Microsoft.MachineLearningServices/workspaces",
    properties: workspace?.properties ?? {},
  });
  const body = { location: REGION, properties: { authMode: "Key", compute: `${world.workspace}/computes/k8s` } };
  expect(await world.test.ask("PUT", `${other}/onlineEndpoints/ep-main`, { body })).toMatchObject({ status: 409 });
});

test.each<[string, JsonObject, string]>([
  ["of kind Managed", { endpointComputeType: "Managed" }, "BadArgument"],
  ["with a scoring script", { codeConfiguration: { codeId: "x", scoringScript: "score.py" } }, "FeatureNotSupported"],
  ["of an instance type that the compute has not", { instanceType: "huge" }, "BadArgument"],
  ["of no model", { model: null }, "BadArgument"],
  ["of a model in another registry", { model: "azureml://registries/r/models/m/versions/1" }, "FeatureNotSupported"],
  ["with a request timeout beyond five minutes", { requestSettings: { requestTimeout: "PT301S" } }, "BadArgument"],
  ["with a timeout that is no duration", { requestSettings: { requestTimeout: "5s" } }, "BadArgument"],
  [
    "with fewer instances at most than at least",
    { scaleSettings: { scaleType: "TargetUtilization", minInstances: 3, maxInstances: 2 } },
    "BadArgument",
  ],
  ["with a scale type that does not exist", { scaleSettings: { scaleType: "Magic" } }, "BadArgument"],
  ["with an environment variable that is no text", { environmentVariables: { A: 1 } }, "BadArgument"],
])("a deployment %s is refused", async (_what, properties, code) => {
  expect(await world.deploy("ep-main", "blue", properties)).toMatchObject({ status: 400, code });
});

test("a deployment whose model or environment does not exist is refused", async () => {
  const model = `${world.workspace}/models/none/versions/1`;
  expect(await world.deploy("ep-main", "blue", { model })).toMatchObject({ status: 400, code: "ResourceNotFound" });
  const environmentId = `${world.workspace}/environments/none/versions/1`;
  expect(await world.deploy("ep-main", "blue", { environmentId })).toMatchObject({ status: 400, code: "ResourceNotFound" });
});

test("an image that is not Quayside's server, and a route that it does not score on, are refused by name", async () => {
  const foreign = await world.environment("foreign", "mcr.microsoft.com/azureml/minimal-py312-inference:latest");
  const answer = await world.deploy("ep-main", "blue", { environmentId: foreign });
  expect(answer).toMatchObject({ status: 400, code: "FeatureNotSupported" });
  expect(answer.headers.get("x-ms-quayside-unsupported")).toContain("minimal-py312-inference");
  const elsewhere = await world.environment("elsewhere", "quayside-serve:1", { scoring: "/predict" });
  expect(await world.deploy("ep-main", "blue", { environmentId: elsewhere })).toMatchObject({ code: "FeatureNotSupported" });
});

test("a readiness route that the server does not have fails the deployment", async () => {
  const environmentId = await world.environment("no-probe", "quayside-serve:1", { readiness: "/nothing-here" });
  const failed = await world.deploy("ep-main", "blue", { environmentId });
  expect(failed.json).toMatchObject({ status: "Failed", error: { code: "ResourceNotReady" } });
  expect(JSON.stringify(failed.json)).toContain("serve.probe-failed: probe GET /nothing-here: 404");
});

test.each<[JsonObject, string]>([
  [{ blue: 50 }, "sums to 50"],
  [{ blue: 60, green: 60 }, "sums to 120"],
  [{ blue: 100.5 }, "whole number"],
  [{ blue: -1 }, "whole number"],
  [{ blue: "100" }, "whole number"],
  [{ red: 100 }, "no deployment red"],
])("traffic %j is refused and the endpoint stays as it was", async (traffic, words) => {
  await world.deploy("ep-main", "blue");
  await world.deploy("ep-main", "green");
  const refused = await world.traffic("ep-main", traffic);
  expect(refused).toMatchObject({ status: 400, code: "BadArgument" });
  expect(JSON.stringify(refused.json)).toContain(words);
  const { properties } = (await world.test.ask("GET", `${world.workspace}/onlineEndpoints/ep-main`)).json;
  expect(properties).toMatchObject({ traffic: {}, provisioningState: "Succeeded" });
});

test("a user-assigned identity needs the roles on the model's storage and on the image's registry", async () => {
  const { test: cloud, workspace } = world;
  const group = workspace.split("/providers/")[0] ?? "";
  const identity = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ep`;
  const { principalId, clientId } = cloud.host.principals.managedIdentity(identity, "id-ep");
  saveResource(identity, "Microsoft.ManagedIdentity/userAssignedIdentities", { principalId, clientId });
  await world.endpoint("ep-uai", {}, { identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } } });
  const unread = await world.deploy("ep-uai", "blue");
  expect(unread.json).toMatchObject({ status: "Failed", error: { code: "AuthorizationFailed" } });
  expect(JSON.stringify(unread.json)).toContain("Storage Blob Data Reader");
  await cloud.assign(
    principalId,
    "storageBlobDataReader",
    textAt(cloud.host.resources.get(workspace)?.properties, "storageAccount") ?? "",
  );
  expect((await world.deploy("ep-uai", "blue")).json).toMatchObject({ status: "Succeeded" });

  const environmentId = await world.environment("pulled", "acrworld.azurecr.rehearsal.test/quayside-serve:1");
  const unknown = await world.deploy("ep-uai", "green", { environmentId });
  expect(JSON.stringify(unknown.json)).toContain("there is no registry acrworld.azurecr.rehearsal.test");
  const registry = `${group}/providers/Microsoft.ContainerRegistry/registries/acrworld`;
  saveResource(registry, "Microsoft.ContainerRegistry/registries", { loginServer: "acrworld.azurecr.rehearsal.test" });
  const unpulled = await world.deploy("ep-uai", "green", { environmentId });
  expect(unpulled.json).toMatchObject({ status: "Failed", error: { code: "AuthorizationFailed" } });
  expect(JSON.stringify(unpulled.json)).toContain("AcrPull");
  await cloud.assign(principalId, "acrPull", group);
  const absent = await world.deploy("ep-uai", "green", { environmentId });
  expect(absent.json).toMatchObject({ status: "Failed", error: { code: "ImagePullLoopBackOff" } });
  const { manifests, tags } = registryRecords(cloud.host, "acrworld");
  const digest = `sha256:${"a".repeat(64)}`;
  const record = { digest, createdAt: "", updatedAt: "", attributes: OPEN };
  manifests.put("quayside-serve", digest, { ...record, mediaType: "", text: "", imageSize: 0, blobs: [], manifests: [] });
  tags.put("quayside-serve", "1", { ...record, name: "1" });
  expect((await world.deploy("ep-uai", "green", { environmentId })).json).toMatchObject({ status: "Succeeded" });
});

function saveResource(id: string, type: string, properties: JsonObject): void {
  world.test.host.resources.save({ id, name: id.split("/").at(-1) ?? "", type, properties });
}
