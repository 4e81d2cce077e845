import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ArmClient, ArmError, connect, createArmClient } from "../../src/arm/index.ts";
import { systemClock } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { apply, destroy, verify } from "../../src/ops/index.ts";
import { recordingReporter } from "../../src/report/index.ts";
import { protectable } from "../cloud/backup.ts";
import { trust } from "../support/platform.ts";

let cloud: TestCloud;
let client: ArmClient;

const context = () => ({ reporter: recordingReporter(), clock: systemClock, signal: new AbortController().signal, pollMs: 20 });
const identity = (group: string, name: string) => ({
  id: `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`,
  type: "Microsoft.ManagedIdentity/userAssignedIdentities",
  apiVersion: "2024-11-30",
  name,
});

beforeAll(async () => {
  cloud = await startTestCloud();
  trust(cloud.cloud.caFile);
  client = await clientOf(cloud);
});

async function clientOf(
  { cloud: { endpoints, subscriptionId, proxy, tenantId, credentials } }: TestCloud,
  longestWaitMs?: number,
): Promise<ArmClient> {
  return createArmClient(
    await connect({ cloud: endpoints.arm, subscriptionId, proxy, credentials: { tenantId, ...credentials } }),
    longestWaitMs,
  );
}

afterAll(() => cloud.close());

test("a deployment that a cut-short run left at work is waited for", async () => {
  await using slow = await startTestCloud({ clock: "manual" });
  trust(slow.cloud.caFile);
  const own = await clientOf(slow);
  const group = await slow.group("rg-again");
  await own.put(group, "2025-04-01", { location: "eastus", tags: { managedBy: "quayside" } });
  const resource = {
    type: "Microsoft.OperationalInsights/workspaces",
    apiVersion: "2025-02-01",
    name: "log-again",
    location: "eastus",
  };
  const template = {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    resources: [{ ...resource, properties: {} }],
  };
  await own.start(`${group}/providers/Microsoft.Resources/deployments/quayside`, "2025-04-01", {
    properties: { mode: "Incremental", template, parameters: {} },
  });
  const reporter = recordingReporter();
  // Waiting is what moves this cloud's time on.
  const clock = { ...systemClock, sleep: async () => void (await slow.control("POST", "/clock/advance", { ms: 60_000 })) };

  const request = { resourceGroup: "rg-again", location: "eastus", deployment: "quayside", template, parameters: {} };
  const { operations } = await apply(own, request, { ...context(), reporter, clock });

  expect(operations).toMatchObject([{ name: "log-again", state: "succeeded" }]);
  expect(reporter.events).toContainEqual({
    name: "note",
    payload: { message: "deployment quayside of an earlier run is still active; waiting for its end" },
  });
});

test("what never ends is waited for only so long, and goes on", async () => {
  await using standing = await startTestCloud({ clock: "manual" });
  trust(standing.cloud.caFile);
  const impatient = await clientOf(standing, 1_500);
  const group = await standing.group("rg-forever");
  // Signed in beforehand: the wait is for the operation alone.
  await impatient.get(group, "2025-04-01");
  const workspace = `${group}/providers/Microsoft.OperationalInsights/workspaces/log-forever`;

  const waiting = impatient.put(workspace, "2025-02-01", { location: "eastus", properties: {} });

  await expect(waiting).rejects.toMatchObject({
    code: "arm.wait-too-long",
    message: `PUT ${workspace} did not end within 1.5 s; it goes on without us`,
  });
  await standing.control("POST", "/clock/advance", { ms: 3_600_000 });
  expect(await impatient.get(workspace, "2025-02-01")).toMatchObject({ properties: { provisioningState: "Succeeded" } });
});

