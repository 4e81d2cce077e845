import { afterAll, beforeAll, expect, test } from "vitest";
import { type ArmClient, connect, createArmClient } from "../../src/arm/index.ts";
import type { JsonObject } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { runningNodes } from "../../src/ops/index.ts";
import { buildCore, clusterBody, mlPool, VERSIONS } from "../cloud/core.ts";
import { trust } from "../support/platform.ts";

let cloud: TestCloud;
let client: ArmClient;

beforeAll(async () => {
  cloud = await startTestCloud();
  trust(cloud.cloud.caFile);
  const { endpoints, subscriptionId, proxy, tenantId, credentials } = cloud.cloud;
  client = createArmClient(
    await connect({ cloud: endpoints.arm, subscriptionId, proxy, credentials: { tenantId, ...credentials } }),
  );
});

afterAll(() => cloud.close());

test("pools that scale by themselves are told with the nodes that they have, others are not", async () => {
  const core = await buildCore(cloud, { name: "rg-running" });
  const id = `${core.group}/providers/Microsoft.ContainerService/managedClusters/aks`;
  const cluster = { id, type: "Microsoft.ContainerService/managedClusters", apiVersion: VERSIONS.aks, name: "aks" };
  const look = () => runningNodes(client, [cluster], new AbortController().signal);
  const scaling = (count: number): JsonObject => mlPool(core, { enableAutoScaling: true, minCount: 1, maxCount: 5, count });

  expect(await look()).toEqual({});
  await cloud.put(id, clusterBody(core), VERSIONS.aks);
  await cloud.put(`${id}/agentPools/mlpool`, scaling(2), VERSIONS.aks);
  expect(await look()).toEqual({ mlpool: 2 });
  await cloud.put(`${id}/agentPools/mlpool`, scaling(4), VERSIONS.aks);
  expect(await look()).toEqual({ mlpool: 4 });
});
