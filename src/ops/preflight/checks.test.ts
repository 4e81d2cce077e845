import { describe, expect, test } from "vitest";
import type { ArmClient } from "../../arm/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { createAsk, type Wanted } from "./ask.ts";
import { preflight } from "./index.ts";
import { measureQuotas } from "./quotas.ts";
import { missingSizes } from "./sizes.ts";

const ROOT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";

function cluster(profile: JsonObject): Wanted {
  return {
    id: ROOT,
    type: "Microsoft.ContainerService/managedClusters",
    apiVersion: "2025-09-01",
    name: "aks",
    body: { properties: { agentPoolProfiles: [profile] } },
  };
}

/** A subscription that answers with what it is told, and knows of one cluster or none. */
function subscription(list: readonly JsonObject[], standing?: JsonObject) {
  const client = {
    connection: { subscriptionId: "s" },
    list: async () => [...list],
    find: async () => standing,
  } as unknown as ArmClient;
  return (...resources: Wanted[]) => createAsk(client, { location: "eastus", resources }, new AbortController().signal);
}

const T4 = { name: "gpu", vmSize: "Standard_NC4as_T4_v3", count: 1, availabilityZones: ["1", "2"] };
const sku = (more: JsonObject): JsonObject => ({ resourceType: "virtualMachines", name: T4.vmSize, locationInfo: [], ...more });

describe("sizes", () => {
  test("a region without the GPUs", async () => {
    expect(await missingSizes(subscription([])(cluster(T4)))).toMatchObject([
      { code: "ops.size-not-offered", message: "Standard_NC4as_T4_v3 of pool gpu is not offered in eastus" },
    ]);
  });

  test("a size that the subscription may not use there", async () => {
    const closed = sku({ restrictions: [{ type: "Location", reasonCode: "NotAvailableForSubscription" }] });

    expect(await missingSizes(subscription([closed])(cluster(T4)))).toMatchObject([
      { code: "ops.size-not-offered", message: expect.stringContaining("(NotAvailableForSubscription)") },
    ]);
  });

  test("zones that the size has not, or that are closed to the subscription", async () => {
    const restricted = sku({
      locationInfo: [{ location: "eastus", zones: ["3", "1", "2"] }],
      restrictions: [{ type: "Zone", restrictionInfo: { zones: ["2"] }, reasonCode: "NotAvailableForSubscription" }],
    });

    expect(await missingSizes(subscription([restricted])(cluster(T4)))).toMatchObject([
      { code: "ops.zone-not-offered", message: "Standard_NC4as_T4_v3 of pool gpu is not in zone 2 of eastus; it is in 1, 3" },
    ]);
  });

  test("a pool that stands with its size stays, whatever the region offers to new ones", async () => {
    const standing = { properties: { agentPoolProfiles: [T4] } };

    expect(await missingSizes(subscription([], standing)(cluster(T4)))).toEqual([]);
    expect(await missingSizes(subscription([], standing)(cluster({ ...T4, vmSize: "Standard_NC8as_T4_v3" })))).toHaveLength(1);
  });
});

describe("quotas", () => {
  const usage = (value: string, currentValue: number, limit: number): JsonObject => ({ name: { value }, currentValue, limit });
  const full = [usage("standardDSv2Family", 12, 12), usage("cores", 12, 350), usage("lowPriorityCores", 0, 3)];
  const pool = (more: JsonObject): JsonObject => ({ name: "sys", vmSize: "Standard_DS3_v2", count: 3, ...more });

  test("nodes that run already are not needed again; what is added to them is", async () => {
    const ask = subscription(full, { properties: { agentPoolProfiles: [pool({})] } });

    expect((await measureQuotas(ask(cluster(pool({}))), "Microsoft.Compute")).findings).toEqual([]);
    expect((await measureQuotas(ask(cluster(pool({ count: 4 }))), "Microsoft.Compute")).findings).toMatchObject([
      { code: "ops.quota-exceeded", message: expect.stringContaining("has 0 vCPUs left in eastus, and the node pools need 4") },
    ]);
  });

  test("a stopped cluster needs its quota when it starts again", async () => {
    const stopped = { properties: { powerState: { code: "Stopped" }, agentPoolProfiles: [pool({})] } };

    const { findings } = await measureQuotas(subscription(full, stopped)(cluster(pool({}))), "Microsoft.Compute");

    expect(findings).toMatchObject([{ code: "ops.quota-exceeded", message: expect.stringContaining("need 12") }]);
  });

  test("spot nodes count against a quota of their own, and not against the region's", async () => {
    const spot = cluster(pool({ scaleSetPriority: "Spot" }));

    const { findings, quotas } = await measureQuotas(subscription(full)(spot), "Microsoft.Compute");

    expect(findings).toMatchObject([{ message: expect.stringMatching(/^quota lowPriorityCores has 3/) }]);
    expect(quotas.map(({ family }) => family)).toEqual(["lowPriorityCores"]);
  });

  test.each([
    ["Dedicated", "Standard DSv2 Family Cluster Dedicated vCPUs"],
    ["LowPriority", "Total Cluster Low-Priority vCPUs"],
  ])("Azure ML's own names are understood: %s", async (vmPriority, localizedValue) => {
    const training: Wanted = {
      id: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w/computes/cpu",
      type: "Microsoft.MachineLearningServices/workspaces/computes",
      apiVersion: "2025-06-01",
      name: "w/cpu",
      body: {
        properties: {
          computeType: "AmlCompute",
          properties: { vmSize: "Standard_DS3_v2", vmPriority, scaleSettings: { minNodeCount: 2, maxNodeCount: 2 } },
        },
      },
    };
    const other = {
      name: { value: "x", localizedValue: "Standard DSv2 v5 Family Cluster Dedicated vCPUs" },
      currentValue: 0,
      limit: 1,
    };
    const own = { name: { value: "y", localizedValue }, currentValue: 0, limit: 6 };

    const { findings } = await measureQuotas(subscription([other, own])(training), "Microsoft.MachineLearningServices");

    expect(findings).toMatchObject([{ code: "ops.quota-exceeded", message: expect.stringContaining("has 6 vCPUs left") }]);
  });
});

test("what is no answer of Azure is not taken for one", async () => {
  const client = {
    connection: { subscriptionId: "s" },
    list: () => Promise.reject(new TypeError("broken")),
  } as unknown as ArmClient;

  await expect(preflight(client, { location: "eastus", resources: [] }, new AbortController().signal)).rejects.toThrow("broken");
});