test("verification lists what is missing and ends with exit code 4", async () => {
  const group = await cloud.group("rg-verify");
  const [there, missing] = [identity(group, "id-there"), identity(group, "id-missing")];
  await client.put(there.id, there.apiVersion, { location: "eastus" });

  expect(await verify(client, [there], context())).toMatchObject([{ name: "id-there", state: "Succeeded" }]);
  await expect(verify(client, [there, missing], context())).rejects.toMatchObject({
    code: "ops.verification-failed",
    exitCode: 4,
    findings: ["Microsoft.ManagedIdentity/userAssignedIdentities id-missing is missing"],
  });
});

test("verification names a resource whose operation failed", async () => {
  const group = await cloud.group("rg-failed");
  const vault = {
    id: `${group}/providers/Microsoft.ContainerRegistry/registries/acrfailed1`,
    type: "Microsoft.ContainerRegistry/registries",
    apiVersion: "2025-11-01",
    name: "acrfailed1",
  };
  await cloud.control("POST", "/faults", { kind: "fail-operation", method: "PUT", path: "*/registries/acrfailed1", count: 1 });
  await expect(
    client.put(vault.id, vault.apiVersion, { location: "eastus", sku: { name: "Basic" }, properties: {} }),
  ).rejects.toBeInstanceOf(ArmError);

  await expect(verify(client, [vault], context())).rejects.toMatchObject({
    findings: ["Microsoft.ContainerRegistry/registries acrfailed1 is Failed"],
  });
});

test("a resource group that Quayside did not make is not removed", async () => {
  await cloud.group("rg-foreign");

  await expect(destroy(client, "rg-foreign", { purge: true }, context())).rejects.toMatchObject({
    code: "ops.foreign-resource-group",
  });
  expect(
    await client.find("/subscriptions/" + client.connection.subscriptionId + "/resourceGroups/rg-foreign", "2025-04-01"),
  ).toBeDefined();
});

test("removing what is not there is done", async () => {
  expect(await destroy(client, "rg-nowhere", { purge: true }, context())).toEqual({ removed: 0 });
});

test("throttled requests wait as long as they are told and go on", async () => {
  const group = await cloud.group("rg-throttled");
  await cloud.control("POST", "/faults", { kind: "throttle", method: "PUT", path: "*/id-throttled", count: 2 });

  const made = await client.put(identity(group, "id-throttled").id, "2024-11-30", { location: "eastus" });

  expect(made.name).toBe("id-throttled");
});

test("a listing of several pages comes as one", async () => {
  const group = await cloud.group("rg-pages");
  const names = ["id-a", "id-b", "id-c", "id-d", "id-e"];
  for (const name of names) await client.put(identity(group, name).id, "2024-11-30", { location: "eastus" });

  const first = await client.get(`${group}/resources?$top=2`, "2025-04-01");
  const all = await client.list(`${group}/resources?$top=2`, "2025-04-01");

  expect(first).toMatchObject({ value: [{}, {}], nextLink: expect.stringContaining("skiptoken") });
  expect(new Set(all.map(({ name }) => name))).toEqual(new Set(names));
  expect(all).toHaveLength(names.length);
});

test("a refusal carries Azure's code and status", async () => {
  const error = await client
    .get(`/subscriptions/${client.connection.subscriptionId}/resourceGroups/rg-none`, "2025-04-01")
    .catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: "ResourceGroupNotFound", status: 404, fault: "azure", exitCode: 1 });
});

test("an address where nobody answers is a network error that says so", async () => {
  await expect(connect({ cloud: "https://localhost:1", subscriptionId: "s" })).rejects.toMatchObject({
    code: "arm.unreachable",
    fault: "network",
    message: expect.stringContaining("https://localhost:1 does not answer"),
  });
});

test("an address that is no Azure Resource Manager is refused by name", async () => {
  const { proxy, endpoints } = cloud.cloud;

  await expect(connect({ cloud: `${endpoints.arm}/elsewhere`, subscriptionId: "s", proxy })).rejects.toMatchObject({
    code: "arm.not-a-cloud",
  });
});

