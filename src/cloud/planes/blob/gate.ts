/**
 * Who may do what with blobs, before Azurite sees the request. Microsoft Entra tokens are checked here against role
 * assignments; account keys and SAS are checked by Azurite, which knows the keys.
 */
import type { IncomingMessage } from "node:http";
import { ArmFault, type CloudHost, type Principal, type Resource } from "../../contract.ts";
import { missingForPrivateReach } from "../../providers/network/index.ts";
import { allowsSharedKey, containerScope, storageAccount } from "./accounts.ts";
import { blobTarget } from "./azurite.ts";
import { type BlobOperation, permissionOf, READ_BLOBS } from "./permissions.ts";
import { BlobRefusal } from "./refusal.ts";

const AUDIENCE = "https://storage.azure.com";

/** Throws a `BlobRefusal`; otherwise the request may go on to Azurite, with credentials that Azurite understands. */
export async function admitBlobRequest(host: CloudHost, request: IncomingMessage): Promise<void> {
  const hostName = hostNameOf(request);
  // As it stands in the request: a URL would follow the dots in it, and Azurite does not.
  const [path = "", ...rest] = (request.url ?? "/").split("?");
  const query = new URLSearchParams(rest.join("?"));
  const target = targetOf(hostName, path);
  const account = target.account === undefined ? undefined : storageAccount(host, target.account);
  if (account === undefined)
    throw new BlobRefusal(
      404,
      "ResourceNotFound",
      `no storage account owns the host ${hostName}; on Azure this name would not resolve`,
    );
  requireReach(host, account);
  const repeated = [...query.keys()].find((name) => query.getAll(name).length > 1);
  if (repeated !== undefined)
    throw new BlobRefusal(400, "InvalidQueryParameterValue", `the query parameter ${repeated} is given more than once`);
  const operation: BlobOperation = { method: request.method ?? "GET", query, ...target };
  if (operation.query.get("comp") === "batch")
    throw new BlobRefusal(
      501,
      "NotImplemented",
      "blob batch requests are not supported by the embedded Azure; send the requests one by one",
    );
  const source = copySource(request, account);
  const authorization = request.headers.authorization ?? "";
  if (/^bearer /i.test(authorization)) {
    const principal = await authenticate(host, account, authorization);
    authorize(host, account, operation, principal);
    if (source !== undefined) authorizeSource(host, account, source, principal);
    request.headers.authorization = `Bearer ${localToken(host, principal)}`;
    return;
  }
  const signedBy = operation.query.get("skoid");
  // `ss` makes it an account SAS, which the account key signs whatever else the query says.
  if (signedBy !== null && !operation.query.has("ss")) return authorizeDelegation(host, account, operation, signedBy);
  const keyed = authorization !== "" || operation.query.has("sig");
  if (keyed && !allowsSharedKey(account))
    throw new BlobRefusal(
      403,
      "KeyBasedAuthenticationNotPermitted",
      `key based authentication is not permitted on storage account ${account.name}; use a Microsoft Entra token or set allowSharedKeyAccess`,
    );
  if (!keyed && account.properties.allowBlobPublicAccess !== true) throw anonymous(host, account, operation);
}

/** With public access disabled, only names that resolve to a private endpoint lead to the account. Clients here count as inside of every network. */
function requireReach(host: CloudHost, account: Resource): void {
  if (account.properties.publicNetworkAccess !== "Disabled") return;
  const missing = missingForPrivateReach(host, account.id, "blob");
  if (missing === undefined) return;
  throw new BlobRefusal(
    403,
    "AuthorizationFailure",
    `public network access to storage account ${account.name} is disabled, and ${missing}`,
  );
}

