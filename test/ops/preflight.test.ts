import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ArmClient, connect, createArmClient } from "../../src/arm/index.ts";
import type { JsonObject, JsonValue } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { evaluateProgram } from "../../src/ir/index.ts";
import { type Preflight, preflight, refuse } from "../../src/ops/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { QuaysideError, Secret } from "../../src/report/index.ts";
import { trust } from "../support/platform.ts";

const GROUP = "rg-preflight";
const UNREGISTERED = "Microsoft.DataProtection";
let cloud: TestCloud;
let client: ArmClient;

beforeAll(async () => {
  cloud = await startTestCloud({ unregistered: [UNREGISTERED] });
  trust(cloud.cloud.caFile);
  client = await clientOf(cloud);
});

afterAll(() => cloud.close());

beforeEach(async () => {
  await cloud.control("POST", "/reset");
});

async function clientOf({ cloud: { endpoints, subscriptionId, proxy, tenantId, credentials } }: TestCloud): Promise<ArmClient> {
  const identity = { tenantId, clientId: credentials.clientId, clientSecret: credentials.clientSecret };
  return createArmClient(await connect({ cloud: endpoints.arm, subscriptionId, proxy, credentials: identity }));
}

async function look(parameters: Record<string, JsonValue> = {}, location = "eastus", by = client): Promise<Preflight> {
  const { resources } = evaluateProgram(definePlatform(), {
    parameters: { nameSuffix: "pre01", ...parameters },
    subscriptionId: cloud.cloud.subscriptionId,
    tenantId: cloud.cloud.tenantId,
    resourceGroup: { name: GROUP, location },
  });
  const promised = resources.filter(({ condition }) => condition);
  return preflight(by, { location, resources: promised }, new AbortController().signal);
}

async function limit(name: string, vCpus: number, namespace = "Microsoft.Compute"): Promise<void> {
  const { status } = await cloud.control("PUT", `/quotas/${namespace}`, { location: "eastus", name, limit: vCpus });
  expect(status).toBe(200);
}

const codes = ({ refusals }: Preflight) => refusals.map(({ code }) => code);

test("nothing stands in the way of a new subscription, and asking makes nothing", async () => {
  const found = await look();

  expect(found.refusals).toEqual([]);
  expect(found.quotas).toContainEqual(
    expect.objectContaining({ of: "Microsoft.Compute", family: "standardDSv2Family", limit: 100, inUse: 0 }),
  );
  expect(found.quotas.map(({ family }) => family)).toContain("cores");
  const group = await cloud.ask("GET", `${cloud.subscription}/resourceGroups/${GROUP}`, { apiVersion: "2024-11-01" });
  expect(group.status).toBe(404);
  expect(() => refuse(found)).not.toThrow();
});

