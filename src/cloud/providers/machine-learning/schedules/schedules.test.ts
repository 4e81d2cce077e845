import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../base/index.ts";
import { textAt } from "../../common/body.ts";
import { startWorkspace, type WorkspaceFixture } from "../fixture.ts";

const VERSION = "2026-05-01";

let fixture: WorkspaceFixture;
beforeAll(async () => {
  fixture = await startWorkspace();
});
afterAll(() => fixture.test.close());

const reference = {
  inputDataType: "Fixed",
  jobInputType: "uri_folder",
  uri: "azureml://datastores/workspaceblobstore/paths/training/",
};
const recurrence = { triggerType: "Recurrence", frequency: "Day", interval: 1, schedule: { hours: [6], minutes: [0] } };
const drift = {
  signalType: "DataDrift",
  metricThresholds: [{ dataType: "Numerical", metric: "TwoSampleKolmogorovSmirnovTest", threshold: { value: 0.002 } }],
  productionData: { ...reference, inputDataType: "Rolling", windowSize: "P1D", windowOffset: "P0D" },
  referenceData: reference,
};

function schedule(monitor: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return {
    properties: {
      trigger: recurrence,
      action: {
        actionType: "CreateMonitor",
        monitorDefinition: {
          computeConfiguration: {
            computeType: "ServerlessSpark",
            instanceType: "standard_e4s_v3",
            runtimeVersion: "3.4",
            computeIdentity: { computeIdentityType: "AmlToken" },
          },
          monitoringTarget: { taskType: "Classification" },
          signals: { drift },
          ...monitor,
        },
      },
      ...more,
    },
  };
}

const put = (body: JsonObject) => fixture.test.ask("PUT", `${fixture.workspace}/schedules/watch`, { body, apiVersion: VERSION });

test("a monitor is kept, shown and listed, and goes only when it is disabled", async () => {
  const id = `${fixture.workspace}/schedules/watch`;
  const made = await fixture.test.put(id, schedule(), VERSION);
  expect(made.properties).toMatchObject({ isEnabled: true, displayName: "watch", provisioningState: "Succeeded" });
  const { value } = (await fixture.test.ask("GET", `${fixture.workspace}/schedules`, { apiVersion: VERSION })).json;
  expect(value).toMatchObject([{ name: "watch" }]);

  expect(await fixture.test.ask("DELETE", id, { apiVersion: VERSION })).toMatchObject({ status: 409, code: "ScheduleIsEnabled" });
  await fixture.test.put(id, schedule({}, { isEnabled: false }), VERSION);
  await fixture.test.settle(await fixture.test.ask("DELETE", id, { apiVersion: VERSION }));
  expect((await fixture.test.ask("GET", id, { apiVersion: VERSION })).status).toBe(404);
});

describe("refused are", () => {
  const signal = (more: JsonObject) => schedule({ signals: { drift: { ...drift, ...more } } });
  const trigger = (of: JsonObject) => schedule({}, { trigger: of });
  test.each<[string, JsonObject, RegExp]>([
    ["no signals", schedule({ signals: {} }), /signals is empty/],
    [
      "a machine that Spark has not",
      schedule({ computeConfiguration: { ...compute(), instanceType: "Standard_D4s_v5" } }),
      /^properties\.action\.monitorDefinition\.computeConfiguration\.instanceType is .*standard_e4s_v3/,
    ],
    ["a runtime that is gone", schedule({ computeConfiguration: { ...compute(), runtimeVersion: "2.4" } }), /3\.4/],
    [
      "a deployment that is not there",
      schedule({ monitoringTarget: target("onlineEndpoints/e/deployments/blue") }),
      /does not exist/,
    ],
    ["an id of something else", schedule({ monitoringTarget: target("jobs/one") }), /onlineEndpoints/],
    ["no production data", signal({ productionData: null }), /productionData is missing/],
    ["no reference data", signal({ referenceData: null }), /referenceData is missing/],
    ["reference data that is not there", signal({ referenceData: { ...reference, uri: "azureml:flowers:1" } }), /does not exist/],
    [
      "a window without length",
      signal({ productionData: { ...reference, inputDataType: "Rolling", windowOffset: "P0D" } }),
      /^properties\.action\.monitorDefinition\.signals\.drift\.productionData\.windowSize is missing/,
    ],
    [
      "a metric of numbers for categories",
      signal({ metricThresholds: [{ dataType: "Categorical", metric: "NormalizedWassersteinDistance" }] }),
      /for Categorical it must be one of/,
    ],
    ["no thresholds", signal({ metricThresholds: [] }), /metricThresholds is empty/],
    ["important features without a target", signal({ features: { filterType: "TopNByAttribution", top: 5 } }), /targetColumn/],
    [
      "features of predictions",
      signal({ signalType: "PredictionDrift", features: { filterType: "AllFeatures" } }),
      /predictions have none/,
    ],
    ["a cron of six fields", trigger({ triggerType: "Cron", expression: "0 0 6 * * *" }), /five fields/],
    ["a cron at 25 o'clock", trigger({ triggerType: "Cron", expression: "0 25 * * *" }), /five fields/],
    ["a trigger without frequency", trigger({ triggerType: "Recurrence" }), /^properties\.trigger\.frequency is missing/],
    ["an interval of nothing", trigger({ ...recurrence, interval: 0 }), /interval/],
    ["hours of an hourly schedule", trigger({ ...recurrence, frequency: "Hour" }), /Day, Week and Month/],
    [
      "an address without @",
      schedule({ alertNotificationSettings: { emailNotificationSettings: { emails: ["ml"] } } }),
      /no address/,
    ],
  ])("%s", async (_, body, message) => {
    const answer = await put(body);

    expect(answer).toMatchObject({ status: 400, code: "BadRequest" });
    expect(textAt(answer.json, "error.message")).toMatch(message);
  });

  test.each<[string, JsonObject]>([
    ["schedules with the action CreateJob", { properties: { trigger: recurrence, action: { actionType: "CreateJob" } } }],
    [
      "monitoring signals of type FeatureAttributionDrift",
      schedule({ signals: { a: { ...drift, signalType: "FeatureAttributionDrift" } } }),
    ],
  ])("%s, by name", async (feature, body) => {
    const answer = await put(body);

    expect(answer).toMatchObject({ status: 400, code: "FeatureNotSupported" });
    expect(answer.headers.get("x-ms-quayside-unsupported")).toBe(feature);
  });
});

test("a cron of ranges, lists and steps is one", async () => {
  const id = `${fixture.workspace}/schedules/cron`;

  for (const expression of ["*/15 6-18 * * 1-5", "0 6,18 1 1,7 *"]) {
    const made = await fixture.test.put(id, schedule({}, { trigger: { triggerType: "Cron", expression } }), VERSION);
    expect(textAt(made, "properties.trigger.expression")).toBe(expression);
  }
});

function compute(): JsonObject {
  return {
    computeType: "ServerlessSpark",
    instanceType: "standard_e4s_v3",
    runtimeVersion: "3.4",
    computeIdentity: { computeIdentityType: "AmlToken" },
  };
}

function target(path: string): JsonObject {
  const workspace = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw-fixture";
  return { taskType: "Classification", deploymentId: `${workspace}/${path}` };
}
