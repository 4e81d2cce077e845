import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { connect, createArmClient, openWorkspace, type Workspace } from "../../src/arm/index.ts";
import { type Clock, systemClock } from "../../src/base/index.ts";
import { startWorkspace, type WorkspaceFixture } from "../../src/cloud/providers/machine-learning/fixture.ts";
import { type JobFixture, jobFixture } from "../../src/cloud/providers/machine-learning/job-fixture.ts";
import { followJob } from "../../src/mlops/train.ts";
import { recordingReporter } from "../../src/report/index.ts";
import { trust } from "../support/platform.ts";

const COMPUTE = "cpu-cluster";
type RecordingReporter = ReturnType<typeof recordingReporter>;
let fixture: WorkspaceFixture;
let jobs: JobFixture;
let workspace: Workspace;

beforeAll(async () => {
  fixture = await startWorkspace();
  jobs = jobFixture(fixture);
  trust(fixture.test.cloud.caFile);
  const { endpoints, subscriptionId, proxy, tenantId, credentials } = fixture.test.cloud;
  const client = createArmClient(
    await connect({ cloud: endpoints.arm, subscriptionId, proxy, credentials: { tenantId, ...credentials } }),
  );
  workspace = await openWorkspace(client, "rg-ml", "mlw-fixture");
});
afterAll(() => fixture.test.close());

/** Room for the node of one job, which holds it. */
beforeEach(async () => {
  await grant(4);
});

async function grant(limit: number): Promise<void> {
  const body = { location: "eastus", name: "standardDDSv5Family", limit };
  await fixture.test.control("PUT", "/quotas/Microsoft.MachineLearningServices", body);
}

/** Follows a job; a minute passes with each look. */
function follow(name: string, reporter: RecordingReporter, onLook: (look: number) => Promise<void> = async () => undefined) {
  let looks = 0;
  const clock: Clock = {
    now: () => looks * 60_000,
    async sleep(_ms, signal) {
      await onLook(++looks);
      await systemClock.sleep(5, signal);
    },
  };
  const context = { reporter, clock, signal: new AbortController().signal, pollMs: 5, newId: () => "one" };
  return followJob(workspace, { name, compute: COMPUTE, longestMs: 60_000 }, context);
}

const warnings = ({ events }: RecordingReporter) =>
  events.flatMap((event) => (event.name === "warning" ? [(event.payload as { message: string }).message] : []));

test("a job without quota for its node is told about at once, and cancelled when that does not change", async () => {
  const other = `${fixture.workspace}/computes/other`;
  const properties = { vmSize: "Standard_D4ds_v5", scaleSettings: { minNodeCount: 1, maxNodeCount: 1 } };
  const body = { location: "eastus", properties: { computeType: "AmlCompute", properties } };
  await fixture.test.settle(await fixture.test.ask("PUT", other, { body }));
  await jobs.submit("starves", { command: "true" });
  const reporter = recordingReporter();

  await expect(follow("starves", reporter)).rejects.toMatchObject({
    code: "mlops.no-nodes",
    message: expect.stringMatching(
      /^compute cpu-cluster starts no node for job starves: ClusterCoreQuotaReached: .* 0 are left .*; so it was for 15 min; the job was cancelled$/,
    ),
  });

  expect(warnings(reporter)).toHaveLength(1);
  expect((await jobs.until("starves")).properties).toMatchObject({ status: "Canceled" });
  await fixture.test.settle(await fixture.test.ask("DELETE", other));
});

test("one that queues for the cluster's own node waits for it, however long, and runs", async () => {
  await jobs.submit("before", { command: "sleep 60" });
  await jobs.until("before", "Running");
  await jobs.submit("after", { command: "true" });
  const reporter = recordingReporter();

  await follow("after", reporter, async (look) => {
    if (look === 20) await fixture.test.ask("POST", `${fixture.workspace}/jobs/before/cancel`);
  });

  expect(warnings(reporter)).toHaveLength(1);
});