describe("one clear message for", () => {
  test("a family's quota", async () => {
    await limit("standardDSv2Family", 3);

    const { refusals } = await look({ aksNodeCount: 2 });

    expect(refusals).toMatchObject([
      {
        code: "ops.quota-exceeded",
        message: "quota standardDSv2Family has 3 vCPUs left in eastus, and the node pools need 8",
      },
    ]);
  });

  test("the region's quota of all families", async () => {
    await limit("cores", 5);

    expect(await look()).toMatchObject({
      refusals: [{ code: "ops.quota-exceeded", message: expect.stringMatching(/^quota cores has 5/) }],
    });
  });

  test("quotas that only grown pools would exceed, which is a warning", async () => {
    await limit("standardDSv2Family", 14);
    await limit("standardDSv2Family", 11, "Microsoft.MachineLearningServices");

    const found = await look({ aksNodeCount: 2, aksNodeMaxCount: 6, mlComputeMaxNodes: 3 });

    expect(codes(found)).toEqual([]);
    expect(found.warnings.map(({ message }) => message)).toEqual([
      "quota standardDSv2Family has 14 vCPUs left in eastus, and the node pools may grow by 24",
      "quota standardDSv2Family of Azure ML has 11 vCPUs left in eastus, and the node pools may grow by 12",
    ]);
  });

  test("a training cluster that Azure ML would not make, which can be left out", async () => {
    await limit("TotalLowPriorityCores", 0, "Microsoft.MachineLearningServices");
    await limit("standardDSv2Family", 2, "Microsoft.MachineLearningServices");

    const { refusals } = await look();

    expect(refusals.map(({ message }) => message)).toEqual([
      "quota TotalLowPriorityCores of Azure ML is 0 vCPUs in eastus, and a node of training cluster spot-cluster takes 4",
      "quota standardDSv2Family of Azure ML is 2 vCPUs in eastus, and a node of training cluster cpu-cluster takes 4",
    ]);
    await limit("standardDSv2Family", 4, "Microsoft.MachineLearningServices");
    expect(codes(await look({ profileOverrides: { lowPriorityCluster: false } }))).toEqual([]);
  });

  test("a size that Azure ML has no training clusters of", async () => {
    const { refusals } = await look({ mlComputeSku: "Standard_B4ms" });

    expect(refusals).toHaveLength(2);
    expect(refusals[0]).toMatchObject({
      code: "ops.size-not-offered",
      message: "Standard_B4ms of training cluster cpu-cluster is not offered by Azure ML in eastus",
      hint: expect.stringMatching(/^choose another size, such as Standard_D/),
    });
  });

  test("a region without zones", async () => {
    const { refusals } = await look({ profileOverrides: { availabilityZones: ["1", "2"] } }, "westus");

    expect(refusals[0]).toMatchObject({
      code: "ops.zone-not-offered",
      message: expect.stringMatching(/is not in zone 1, 2 of westus; it has no zones there$/),
    });
  });

  test("a version of Kubernetes that the region does not have, or has only with long-term support", async () => {
    for (const kubernetesVersion of ["1.29", "1.33"]) {
      const { refusals } = await look({ kubernetesVersion });
      expect(refusals).toMatchObject([{ code: "ops.kubernetes-unsupported", hint: "choose from 1.34, 1.35, 1.36" }]);
    }
  });

  test("a name that somebody has", async () => {
    const other = await cloud.group("rg-other");
    await cloud.put(
      `${other}/providers/Microsoft.ContainerRegistry/registries/acrmlopspre01`,
      { location: "eastus", sku: { name: "Basic" } },
      "2025-04-01",
    );
    const taken = evaluated("Microsoft.ContainerRegistry/registries");
    expect(taken).toBe("acrmlopspre01");

    expect(await look()).toMatchObject({
      refusals: [{ code: "ops.name-taken", message: expect.stringContaining("acrmlopspre01") }],
    });
  });

  test("a name that a deleted vault keeps", async () => {
    const other = await cloud.group("rg-other");
    const vault = `${other}/providers/Microsoft.KeyVault/vaults/${evaluated("Microsoft.KeyVault/vaults")}`;
    const properties = { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true };
    await cloud.put(vault, { location: "eastus", properties }, "2025-05-01");
    await cloud.ask("DELETE", vault, { apiVersion: "2025-05-01" });

    expect(await look()).toMatchObject({
      refusals: [{ code: "ops.name-soft-deleted", hint: expect.stringContaining("az keyvault purge --name kv-mlops-pre01") }],
    });
  });

  test("logs that a deleted workspace keeps in another region", async () => {
    const group = await cloud.group(GROUP);
    await cloud.put(group, { location: "eastus", tags: { managedBy: "quayside" } }, "2025-04-01");
    const logs = `${group}/providers/Microsoft.OperationalInsights/workspaces/${evaluated("Microsoft.OperationalInsights/workspaces")}`;
    await cloud.put(logs, { location: "eastus", properties: { sku: { name: "PerGB2018" } } }, "2025-07-01");
    await cloud.settle(await cloud.ask("DELETE", logs, { apiVersion: "2025-07-01" }));

    expect(codes(await look({ location: "eastus" }))).toEqual([]);
    expect(await look({ location: "westeurope" }, "westeurope")).toMatchObject({
      refusals: [
        {
          code: "ops.name-soft-deleted",
          message: "the log workspace log-mlops was deleted and is kept for 14 days in eastus, not in westeurope",
        },
      ],
    });
  });

  test("a provider that is not registered", async () => {
    expect(await look({ environmentName: "prod", profileOverrides: { clusterBackup: false } })).toMatchObject({ refusals: [] });

    expect(await look({ environmentName: "prod" })).toMatchObject({
      refusals: [
        {
          code: "ops.provider-unregistered",
          message: `the resource provider ${UNREGISTERED} is not registered in the subscription`,
          hint: `az provider register --namespace ${UNREGISTERED} --wait`,
        },
      ],
    });
  });

  test("a resource group that is somebody else's", async () => {
    await cloud.group(GROUP);

    expect((await look()).refusals).toEqual([
      {
        code: "ops.foreign-resource-group",
        message: `resource group ${GROUP} was not made by Quayside (no tag managedBy=quayside)`,
        hint: `name another one, or hand it over: az group update --name ${GROUP} --set tags.managedBy=quayside`,
      },
    ]);
  });

  test("several things together", async () => {
    await limit("standardDSv2Family", 1);
    const found = await look({ kubernetesVersion: "1.29" });

    const thrown = (() => {
      try {
        refuse(found);
      } catch (error) {
        return error;
      }
    })();

    expect(thrown).toBeInstanceOf(QuaysideError);
    expect(thrown).toMatchObject({ message: "Azure would refuse 2 things; nothing was made", exitCode: 1 });
    expect((thrown as QuaysideError).findings).toEqual([
      expect.stringMatching(/^ops\.kubernetes-unsupported: /),
      expect.stringMatching(/^ops\.quota-exceeded: /),
    ]);
  });
});

