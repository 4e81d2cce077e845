import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../base/index.ts";
import { isLoopbackName, isReservedName } from "../suffixes.ts";
import type { Call, Reply } from "../wire/exchange.ts";
import { type Directory, type DirectoryEntry, hasSecret } from "./principals.ts";
import { TOKEN_LIFETIME_MS, type Tokens } from "./tokens.ts";

/** Resources of Azure's that clients ask tokens for, whatever the cloud. */
const WELL_KNOWN_AUDIENCES = [
  "https://management.azure.com",
  "https://management.core.windows.net",
  "https://storage.azure.com",
  "https://graph.microsoft.com",
  "https://ml.azure.com",
  "https://vault.azure.net",
  "https://containerregistry.azure.net",
  // The Azure Kubernetes Service server application.
  "6dae42f8-4368-4678-94ff-3960e28e3630",
];

interface EntraError {
  readonly status: 400 | 401;
  readonly error: string;
  readonly code: number;
  readonly message: string;
}

/** `POST /{tenant}/oauth2/v2.0/token` (with `scope`) and `/oauth2/token` (with `resource`): client credentials only. */
export async function answerTokenRequest(
  call: Call,
  version: 1 | 2,
  directory: Directory,
  tokens: Tokens,
  authority: string,
): Promise<Reply> {
  const form = new URLSearchParams(call.text);
  const asked = readRequest(form, call.headers.get("authorization"), directory, version);
  if ("error" in asked) return refuse(asked, call, authority);
  const seconds = TOKEN_LIFETIME_MS / 1000 - 1;
  const accessToken = await tokens.issue(asked.entry, asked.audience);
  const now = Math.floor(Date.now() / 1000);
  const body: JsonObject =
    version === 2
      ? { token_type: "Bearer", expires_in: seconds, ext_expires_in: seconds, access_token: accessToken }
      : {
          token_type: "Bearer",
          expires_in: String(seconds),
          ext_expires_in: String(seconds),
          expires_on: String(now + seconds),
          not_before: String(now),
          resource: asked.audience,
          access_token: accessToken,
        };
  return { status: 200, headers: { "cache-control": "no-store", pragma: "no-cache" }, body };
}

function readRequest(
  form: URLSearchParams,
  authorization: string | null,
  directory: Directory,
  version: 1 | 2,
): { entry: DirectoryEntry; audience: string } | EntraError {
  const grant = form.get("grant_type");
  if (grant !== "client_credentials") {
    return {
      status: 400,
      error: "unsupported_grant_type",
      code: 70003,
      message: `the grant type '${grant ?? ""}' is not supported here; use client_credentials`,
    };
  }
  if (form.has("client_assertion")) {
    return {
      status: 401,
      error: "invalid_client",
      code: 70021,
      message:
        "client assertions are not supported by the embedded directory: no federated identity record can match; use a client secret",
    };
  }
  const basic = readBasic(authorization);
  const clientId = form.get("client_id") ?? basic?.clientId;
  const clientSecret = form.get("client_secret") ?? basic?.clientSecret;
  if (clientId === undefined || clientId === "") {
    return {
      status: 400,
      error: "invalid_request",
      code: 900144,
      message: "the request body must contain the parameter 'client_id'",
    };
  }
  if (clientSecret === undefined || clientSecret === "") {
    return {
      status: 401,
      error: "invalid_client",
      code: 7000216,
      message: "'client_assertion' or 'client_secret' is required for this grant type",
    };
  }
  const entry = directory.byClientId(clientId);
  if (entry === undefined) {
    return {
      status: 400,
      error: "unauthorized_client",
      code: 700016,
      message: `the application '${clientId}' was not found in the directory`,
    };
  }
  if (!hasSecret(entry, clientSecret)) {
    return {
      status: 401,
      error: "invalid_client",
      code: 7000215,
      message: `invalid client secret provided for the application '${clientId}'`,
    };
  }
  const audience = readAudience(form, version);
  if (audience === undefined) {
    return {
      status: 400,
      error: "invalid_scope",
      code: 70011,
      message: `the scope '${form.get("scope") ?? form.get("resource") ?? ""}' is not valid; it must be {resource}/.default`,
    };
  }
  if (!isKnownAudience(audience)) {
    return {
      status: 400,
      error: "invalid_resource",
      code: 500011,
      message: `the resource principal named ${audience} was not found in the tenant`,
    };
  }
  return { entry, audience };
}

/** Azure's Go clients add `openid offline_access profile`; the first scope is the resource. */
function readAudience(form: URLSearchParams, version: 1 | 2): string | undefined {
  if (version === 1) return form.get("resource") || undefined;
  const scope = (form.get("scope") ?? "").split(" ", 1)[0] ?? "";
  if (!scope.endsWith("/.default")) return undefined;
  return scope.slice(0, -"/.default".length) || undefined;
}

function isKnownAudience(audience: string): boolean {
  if (WELL_KNOWN_AUDIENCES.includes(audience.replace(/\/+$/, ""))) return true;
  if (!URL.canParse(audience)) return false;
  const { hostname } = new URL(audience);
  return isLoopbackName(hostname) || isReservedName(hostname);
}

function readBasic(authorization: string | null): { clientId: string; clientSecret: string } | undefined {
  if (authorization?.toLowerCase().startsWith("basic ") !== true) return undefined;
  const [clientId = "", ...rest] = Buffer.from(authorization.slice(6), "base64").toString("utf8").split(":");
  return { clientId: decodeURIComponent(clientId), clientSecret: decodeURIComponent(rest.join(":")) };
}

export function refuse(problem: EntraError, call: Call, authority: string): Reply {
  const timestamp = new Date().toISOString().replace("T", " ").replace(/\.\d+/, "");
  return {
    status: problem.status,
    headers: { "cache-control": "no-store", pragma: "no-cache" },
    body: {
      error: problem.error,
      error_description: `AADSTS${problem.code}: ${problem.message}. Trace ID: ${call.requestId} Correlation ID: ${call.correlationId} Timestamp: ${timestamp}`,
      error_codes: [problem.code],
      timestamp,
      trace_id: call.requestId,
      correlation_id: call.headers.get("client-request-id") ?? randomUUID(),
      error_uri: `${authority}/error?code=${problem.code}`,
    },
  };
}
