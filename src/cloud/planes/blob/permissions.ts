/** Which permission each operation of the Blob service needs when the caller comes with a Microsoft Entra token. */
export interface BlobOperation {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly container: string | undefined;
  readonly blob: string | undefined;
}

export interface BlobPermission {
  readonly action: string;
  /** A data action, or one of the management actions that the data plane checks too. */
  readonly data: boolean;
}

const SERVICE = "Microsoft.Storage/storageAccounts/blobServices";
const CONTAINERS = `${SERVICE}/containers`;
const BLOBS = `${CONTAINERS}/blobs`;

const data = (action: string): BlobPermission => ({ action, data: true });
const management = (action: string): BlobPermission => ({ action, data: false });

const MANAGE = {
  read: management(`${CONTAINERS}/read`),
  write: management(`${CONTAINERS}/write`),
  delete: management(`${CONTAINERS}/delete`),
  lease: management(`${CONTAINERS}/lease/action`),
};
const BLOB = {
  read: data(`${BLOBS}/read`),
  write: data(`${BLOBS}/write`),
  delete: data(`${BLOBS}/delete`),
  filter: data(`${BLOBS}/filter/action`),
  readTags: data(`${BLOBS}/tags/read`),
  writeTags: data(`${BLOBS}/tags/write`),
};

/** By method and `comp`. What is not here goes nowhere: Azurite would take it for another operation, one that `comp` does not change. */
type Operations = Readonly<Record<string, BlobPermission>>;
const SERVICE_OPERATIONS: Operations = {
  "GET list": MANAGE.read,
  "GET blobs": BLOB.filter,
  "GET properties": management(`${SERVICE}/read`),
  "GET stats": management(`${SERVICE}/read`),
  "PUT properties": management(`${SERVICE}/write`),
  "POST userdelegationkey": management(`${SERVICE}/generateUserDelegationKey/action`),
};
const CONTAINER_OPERATIONS: Operations = {
  "GET ": MANAGE.read,
  "GET metadata": MANAGE.read,
  "GET list": BLOB.read,
  "GET blobs": BLOB.filter,
  "PUT ": MANAGE.write,
  "PUT metadata": MANAGE.write,
  "PUT lease": MANAGE.lease,
  "PUT undelete": MANAGE.write,
  "DELETE ": MANAGE.delete,
};
const BLOB_WRITES =
  "metadata properties lease snapshot block blocklist page incrementalcopy appendblock seal tier undelete copy expiry immutabilityPolicies legalhold";
const BLOB_OPERATIONS: Operations = {
  ...Object.fromEntries(["", "metadata", "blocklist", "pagelist"].map((comp) => [`GET ${comp}`, BLOB.read])),
  ...Object.fromEntries(["", ...BLOB_WRITES.split(" ")].map((comp) => [`PUT ${comp}`, BLOB.write])),
  "GET tags": BLOB.readTags,
  "PUT tags": BLOB.writeTags,
  "POST query": BLOB.read,
  "DELETE ": BLOB.delete,
};

/** `undefined` for operations that Microsoft Entra tokens cannot call. Source: "Permissions for blob service operations". */
export function permissionOf({ method, query, container, blob }: BlobOperation): BlobPermission | undefined {
  const key = `${method === "HEAD" ? "GET" : method} ${query.get("comp") ?? ""}`;
  const restype = query.get("restype");
  if (restype === "account") return key === "GET properties" ? management(`${SERVICE}/getInfo/action`) : undefined;
  if (container === undefined) return SERVICE_OPERATIONS[key];
  return (blob === undefined || restype === "container" ? CONTAINER_OPERATIONS : BLOB_OPERATIONS)[key];
}

export const READ_BLOBS = `${BLOBS}/read`;
export const WRITE_BLOBS = `${BLOBS}/write`;
