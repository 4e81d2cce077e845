import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { SecretClient } from "@azure/keyvault-secrets";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES } from "../../src/azure/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";

const VAULT = "2026-02-01";
let cloud: TestCloud;
let vault: string;
let group: string;

beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  group = await cloud.group("rg-vault");
  vault = await makeVault("kv-client", { enableRbacAuthorization: true });
  // The client has no option for it, so this process trusts the cloud's own certificate authority.
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(cloud.cloud.caFile, "utf8")]);
});

afterAll(() => cloud.close());

async function makeVault(name: string, properties: object): Promise<string> {
  const id = `${group}/providers/Microsoft.KeyVault/vaults/${name}`;
  await cloud.put(
    id,
    { location: "eastus", properties: { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" }, ...properties } },
    VAULT,
  );
  return id;
}

interface Secret {
  clientId: string;
  clientSecret: string;
}

/** Microsoft's own client, through the proxy that knows the rehearsal's hosts. */
function client(name: string, as: Secret): SecretClient {
  const { protocol, hostname, port } = new URL(cloud.cloud.proxy);
  const getToken = async (scopes: string | string[]) => ({
    token: await cloud.token(String(scopes).replace(/\/\.default$/, ""), as),
    expiresOnTimestamp: Date.now() + 3_600_000,
  });
  return new SecretClient(
    `https://${name}.vault.rehearsal.test`,
    { getToken },
    {
      proxyOptions: { host: `${protocol}//${hostname}`, port: Number(port) },
      retryOptions: { maxRetries: 0 },
    },
  );
}

test("a secret that is too large gets an answer", async () => {
  const officer = await cloud.principal("large");
  await cloud.assign(officer.objectId, "keyVaultAdministrator", vault);

  await expect(client("kv-client", officer).setSecret("large", "x".repeat(512 * 1024))).rejects.toMatchObject({
    statusCode: 413,
    code: "RequestEntityTooLarge",
  });
});

test("Microsoft's client sets, reads, lists, updates, deletes, recovers and purges secrets", async () => {
  const officer = await cloud.principal("officer");
  await cloud.assign(officer.objectId, "keyVaultAdministrator", vault);
  const secrets = client("kv-client", officer);

  const first = await secrets.setSecret("connection", "one", { tags: { from: "test" }, contentType: "text/plain" });
  const second = await secrets.setSecret("connection", "two");
  expect(second.properties.version).not.toBe(first.properties.version);
  expect(await secrets.getSecret("connection")).toMatchObject({
    value: "two",
    properties: { recoveryLevel: "Recoverable+Purgeable" },
  });
  expect((await secrets.getSecret("connection", { version: first.properties.version ?? "" })).value).toBe("one");

  await secrets.updateSecretProperties("connection", second.properties.version ?? "", { enabled: false });
  await expect(secrets.getSecret("connection")).rejects.toMatchObject({ statusCode: 403 });
  const versions = [];
  for await (const { version } of secrets.listPropertiesOfSecretVersions("connection")) versions.push(version);
  expect(versions).toEqual([first.properties.version, second.properties.version]);

  await (await secrets.beginDeleteSecret("connection", { intervalInMs: 10 })).pollUntilDone();
  await expect(secrets.getSecret("connection")).rejects.toMatchObject({ statusCode: 404, code: "SecretNotFound" });
  await expect(secrets.setSecret("connection", "three")).rejects.toMatchObject({ statusCode: 409 });
  await (await secrets.beginRecoverDeletedSecret("connection", { intervalInMs: 10 })).pollUntilDone();
  await (await secrets.beginDeleteSecret("connection", { intervalInMs: 10 })).pollUntilDone();
  await secrets.purgeDeletedSecret("connection");
  await expect(secrets.getDeletedSecret("connection")).rejects.toMatchObject({ statusCode: 404 });
});

test("a reader of secrets may read and not write, and somebody without a role neither", async () => {
  const [owner, user, stranger] = [
    await cloud.principal("kv-owner"),
    await cloud.principal("kv-user"),
    await cloud.principal("kv-stranger"),
  ];
  await cloud.assign(owner.objectId, "keyVaultSecretsOfficer", vault);
  await cloud.assign(user.objectId, "keyVaultSecretsUser", `${vault}`);
  await client("kv-client", owner).setSecret("shared", "value");

  expect((await client("kv-client", user).getSecret("shared")).value).toBe("value");
  await expect(client("kv-client", user).setSecret("shared", "other")).rejects.toMatchObject({
    statusCode: 403,
    code: "Forbidden",
  });
  await expect(client("kv-client", stranger).getSecret("shared")).rejects.toMatchObject({ statusCode: 403 });
  expect(ROLES.keyVaultSecretsUser.dataActions).toContain("Microsoft.KeyVault/vaults/secrets/getSecret/action");
});

test("access policies decide where the vault has no role-based access", async () => {
  const reader = await cloud.principal("policy-reader");
  await makeVault("kv-policies", {
    enableRbacAuthorization: false,
    accessPolicies: [{ tenantId: cloud.cloud.tenantId, objectId: reader.objectId, permissions: { secrets: ["get", "set"] } }],
  });
  const secrets = client("kv-policies", reader);
  await secrets.setSecret("a", "b");

  expect((await secrets.getSecret("a")).value).toBe("b");
  await expect(secrets.beginDeleteSecret("a")).rejects.toMatchObject({ statusCode: 403 });
});

test("values are not readable in the stored state, and are gone with a purged vault", async () => {
  const officer = await cloud.principal("purging-officer");
  const id = await makeVault("kv-purged", { enableRbacAuthorization: true });
  await cloud.assign(officer.objectId, "keyVaultAdministrator", id);
  await client("kv-purged", officer).setSecret("token", "nobody-may-see-this");
  expect(JSON.stringify(cloud.host.store.list("key-vault-secrets"))).not.toContain("nobody-may-see-this");

  await cloud.settle(await cloud.ask("DELETE", id, { apiVersion: VAULT }));
  const deleted = `${cloud.subscription}/providers/Microsoft.KeyVault/locations/eastus/deletedVaults/kv-purged`;
  await cloud.settle(await cloud.ask("POST", `${deleted}/purge`, { apiVersion: VAULT }));
  await makeVault("kv-purged", { enableRbacAuthorization: true });

  await cloud.assign(officer.objectId, "keyVaultAdministrator", id);
  await expect(client("kv-purged", officer).getSecret("token")).rejects.toMatchObject({ statusCode: 404 });
});

test("a vault without public access is reached only when endpoint, zone and link are all there", async () => {
  const officer = await cloud.principal("private-officer");
  const id = await makeVault("kv-closed", { enableRbacAuthorization: true, publicNetworkAccess: "disabled" });
  await cloud.assign(officer.objectId, "keyVaultAdministrator", id);
  const secrets = client("kv-closed", officer);
  const why = async () => {
    const answer = await secrets.setSecret("any", "value").catch((error: unknown) => error);
    return answer instanceof Error ? answer.message : "reached";
  };
  const at = (type: string, name: string) => `${group}/providers/Microsoft.Network/${type}/${name}`;
  const [network, zone, endpoint] = [
    at("virtualNetworks", "vnet"),
    at("privateDnsZones", "privatelink.vaultcore.azure.net"),
    at("privateEndpoints", "pe"),
  ];
  const [NETWORK, DNS] = ["2025-07-01", "2024-06-01"];
  const addressSpace = { addressPrefixes: ["10.0.0.0/16"] };
  await cloud.put(
    network,
    { location: "eastus", properties: { addressSpace, subnets: [{ name: "pe", properties: { addressPrefix: "10.0.0.0/24" } }] } },
    NETWORK,
  );
  await cloud.put(zone, { location: "global" }, DNS);

  expect(await why()).toMatch(/no private endpoint/);
  const connection = { name: "kv", properties: { privateLinkServiceId: id, groupIds: ["vault"] } };
  await cloud.put(
    endpoint,
    { location: "eastus", properties: { subnet: { id: `${network}/subnets/pe` }, privateLinkServiceConnections: [connection] } },
    NETWORK,
  );
  expect(await why()).toMatch(/no zone group/);
  await cloud.put(
    `${endpoint}/privateDnsZoneGroups/default`,
    { properties: { privateDnsZoneConfigs: [{ name: "kv", properties: { privateDnsZoneId: zone } }] } },
    NETWORK,
  );
  expect(await why()).toMatch(/not linked/);
  await cloud.put(
    `${zone}/virtualNetworkLinks/l`,
    { location: "global", properties: { registrationEnabled: false, virtualNetwork: { id: network } } },
    DNS,
  );
  expect(await why()).toBe("reached");
});
