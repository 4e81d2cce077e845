import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../../base/index.ts";
import { objectAt, objectsAt, textAt } from "../common/body.ts";
import { startWorkspace, type WorkspaceFixture } from "./fixture.ts";
import { type JobFixture, jobFixture } from "./job-fixture.ts";

let fixture: WorkspaceFixture;
let jobs: JobFixture;

beforeAll(async () => {
  fixture = await startWorkspace();
  jobs = jobFixture(fixture);
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await grant("standardDDSv5Family", 100);
  await grant("TotalDedicatedCores", 350);
  await grant("TotalLowPriorityCores", 100);
});

async function grant(name: string, limit: number): Promise<void> {
  const path = "/quotas/Microsoft.MachineLearningServices";
  expect((await fixture.test.control("PUT", path, { location: "eastus", name, limit })).status).toBe(200);
}

const SIZE = "Standard_D4ds_v5";
const idOf = (name: string) => `${fixture.workspace}/computes/${name}`;

/** Asks for a cluster of 4 vCPUs a node, and waits until it is there or has failed. */
async function make(name: string, properties: JsonObject = {}, scale: JsonObject = {}) {
  const scaleSettings = { minNodeCount: 0, maxNodeCount: 3, ...scale };
  const body = {
    location: "eastus",
    properties: { computeType: "AmlCompute", properties: { vmSize: SIZE, scaleSettings, ...properties } },
  };
  return await fixture.test.settle(await fixture.test.ask("PUT", idOf(name), { body }));
}

async function shown(id: string): Promise<JsonObject> {
  return (await fixture.test.ask("GET", id)).json;
}

const state = async (id: string) => objectAt(await shown(id), "properties.properties");
const errorsOf = async (id: string) => objectsAt(await state(id), "errors").map((each) => textAt(each, "error.code"));

test.each([
  ["of its family", "standardDDSv5Family", {}],
  ["of all families", "TotalDedicatedCores", {}],
  ["of low-priority nodes", "TotalLowPriorityCores", { vmPriority: "LowPriority" }],
])(
  "a cluster that could not have one node fails by the quota %s, stays as Failed, and is made when it is granted",
  async (_, quota, properties) => {
    await grant(quota, 3);
    const failed = await make("short", properties);
    const { properties: left } = await shown(idOf("short"));
    await grant(quota, 4);
    const made = await make("short", properties);
    await fixture.test.settle(await fixture.test.ask("DELETE", idOf("short")));

    expect(failed.json).toMatchObject({
      status: "Failed",
      error: { code: "ClusterMinNodesExceedCoreQuota", message: expect.stringContaining(`quota ${quota} is 3 vCPUs in eastus`) },
    });
    expect(left).toMatchObject({ provisioningState: "Failed" });
    expect(made.json.status).toBe("Succeeded");
  },
);

test("low-priority nodes are not counted against their family", async () => {
  await grant("standardDDSv5Family", 0);

  expect((await make("low", { vmPriority: "LowPriority" })).json.status).toBe("Succeeded");
});

test("nodes that a cluster keeps start as far as the quota goes, and the rest is told as an error", async () => {
  await grant("standardDDSv5Family", 12);
  expect((await make("other", {}, { minNodeCount: 2 })).json.status).toBe("Succeeded");

  expect((await make("kept", {}, { minNodeCount: 2 })).json.status).toBe("Succeeded");

  expect(await state(idOf("kept"))).toMatchObject({ allocationState: "Steady", currentNodeCount: 1, targetNodeCount: 2 });
  expect(await errorsOf(idOf("kept"))).toEqual(["ClusterCoreQuotaReached"]);
  expect(await usage("standardDDSv5Family")).toEqual([12, 12]);
  for (const name of ["kept", "other"]) await fixture.test.settle(await fixture.test.ask("DELETE", idOf(name)));
});

async function usage(name: string): Promise<unknown[]> {
  const path = `${fixture.test.subscription}/providers/Microsoft.MachineLearningServices/locations/eastus/usages`;
  const rows = objectsAt((await fixture.test.ask("GET", path)).json, "value");
  const row = rows.find((each) => textAt(each, "name.value") === name && !textAt(each, "type")?.includes("lowPriority"));
  return [row?.currentValue, row?.limit];
}

test("a job for whose node no quota is left waits, the cluster says why, and the job runs when there is more", async () => {
  await grant("standardDDSv5Family", 4);
  await jobs.submit("first", { command: "sleep 60" });
  await jobs.until("first", "Running");
  expect(await usage("standardDDSv5Family")).toEqual([4, 4]);

  await jobs.submit("second", { command: "true" });

  expect(textAt(await shown(`${fixture.workspace}/jobs/second`), "properties.status")).toBe("Queued");
  expect(await state(fixture.compute)).toMatchObject({
    currentNodeCount: 1,
    targetNodeCount: 2,
    nodeStateCounts: { runningNodeCount: 1, idleNodeCount: 0 },
    errors: [
      { error: { code: "ClusterCoreQuotaReached", message: expect.stringContaining("take 4 vCPUs, and 0 are left of quota") } },
    ],
  });

  await grant("standardDDSv5Family", 8);
  expect(textAt(await jobs.until("second"), "properties.status")).toBe("Completed");
  expect(await errorsOf(fixture.compute)).toEqual([]);
  await fixture.test.ask("POST", `${fixture.workspace}/jobs/first/cancel`);
  await jobs.until("first");
});

test("a job that waits for quota runs when another one ends", async () => {
  await grant("standardDDSv5Family", 4);
  await jobs.submit("holds", { command: "sleep 60" });
  await jobs.until("holds", "Running");
  await jobs.submit("waits", { command: "true" });

  await fixture.test.ask("POST", `${fixture.workspace}/jobs/holds/cancel`);

  expect(textAt(await jobs.until("waits"), "properties.status")).toBe("Completed");
});

test("a job that no longer fits the limit at all fails", async () => {
  await grant("standardDDSv5Family", 0);
  await jobs.submit("never", { command: "true" });

  expect(textAt(await jobs.until("never"), "properties.status")).toBe("Failed");
  expect(objectAt(await jobs.details("never"), "error.error")).toMatchObject({
    code: "JobNodeCountExceedsCoreQuota",
    message: expect.stringContaining("quota standardDDSv5Family is 0 vCPUs in eastus"),
  });
});

test("a size without low-priority nodes makes a cluster that never has one, and says so", async () => {
  expect((await make("h100", { vmSize: "Standard_NC40ads_H100_v5", vmPriority: "LowPriority" })).json.status).toBe("Succeeded");
  await jobs.submit("on-h100", { command: "true", computeId: idOf("h100") });

  expect(await errorsOf(idOf("h100"))).toEqual(["UnsupportedVMSizeForLowPriority"]);
  await fixture.test.ask("POST", `${fixture.workspace}/jobs/on-h100/cancel`);
  await jobs.until("on-h100");
});

test("what the service alone writes is not taken from a client that sends back what it read", async () => {
  const body = { location: "eastus", properties: { computeType: "AmlCompute", properties: await state(fixture.compute) } };
  const changed = objectAt(body, "properties.properties");
  changed.currentNodeCount = 2;

  await fixture.test.settle(await fixture.test.ask("PUT", fixture.compute, { body }));

  expect(await state(fixture.compute)).toMatchObject({ currentNodeCount: 0, targetNodeCount: 0, errors: [] });
});
