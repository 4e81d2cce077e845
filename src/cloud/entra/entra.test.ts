import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../testing.ts";

let t: TestCloud;
beforeAll(async () => {
  t = await startTestCloud({ providers: [] });
});
afterAll(() => t.close());

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const signIn = (fields: Record<string, string>, path = `/${t.cloud.tenantId}/oauth2/v2.0/token`) =>
  t.ask("POST", path, {
    token: null,
    apiVersion: null,
    body: form(fields),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
const client = () => ({
  grant_type: "client_credentials",
  client_id: t.cloud.credentials.clientId,
  client_secret: t.cloud.credentials.clientSecret.reveal(),
});

test("the metadata has each client's shape: an object, a list, the oldest form", async () => {
  const at = async (apiVersion: string) => (await t.ask("GET", "/metadata/endpoints", { token: null, apiVersion })).body;

  const cloud = { resourceManager: t.cloud.endpoints.arm, authentication: { loginEndpoint: t.cloud.endpoints.arm } };
  expect(await at("2022-09-01")).toMatchObject({
    ...cloud,
    suffixes: { keyVaultDns: "vault.rehearsal.test", storage: "core.rehearsal.test" },
  });
  expect(await at("2019-05-01")).toMatchObject([cloud]);
  expect(await at("2015-01-01")).toMatchObject({ galleryEndpoint: t.cloud.endpoints.arm });
});

test.each(["TENANT/v2.0", "common/v2.0", "adfs/adfs", "adfs"])(
  "the discovery document of %s leads to a token endpoint that answers",
  async (path) => {
    const url = `/${path.replace("TENANT", t.cloud.tenantId)}/.well-known/openid-configuration`;
    const { json } = await t.ask("GET", url, { token: null, apiVersion: null });
    const endpoint = (json.token_endpoint as string).slice(t.cloud.endpoints.arm.length);

    expect((await signIn({ ...client(), scope: `${t.cloud.endpoints.arm}/.default` }, endpoint)).json.token_type).toBe("Bearer");
  },
);

test("a token is signed by a published key and has the claims that clients look into", async () => {
  const token = await t.token();
  const keys = createRemoteJWKSet(new URL(`${t.cloud.endpoints.arm}/${t.cloud.tenantId}/discovery/v2.0/keys`), {
    [customFetch]: async (url) => Response.json((await t.ask("GET", url, { token: null, apiVersion: null })).json),
  });
  const { payload, protectedHeader } = await jwtVerify(token, keys);

  expect(protectedHeader.alg).toBe("RS256");
  expect(payload).toMatchObject({
    iss: `https://sts.windows.net/${t.cloud.tenantId}/`,
    aud: t.cloud.endpoints.arm,
    tid: t.cloud.tenantId,
    appid: t.cloud.credentials.clientId,
    idtyp: "app",
    ver: "1.0",
    oid: payload.sub,
  });
});

test("a version 1 request gives strings, a scope list its first resource", async () => {
  const v1 = await signIn({ ...client(), resource: "https://management.azure.com/" }, `/${t.cloud.tenantId}/oauth2/token`);
  expect(v1.json).toMatchObject({ resource: "https://management.azure.com/", expires_in: expect.any(String) as string });

  const go = await signIn({ ...client(), scope: "https://storage.azure.com/.default openid offline_access profile" });
  expect(decodeJwt(go.json.access_token as string).aud).toBe("https://storage.azure.com");
});

test.each([
  [{ client_secret: "wrong" }, 401, "invalid_client", 7000215],
  [{ client_secret: "" }, 401, "invalid_client", 7000216],
  [{ client_id: "00000000-0000-4000-8000-000000000000" }, 400, "unauthorized_client", 700016],
  [{ client_id: "" }, 400, "invalid_request", 900144],
  [{ grant_type: "password" }, 400, "unsupported_grant_type", 70003],
  [{ client_assertion: "x.y.z" }, 401, "invalid_client", 70021],
  [{ scope: "openid" }, 400, "invalid_scope", 70011],
  [{ scope: "/.default" }, 400, "invalid_scope", 70011],
  [{ scope: "https://example.com/.default" }, 400, "invalid_resource", 500011],
])("a sign-in with %j is refused as Entra does", async (change, status, error, code) => {
  const answer = await signIn({ ...client(), scope: `${t.cloud.endpoints.arm}/.default`, ...change });

  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject({
    error,
    error_codes: [code],
    error_description: expect.stringMatching(`^AADSTS${code}: `) as string,
  });
});

test("the server application of AKS is asked for by both versions, and by any principal", async () => {
  const application = "6dae42f8-4368-4678-94ff-3960e28e3630";
  const { clientId: client_id, clientSecret: client_secret } = await t.principal("anybody");
  const fields = { grant_type: "client_credentials", client_id, client_secret };
  const v2 = await signIn({ ...fields, scope: `${application}/.default` });
  const v1 = await signIn({ ...fields, resource: application }, `/${t.cloud.tenantId}/oauth2/token`);

  for (const { json } of [v1, v2]) expect(decodeJwt(json.access_token as string).aud).toBe(application);
});

test.each(["devicecode", "v2.0/devicecode", "v2.0/authorize"])(
  "nobody signs in with a browser at %s, and the refusal says how else",
  async (path) => {
    const answer = await t.ask("POST", `/${t.cloud.tenantId}/oauth2/${path}`, { token: null, apiVersion: null });

    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      error: "unauthorized_client",
      error_description: expect.stringMatching(/^AADSTS700016: .*kubelogin convert-kubeconfig --login azurecli/) as string,
    });
  },
);

test("another tenant is not found", async () => {
  const answer = await signIn(
    { ...client(), scope: `${t.cloud.endpoints.arm}/.default` },
    "/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token",
  );
  expect(answer.json).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
});

test.each([
  ["none", null, "AuthenticationFailed"],
  ["one that nobody signed", "eyJhbGciOiJub25lIn0.e30.", "InvalidAuthenticationToken"],
])("ARM refuses a token: %s", async (_what, token, code) => {
  const answer = await t.ask("GET", "/subscriptions", { token });

  expect([answer.status, answer.code]).toEqual([401, code]);
  expect(answer.headers.get("www-authenticate")).toContain(
    `Bearer authorization_uri="${t.cloud.endpoints.arm}/${t.cloud.tenantId}"`,
  );
});

test("ARM refuses a token for another audience, an expired one, and one of a principal that is gone", async () => {
  const principal = { objectId: "22222222-2222-4222-8222-222222222222", kind: "servicePrincipal", displayName: "gone" } as const;
  const { authorizer, endpoints, system } = t.host;

  const codes = [];
  for (const token of [
    await t.token("https://storage.azure.com"),
    await authorizer.issueToken(system, endpoints.arm, -1_000),
    await authorizer.issueToken(principal, endpoints.arm),
  ]) {
    codes.push((await t.ask("GET", "/subscriptions", { token })).code);
  }
  expect(codes).toEqual(["InvalidAuthenticationTokenAudience", "ExpiredAuthenticationToken", "InvalidAuthenticationToken"]);
});
