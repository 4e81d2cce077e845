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

/** `undefined` for operations that Microsoft Entra tokens cannot call. Source: "Permissions for blob service operations". */
export function permissionOf(operation: BlobOperation): BlobPermission | undefined {
  const { method, query, container, blob } = operation;
  const comp = query.get("comp") ?? "";
  if (container === undefined) return servicePermission(method, comp, query.get("restype") ?? "");
  if (blob === undefined || query.get("restype") === "container") return containerPermission(method, comp);
  return blobPermission(method, comp);
}

function servicePermission(method: string, comp: string, restype: string): BlobPermission | undefined {
  if (comp === "userdelegationkey") return management(`${SERVICE}/generateUserDelegationKey/action`);
  if (comp === "blobs") return data(`${BLOBS}/filter/action`);
  if (restype === "account") return management(`${SERVICE}/getInfo/action`);
  if (comp === "list") return management(`${CONTAINERS}/read`);
  if (comp === "properties" || comp === "stats") return management(method === "PUT" ? `${SERVICE}/write` : `${SERVICE}/read`);
  return undefined;
}

function containerPermission(method: string, comp: string): BlobPermission | undefined {
  if (comp === "list") return data(`${BLOBS}/read`);
  if (comp === "blobs") return data(`${BLOBS}/filter/action`);
  if (comp === "acl" || comp === "batch") return undefined;
  if (comp === "lease") return management(`${CONTAINERS}/lease/action`);
  if (method === "GET" || method === "HEAD") return management(`${CONTAINERS}/read`);
  if (method === "DELETE") return management(`${CONTAINERS}/delete`);
  return management(`${CONTAINERS}/write`);
}

function blobPermission(method: string, comp: string): BlobPermission {
  const read = method === "GET" || method === "HEAD";
  if (comp === "tags") return data(read ? `${BLOBS}/tags/read` : `${BLOBS}/tags/write`);
  if (read || comp === "query") return data(`${BLOBS}/read`);
  return data(method === "DELETE" ? `${BLOBS}/delete` : `${BLOBS}/write`);
}

export const READ_BLOBS = `${BLOBS}/read`;
export const WRITE_BLOBS = `${BLOBS}/write`;
