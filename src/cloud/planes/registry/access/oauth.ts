import { ArmFault, type CloudHost, type Resource } from "../../../contract.ts";
import { flagAt, textAt } from "../../../providers/common/body.ts";
import { ADMIN_PASSWORDS, adminPassword } from "../../../providers/container-registry/admin-user.ts";
import { sameSecret } from "../../../same-secret.ts";
import { RegistryRefusal } from "../refusal.ts";
import { allowsAnonymous, type Caller, grantedScope } from "./permissions.ts";
import { parseScopes } from "./scopes.ts";
import { registryTokens } from "./tokens.ts";

/** What clients send beside a refresh token as the password. */
const TOKEN_USER = "00000000-0000-0000-0000-000000000000";
const ADMIN = "admin";
const AUDIENCE = "https://containerregistry.azure.net";
const ARM_AUDIENCES = ["https://management.azure.com", "https://management.core.windows.net"];

export interface OAuthRequest {
  readonly host: CloudHost;
  readonly registry: Resource;
  readonly loginServer: string;
  readonly authorization: string | undefined;
  /** Of the query, or of the form. */
  readonly values: URLSearchParams;
}

/** `POST /oauth2/exchange`: a token of Microsoft Entra for one of the registry. */
export async function exchange(request: OAuthRequest): Promise<{ readonly refresh_token: string }> {
  const { host, registry, loginServer, values } = request;
  if (values.get("grant_type") !== "access_token")
    throw badRequest(`grant_type ${JSON.stringify(values.get("grant_type"))} is not supported; access_token is`);
  requireService(request);
  const asArm = textAt(registry, "properties.policies.azureADAuthenticationAsArmPolicy.status") !== "disabled";
  const audiences = [AUDIENCE, ...(asArm ? [host.endpoints.arm, ...ARM_AUDIENCES] : [])].flatMap((each) => [each, `${each}/`]);
  try {
    const { objectId } = await host.authorizer.authenticate(`Bearer ${values.get("access_token") ?? ""}`, audiences);
    return { refresh_token: await registryTokens(host, loginServer).refresh(objectId) };
  } catch (error) {
    if (error instanceof ArmFault) throw unauthorized(error.message);
    throw error;
  }
}

/** `/oauth2/token`: a token for what the scopes name, of which it opens as much as the caller may. */
export async function token(request: OAuthRequest): Promise<{ readonly access_token: string }> {
  const { host, registry, loginServer, values } = request;
  requireService(request);
  const caller = await callerOf(request);
  if (caller === undefined) throw unauthorized("the credentials are wrong or too old");
  const scopes = parseScopes(values.getAll("scope"))
    .map((scope) => grantedScope(host, registry, caller, scope))
    .filter(({ actions }) => actions.length > 0);
  const subject = typeof caller === "string" ? caller : caller.objectId;
  return { access_token: await registryTokens(host, loginServer).access(subject, scopes) };
}

function requireService({ values, loginServer }: OAuthRequest): void {
  const service = values.get("service");
  if (service !== null && service.toLowerCase().replace(/:\d+$/, "") !== loginServer)
    throw badRequest(`service is ${JSON.stringify(service)}; this registry is ${loginServer}`);
}

async function callerOf(request: OAuthRequest): Promise<Caller | undefined> {
  const { registry, values, authorization } = request;
  const refresh = values.get("refresh_token");
  if (refresh !== null) return fromRefreshToken(request, refresh);
  const [user, password] =
    values.get("grant_type") === "password"
      ? [values.get("username") ?? "", values.get("password") ?? ""]
      : readBasic(authorization);
  if (user === undefined || password === undefined) return allowsAnonymous(registry) ? "anonymous" : undefined;
  if (user === TOKEN_USER) return fromRefreshToken(request, password);
  return isAdmin(request, user, password) ? "admin" : request.host.principals.bySecret(user, password);
}

async function fromRefreshToken(
  { host, loginServer, registry }: OAuthRequest,
  refreshToken: string,
): Promise<Caller | undefined> {
  const subject = await registryTokens(host, loginServer).readRefresh(refreshToken);
  if (subject === ADMIN) return flagAt(registry, "properties.adminUserEnabled") === true ? "admin" : undefined;
  return subject === undefined ? undefined : host.principals.byObjectId(subject);
}

function isAdmin({ host, registry }: OAuthRequest, user: string, password: string): boolean {
  if (flagAt(registry, "properties.adminUserEnabled") !== true || user.toLowerCase() !== registry.name.toLowerCase())
    return false;
  return ADMIN_PASSWORDS.some((which) => sameSecret(password, adminPassword(host, registry.name, which)));
}

function readBasic(authorization: string | undefined): [string, string] | [] {
  if (authorization?.toLowerCase().startsWith("basic ") !== true) return [];
  const text = Buffer.from(authorization.slice(6), "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)];
}

function badRequest(message: string): RegistryRefusal {
  return new RegistryRefusal(400, "UNSUPPORTED", message);
}

function unauthorized(message: string): RegistryRefusal {
  return new RegistryRefusal(401, "UNAUTHORIZED", `authentication required: ${message}`);
}
