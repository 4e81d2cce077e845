import { readFileSync } from "node:fs";
import { AzureMachineLearningWorkspaces } from "@azure/arm-machinelearning";
import type { TokenCredential } from "@azure/core-auth";
import { expect, test } from "vitest";
import { REGION, STUMP, startWorld } from "./testing.ts";

test("Microsoft's JavaScript client makes, reads, scales, opens and deletes an endpoint", async () => {
  await using world = await startWorld();
  const { cloud, host } = world.test;
  const bearer = await world.test.token();
  const credential: TokenCredential = {
    getToken: () => Promise.resolve({ token: bearer, expiresOnTimestamp: Date.now() + 600_000 }),
  };
  const client = new AzureMachineLearningWorkspaces(credential, cloud.subscriptionId, {
    endpoint: cloud.endpoints.arm,
    tlsOptions: { ca: readFileSync(cloud.caFile, "utf8") },
  });
  const onlineDeployments = client.onlineDeployments;
  const onlineEndpoints = client.onlineEndpoints;
  await world.model("stump", "1", { "model.onnx": Buffer.from("not yet") });
  const environmentId = await world.environment("serve", "quayside-serve:0.1.0");
  const polling = { updateIntervalInMs: 20 };

  const endpoint = await onlineEndpoints.beginCreateOrUpdateAndWait(
    "rg",
    "mlw",
    "ep-sdk",
    {
      location: REGION,
      identity: { type: "SystemAssigned" },
      properties: { authMode: "Key", compute: `${world.workspace}/computes/k8s` },
    },
    polling,
  );
  expect(endpoint.properties).toMatchObject({ provisioningState: "Succeeded", authMode: "Key" });
  expect(endpoint.identity?.principalId).toBe(host.principals.managedIdentity(endpoint.id ?? "", "ep-sdk").principalId);

  await world.deploy("ep-sdk", "blue", { model: await world.model("ready", "1", { "model.onnx": STUMP }) });
  const deployment = await onlineDeployments.get("rg", "mlw", "ep-sdk", "blue");
  expect(deployment).toMatchObject({
    sku: { name: "Default", capacity: 1 },
    properties: {
      endpointComputeType: "Kubernetes",
      provisioningState: "Succeeded",
      requestSettings: { requestTimeout: "PT5S" },
    },
  });
  const scaled = await onlineDeployments.beginUpdateAndWait(
    "rg",
    "mlw",
    "ep-sdk",
    "blue",
    { sku: { name: "Default", capacity: 2 } },
    polling,
  );
  expect(scaled.sku?.capacity).toBe(2);

  const failed = onlineDeployments.beginCreateOrUpdateAndWait(
    "rg",
    "mlw",
    "ep-sdk",
    "green",
    {
      location: REGION,
      properties: { endpointComputeType: "Kubernetes", model: `${world.workspace}/models/stump/versions/1`, environmentId },
    },
    polling,
  );
  await expect(failed).rejects.toThrow("serve.model-not-onnx");
  const { content } = await onlineDeployments.getLogs("rg", "mlw", "ep-sdk", "green", { tail: 5 });
  expect(content).toContain("serve.model-not-onnx");

  const listed: (string | undefined)[] = [];
  for await (const { name, properties } of onlineDeployments.list("rg", "mlw", "ep-sdk"))
    listed.push(`${name} ${properties.provisioningState}`);
  expect(listed).toEqual(["blue Succeeded", "green Failed"]);

  const routed = await onlineEndpoints.beginCreateOrUpdateAndWait(
    "rg",
    "mlw",
    "ep-sdk",
    { ...endpoint, properties: { ...endpoint.properties, traffic: { blue: 100 } } },
    polling,
  );
  expect(routed.properties.traffic).toEqual({ blue: 100 });
  const { primaryKey } = await onlineEndpoints.listKeys("rg", "mlw", "ep-sdk");
  await onlineEndpoints.beginRegenerateKeysAndWait("rg", "mlw", "ep-sdk", { keyType: "Primary" }, polling);
  const keys = await onlineEndpoints.listKeys("rg", "mlw", "ep-sdk");
  expect(keys.primaryKey).not.toBe(primaryKey);
  const answer = await fetch(routed.properties.scoringUri ?? "", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${keys.primaryKey}` },
    body: JSON.stringify({ data: [[0.1, 0]] }),
  });
  expect(await answer.json()).toMatchObject({ predictions: ["low"] });

  await expect(onlineDeployments.beginDeleteAndWait("rg", "mlw", "ep-sdk", "blue", polling)).rejects.toMatchObject({
    statusCode: 400,
  });
  await onlineEndpoints.beginDeleteAndWait("rg", "mlw", "ep-sdk", polling);
  await expect(onlineEndpoints.get("rg", "mlw", "ep-sdk")).rejects.toMatchObject({ statusCode: 404 });
});
