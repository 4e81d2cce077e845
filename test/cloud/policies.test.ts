import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({ providers });
});
afterAll(() => cloud.close());

const POLICY = "/providers/Microsoft.Authorization/policyDefinitions";
const LOCATIONS = `${POLICY}/e56962a6-4747-49cd-b67b-bf8b01975c4c`;
const SECURE = `${POLICY}/404c3081-a854-4457-ae30-26a93ef643f9`;
const PODS = "/providers/Microsoft.Authorization/policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d";
const VERSION = "2026-07-01";

const at = (scope: string, name: string) => `${scope}/providers/Microsoft.Authorization/policyAssignments/${name}`;
const ask = (method: string, path: string, body?: JsonObject, apiVersion = VERSION) =>
  cloud.ask(method, path, { apiVersion, ...(body === undefined ? {} : { body }) });
const assign = (scope: string, name: string, policyDefinitionId: string, parameters: JsonObject = {}, more: JsonObject = {}) =>
  ask("PUT", at(scope, name), { properties: { policyDefinitionId, parameters, ...more } });
const locations = (...value: string[]): JsonObject => ({ listOfAllowedLocations: { value } });
const identity = (scope: string, location: string) =>
  ask("PUT", `${scope}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-${location}`, { location }, "2024-11-30");

describe("a policy assignment", () => {
  test("is made, written again, read, listed and taken away", async () => {
    const group = await cloud.group("policy-life");
    const made = await assign(group, "secure", SECURE, { effect: { value: "Audit" } });

    expect([made.status, (await assign(group, "secure", SECURE)).status]).toEqual([201, 201]);
    expect(made.json).toMatchObject({
      id: at(group, "secure"),
      type: "Microsoft.Authorization/policyAssignments",
      properties: { policyDefinitionId: SECURE, enforcementMode: "Default", scope: group },
    });
    expect((await ask("GET", at(group, "secure"))).status).toBe(200);
    await assign(group, "pods", PODS, { effect: { value: "Deny" }, excludedNamespaces: { value: ["azureml"] } });
    const list = async (filter?: string) => {
      const query = filter === undefined ? "" : `?$filter=${encodeURIComponent(filter)}`;
      const { json } = await ask("GET", `${group}/providers/Microsoft.Authorization/policyAssignments${query}`);
      return (json.value as JsonObject[]).map(({ name }) => name);
    };
    expect(await list()).toEqual(["pods", "secure"]);
    expect(await list("atScope()")).toEqual(["pods", "secure"]);
    expect(await list(`policyDefinitionId eq '${PODS}'`)).toEqual(["pods"]);
    expect((await ask("DELETE", at(group, "secure"))).json.name).toBe("secure");
    expect((await ask("GET", at(group, "secure"))).status).toBe(404);
  });

  test.each<[string, string, JsonObject, JsonObject, string]>([
    ["a parameter that the policy has not", SECURE, { mode: { value: "x" } }, {}, "UndefinedPolicyParameter"],
    ["a missing parameter", LOCATIONS, {}, {}, "MissingPolicyParameter"],
    ["an effect that the policy has not", SECURE, { effect: { value: "Modify" } }, {}, "InvalidPolicyParameterValue"],
    [
      "a parameter of another type",
      LOCATIONS,
      { listOfAllowedLocations: { value: "eastus" } },
      {},
      "InvalidPolicyParameterValue",
    ],
    ["an unknown mode", SECURE, {}, { enforcementMode: "Maybe" }, "InvalidRequestContent"],
    ["a built-in policy that is not here", `${POLICY}/06a78e20-9358-41c9-923c-fb736d382a4d`, {}, {}, "FeatureNotSupported"],
    [
      "a policy of one's own",
      "/subscriptions/0/providers/Microsoft.Authorization/policyDefinitions/mine",
      {},
      {},
      "FeatureNotSupported",
    ],
  ])("is refused with %s", async (_, policy, parameters, more, code) => {
    const group = await cloud.group("policy-refused");

    expect(await assign(group, "bad", policy, parameters, more)).toMatchObject({ status: 400, code });
  });

  test("needs a role that may write it, which Contributor is not", async () => {
    const group = await cloud.group("policy-role");
    const someone = await cloud.principal("contributor");
    await cloud.assign(someone.objectId, "contributor", group);
    const put = () =>
      cloud.ask("PUT", at(group, "secure"), {
        apiVersion: VERSION,
        token: someone.token,
        body: { properties: { policyDefinitionId: SECURE } },
      });

    expect((await put()).code).toBe("AuthorizationFailed");
    await cloud.assign(someone.objectId, "resourcePolicyContributor", group);
    expect((await put()).status).toBe(201);
  });
});

describe("what a policy denies", () => {
  test("is refused where it is enforced, at the scope and below, and nowhere else", async () => {
    const [group, other] = [await cloud.group("policy-deny"), await cloud.group("policy-elsewhere")];
    await assign(group, "regions", LOCATIONS, locations("eastus", "West Europe"));

    expect(await identity(group, "northeurope")).toMatchObject({ status: 403, code: "RequestDisallowedByPolicy" });
    expect((await identity(group, "westeurope")).status).toBe(201);
    expect((await identity(other, "northeurope")).status).toBe(201);
    const zone = `${group}/providers/Microsoft.Network/privateDnsZones/example.test`;
    expect((await ask("PUT", zone, { location: "global" }, "2024-06-01")).status).toBeLessThan(300);
  });

  test("is let through where it is not enforced, and where a scope is left out", async () => {
    const [soft, apart] = [await cloud.group("policy-soft"), await cloud.group("policy-apart")];
    await assign(soft, "regions", LOCATIONS, locations("eastus"), { enforcementMode: "DoNotEnforce" });
    await assign(cloud.subscription, "regions", LOCATIONS, locations("eastus"), { notScopes: [apart] });

    expect((await identity(soft, "northeurope")).code).toBe("RequestDisallowedByPolicy"); // the subscription's still holds
    expect((await identity(apart, "northeurope")).status).toBe(201);
    await ask("DELETE", at(cloud.subscription, "regions"));
    expect((await identity(soft, "northeurope")).status).toBe(201);
  });

  test("depends on the effect that was chosen", async () => {
    const group = await cloud.group("policy-effect");
    const account = (name: string) =>
      ask(
        "PUT",
        `${group}/providers/Microsoft.Storage/storageAccounts/${name}`,
        {
          location: "eastus",
          kind: "StorageV2",
          sku: { name: "Standard_LRS" },
          properties: { supportsHttpsTrafficOnly: false },
        },
        "2024-01-01",
      );
    await assign(group, "secure", SECURE, { effect: { value: "Audit" } });
    expect((await account("stpolicyaudit")).status).toBeLessThan(300);
    await assign(group, "secure", SECURE, { effect: { value: "Deny" } });
    expect(await account("stpolicydeny")).toMatchObject({ status: 403, code: "RequestDisallowedByPolicy" });
  });
});

test("Microsoft.PolicyInsights can be registered, and says that it works no compliance out", async () => {
  const namespace = `${cloud.subscription}/providers/Microsoft.PolicyInsights`;

  expect((await ask("POST", `${namespace}/register`, undefined, "2021-04-01")).json).toMatchObject({
    registrationState: "Registered",
  });
  expect(await ask("POST", `${namespace}/policyStates/latest/summarize`, {}, "2019-10-01")).toMatchObject({
    code: "FeatureNotSupported",
  });
});
