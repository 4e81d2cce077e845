import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { type AskOptions, startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { platformDeployment } from "../support/platform.ts";

/** What Resource Manager gets that it cannot take, and what it answers; nothing is written by any of it. */
let cloud: TestCloud;
let group: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  group = await cloud.group("rg-wire");
});
afterAll(() => cloud.close());

const VAULT = "providers/Microsoft.KeyVault/vaults/kv-wire";
const NSG = "providers/Microsoft.Network/networkSecurityGroups/nsg-wire";
const VERSION = { vault: "2023-07-01", nsg: "2024-05-01" };

async function refused(method: string, path: string, options: AskOptions): Promise<string> {
  const answer = await cloud.ask(method, path, options);
  const { message } = answer.json.error as { message: string };
  expect(message).toMatch(/^[^\n]+$/);
  expect(message).not.toMatch(/\s+at .*:\d+|node_modules/);
  return `${answer.status} ${answer.code}`;
}

describe("a body", () => {
  test.each<[string, string, string]>([
    ["that is not JSON", "{location: ", "400 InvalidRequestContent"],
    ["that is cut short", '{"location":"eastus"', "400 InvalidRequestContent"],
    ["that is a list", "[]", "400 InvalidRequestContent"],
    ["that is empty", "", "400 LocationRequired"],
    ["without the location", '{"properties":{}}', "400 LocationRequired"],
    ["with a location that does not exist", '{"location":"atlantis","properties":{}}', "400 LocationNotAvailableForResourceType"],
    ["with a location that is no text", '{"location":["eastus"],"properties":{}}', "400 InvalidRequestContent"],
    ["with tags that are no texts", '{"location":"eastus","tags":{"a":{"b":1}}}', "400 InvalidRequestContent"],
  ])("%s is refused", async (_what, body, expected) => {
    expect(await refused("PUT", `${group}/${NSG}`, { body, apiVersion: VERSION.nsg })).toBe(expected);
    expect((await cloud.ask("GET", `${group}/${NSG}`, { apiVersion: VERSION.nsg })).status).toBe(404);
  });

  test("above 4 MiB is refused, and the connection is not used for what is left of it", async () => {
    const body = JSON.stringify({ location: "eastus", tags: { large: "x".repeat(4 * 1024 * 1024) } });

    expect(await refused("PUT", `${group}/${NSG}`, { body, apiVersion: VERSION.nsg })).toBe("413 RequestContentTooLarge");
    expect((await cloud.ask("GET", group)).status).toBe(200);
  });

  test("of a deployment that is a whole parameter file is refused, as Azure refuses it", async () => {
    const { parameters, template } = platformDeployment("00000000-0000-0000-0000-000000000001");
    const file = {
      $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
      contentVersion: "1.0.0.0",
      parameters,
    };
    const body = { properties: { mode: "Incremental", template, parameters: file as unknown as JsonObject } };

    expect(await refused("PUT", `${group}/providers/Microsoft.Resources/deployments/file`, { body })).toBe(
      "400 InvalidRequestContent",
    );
  });
});

describe("an api-version", () => {
  test.each<[string, string | null, string]>([
    ["that is missing", null, "400 MissingApiVersionParameter"],
    ["that is no date", "latest", "400 InvalidApiVersionParameter"],
    ["from before the type existed", "2001-01-01", "400 NoRegisteredProviderFound"],
  ])("%s is refused", async (_what, apiVersion, expected) => {
    expect(await refused("GET", `${group}/${VAULT}`, { apiVersion })).toBe(expected);
  });
});

describe("an address", () => {
  test.each<[string, () => string, string]>([
    [
      "of another subscription",
      () => "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg",
      "404 SubscriptionNotFound",
    ],
    ["of a group that is not there", () => `${cloud.subscription}/resourceGroups/rg-none/${VAULT}`, "404 ResourceGroupNotFound"],
    ["of a resource that is not there", () => `${group}/${VAULT}`, "404 ResourceNotFound"],
    ["of a namespace that is not there", () => `${group}/providers/Microsoft.Toys/trains/t`, "404 InvalidResourceNamespace"],
    ["of a type that is not there", () => `${group}/providers/Microsoft.KeyVault/trains/t`, "404 InvalidResourceType"],
    ["that leads nowhere", () => "/no/such/place", "404 NotFound"],
  ])("%s is refused", async (_what, path, expected) => {
    expect(await refused("GET", path(), { apiVersion: VERSION.vault })).toBe(expected);
  });
});

describe("an identity without the role", () => {
  test("is told who it is, which action and which scope", async () => {
    const { objectId, token } = await cloud.principal("stranger");
    for (const [method, path, action] of [
      ["GET", group, "Microsoft.Resources/subscriptions/resourceGroups/read"],
      ["GET", `${group}/${VAULT}`, "Microsoft.KeyVault/vaults/read"],
      ["PUT", `${group}/${VAULT}`, "Microsoft.KeyVault/vaults/write"],
      ["DELETE", `${group}/${VAULT}`, "Microsoft.KeyVault/vaults/delete"],
      ["GET", `${group}/resources`, "Microsoft.Resources/subscriptions/resourceGroups/resources/read"],
      ["PUT", `${group}/providers/Microsoft.Resources/deployments/d`, "Microsoft.Resources/deployments/write"],
    ] as const) {
      const body = method === "PUT" ? { body: { location: "eastus", properties: {} } } : {};
      const answer = await cloud.ask(method, path, { token, apiVersion: VERSION.vault, ...body });
      const { message } = answer.json.error as { message: string };

      expect(`${method} ${path} ${answer.status} ${answer.code}`).toBe(`${method} ${path} 403 AuthorizationFailed`);
      expect(message).toContain(objectId);
      expect(message.toLowerCase()).toContain(action.toLowerCase());
      expect(message.toLowerCase()).toContain(path.replace(/\/resources$/, "").toLowerCase());
    }
  });

  test("does not learn what exists: a resource that is there is refused like one that is not", async () => {
    const { token } = await cloud.principal("prober");
    await cloud.put(`${group}/${NSG}`, { location: "eastus", properties: {} }, VERSION.nsg);
    const ask = (name: string) =>
      cloud.ask("GET", `${group}/${NSG.replace("nsg-wire", name)}`, { token, apiVersion: VERSION.nsg });

    const answers = await Promise.all([ask("nsg-wire"), ask("nsg-none")]);

    expect(answers.map(({ code, status }) => `${status} ${code}`)).toEqual([
      "403 AuthorizationFailed",
      "403 AuthorizationFailed",
    ]);
  });

  test("does not learn which groups exist either", async () => {
    const { token } = await cloud.principal("group-prober");
    const ask = (name: string) => cloud.ask("GET", `${cloud.subscription}/resourceGroups/${name}/resources`, { token });

    const answers = await Promise.all([ask("rg-wire"), ask("rg-none")]);

    expect(answers.map(({ code, status }) => `${status} ${code}`)).toEqual([
      "403 AuthorizationFailed",
      "403 AuthorizationFailed",
    ]);
  });

  test("sees none of the subscription's groups in the list", async () => {
    const { token } = await cloud.principal("lister");

    expect((await cloud.ask("GET", `${cloud.subscription}/resourcegroups`, { token })).json.value ?? []).toEqual([]);
  });
});
