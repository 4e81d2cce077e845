import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";

let cloud: TestCloud;
let group: string;
beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  group = await cloud.group("rg-monitoring");
  await cloud.put(metrics(), { location: "eastus", properties: {} }, "2025-10-03");
});
afterAll(() => cloud.close());

const metrics = () => `${group}/providers/Microsoft.Monitor/accounts/amw-logs`;
const rules = () => `${group}/providers/Microsoft.AlertsManagement/prometheusRuleGroups/rules`;
const refusal = async (id: string, apiVersion: string, body: JsonObject) => {
  const { status, code } = await cloud.ask("PUT", id, { apiVersion, body });
  return [status, code];
};

test("an Azure Monitor workspace says where metrics are asked for and sent to", async () => {
  const { json } = await cloud.ask("GET", metrics(), { apiVersion: "2025-10-03" });

  expect(json.properties).toMatchObject({
    accountId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    metrics: { prometheusQueryEndpoint: "https://amw-logs.eastus.prometheus.monitor.rehearsal.test" },
    defaultIngestionSettings: { dataCollectionRuleResourceId: expect.stringContaining("MA_amw-logs_eastus_managed") },
  });
});

test.each<[string, JsonObject]>([
  ["no Azure Monitor workspace", { scopes: [], rules: [{ alert: "A", expression: "up" }] }],
  ["no rules", { scopes: ["METRICS"], rules: [] }],
  ["more than 20 rules", { scopes: ["METRICS"], rules: Array<JsonObject>(21).fill({ alert: "A", expression: "up" }) }],
  ["a rule that both alerts and records", { scopes: ["METRICS"], rules: [{ alert: "A", record: "a", expression: "up" }] }],
  ["a rule without an expression", { scopes: ["METRICS"], rules: [{ alert: "A" }] }],
])("a rule group with %s is refused", async (_, { scopes, ...properties }) => {
  const body = { location: "eastus", properties: { ...properties, scopes: (scopes as string[]).map(metrics) } };

  expect(await refusal(rules(), "2023-03-01", body)).toEqual([400, "InvalidRequestContent"]);
});

test("an alert processing rule is global, looks at something, and tells groups that are there", async () => {
  const rule = `${group}/providers/Microsoft.AlertsManagement/actionRules/apr`;
  const people = `${group}/providers/Microsoft.Insights/actionGroups/ag`;
  const body = (more: JsonObject, location = "global"): JsonObject => ({
    location,
    properties: { scopes: [group], actions: [{ actionType: "AddActionGroups", actionGroupIds: [people] }], ...more },
  });
  const refused = (wrong: JsonObject) => refusal(rule, "2021-08-08", wrong);

  expect(await refused(body({}))).toEqual([400, "ResourceNotFound"]);
  await cloud.put(people, { location: "global", properties: { groupShortName: "ag", enabled: true } }, "2023-01-01");
  expect(await refused(body({}, "eastus"))).toEqual([400, "LocationNotAvailableForResourceType"]);
  expect(await refused(body({ scopes: [] }))).toEqual([400, "InvalidRequestContent"]);
  expect(await refused(body({ actions: [] }))).toEqual([400, "InvalidRequestContent"]);
  expect(await refused(body({ actions: [{ actionType: "Mute" }] }))).toEqual([400, "InvalidRequestContent"]);

  const made = await cloud.put(rule, body({}), "2021-08-08");
  expect(made.properties).toMatchObject({ enabled: true });
});

test("a scope of Azure Monitor links what it is for, and nothing else", async () => {
  const scope = `${group}/providers/Microsoft.Insights/privateLinkScopes/scope`;
  const settings = { accessModeSettings: { ingestionAccessMode: "Open", queryAccessMode: "Open" } };
  await cloud.put(scope, { location: "global", properties: settings }, "2021-09-01");
  const link = (linkedResourceId: string) =>
    refusal(`${scope}/scopedResources/one`, "2021-09-01", { properties: { linkedResourceId } });

  expect(await link(metrics())).toEqual([400, "InvalidRequestContent"]);
  expect(await link(`${group}/providers/Microsoft.OperationalInsights/workspaces/none`)).toEqual([400, "LinkedResourceNotFound"]);
  expect(await refusal(`${scope}-other`, "2021-09-01", { location: "eastus", properties: settings })).toEqual([
    400,
    "LocationNotAvailableForResourceType",
  ]);
});

test("a budget starts on the first of a month that is not past, keeps its start, and tells somebody", async () => {
  const budget = `${group}/providers/Microsoft.Consumption/budgets/monthly`;
  const told = { actual: { enabled: true, operator: "GreaterThan", threshold: 80, contactEmails: ["ml@example.com"] } };
  const put = (startDate: string, notifications: JsonObject = told) =>
    refusal(budget, "2024-08-01", {
      properties: { category: "Cost", timeGrain: "Monthly", amount: 100, timePeriod: { startDate }, notifications },
    });

  expect(await put("2999-01-02T00:00:00Z")).toEqual([400, "400"]);
  expect(await put("2019-01-01T00:00:00Z")).toEqual([400, "400"]);
  expect(await put("2999-01-01T00:00:00Z", { actual: { threshold: 80 } })).toEqual([400, "400"]);
  expect(await put("2999-01-01T00:00:00Z")).toEqual([201, undefined]);
  expect(await put("2999-02-01T00:00:00Z")).toEqual([400, "400"]);
  expect(await put("2999-01-01T00:00:00Z")).toEqual([200, undefined]);
});
