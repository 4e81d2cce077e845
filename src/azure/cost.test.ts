import { expect, test } from "vitest";
import type { JsonObject } from "../base/index.ts";
import { estimateMonthlyCost } from "./index.ts";

const pool = (properties: JsonObject) => ({
  type: "Microsoft.ContainerService/managedClusters/agentPools",
  name: "aks/mlpool",
  body: { properties: { vmSize: "Standard_DS3_v2", osDiskSizeGB: 128, ...properties } },
});

test("a pool costs its least nodes, and what it may grow to is said", () => {
  const { lines, monthlyUsd, assumptions } = estimateMonthlyCost([
    pool({ enableAutoScaling: true, count: 5, minCount: 2, maxCount: 10 }),
  ]);

  expect(lines).toEqual([
    {
      resource: "aks/mlpool",
      item: "2 x Standard_DS3_v2",
      quantity: 1460,
      unitUsd: 0.229,
      monthlyUsd: 334.34,
      confidence: "low",
    },
  ]);
  expect(monthlyUsd).toBe(334.34);
  expect(assumptions).toContain("aks/mlpool counts 2 of at most 10 nodes; at the most it costs $1337 a month more");
});

test("a pool without autoscaling costs its count", () => {
  expect(estimateMonthlyCost([pool({ enableAutoScaling: false, count: 3, minCount: null, maxCount: null })]).monthlyUsd).toBe(
    501.51,
  );
});

test("an OS disk costs where it does not fit into the node, or is asked for", () => {
  const items = (properties: JsonObject) =>
    estimateMonthlyCost([pool({ count: 1, ...properties })]).lines.map(({ item }) => item);

  expect(items({ osDiskSizeGB: 128 })).toEqual(["1 x Standard_DS3_v2"]);
  expect(items({ osDiskSizeGB: 256 })).toEqual(["1 x Standard_DS3_v2", "1 x managed OS disk"]);
  expect(items({ osDiskType: "Managed" })).toEqual(["1 x Standard_DS3_v2", "1 x managed OS disk"]);
});

test("a cluster costs its tier, its inline pools and its load balancer", () => {
  const { lines } = estimateMonthlyCost([
    {
      type: "microsoft.containerservice/MANAGEDCLUSTERS",
      name: "aks",
      body: {
        sku: { name: "Base", tier: "Standard" },
        properties: {
          agentPoolProfiles: [{ name: "system", vmSize: "standard_d4ds_v5", count: 2 }],
          networkProfile: { outboundType: "userAssignedNATGateway" },
        },
      },
    },
  ]);

  expect(lines.map(({ resource, item, monthlyUsd }) => [resource, item, monthlyUsd])).toEqual([
    ["aks", "cluster, Standard tier", 73],
    ["aks/system", "2 x standard_d4ds_v5", 329.96],
    ["aks", "load balancer", 18.25],
  ]);
});

test("what is free costs nothing and what is unknown is named", () => {
  const { monthlyUsd, lines, assumptions } = estimateMonthlyCost([
    { type: "Microsoft.Network/virtualNetworks", name: "vnet", body: {} },
    { type: "Microsoft.Cdn/profiles", name: "afd", body: {} },
    pool({ vmSize: "Standard_M128s", count: 1 }),
    { type: "Microsoft.ContainerRegistry/registries", name: "acr", body: { sku: { name: "Gold" } } },
  ]);

  expect([monthlyUsd, lines]).toEqual([0, []]);
  expect(assumptions.slice(1)).toEqual([
    "not priced: Microsoft.Cdn/profiles afd",
    "not priced: aks/mlpool, no price for size Standard_M128s is known",
    "not priced: acr, no price for registry SKU Gold is known",
  ]);
});

test("usage decides what bodies do not tell", () => {
  const workspace = {
    type: "Microsoft.OperationalInsights/workspaces",
    name: "log",
    body: { properties: { workspaceCapping: { dailyQuotaGb: -1 } } },
  };
  const training = {
    type: "Microsoft.MachineLearningServices/workspaces/computes",
    name: "ws/cpu-cluster",
    body: {
      properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 0 } } },
    },
  };

  const { lines } = estimateMonthlyCost([workspace, training], {
    storageGb: 0,
    logGb: 105,
    vaultOperations: 0,
    nodeMillionSamples: 0,
    protectedNamespaces: 1,
    firewallGb: 0,
    trainingHours: 100,
  });

  expect(lines.map(({ monthlyUsd }) => monthlyUsd)).toEqual([230, 22.9]);
});

test("the total is the sum of the lines", () => {
  const { lines, monthlyUsd } = estimateMonthlyCost([pool({ count: 3 }), pool({ count: 1, osDiskType: "Managed" })]);

  expect(monthlyUsd).toBeCloseTo(
    lines.reduce((sum, line) => sum + line.monthlyUsd, 0),
    2,
  );
});
