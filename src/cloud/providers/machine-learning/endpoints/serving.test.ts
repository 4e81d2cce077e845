import { afterAll, beforeAll, expect, test } from "vitest";
import { textAt } from "../../common/body.ts";
import { childrenRunning, eventually, STUMP, serversOf, startWorld, type World } from "./testing.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test("a model is scored through its endpoint with the endpoint's key, and traffic moves between two deployments", async () => {
  const made = await world.endpoint("ep-serve");
  expect(made.properties).toMatchObject({ provisioningState: "Succeeded", authMode: "Key", traffic: {} });
  expect(made.properties).toHaveProperty("scoringUri", expect.stringMatching(/\/api\/v1\/endpoint\/ep-serve\/score$/));

  expect((await world.deploy("ep-serve", "blue")).json).toMatchObject({ status: "Succeeded" });
  expect((await world.score("ep-serve")).status).not.toBe(200);
  expect((await world.traffic("ep-serve", { blue: 100 })).json).toMatchObject({ status: "Succeeded" });
  const answer = await world.score("ep-serve");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("azureml-model-deployment")).toBe("blue");
  expect(JSON.stringify(await answer.json())).toContain("high");

  expect((await world.deploy("ep-serve", "green")).json).toMatchObject({ status: "Succeeded" });
  const pinned = await world.score("ep-serve", { "azureml-model-deployment": "green" });
  expect(pinned.headers.get("azureml-model-deployment")).toBe("green");
  await world.traffic("ep-serve", { blue: 0, green: 100 });
  expect((await world.score("ep-serve")).headers.get("azureml-model-deployment")).toBe("green");
  expect((await world.score("ep-serve", { authorization: "Bearer wrong" })).status).toBe(401);
});

test("a key that was regenerated opens nothing any more", async () => {
  await world.endpoint("ep-keys");
  const id = `${world.workspace}/onlineEndpoints/ep-keys`;
  const before = (await world.test.ask("POST", `${id}/listKeys`)).json;
  await world.deploy("ep-keys", "blue");
  await world.traffic("ep-keys", { blue: 100 });
  const regenerated = await world.test.ask("POST", `${id}/regenerateKeys`, { body: { keyType: "Primary" } });
  expect(regenerated.status).toBe(202);
  await world.test.settle(regenerated);

  const after = (await world.test.ask("POST", `${id}/listKeys`)).json;
  expect(after.primaryKey).not.toBe(before.primaryKey);
  expect(after.secondaryKey).toBe(before.secondaryKey);
  expect((await world.score("ep-keys", { authorization: `Bearer ${textAt(before, "primaryKey")}` })).status).toBe(401);
  expect((await world.score("ep-keys")).status).toBe(200);
});

test("a token opens an AMLToken endpoint, which has no keys", async () => {
  await world.endpoint("ep-token", { authMode: "AMLToken" });
  await world.deploy("ep-token", "blue");
  await world.traffic("ep-token", { blue: 100 });
  const id = `${world.workspace}/onlineEndpoints/ep-token`;
  const token = (await world.test.ask("POST", `${id}/token`)).json;
  expect(token).toMatchObject({ tokenType: "Bearer" });
  expect((await world.score("ep-token", { authorization: `Bearer ${textAt(token, "accessToken")}` })).status).toBe(200);
  expect(await world.test.ask("POST", `${id}/listKeys`)).toMatchObject({ status: 400, code: "BadArgument" });
});

test("a model that is not ONNX fails the deployment with the server's own code, keeps its log, and can be replaced", async () => {
  await world.endpoint("ep-broken");
  const model = await world.model("broken", "1", { "model.onnx": "not a model" });
  const failed = await world.deploy("ep-broken", "blue", { model });
  expect(failed.json).toMatchObject({ status: "Failed", error: { code: "ResourceNotReady" } });
  expect(JSON.stringify(failed.json)).toContain("serve.model-not-onnx");
  const id = `${world.workspace}/onlineEndpoints/ep-broken/deployments/blue`;
  expect((await world.test.ask("GET", id)).json.properties).toMatchObject({ provisioningState: "Failed" });
  const logs = (await world.test.ask("POST", `${id}/getLogs`, { body: { tail: 20 } })).json;
  expect(logs.content).toContain("model.failed");
  const fetched = await world.test.ask("POST", `${id}/getLogs`, { body: { containerType: "StorageInitializer" } });
  expect(fetched.json.content).toContain("downloaded 1 file: model.onnx");
  expect(await world.traffic("ep-broken", { blue: 100 })).toMatchObject({ status: 400, code: "BadArgument" });

  expect((await world.deploy("ep-broken", "blue")).json).toMatchObject({ status: "Succeeded" });
});

