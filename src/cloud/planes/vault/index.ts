import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject, type JsonObject, parseJson } from "../../../base/index.ts";
import { ArmFault, type CloudHost, type Plane, type Principal, type Resource } from "../../contract.ts";
import { missingForPrivateReach } from "../../providers/network/index.ts";
import { readBody } from "../../wire/body.ts";
import { requirePermission } from "./permissions.ts";
import { VaultRefusal } from "./refusal.ts";
import { ROUTES } from "./routes.ts";

export { forgetVault } from "./records.ts";

const MOST_BODY_BYTES = 256 * 1024;
const VAULT_TYPE = "Microsoft.KeyVault/vaults";

interface Reply {
  readonly status: number;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Secrets at `{vault}.{suffix}`, for clients of Key Vault. */
export function createVaultPlane(host: CloudHost): Plane {
  const suffix = `.${host.endpoints.vaultSuffix}`;
  const nameOf = (value: string) => value.replace(/:\d+$/, "").toLowerCase();
  return {
    name: "vault",
    matches: (name) => nameOf(name).endsWith(suffix),
    handle(request, response) {
      const vaultName = nameOf(request.headers.host ?? "").slice(0, -suffix.length);
      answer(host, vaultName, request)
        .catch((error: unknown) => refusalOf(host, error))
        .then((reply) => send(response, reply))
        .catch(() => response.destroy());
    },
  };
}

async function answer(host: CloudHost, vaultName: string, request: IncomingMessage): Promise<Reply> {
  const vault = host.resources.ofType(VAULT_TYPE).find(({ name }) => name.toLowerCase() === vaultName);
  // On Azure the host name does not resolve.
  if (vault === undefined) throw new VaultRefusal(404, "VaultNotFound", `no vault is named ${vaultName}`);
  const principal = await authenticate(host, request.headers.authorization);
  const url = new URL(request.url ?? "/", `https://${vaultName}`);
  if (!url.searchParams.has("api-version"))
    throw new VaultRefusal(400, "BadParameter", "the api-version query parameter is missing");
  requireReach(host, vault);
  return dispatch(host, vault, principal, request, url.pathname.replace(/\/+$/, "") || "/");
}

/** With public access disabled, only names that resolve to a private endpoint lead to the vault. */
function requireReach(host: CloudHost, vault: Resource): void {
  const { publicNetworkAccess } = vault.properties;
  // Azure takes it in any case: the portal writes Disabled, the documentation disabled.
  if (typeof publicNetworkAccess !== "string" || publicNetworkAccess.toLowerCase() !== "disabled") return;
  const missing = missingForPrivateReach(host, vault.id, "vault");
  if (missing === undefined) return;
  throw new VaultRefusal(403, "Forbidden", `public network access to ${vault.name} is disabled, and ${missing}`, {
    inner: "ForbiddenByConnection",
  });
}

async function dispatch(
  host: CloudHost,
  vault: Resource,
  principal: Principal,
  request: IncomingMessage,
  path: string,
): Promise<Reply> {
  if (path === "/") return { status: 200, body: {} };
  // Terraform asks each new vault for it and takes 404 for "none".
  if (path === "/certificates/contacts")
    throw new VaultRefusal(404, "ContactsNotFound", "this vault has no certificate contacts");
  for (const route of ROUTES) {
    const match = route.method === request.method ? route.path.exec(path) : null;
    if (match === null) continue;
    const name = decodeURIComponent(match[1] ?? "");
    requirePermission(host, vault, principal, route.permission, name === "" ? undefined : name);
    const body = await readObject(request);
    const result = route.run({ host, vault, name, version: match[2], body });
    return result === undefined ? { status: 204 } : { status: 200, body: result };
  }
  throw new VaultRefusal(
    400,
    "FeatureNotSupported",
    `the embedded Azure does not support ${request.method} ${path} of Key Vault; see docs/parity.md`,
    {
      headers: { "x-ms-quayside-unsupported": `Key Vault ${path.split("/")[1] ?? ""}` },
    },
  );
}

async function authenticate(host: CloudHost, authorization: string | undefined): Promise<Principal> {
  const resource = `https://${host.endpoints.vaultSuffix}`;
  try {
    return await host.authorizer.authenticate(authorization, [resource, `${resource}/`]);
  } catch (error) {
    // The first request of every client comes without a token, to learn where to get one.
    const challenge = `Bearer authorization="${host.endpoints.arm}/${host.tenantId}", resource="${resource}"`;
    const message = error instanceof Error ? error.message : "the request has no valid token";
    throw new VaultRefusal(401, "Unauthorized", message, { headers: { "www-authenticate": challenge } });
  }
}

async function readObject(request: IncomingMessage): Promise<JsonObject | undefined> {
  const bytes = await readBody(request, MOST_BODY_BYTES);
  if (bytes === undefined)
    throw new VaultRefusal(413, "RequestEntityTooLarge", `the body has more than ${MOST_BODY_BYTES} bytes`, {
      headers: { connection: "close" },
    });
  if (bytes.length === 0) return undefined;
  const value = parseJson(bytes.toString("utf8"));
  if (isObject(value)) return value;
  throw new VaultRefusal(400, "BadParameter", "the body is not a JSON object");
}

function refusalOf(host: CloudHost, error: unknown): Reply {
  if (error instanceof VaultRefusal) return { status: error.status, body: error.toBody(), headers: error.headers };
  if (error instanceof ArmFault) return { status: error.status, body: { error: error.toError() }, headers: error.headers };
  host.log("vault.failed", { error: error instanceof Error ? (error.stack ?? error.message) : "unknown" });
  return refusalOf(
    host,
    new VaultRefusal(500, "InternalServerError", "the vault service failed; the cloud's log has the details"),
  );
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-cache",
    "x-ms-request-id": randomUUID(),
    ...headers,
  });
  response.end(text);
}
