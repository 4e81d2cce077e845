import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { claimsOf } from "../support/platform.ts";
import { registryClient } from "../support/registry.ts";

/** What a bearer token gets that is not one, on every plane that takes tokens. */
let cloud: TestCloud;
let good: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  good = await cloud.token();
});
afterAll(() => cloud.close());

const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** The good token's claims, some of them replaced, signed by somebody else. */
async function forged(claims: Record<string, unknown>, key: KeyObject | Uint8Array, alg: string): Promise<string> {
  const kid = String((JSON.parse(Buffer.from(good.split(".")[0] ?? "", "base64url").toString()) as { kid: string }).kid);
  return new SignJWT({ ...claimsOf(good), ...claims }).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(key);
}

/** Each by what is wrong with it. */
const BAD: Readonly<Record<string, { readonly code: string; readonly token: () => Promise<string | null> | string | null }>> = {
  missing: { code: "AuthenticationFailed", token: () => null },
  garbage: { code: "InvalidAuthenticationToken", token: () => "not-a-token" },
  "cut short": { code: "InvalidAuthenticationToken", token: () => good.slice(0, -8) },
  expired: {
    code: "ExpiredAuthenticationToken",
    token: () => {
      const owner = cloud.host.principals.byObjectId(claimsOf(good).oid);
      if (owner === undefined) throw new Error("the seed principal is not in the directory");
      return cloud.host.authorizer.issueToken(owner, cloud.cloud.endpoints.arm, -60_000);
    },
  },
  "for another audience": { code: "InvalidAuthenticationTokenAudience", token: () => cloud.token("https://vault.azure.net") },
  "signed by another key": { code: "InvalidAuthenticationToken", token: () => forged({}, foreign, "RS256") },
  "signed by nobody": {
    code: "InvalidAuthenticationToken",
    token: () => `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${good.split(".")[1]}.`,
  },
  "signed with the public key as a shared secret": {
    code: "InvalidAuthenticationToken",
    token: async () => {
      const { keys } = (await cloud.ask("GET", "/common/discovery/v2.0/keys", { token: null, apiVersion: null })).json;
      return forged({}, Buffer.from(JSON.stringify(keys)), "HS256");
    },
  },
  "changed after it was signed": {
    code: "InvalidAuthenticationToken",
    token: () => {
      const [header, , signature] = good.split(".");
      const claims = Buffer.from(JSON.stringify({ ...claimsOf(good), oid: "00000000-0000-0000-0000-000000000001" }));
      return `${header}.${claims.toString("base64url")}.${signature}`;
    },
  },
};

describe.each(Object.entries(BAD))("a token that is %s", (what, { code, token }) => {
  test("opens nothing of Resource Manager's, and the client is told where to get one", async () => {
    for (const [method, path] of [
      ["GET", "/subscriptions"],
      ["PUT", `${cloud.subscription}/resourceGroups/rg-stolen`],
      ["GET", `${cloud.subscription}/resourceGroups/rg-none/providers/Microsoft.KeyVault/vaults/kv`],
    ] as const) {
      const answer = await cloud.ask(method, path, {
        token: await token(),
        ...(method === "PUT" ? { body: { location: "eastus" } } : {}),
      });

      expect(`${path} ${answer.status} ${answer.code}`).toBe(`${path} 401 ${code}`);
      expect(answer.headers.get("www-authenticate")).toContain(`authorization_uri="${cloud.cloud.endpoints.arm}/`);
    }
    expect((await cloud.ask("GET", `${cloud.subscription}/resourceGroups/rg-stolen`)).status).toBe(404);
  });

  test("opens neither Azure ML's data plane nor the directory's", async () => {
    for (const path of PLANES) {
      const answer = await cloud.ask("GET", path, { token: await token(), apiVersion: null });

      expect(`${what}: ${path} ${answer.status}`).toBe(`${what}: ${path} 401`);
    }
  });
});

test.each(Object.entries(BAD))(
  "a token that is %s is neither exchanged by a registry nor taken as its own",
  async (_, { token }) => {
    const [name, sent] = ["acrtokens", (await token()) ?? ""];
    const group = await cloud.group("rg-tokens");
    await cloud.put(
      `${group}/providers/Microsoft.ContainerRegistry/registries/${name}`,
      { location: "eastus", sku: { name: "Basic" }, properties: {} },
      "2025-11-01",
    );
    const loginServer = `${name}.azurecr.rehearsal.test`;
    await using registry = registryClient(cloud.cloud, loginServer);
    const form = new URLSearchParams({ grant_type: "access_token", service: loginServer, access_token: sent });

    expect((await registry.ask("POST", "/oauth2/exchange", { body: form })).status).toBe(401);
    expect((await registry.ask("GET", "/v2/_catalog", { token: sent })).status).toBe(401);
    const refresh = new URLSearchParams({ grant_type: "refresh_token", service: loginServer, refresh_token: sent });
    expect((await registry.ask("POST", "/oauth2/token", { body: refresh })).status).toBe(401);
  },
);

const WORKSPACE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw";
const PLANES = [
  `/mlflow/v1.0${WORKSPACE}/api/2.0/mlflow/experiments/get`,
  `/history/v1.0${WORKSPACE}/runs/r/details`,
  "/v1.0/applications",
];

test.each(PLANES)("a good token is let in at %s", async (path) => {
  expect((await cloud.ask("GET", path, { apiVersion: null })).status).not.toBe(401);
});

test("a header that is not a bearer token is told apart from one that is wrong", async () => {
  const headers = { authorization: "Basic dXNlcjpwYXNz" };
  const answer = await cloud.ask("GET", "/subscriptions", { token: null, headers });

  expect([answer.status, answer.code]).toEqual([401, "AuthenticationFailedInvalidHeader"]);
});

test("a token of Azure's own directory is refused by its issuer, and no answer repeats the token", async () => {
  const token = await forged({ iss: "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/" }, foreign, "RS256");
  const answer = await cloud.ask("GET", "/subscriptions", { token });

  expect(answer.status).toBe(401);
  expect(JSON.stringify(answer.body)).not.toContain(token.split(".")[2]);
});

test("the control endpoint takes its own token only", async () => {
  const answer = await cloud.ask("GET", `${cloud.cloud.control.url}/requests`, { token: good, apiVersion: null });

  expect([answer.status, answer.code]).toEqual([401, "AuthenticationFailed"]);
});