test("an answer cannot send our token to another host", async () => {
  const tls = (name: string) => readFileSync(join(cloud.stateDir, "tls", name));
  const server = createServer({ cert: tls("cert.pem"), key: tls("key.pem") }, (_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ value: [{ id: "/a" }], nextLink: "https://elsewhere.rehearsal.test/next" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { proxy: _, ...connection } = client.connection;
  const { port } = server.address() as AddressInfo;

  const listing = createArmClient({ ...connection, endpoint: `https://localhost:${port}` }).list("/things", "2025-04-01");

  await expect(listing).rejects.toMatchObject({
    code: "arm.foreign-address",
    message: expect.stringContaining("https://elsewhere.rehearsal.test"),
  });
  await new Promise((resolve) => server.close(resolve));
});

test("nothing is deployed to somebody else's group, whose tags stay; one of Quayside's stays in its region", async () => {
  const template = {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    resources: [],
  };
  const request = (resourceGroup: string) => ({
    resourceGroup,
    location: "westus",
    deployment: "quayside",
    template,
    parameters: {},
  });
  const theirs = await cloud.group("rg-theirs");
  const ours = await cloud.group("rg-ours");
  await client.put(theirs, "2025-04-01", { location: "eastus", tags: { owner: "others" } });
  await client.put(ours, "2025-04-01", { location: "eastus", tags: { managedBy: "quayside", owner: "us" } });

  await expect(apply(client, request("rg-theirs"), context())).rejects.toMatchObject({
    code: "ops.foreign-resource-group",
    hint: expect.stringContaining("az group update --name rg-theirs --set tags.managedBy=quayside"),
  });
  await apply(client, request("rg-ours"), context());

  expect((await client.get(theirs, "2025-04-01")).tags).toEqual({ owner: "others" });
  expect(await client.get(ours, "2025-04-01")).toMatchObject({
    location: "eastus",
    tags: { managedBy: "quayside", owner: "us" },
  });
});

test("a group whose cluster is backed up is removed: the backup goes first", async () => {
  const group = await cloud.group("rg-backed-up");
  await client.put(group, "2025-04-01", { location: "eastus", tags: { managedBy: "quayside" } });
  const { vault, instance } = await protectable(cloud, group);
  await cloud.put(`${vault}/backupInstances/aks-one`, instance, "2026-06-01");

  await destroy(client, "rg-backed-up", { purge: true }, context());

  expect((await cloud.ask("GET", group)).status).toBe(404);
});

test("the subscription's budget of a group goes with it, and that of another stays", async () => {
  const group = await cloud.group("rg-budgeted");
  await client.put(group, "2025-04-01", { location: "eastus", tags: { managedBy: "quayside" } });
  const budget = (name: string) => `${cloud.subscription}/providers/Microsoft.Consumption/budgets/${name}`;
  const properties = (name: string) => ({
    category: "Cost",
    amount: 100,
    timeGrain: "Monthly",
    timePeriod: { startDate: "2999-01-01T00:00:00Z" },
    filter: { dimensions: { name: "ResourceGroupName", operator: "In", values: [name] } },
    notifications: { spent: { enabled: true, operator: "GreaterThan", threshold: 100, contactEmails: ["ml@contoso.com"] } },
  });
  await cloud.put(budget("budget-mlops-one"), { properties: properties("RG-Budgeted") }, "2024-08-01");
  await cloud.put(budget("budget-mlops-two"), { properties: properties("rg-other") }, "2024-08-01");
  await cloud.put(budget("budget-of-the-team"), { properties: properties("rg-budgeted") }, "2024-08-01");

  await destroy(client, "rg-budgeted", { purge: true }, context());

  const left = await client.list(`${cloud.subscription}/providers/Microsoft.Consumption/budgets`, "2024-08-01");
  expect(left.map(({ name }) => name)).toEqual(["budget-mlops-two", "budget-of-the-team"]);
});
