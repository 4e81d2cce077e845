import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { outcome } from "./core.ts";

let cloud: TestCloud;
let group: string;
let workspace: string;
let vault: string;
let actions: string;

const COMPONENT = "2020-02-02";
const SETTING = "2021-05-01-preview";
const ALERT = "2018-03-01";

beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  group = await cloud.group("rg-insights");
  workspace = `${group}/providers/Microsoft.OperationalInsights/workspaces/log-one`;
  await cloud.put(workspace, { location: "eastus", properties: {} }, "2025-07-01");
  vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-insights`;
  await cloud.put(
    vault,
    { location: "eastus", properties: { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" } } },
    "2026-02-01",
  );
  actions = id("actionGroups", "ag");
  await cloud.put(actions, { location: "Global", properties: { groupShortName: "mlops", enabled: true } }, "2023-01-01");
});

afterAll(() => cloud.close());

const id = (type: string, name: string) => `${group}/providers/Microsoft.Insights/${type}/${name}`;

describe("Application Insights", () => {
  const body = (properties: JsonObject = {}): JsonObject => ({
    location: "eastus",
    kind: "web",
    properties: { Application_Type: "web", WorkspaceResourceId: workspace, ...properties },
  });

  test("is answered with 200, and keeps its keys and connection string", async () => {
    const made = await cloud.ask("PUT", id("components", "appi"), { body: body(), apiVersion: COMPONENT });
    const again = await cloud.ask("PUT", id("components", "appi"), {
      body: body({ RetentionInDays: 30 }),
      apiVersion: COMPONENT,
    });

    expect([made.status, again.status]).toEqual([200, 200]);
    const [before, after] = [made.json.properties as JsonObject, again.json.properties as JsonObject];
    for (const member of ["AppId", "InstrumentationKey", "ConnectionString", "CreationDate"])
      expect(after[member]).toBe(before[member]);
    expect(before.ConnectionString).toMatch(
      /^InstrumentationKey=[0-9a-f-]{36};IngestionEndpoint=https:\/\/eastus\.in\.applicationinsights\.rehearsal\.test\//,
    );
  });

  test("takes the billing features that azurerm reads and writes", async () => {
    await cloud.ask("PUT", id("components", "billed"), { body: body(), apiVersion: COMPONENT });
    const path = `${id("components", "billed")}/currentbillingfeatures`;

    const before = await cloud.ask("GET", path, { apiVersion: "2015-05-01" });
    expect(before).toMatchObject({ status: 200, body: { CurrentBillingFeatures: ["Basic"] } });
    const put = await cloud.ask("PUT", path, {
      apiVersion: "2015-05-01",
      body: { CurrentBillingFeatures: ["Basic"], DataVolumeCap: { Cap: 5 } },
    });
    expect(put).toMatchObject({ status: 200, body: { DataVolumeCap: { Cap: 5 } } });
    expect((await cloud.ask("GET", path, { apiVersion: "2015-05-01" })).json).toMatchObject({ DataVolumeCap: { Cap: 5 } });
  });

  test.each<[string, JsonObject, string]>([
    [
      "a workspace that does not exist",
      { WorkspaceResourceId: "/subscriptions/0/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/no" },
      "LinkedResourceNotFound",
    ],
    ["no workspace", { WorkspaceResourceId: null }, "InvalidRequestContent"],
    ["a retention that is not offered", { RetentionInDays: 45 }, "InvalidRequestContent"],
  ])("refuses %s", async (_, properties, code) => {
    expect(await outcome(cloud, id("components", "bad"), body(properties), COMPONENT)).toMatchObject({ status: 400, code });
  });
});

describe("a diagnostic setting", () => {
  const setting = (name: string) => `${vault}/providers/Microsoft.Insights/diagnosticSettings/${name}`;
  const logs = (...items: JsonObject[]): JsonObject => ({ properties: { workspaceId: workspace, logs: items } });

  test("hangs off a resource, is answered with 200, and goes with it", async () => {
    const made = await cloud.ask("PUT", setting("to-log"), {
      body: logs({ category: "AuditEvent", enabled: true }),
      apiVersion: SETTING,
    });

    expect(made).toMatchObject({ status: 200, body: { name: "to-log" } });
    const list = await cloud.ask("GET", `${vault}/providers/Microsoft.Insights/diagnosticSettings`, { apiVersion: SETTING });
    expect((list.json.value as JsonObject[]).map(({ name }) => name)).toEqual(["to-log"]);
  });

  test("sends a category to one workspace once", async () => {
    await cloud.ask("PUT", setting("to-log"), { body: logs({ category: "AuditEvent", enabled: true }), apiVersion: SETTING });

    expect(await outcome(cloud, setting("again"), logs({ category: "AuditEvent", enabled: true }), SETTING)).toMatchObject({
      status: 409,
      code: "Conflict",
    });
  });

  test.each<[string, JsonObject]>([
    ["no destination", { properties: { logs: [{ category: "AuditEvent", enabled: true }] } }],
    ["a category of another type", { properties: { workspaceId: "", logs: [{ category: "kube-audit", enabled: true }] } }],
    [
      "a category and a group at once",
      { properties: { logs: [{ category: "AuditEvent", categoryGroup: "audit", enabled: true }] } },
    ],
    [
      "a retention policy",
      {
        properties: {
          logs: [{ category: "AzurePolicyEvaluationDetails", enabled: true, retentionPolicy: { enabled: true, days: 5 } }],
        },
      },
    ],
  ])("refuses %s", async (what, { properties }) => {
    const body = {
      properties: { ...(properties as JsonObject), ...(what === "no destination" ? {} : { workspaceId: workspace }) },
    };

    expect(await outcome(cloud, setting("bad"), body, SETTING)).toMatchObject({ status: 400, code: "BadRequest" });
  });
});

describe("a metric alert", () => {
  const alert = (properties: JsonObject = {}): JsonObject => ({
    location: "global",
    properties: {
      severity: 2,
      enabled: true,
      scopes: [vault],
      evaluationFrequency: "PT5M",
      windowSize: "PT15M",
      criteria: {
        "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        allOf: [{ name: "c", metricName: "Availability", operator: "LessThan", threshold: 99, timeAggregation: "Average" }],
      },
      actions: [{ actionGroupId: actions }],
      ...properties,
    },
  });

  const on = (metricName: string, timeAggregation: string, dimension = "", more: JsonObject = {}) =>
    alert({
      criteria: {
        "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        allOf: [
          {
            name: "c",
            metricName,
            operator: "GreaterThan",
            threshold: 1,
            timeAggregation,
            dimensions: dimension === "" ? [] : [{ name: dimension, operator: "Include", values: ["403"] }],
            ...more,
          },
        ],
      },
    });

  test("is answered with 200", async () => {
    expect((await cloud.ask("PUT", id("metricAlerts", "ok"), { body: alert(), apiVersion: ALERT })).status).toBe(200);
  });

  test.each<[string, () => JsonObject]>([
    ["a window shorter than its frequency", () => alert({ windowSize: "PT1M" })],
    ["a severity of 7", () => alert({ severity: 7 })],
    ["no scope", () => alert({ scopes: [] })],
    ["unknown criteria", () => alert({ criteria: { "odata.type": "Other" } })],
    ["a metric that the resource does not have", () => on("Availabilty", "Average")],
    ["an aggregation that is not kept of the metric", () => on("ServiceApiResult", "Total")],
    ["a dimension that the metric is not split by", () => on("SaturationShoebox", "Average", "StatusCode")],
  ])("refuses %s", async (_, body) => {
    expect(await outcome(cloud, id("metricAlerts", "bad"), body(), ALERT)).toMatchObject({ status: 400, code: "BadRequest" });
  });

  test("takes a metric that is yet to come where it is told so, and of another namespace", async () => {
    for (const more of [{ skipMetricValidation: true }, { metricNamespace: "contoso/custom" }])
      expect(
        await cloud.ask("PUT", id("metricAlerts", "later"), { body: on("mine", "Total", "", more), apiVersion: ALERT }),
      ).toMatchObject({ status: 200 });
  });

  test("refuses an action group that does not exist", async () => {
    const body = alert({ actions: [{ actionGroupId: id("actionGroups", "no") }] });

    expect(await outcome(cloud, id("metricAlerts", "bad"), body, ALERT)).toMatchObject({ code: "ResourceNotFound" });
  });
});

describe("data collection", () => {
  const API = "2024-03-11";

  test("a rule flows only to destinations that it names, and an association carries a rule or the endpoint", async () => {
    const rule = (destination: string): JsonObject => ({
      location: "eastus",
      properties: {
        destinations: { logAnalytics: [{ name: "logs", workspaceResourceId: workspace }] },
        dataFlows: [{ streams: ["Microsoft-ContainerLogV2"], destinations: [destination] }],
      },
    });
    expect(await outcome(cloud, id("dataCollectionRules", "dcr"), rule("elsewhere"), API)).toMatchObject({
      status: 400,
      code: "InvalidPayload",
    });
    expect(await cloud.put(id("dataCollectionRules", "dcr"), rule("logs"), API)).toMatchObject({
      properties: { immutableId: expect.stringMatching(/^dcr-[0-9a-f]{32}$/) },
    });
    await cloud.put(id("dataCollectionEndpoints", "dce"), { location: "eastus", properties: {} }, API);

    const association = (name: string) => `${vault}/providers/Microsoft.Insights/dataCollectionRuleAssociations/${name}`;
    const dcr = { dataCollectionRuleId: id("dataCollectionRules", "dcr") };
    const dce = { dataCollectionEndpointId: id("dataCollectionEndpoints", "dce") };
    expect(await outcome(cloud, association("both"), { properties: { ...dcr, ...dce } }, API)).toMatchObject({
      code: "InvalidPayload",
    });
    expect(await outcome(cloud, association("wrong-name"), { properties: dce }, API)).toMatchObject({ code: "InvalidPayload" });
    expect(await outcome(cloud, association("rule"), { properties: dcr }, API)).toMatchObject({ code: undefined });
    expect(await outcome(cloud, association("configurationAccessEndpoint"), { properties: dce }, API)).toMatchObject({
      code: undefined,
    });
  });
});
