import type { Endpoints } from "../contract.ts";
import { toJson } from "../envelope/json.ts";
import type { Call, Reply } from "../wire/exchange.ts";
import { cloudMetadata } from "./metadata.ts";
import { openidConfiguration } from "./openid.ts";
import type { Directory } from "./principals.ts";
import { answerTokenRequest, refuse } from "./token-endpoint.ts";
import type { Tokens } from "./tokens.ts";

/** Tenants that stand for the rehearsal's only one. `adfs` is how clients of before 2024 turn instance discovery off. */
const TENANT_ALIASES = ["common", "organizations", "adfs", "adfs/adfs"];

const OPENID = /^\/(.+?)(\/v2\.0)?\/\.well-known\/openid-configuration$/i;
const KEYS = /^\/(.+?)\/discovery(?:\/v2\.0)?\/keys$/i;
const TOKEN = /^\/(.+?)\/oauth2(\/v2\.0)?\/token$/i;
/** Where people sign in with a browser; of them there are none here. */
const BROWSER = /^\/(.+?)\/oauth2(?:\/v2\.0)?\/(?:authorize|devicecode)$/i;

const NO_PEOPLE = {
  status: 400,
  error: "unauthorized_client",
  code: 700016,
  message:
    "the directory of the rehearsal has applications and no people, so nobody signs in with a browser or a device code; use az (kubelogin convert-kubeconfig --login azurecli) or a client secret (AAD_LOGIN_METHOD=spn)",
} as const;

/** What is asked before there is a token: the cloud's description, the tenant's, and tokens. */
export function createEntra(options: { endpoints: Endpoints; tenantId: string; directory: Directory; tokens: Tokens }) {
  const { directory, endpoints, tenantId, tokens } = options;
  const authority = endpoints.arm;
  const isOurs = (tenant: string) =>
    TENANT_ALIASES.includes(tenant.toLowerCase()) || tenant.toLowerCase() === tenantId.toLowerCase();
  const unknownTenant = (tenant: string, call: Call) =>
    refuse(
      { status: 400, error: "invalid_tenant", code: 90002, message: `the tenant '${tenant}' was not found` },
      call,
      authority,
    );

  return async (call: Call): Promise<Reply | undefined> => {
    const reading = call.method === "GET" || call.method === "HEAD";
    if (reading && call.path.toLowerCase() === "/metadata/endpoints") {
      return { status: 200, body: cloudMetadata(endpoints, call.query.get("api-version") ?? "2022-09-01") };
    }
    const openid = reading ? OPENID.exec(call.path) : null;
    if (openid) {
      const [, tenant = "", v2] = openid;
      if (!isOurs(tenant)) return unknownTenant(tenant, call);
      return { status: 200, body: openidConfiguration(authority, tenant, tenantId, v2 === undefined ? 1 : 2) };
    }
    const keys = reading ? KEYS.exec(call.path) : null;
    if (keys)
      return isOurs(keys[1] ?? "") ? { status: 200, body: toJson(await tokens.jwks()) } : unknownTenant(keys[1] ?? "", call);
    const token = call.method === "POST" ? TOKEN.exec(call.path) : null;
    if (token) {
      const [, tenant = "", v2] = token;
      if (!isOurs(tenant)) return unknownTenant(tenant, call);
      // Authorities that end in `/adfs` have no version in their path; the form tells.
      const version = v2 !== undefined || new URLSearchParams(call.text).has("scope") ? 2 : 1;
      return answerTokenRequest(call, version, directory, tokens, authority);
    }
    if (BROWSER.test(call.path)) return refuse(NO_PEOPLE, call, authority);
    return undefined;
  };
}