test("WORKER_COUNT gives an instance workers behind its port, as Azure's server has them", async () => {
  await world.endpoint("ep-workers");
  const deployed = await world.deploy("ep-workers", "blue", { environmentVariables: { WORKER_COUNT: "2" } });
  expect(deployed.json).toMatchObject({ status: "Succeeded" });
  await world.traffic("ep-workers", { blue: 100 });

  expect((await world.score("ep-workers")).status).toBe(200);
  const id = `${world.workspace}/onlineEndpoints/ep-workers/deployments/blue`;
  const logs = textAt((await world.test.ask("POST", `${id}/getLogs`, { body: { tail: 50 } })).json, "content") ?? "";
  expect(logs.match(/"worker\.serving"/g)).toHaveLength(2);
  expect(logs).toContain('"workers":2');
});

test("an instance that is killed leaves the table at once and comes back by itself", async () => {
  await world.endpoint("ep-kill");
  await world.deploy("ep-kill", "blue", { model: await stump("kill-stump") }, { sku: { name: "Default", capacity: 2 } });
  await world.traffic("ep-kill", { blue: 100 });
  const pids = () => serversOf("kill-stump");
  const [first, second] = await pids();
  expect([first, second]).not.toContain(undefined);
  process.kill(first ?? 0, "SIGKILL");
  for (let sent = 0; sent < 20; sent++) expect((await world.score("ep-kill")).status).toBe(200);
  expect(await eventually(pids, ({ length }) => length === 2)).toHaveLength(2);
  expect(await pids()).not.toContain(first);
});

test("a router that is killed comes back on its port with its table", async () => {
  await world.endpoint("ep-router");
  await world.deploy("ep-router", "blue");
  await world.traffic("ep-router", { blue: 100 });
  const before = await childrenRunning("router-main.ts");
  for (const pid of before) process.kill(pid, "SIGKILL");
  const back = await eventually(
    () => world.score("ep-router").catch(() => undefined),
    (answer) => answer?.status === 200,
  );
  expect(back?.status).toBe(200);
});

test("an instance that hangs leaves the table and is replaced", async () => {
  const probe = { initialDelay: "PT0S", period: "PT1S", timeout: "PT1S", failureThreshold: 1, successThreshold: 1 };
  const properties = {
    model: await stump("hung-stump"),
    readinessProbe: { ...probe, failureThreshold: 15 },
    livenessProbe: probe,
  };
  await world.endpoint("ep-hung");
  expect((await world.deploy("ep-hung", "blue", properties)).json).toMatchObject({ status: "Succeeded" });
  const [hung] = await serversOf("hung-stump");
  process.kill(hung ?? 0, "SIGSTOP");
  const replaced = await eventually(
    () => serversOf("hung-stump"),
    (pids) => pids.length === 1 && !pids.includes(hung ?? 0),
  );
  expect(replaced).toHaveLength(1);
  expect(replaced).not.toContain(hung);
});

test("a deployment that is scaled down drains, and one that takes traffic is not deleted", async () => {
  await world.endpoint("ep-scale");
  const properties = { model: await stump("scale-stump") };
  await world.deploy("ep-scale", "blue", properties, { sku: { name: "Default", capacity: 2 } });
  await world.traffic("ep-scale", { blue: 100 });
  await world.deploy("ep-scale", "blue", properties, { sku: { name: "Default", capacity: 1 } });
  expect(await serversOf("scale-stump")).toHaveLength(1);

  const id = `${world.workspace}/onlineEndpoints/ep-scale/deployments/blue`;
  expect(await world.test.ask("DELETE", id)).toMatchObject({ status: 400, code: "BadArgument" });
  await world.traffic("ep-scale", { blue: 0 });
  const deleted = await world.test.ask("DELETE", id);
  expect(deleted.status).toBe(202);
  await world.test.settle(deleted);
  expect(await serversOf("scale-stump")).toHaveLength(0);
  const endpoint = (await world.test.ask("GET", `${world.workspace}/onlineEndpoints/ep-scale`)).json;
  expect(endpoint.properties).toMatchObject({ traffic: {} });
});

test("deleting an endpoint takes its deployments with it, whatever traffic they have", async () => {
  await world.endpoint("ep-gone");
  await world.deploy("ep-gone", "blue", { model: await stump("gone-stump") });
  await world.traffic("ep-gone", { blue: 100 });
  const id = `${world.workspace}/onlineEndpoints/ep-gone`;
  const { scoringUri } = (await world.test.ask("GET", id)).json.properties as { scoringUri: string };
  const deleted = await world.test.ask("DELETE", id);
  expect(deleted.status).toBe(202);
  await world.test.settle(deleted);
  expect((await world.test.ask("GET", `${id}/deployments/blue`)).status).toBe(404);
  expect((await fetch(scoringUri, { method: "POST", body: "{}" })).status).toBe(404);
  expect(await serversOf("gone-stump")).toHaveLength(0);
});

/** The stump model under a name of its own, by which its processes are found. */
function stump(name: string): Promise<string> {
  return world.model(name, "1", { "model.onnx": STUMP });
}