test("what stands already is not asked for again", async () => {
  const group = await cloud.group(GROUP);
  await cloud.put(group, { location: "eastus", tags: { managedBy: "quayside" } }, "2025-04-01");
  const name = evaluated("Microsoft.ContainerRegistry/registries");
  await cloud.put(
    `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`,
    { location: "eastus", sku: { name: "Basic" } },
    "2025-04-01",
  );

  expect((await look()).refusals).toEqual([]);
});

test("whoever may not read what is asked hears that it was not asked", async () => {
  const stranger = await cloud.principal("stranger");
  const { cloud: at } = cloud;
  const identity = { tenantId: at.tenantId, clientId: stranger.clientId, clientSecret: new Secret(stranger.clientSecret) };
  const theirs = createArmClient(
    await connect({ cloud: at.endpoints.arm, subscriptionId: at.subscriptionId, proxy: at.proxy, credentials: identity }),
  );

  const found = await look({}, "eastus", theirs);

  expect(found.refusals).toEqual([]);
  expect(new Set(found.warnings.map(({ code }) => code))).toEqual(new Set(["ops.not-checked"]));
  expect(found.warnings[0]?.message).toContain("AuthorizationFailed");
});

test("a limit of a quota that there is not, of a region that there is not, or that is no number is refused", async () => {
  for (const body of [
    { location: "eastus", name: "standardNoFamily", limit: 1 },
    { location: "atlantis", name: "cores", limit: 1 },
    { location: "eastus", name: "cores", limit: -1 },
  ] satisfies JsonObject[]) {
    expect(await cloud.control("PUT", "/quotas/Microsoft.Compute", body)).toMatchObject({ status: 400, code: "InvalidRequest" });
  }
});

/** The name that the definition gives to the one resource of a type. */
function evaluated(type: string): string {
  const { resources } = evaluateProgram(definePlatform(), {
    parameters: { nameSuffix: "pre01" },
    subscriptionId: cloud.cloud.subscriptionId,
    tenantId: cloud.cloud.tenantId,
    resourceGroup: { name: GROUP, location: "eastus" },
  });
  return resources.find((resource) => resource.type === type)?.name ?? "";
}
