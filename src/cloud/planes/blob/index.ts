import { randomUUID } from "node:crypto";
import { ArmFault, type CloudHost, type Plane } from "../../contract.ts";
import { storageAccount } from "./accounts.ts";
import { blobEngine } from "./engine.ts";
import { admitBlobRequest, hostNameOf } from "./gate.ts";
import { BlobRefusal, sendRefusal } from "./refusal.ts";

export { type BlobAccess, type BlobLocation, createBlobAccess } from "./access.ts";
export { accountName, allowsSharedKey, containerScope, storageAccount } from "./accounts.ts";
export { READ_BLOBS, WRITE_BLOBS } from "./permissions.ts";
export { createSas } from "./sas.ts";

/** Blobs at `{account}.blob.{suffix}`, kept by Azurite below the state folder. */
export function createBlobPlane(host: CloudHost): Plane & { stop(): Promise<void> } {
  const engine = blobEngine(host);
  const suffix = `.blob.${host.endpoints.storageSuffix}`;
  return {
    name: "blob",
    matches: (name) => name.replace(/:\d+$/, "").toLowerCase().endsWith(suffix),
    handle(request, response) {
      const work = async () => {
        await admitBlobRequest(host, request);
        const account = storageAccount(
          host,
          hostNameOf(request)
            .slice(0, -suffix.length)
            .replace(/-secondary$/, ""),
        );
        if (account !== undefined) await engine.adopt(account.name);
        await engine.serve(request, response);
      };
      work().catch((error: unknown) => {
        const requestId = randomUUID();
        if (error instanceof BlobRefusal) return sendRefusal(response, error, requestId);
        if (error instanceof ArmFault)
          return sendRefusal(response, new BlobRefusal(error.status, error.code, error.message), requestId);
        host.log("blob.failed", { requestId, error: error instanceof Error ? error.message : "unknown" });
        if (response.headersSent) response.destroy();
        else sendRefusal(response, new BlobRefusal(500, "InternalError", "the blob service failed"), requestId);
      });
    },
    stop: () => engine.close(),
  };
}