export function hostNameOf(request: IncomingMessage): string {
  return (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
}

function targetOf(hostName: string, path: string): ReturnType<typeof blobTarget> {
  try {
    return blobTarget(hostName, path);
  } catch {
    throw new BlobRefusal(400, "InvalidUri", `the path ${path} is not valid percent-encoding`);
  }
}

async function authenticate(host: CloudHost, account: Resource, authorization: string): Promise<Principal> {
  const own = `https://${account.name}.blob.${host.endpoints.storageSuffix}`;
  try {
    return await host.authorizer.authenticate(authorization, [AUDIENCE, `${AUDIENCE}/`, own, `${own}/`]);
  } catch (error) {
    if (!(error instanceof ArmFault)) throw error;
    throw new BlobRefusal(401, "InvalidAuthenticationInfo", error.message, challenge(host));
  }
}

function challenge(host: CloudHost): Record<string, string> {
  return {
    "www-authenticate": `Bearer authorization_uri=${host.endpoints.arm}/${host.tenantId}/oauth2/authorize resource_id=${AUDIENCE}`,
  };
}

function authorize(host: CloudHost, account: Resource, operation: BlobOperation, principal: Principal): void {
  const permission = permissionOf(operation);
  const scope = operation.container === undefined ? account.id : containerScope(account, operation.container);
  if (permission !== undefined && host.authorizer.allows(principal, permission.action, scope, { data: permission.data })) return;
  throw new BlobRefusal(
    403,
    "AuthorizationPermissionMismatch",
    `principal ${principal.objectId} is not permitted ${permission?.action ?? "this operation with a Microsoft Entra token"} at ${scope}; assign a Storage Blob Data role`,
  );
}

/** The newest way of signing a user delegation SAS that Azurite can check; what the SDKs sign by default may be newer. */
const NEWEST_DELEGATION = "2025-11-05";

/** A user delegation SAS gives no more than its signer may do at that moment. */
function authorizeDelegation(host: CloudHost, account: Resource, operation: BlobOperation, objectId: string): void {
  const version = operation.query.get("sv") ?? "";
  if (version > NEWEST_DELEGATION)
    throw new BlobRefusal(
      400,
      "InvalidQueryParameterValue",
      `sv is ${version}; the embedded Azure checks user delegation SAS up to ${NEWEST_DELEGATION}, so sign with that version`,
    );
  const principal = host.principals.byObjectId(objectId);
  if (principal === undefined)
    throw new BlobRefusal(403, "AuthenticationFailed", `the signer ${objectId} of the user delegation SAS does not exist`);
  authorize(host, account, operation, principal);
}

function copySource(request: IncomingMessage, account: Resource): URL | undefined {
  const header = request.headers["x-ms-copy-source"];
  if (typeof header !== "string") return undefined;
  const source = URL.canParse(header) ? new URL(header) : undefined;
  if (source === undefined)
    throw new BlobRefusal(400, "InvalidHeaderValue", `x-ms-copy-source is ${JSON.stringify(header)}; it must be a URL`);
  // Azurite fetches other accounts' blobs by their public name; nothing outside this process is ever contacted.
  if (source.hostname.split(".")[0] !== account.name || source.hostname !== hostNameOf(request))
    throw new BlobRefusal(
      501,
      "NotImplemented",
      `copies from ${source.hostname} into account ${account.name} are not supported; copy within one account`,
    );
  return source;
}

function authorizeSource(host: CloudHost, account: Resource, source: URL, principal: Principal): void {
  if (source.searchParams.has("sig")) return;
  const { container } = targetOf(source.hostname, source.pathname);
  const scope = containerScope(account, container ?? "$root");
  if (host.authorizer.allows(principal, READ_BLOBS, scope, { data: true })) return;
  throw new BlobRefusal(
    403,
    "CannotVerifyCopySource",
    `principal ${principal.objectId} is not permitted ${READ_BLOBS} at ${scope}`,
  );
}

function anonymous(host: CloudHost, account: Resource, { method, blob }: BlobOperation): BlobRefusal {
  if (blob !== undefined && (method === "GET" || method === "HEAD"))
    return new BlobRefusal(409, "PublicAccessNotPermitted", `public access is not permitted on storage account ${account.name}`);
  return new BlobRefusal(
    401,
    "NoAuthenticationInformation",
    "the request carries no authentication information",
    challenge(host),
  );
}

/** Azurite reads a token's claims without checking a signature; ours has been checked, so it gets only what it looks at. */
function localToken(host: CloudHost, principal: Principal): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `https://sts.windows.net/${host.tenantId}/`,
    aud: AUDIENCE,
    oid: principal.objectId,
    tid: host.tenantId,
    iat: now - 60,
    nbf: now - 60,
    exp: now + 300,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
}
