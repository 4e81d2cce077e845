import type { ActionSpec, CloudHost } from "../../../contract.ts";
import { accountName, createBlobAccess } from "../../../planes/blob/index.ts";
import { textAt } from "../../common/body.ts";
import { badRequest } from "../../common/faults.ts";
import { requireWorkspace, workspacePrincipalId } from "../workspace-of.ts";

const LIFETIME_MINUTES = 60;

/**
 * Where a client may upload an asset's files before the asset exists. Each upload has its own container: clients look for
 * an earlier upload of the same files in the container and would take its name and version for theirs.
 */
export function pendingUpload(host: CloudHost): ActionSpec {
  return {
    permission: "startPendingUpload/action",
    beforeCreate: true,
    async run({ resource, body }) {
      const type = textAt(body, "pendingUploadType") ?? "TemporaryBlobReference";
      if (type !== "TemporaryBlobReference")
        throw badRequest("UserError", `pendingUploadType is ${type}; it must be TemporaryBlobReference`, "pendingUploadType");
      const workspace = requireWorkspace(host, resource.id);
      const storageAccountArmId = textAt(workspace.properties, "storageAccount") ?? "";
      const pendingUploadId = host.newGuid();
      const location = { account: accountName(storageAccountArmId), container: `upload-${pendingUploadId}`, path: "" };
      const blobs = createBlobAccess(host);
      await blobs.ensureContainer(location.account, location.container);
      const signer = { objectId: workspacePrincipalId(workspace) ?? "" };
      const sasUri = await blobs.sasUrl(location, { permissions: "racwl", lifetimeMinutes: LIFETIME_MINUTES, signer });
      const reference = { blobUri: blobs.url(location), storageAccountArmId, credential: { credentialType: "SAS", sasUri } };
      return { status: 200, body: { pendingUploadId, pendingUploadType: type, blobReferenceForConsumption: reference } };
    },
  };
}
