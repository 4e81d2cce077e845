import type { CloudHost, Principal } from "../../contract.ts";
import { accountKey } from "../../providers/storage/keys.ts";
import { allowsSharedKey, storageAccount } from "./accounts.ts";
import { userDelegationKeyValue } from "./azurite.ts";

export interface SasRequest {
  readonly account: string;
  readonly container: string;
  /** Absent: the whole container. */
  readonly blob?: string;
  /** Letters as in the SAS itself: `r`, `racwl`. */
  readonly permissions: string;
  readonly lifetimeMinutes: number;
  /** Signs when the account refuses keys; what the SAS can do is bounded by this principal's roles. */
  readonly signer: Pick<Principal, "objectId">;
}

/** Clients' clocks may be a little behind; Azure's own SAS begin in the past too. */
const SKEW_MS = 15 * 60_000;
const VERSION = "2021-12-02";

/** The query of a SAS, without a question mark: signed with the account key, or as a user delegation where keys are refused. */
export async function createSas(host: CloudHost, request: SasRequest): Promise<string> {
  const sdk = await import("@azure/storage-blob");
  const account = storageAccount(host, request.account);
  const startsOn = new Date(Date.now() - SKEW_MS);
  const expiresOn = new Date(Date.now() + request.lifetimeMinutes * 60_000);
  const values = {
    containerName: request.container,
    ...(request.blob === undefined ? {} : { blobName: request.blob }),
    permissions:
      request.blob === undefined
        ? sdk.ContainerSASPermissions.parse(request.permissions)
        : sdk.BlobSASPermissions.parse(request.permissions),
    startsOn,
    expiresOn,
    version: VERSION,
  };
  if (account !== undefined && !allowsSharedKey(account)) {
    const [objectId, tenantId] = [request.signer.objectId, host.tenantId];
    // Azure dates delegation keys to the second, and the signature is over that text.
    const [start, expiry] = [startsOn, expiresOn].map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000)) as [
      Date,
      Date,
    ];
    const text = (date: Date) => date.toISOString().replace(".000Z", "Z");
    const key = {
      signedObjectId: objectId,
      signedTenantId: tenantId,
      signedStartsOn: start,
      signedExpiresOn: expiry,
      signedService: "b",
      signedVersion: VERSION,
      value: userDelegationKeyValue(objectId, tenantId, text(start), text(expiry), VERSION),
    };
    return sdk.generateBlobSASQueryParameters(values, key, request.account).toString();
  }
  const credential = new sdk.StorageSharedKeyCredential(request.account, accountKey(host, request.account, "key1"));
  return sdk.generateBlobSASQueryParameters(values, credential).toString();
}
