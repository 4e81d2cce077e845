import type { JsonObject } from "../../base/index.ts";

/** The discovery document of a tenant. `version` 1 is what authorities that end in `/adfs` are asked for. */
export function openidConfiguration(authority: string, tenant: string, tenantId: string, version: 1 | 2): JsonObject {
  const oauth = `${authority}/${tenant}/oauth2${version === 2 ? "/v2.0" : ""}`;
  const host = new URL(authority).host;
  return {
    token_endpoint: `${oauth}/token`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    end_session_endpoint: `${oauth}/logout`,
    userinfo_endpoint: `${authority}/oidc/userinfo`,
    jwks_uri: `${authority}/${tenant}/discovery/v2.0/keys`,
    issuer: version === 2 ? `${authority}/${tenantId}/v2.0` : `https://sts.windows.net/${tenantId}/`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
    response_modes_supported: ["query", "fragment", "form_post"],
    response_types_supported: ["code", "id_token", "code id_token", "token id_token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "oid", "tid", "ver"],
    http_logout_supported: false,
    frontchannel_logout_supported: false,
    request_uri_parameter_supported: false,
    tenant_region_scope: null,
    cloud_instance_name: host,
    cloud_graph_host_name: host,
    msgraph_host: host,
    rbac_url: authority,
  };
}
