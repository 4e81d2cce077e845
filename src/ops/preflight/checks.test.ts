import { describe, expect, test } from "vitest";
import { type ArmClient, ArmError } from "../../arm/index.ts";
import type { JsonObject } from "../../base/index.ts";
import { createAsk, type Wanted } from "./ask.ts";
import { preflight } from "./index.ts";
import { measureQuotas } from "./quotas.ts";
import { missingSizes } from "./sizes.ts";
import { missingTrainingSizes } from "./training.ts";

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

  test("a size that is not there is told with what is near, open to the subscription and alike in GPUs", async () => {
    const offered = (name: string, vCPUs: number, GPUs: number, more: JsonObject = {}) =>
      sku({
        name,
        capabilities: [
          { name: "vCPUs", value: String(vCPUs) },
          { name: "GPUs", value: String(GPUs) },
        ],
        ...more,
      });
    const list = [
      offered("Standard_NC16as_T4_v3", 16, 1),
      offered("Standard_NC8as_T4_v3", 8, 1),
      offered("Standard_NV4", 4, 1, { restrictions: [{ type: "Location" }] }),
      offered("Standard_D4s_v5", 4, 0),
    ];

    expect(await missingSizes(subscription(list)(cluster(T4)))).toMatchObject([
      { hint: "choose another size, such as Standard_NC8as_T4_v3, Standard_NC16as_T4_v3, or another region" },
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

  const ML = "Microsoft.MachineLearningServices";
  const row = (type: string, value: string, limit: number, id = "/subscriptions/s/usages"): JsonObject => ({
    id,
    type: `${ML}/${type}/usages`,
    name: { value, localizedValue: "" },
    currentValue: 0,
    limit,
  });
  /** As the service answers: one name for a family's dedicated and low-priority rows, and rows of workspaces beside the subscription's. */
  const fromService = (dedicated: number, lowPriority: number) => [
    row("vmFamily/lowPriorityCores", "standardDSv2Family", -1),
    row("workspaces", "standardDSv2Family", 0, "/subscriptions/s/resourceGroups/g/providers/x/workspaces/w/usages/y"),
    row("totalDedicatedCores", "TotalDedicatedCores", 350),
    row("vmFamily/dedicatedCores", "standardDSv2Family", dedicated),
    row("totalLowPriorityCores", "TotalLowPriorityCores", lowPriority),
  ];
  /** As the reference writes it. */
  const fromReference = (dedicated: number, lowPriority: number) => [
    row("vmFamily", "Standard DSv2 v5 Family Cluster Dedicated vCPUs", 0),
    row("dedicatedCores", "Total Cluster Dedicated Regional vCPUs", 350),
    row("vmFamily", "Standard DSv2 Family Cluster LowPriority vCPUs", -1),
    row("vmFamily", "Standard DSv2 Family Cluster Dedicated vCPUs", dedicated),
    row("lowPriorityCores", "Total Cluster LowPriority Regional vCPUs", lowPriority),
  ];

  test.each([
    ["the service", "Dedicated", fromService(10, 0), "standardDSv2Family"],
    ["the service", "LowPriority", fromService(0, 10), "TotalLowPriorityCores"],
    ["the reference", "Dedicated", fromReference(10, 0), "standardDSv2Family"],
    ["the reference", "LowPriority", fromReference(0, 10), "TotalLowPriorityCores"],
  ])("Azure ML's names are understood as %s spells them: %s", async (_, vmPriority, usages, family) => {
    const fits = await measureQuotas(subscription(usages)(training({ vmPriority })), ML);
    const isTight = await measureQuotas(subscription(usages)(training({ vmPriority }, 4)), ML);

    expect(fits.findings).toEqual([]);
    expect(isTight.findings).toMatchObject([
      {
        code: "ops.quota-low",
        message: `quota ${family} of Azure ML has 10 vCPUs left in eastus, and the node pools may grow by 16`,
      },
    ]);
  });

  test("a training cluster that could not have one node is refused though it asks for none; one that stands is not", async () => {
    const ask = subscription(fromService(3, 100));
    const standing = subscription(fromService(3, 100), training({}).body);

    expect((await measureQuotas(ask(training({})), ML)).findings).toMatchObject([
      {
        code: "ops.quota-exceeded",
        message: "quota standardDSv2Family of Azure ML is 3 vCPUs in eastus, and a node of training cluster cpu takes 4",
      },
    ]);
    expect((await measureQuotas(standing(training({})), ML)).findings).toMatchObject([{ code: "ops.quota-low" }]);
  });
});

function training(more: JsonObject, maxNodeCount = 2): Wanted {
  return {
    id: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w/computes/cpu",
    type: "Microsoft.MachineLearningServices/workspaces/computes",
    apiVersion: "2025-06-01",
    name: "w/cpu",
    body: {
      properties: {
        computeType: "AmlCompute",
        properties: { vmSize: "Standard_DS3_v2", scaleSettings: { minNodeCount: 0, maxNodeCount }, ...more },
      },
    },
  };
}

describe("sizes of training clusters", () => {
  const offered = (name: string, vCPUs: number, more: JsonObject = {}): JsonObject => ({
    name,
    vCPUs,
    gpus: 0,
    lowPriorityCapable: true,
    supportedComputeTypes: ["AmlCompute", "ComputeInstance"],
    ...more,
  });
  const LIST = [
    offered("Standard_DS12_v2", 4),
    offered("Standard_F4s_v2", 4),
    offered("Standard_DS4_v2", 8),
    offered("Standard_NC4as_T4_v3", 4, { gpus: 1 }),
    offered("Standard_NC40ads_H100_v5", 40, { gpus: 1, lowPriorityCapable: false }),
    offered("Standard_DS3_v2", 4, { supportedComputeTypes: ["ComputeInstance"] }),
  ];

  test("one that Azure ML does not offer there, or not to clusters, and which are near", async () => {
    expect(await missingTrainingSizes(subscription(LIST)(training({})))).toEqual([
      {
        code: "ops.size-not-offered",
        message: "Standard_DS3_v2 of training cluster cpu is not offered by Azure ML in eastus",
        hint: "choose another size, such as Standard_DS12_v2, Standard_F4s_v2, Standard_DS4_v2, or another region",
      },
    ]);
    expect(await missingTrainingSizes(subscription(LIST)(training({ vmSize: "Standard_NC6s_v3" })))).toMatchObject([
      { hint: "choose another size, such as Standard_NC4as_T4_v3, Standard_NC40ads_H100_v5, or another region" },
    ]);
  });

  test("one that is offered, however it is spelled, and one that stands", async () => {
    const list = [offered("STANDARD_DS3_V2", 4)];

    expect(await missingTrainingSizes(subscription(list)(training({})))).toEqual([]);
    expect(await missingTrainingSizes(subscription([], training({}).body)(training({})))).toEqual([]);
  });

  test("one without low-priority nodes is a warning, for a cluster of low priority alone", async () => {
    const h100 = { vmSize: "Standard_NC40ads_H100_v5" };

    expect(await missingTrainingSizes(subscription(LIST)(training(h100)))).toEqual([]);
    expect(await missingTrainingSizes(subscription(LIST)(training({ ...h100, vmPriority: "LowPriority" })))).toMatchObject([
      { code: "ops.size-not-low-priority", isWarning: true },
    ]);
  });
});

test.each([
  [403, "AuthorizationFailed"],
  [404, "NoRegisteredProviderFound"],
])("a subscription that answers %i to what training clusters need is deployed to, and told", async (status, code) => {
  const client = {
    connection: { subscriptionId: "s" },
    list: (path: string) =>
      path.includes("MachineLearningServices/locations") ? Promise.reject(new ArmError(status, code, "no")) : Promise.resolve([]),
    find: async () => undefined,
    get: async () => ({}),
    post: async () => ({}),
  } as unknown as ArmClient;

  const found = await preflight(client, { location: "eastus", resources: [training({})] }, new AbortController().signal);

  expect(found.refusals).toEqual([]);
  expect(found.warnings).toMatchObject([
    { code: "ops.not-checked", message: `sizes of training clusters could not be checked beforehand: ${code}: no` },
    { code: "ops.not-checked", message: `quotas of Azure ML could not be checked beforehand: ${code}: no` },
  ]);
});

describe("regions", () => {
  const answers = (lists: Readonly<Record<string, JsonObject[]>>, resources: Wanted[], location: string) => {
    const client = {
      connection: { subscriptionId: "s" },
      list: async (path: string) => lists[path.slice("/subscriptions/s/".length)] ?? [],
      find: async () => undefined,
    } as unknown as ArmClient;
    return preflight(client, { location, resources }, new AbortController().signal);
  };
  const regions = [{ name: "eastus" }, { name: "westeurope" }];

  test("one that the subscription does not have is told alone", async () => {
    expect(await answers({ locations: regions }, [training({})], "west euorpe")).toEqual({
      refusals: [
        { code: "ops.region-unknown", message: "westeuorpe is no region of the subscription", hint: "did you mean westeurope?" },
      ],
      warnings: [],
      quotas: [],
    });
  });

  test("one without a type that the platform needs", async () => {
    const provider = {
      namespace: "Microsoft.MachineLearningServices",
      registrationState: "Registered",
      resourceTypes: [{ resourceType: "workspaces/computes", locations: ["East US", "North Europe"] }],
    };
    const compute = (location: string) => ({ ...training({}), body: { ...training({}).body, location } });
    const codes = async (location: string) =>
      (await answers({ locations: regions, providers: [provider] }, [compute(location)], location)).refusals
        .filter(({ code }) => code === "ops.type-not-offered")
        .map(({ message }) => message);

    expect(await codes("East US")).toEqual([]);
    expect(await codes("West Europe")).toEqual([
      "Microsoft.MachineLearningServices/workspaces/computes is not offered in westeurope",
    ]);
  });
});

test("what is no answer of Azure is not taken for one", async () => {
  const client = {
    connection: { subscriptionId: "s" },
    list: () => Promise.reject(new TypeError("broken")),
  } as unknown as ArmClient;

  await expect(preflight(client, { location: "eastus", resources: [] }, new AbortController().signal)).rejects.toThrow("broken");
});

test("who may not list what was deleted is still told of a name that is taken", async () => {
  const named = (type: string): Wanted => ({ id: `${ROOT}/${type}`, type, apiVersion: "1", name: "one", body: {} });
  const client = {
    connection: { subscriptionId: "s" },
    list: (path: string) =>
      path.includes("/deleted") ? Promise.reject(new ArmError(403, "AuthorizationFailed", "no")) : Promise.resolve([]),
    find: async () => undefined,
    get: async () => ({}),
    post: async (path: string) => ({ nameAvailable: !path.includes("ContainerRegistry"), message: "somebody has it" }),
  } as unknown as ArmClient;
  const types = [
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.KeyVault/vaults",
    "Microsoft.OperationalInsights/workspaces",
  ];

  const found = await preflight(client, { location: "eastus", resources: types.map(named) }, new AbortController().signal);

  expect(found.refusals).toMatchObject([{ code: "ops.name-taken" }]);
  expect(found.warnings.map(({ message }) => message)).toEqual([
    "names of vaults could not be checked beforehand: AuthorizationFailed: no",
    "names of log workspaces could not be checked beforehand: AuthorizationFailed: no",
  ]);
});
