import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { textAt } from "../../src/cloud/providers/common/body.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { buildCore, clusterBody, VERSIONS } from "./core.ts";

async function stateOf(cloud: TestCloud, id: string, apiVersion: string): Promise<JsonObject> {
  for (let poll = 0; poll < 200; poll++) {
    const properties = (await cloud.ask("GET", id, { apiVersion })).json.properties as JsonObject;
    if (["Succeeded", "Failed"].includes(textAt(properties, "provisioningState") ?? "")) return properties;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${id} did not settle`);
}

test("a cluster and a network whose making was cut short are finished after a restart", async () => {
  const first = await startTestCloud({ providers, keep: true });
  const { stateDir } = first;
  const core = await buildCore(first);
  await first.close();
  const cluster = core.id("Microsoft.ContainerService/managedClusters", "aks");
  const network = core.id("Microsoft.Network/virtualNetworks", "late");
  const networkBody = {
    location: "eastus",
    properties: {
      addressSpace: { addressPrefixes: ["10.1.0.0/16"] },
      subnets: [{ name: "a", properties: { addressPrefix: "10.1.0.0/24" } }],
    },
  };

  const stopped = await startTestCloud({ providers, stateDir, clock: "manual", keep: true });
  for (const [id, body, apiVersion] of [
    [cluster, clusterBody(core), VERSIONS.aks] as const,
    [network, networkBody, VERSIONS.network] as const,
  ]) {
    const { json, status } = await stopped.ask("PUT", id, { body, apiVersion });
    expect([status, (json.properties as JsonObject).provisioningState]).toEqual([201, "Creating"]);
  }
  // A second write meets the first one, which takes its virtual minutes.
  const pool = await stopped.ask("PUT", `${cluster}/agentPools/early`, {
    body: { properties: { vmSize: "Standard_DS3_v2", count: 1 } },
    apiVersion: VERSIONS.aks,
  });
  expect(pool).toMatchObject({ status: 409, code: "OperationNotAllowed" });
  const subnet = await stopped.ask("PUT", `${network}/subnets/b`, {
    body: { properties: { addressPrefix: "10.1.1.0/24" } },
    apiVersion: VERSIONS.network,
  });
  expect(subnet).toMatchObject({ status: 429, code: "AnotherOperationInProgress" });
  await stopped.close();

  await using again = await startTestCloud({ providers, stateDir });
  const { agentPoolProfiles, provisioningState } = await stateOf(again, cluster, VERSIONS.aks);
  expect(provisioningState).toBe("Succeeded");
  expect(agentPoolProfiles).toMatchObject([{ name: "system", provisioningState: "Succeeded" }]);
  expect((await stateOf(again, network, VERSIONS.network)).subnets).toMatchObject([
    { name: "a", properties: { provisioningState: "Succeeded" } },
  ]);
  await again.close();
  await rm(stateDir, { recursive: true, force: true });
});
