import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, createArmClient, openWorkspace, type Workspace } from "../../src/arm/index.ts";
import { isObject, type JsonObject, systemClock } from "../../src/base/index.ts";
import { startWorkspace, type WorkspaceFixture } from "../../src/cloud/providers/machine-learning/fixture.ts";
import { loadMonitor, monitor, stopMonitor } from "../../src/mlops/index.ts";
import { DiagnosticsError, recordingReporter } from "../../src/report/index.ts";
import { trust } from "../support/platform.ts";
import { repository } from "../support/quayside.ts";

const EXAMPLE = join(repository, "examples/iris/monitor.yml");
const ORACLE = fileURLToPath(new URL("../../../shared/oracles/arm-types/check-arm-types.mjs", import.meta.url));

let fixture: WorkspaceFixture;
let workspace: Workspace;
const context = () => ({
  reporter: recordingReporter(),
  clock: systemClock,
  signal: new AbortController().signal,
  pollMs: 20,
  newId: () => "one",
});

beforeAll(async () => {
  fixture = await startWorkspace();
  const { cloud, host } = fixture.test;
  trust(cloud.caFile);
  const { endpoints, subscriptionId, proxy, tenantId, credentials } = cloud;
  const client = createArmClient(
    await connect({ cloud: endpoints.arm, subscriptionId, proxy, credentials: { tenantId, ...credentials } }),
  );
  workspace = await openWorkspace(client, "rg-ml", "mlw-fixture");
  await fixture.test.assign(await objectId(), "storageBlobDataContributor", fixture.storage);
  // Two deployments as a release leaves them, without the processes behind them.
  const endpoint = `${fixture.workspace}/onlineEndpoints/mlops-endpoint`;
  const type = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
  const properties = { provisioningState: "Succeeded", authMode: "Key", scoringUri: "", traffic: { blue: 0, green: 100 } };
  host.resources.save({ id: endpoint, name: "mlops-endpoint", type, location: "eastus", properties });
  for (const [at, name] of ["blue", "green"].entries())
    host.resources.save({
      id: `${endpoint}/deployments/${name}`,
      name,
      type: `${type}/deployments`,
      location: "eastus",
      tags: { "quayside.release": String(at) },
      properties: {
        provisioningState: "Succeeded",
        model: "",
        ...(name === "green" ? { dataCollector: { collections: {} } } : {}),
      },
    });
});
afterAll(() => fixture.test.close());

/** Owner has no data actions: whoever uploads gets a role of its own. */
async function objectId(): Promise<string> {
  const [, claims = ""] = (await fixture.test.token()).split(".");
  return (JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as { oid: string }).oid;
}

async function stored(name: string): Promise<JsonObject> {
  const { json } = await fixture.test.ask("GET", `${fixture.workspace}/schedules/${name}`, { apiVersion: "2026-05-01" });
  return isObject(json.properties) ? json.properties : {};
}

test("the example's monitor.yml becomes a schedule on the deployment that it names, with a warning that it neither collects nor serves", async () => {
  const reporting = context();

  const made = await monitor(workspace, await loadMonitor(EXAMPLE), { serving: false }, reporting);

  expect(made).toMatchObject({ endpoint: "mlops-endpoint", deployment: "blue" });
  expect(reporting.reporter.events).toMatchObject([
    { name: "warning", payload: { code: "mlops.nothing-collected" } },
    { name: "warning", payload: { code: "mlops.monitors-idle-deployment" } },
  ]);
  expect(await stored("iris-monitor")).toMatchObject({
    isEnabled: true,
    trigger: { triggerType: "Recurrence", frequency: "Day", schedule: { hours: [6], minutes: [0] } },
    action: {
      actionType: "CreateMonitor",
      monitorDefinition: {
        computeConfiguration: { computeType: "ServerlessSpark", instanceType: "standard_e4s_v3", runtimeVersion: "3.4" },
        monitoringTarget: { taskType: "Classification", deploymentId: expect.stringMatching(/\/deployments\/blue$/) },
        signals: {
          data_drift: {
            signalType: "DataDrift",
            features: { filterType: "AllFeatures" },
            referenceData: {
              inputDataType: "Fixed",
              jobInputType: "uri_file",
              dataContext: "training",
              columns: { target_column: "species" },
            },
            metricThresholds: [{ dataType: "Numerical", metric: "TwoSampleKolmogorovSmirnovTest", threshold: { value: 0.002 } }],
          },
          prediction_drift: {
            productionData: { inputDataType: "Rolling", uri: "azureml:mlops-endpoint-blue-model_outputs:1", windowSize: "P1D" },
            metricThresholds: [{ dataType: "Categorical", metric: "PearsonsChiSquaredTest" }],
          },
          data_quality: {
            metricThresholds: [{ metric: "NullValueRate" }, { metric: "DataTypeErrorRate" }, { metric: "OutOfBoundsRate" }],
          },
        },
      },
    },
  });
});

test("--serving watches what serves, and a schedule is removed whether or not it is enabled", async () => {
  const file = await loadMonitor(EXAMPLE);
  const reporting = context();

  expect(await monitor(workspace, file, { serving: true }, reporting)).toMatchObject({ deployment: "green" });
  expect(reporting.reporter.events).toEqual([]);
  expect(await stopMonitor(workspace, "iris-monitor", context())).toBe(true);
  expect(await stopMonitor(workspace, "iris-monitor", context())).toBe(false);
});

test.runIf(existsSync(ORACLE))("Microsoft's types accept the schedule", async () => {
  const oracle = (await import(ORACLE)) as {
    inspectResources(of: readonly unknown[], options: object): { problems: unknown[]; resources: { checked: boolean }[] };
  };
  await monitor(workspace, await loadMonitor(EXAMPLE), { serving: true }, context());
  const { provisioningState: _, ...properties } = await stored("iris-monitor");

  const type = "Microsoft.MachineLearningServices/workspaces/schedules";
  const { problems, resources } = oracle.inspectResources(
    [{ type, apiVersion: "2026-05-01", body: { name: "iris-monitor", properties }, label: "schedule" }],
    { warnings: true },
  );

  expect(problems.filter((problem) => !JSON.stringify(problem).includes('"decimal"'))).toEqual([]);
  expect(resources).toMatchObject([{ checked: true }]);
});

test("what is wrong in the file is told with its line, and what is not supported by name", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "monitor-")), "monitor.yml");
  await writeFile(
    file,
    [
      "name: watch",
      "properties: {}",
      "trigger: { type: cron, expression: 0 6 * * * }",
      "create_monitor:",
      "  compute: { instance_type: standard_e4s_v3, runtime_version: 3.4 }",
      "  monitoring_target: { ml_task: classification, endpoint_deployment_id: azureml:mlops-endpoint }",
      "  monitoring_signals: { drift: { type: data_drift, metric_thresholds: {} } }",
    ].join("\n"),
  );

  const found = await loadMonitor(file).catch((error: unknown) => error);

  expect(found).toBeInstanceOf(DiagnosticsError);
  expect((found as DiagnosticsError).diagnostics.map(({ code, at }) => `${code} ${at.replace(/^.*monitor\.yml/, "")}`)).toEqual(
    expect.arrayContaining([
      "files.unsupported-key :2 properties",
      "files.invalid :6 create_monitor.monitoring_target.endpoint_deployment_id",
      expect.stringMatching(/^files\.missing-key .*reference_data$/),
    ]),
  );
});
