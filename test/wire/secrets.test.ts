import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isObject, type JsonObject } from "../../src/base/index.ts";
import { deployPlatform, GROUP, SUFFIX, startWitnessed, type Witnessed, WORKSPACE } from "../support/platform.ts";

/** Every secret that a client can get, and every place where it must not be found afterwards. */
const log: JsonObject[] = [];
const secrets = new Map<string, string>();
let azure: Witnessed;

const SECURE_PARAMETER = "parameter-Hunter2-of-a-deployment";
const VAULT_SECRET = "value-Hunter2-of-a-vault";

beforeAll(async () => {
  azure = await startWitnessed({ log: (line) => void log.push(line) });
  const { test: cloud } = azure;
  await deployPlatform(azure);
  const group = `${cloud.subscription}/resourceGroups/${GROUP}`;
  const take = async (path: string, apiVersion: string) => {
    const answer = await cloud.ask("POST", path, { apiVersion });
    expect(`${path} ${answer.status}`).toBe(`${path} 200`);
    for (const [where, text] of texts(answer.json)) if (isSecret(text)) secrets.set(`${path} ${where}`, text);
  };

  secrets.set("the seed principal's secret", cloud.cloud.credentials.clientSecret.reveal());
  secrets.set("the control token", cloud.cloud.control.token.reveal());
  const principal = await cloud.principal("app");
  secrets.set("a principal's secret", principal.clientSecret);
  secrets.set("a token", principal.token);
  await take(`${group}/providers/Microsoft.Storage/storageAccounts/stmlops${SUFFIX}/listKeys`, "2023-05-01");
  await take(`${group}/providers/Microsoft.OperationalInsights/workspaces/log-mlops/sharedKeys`, "2020-08-01");
  const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/${WORKSPACE}`;
  const endpoint = `${workspace}/onlineEndpoints/secretive`;
  const properties = { authMode: "Key", compute: `${workspace}/computes/aks-compute` };
  await cloud.put(endpoint, { location: "eastus", identity: { type: "SystemAssigned" }, properties }, "2024-10-01");
  await take(`${endpoint}/listKeys`, "2024-10-01");

  const template = {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: { password: { type: "secureString" }, whole: { type: "secureObject" } },
    resources: [],
    outputs: { back: { type: "secureString", value: "[parameters('password')]" } },
  };
  const parameters = { password: { value: SECURE_PARAMETER }, whole: { value: { inner: SECURE_PARAMETER } } };
  const deployment = `${group}/providers/Microsoft.Resources/deployments/secure`;
  await cloud.put(deployment, { properties: { mode: "Incremental", template, parameters } }, "2025-04-01");
  secrets.set("a secure parameter", SECURE_PARAMETER);

  const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-secretive`;
  const vaultBody = { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" }, enableRbacAuthorization: true };
  await cloud.put(vault, { location: "eastus", properties: vaultBody }, "2023-07-01");
  const body = { properties: { value: VAULT_SECRET } };
  await cloud.ask("PUT", `${vault}/secrets/name`, { body, apiVersion: "2023-07-01" });
  secrets.set("a value on its way to a vault", VAULT_SECRET);
});
afterAll(() => azure[Symbol.asyncDispose]());

function texts(value: unknown, where = ""): [string, string][] {
  if (typeof value === "string") return [[where, value]];
  if (Array.isArray(value)) return value.flatMap((item, at) => texts(item, `${where}[${at}]`));
  return isObject(value) ? Object.entries(value).flatMap(([name, item]) => texts(item, `${where}.${name}`)) : [];
}

/** Keys are long and have no structure; names and ids have dashes, slashes or are short. */
const isSecret = (text: string) => text.length >= 32 && !/^\/|^[0-9a-f-]{36}$|^\d{4}-/.test(text);

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The two files that hold secrets for a living, readable by their owner only. */
const KEEPERS = ["credentials.json", join("tls", "key.pem")];

test("no secret that a client was given is in a file of the state", () => {
  const { stateDir } = azure.test;
  const kept = files(stateDir).filter((file) => !KEEPERS.includes(relative(stateDir, file)));
  expect(kept.map((file) => relative(stateDir, file))).toContain("cloud.db");
  expect(secrets.size).toBeGreaterThanOrEqual(8);

  const found = kept.flatMap((file) => {
    const bytes = readFileSync(file);
    return [...secrets].filter(([, secret]) => bytes.includes(secret)).map(([what]) => `${relative(stateDir, file)} has ${what}`);
  });

  expect(found).toEqual([]);
});

test("no secret is in a line of the log, and none in what the journal or a resource tells", async () => {
  const { test: cloud } = azure;
  const journal = await cloud.control("GET", "/requests");
  const shown = await cloud.ask(
    "GET",
    `${cloud.subscription}/resourceGroups/${GROUP}/providers/Microsoft.Resources/deployments/secure`,
  );
  const everything = {
    log,
    journal: journal.json,
    deployment: shown.json,
    resources: cloud.host.resources.below(cloud.subscription),
  };

  const text = JSON.stringify(everything);

  expect(JSON.stringify(shown.json).toLowerCase()).toContain('"password":{"type":"securestring"}');
  expect([...secrets].filter(([, secret]) => text.includes(secret)).map(([what]) => what)).toEqual([]);
});

test("the files that hold secrets are their owner's alone", () => {
  for (const name of KEEPERS)
    expect(`${name} ${(statSync(join(azure.test.stateDir, name)).mode & 0o077).toString(8)}`).toBe(`${name} 0`);
});
