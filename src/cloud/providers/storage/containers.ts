import { NAME_RULES } from "../../../azure/index.ts";
import type { CloudHost, TypeSpec } from "../../contract.ts";
import { flagAt, requireOneOf, textAt, withDefaults } from "../common/body.ts";
import { conflict } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { STORAGE_API_VERSIONS } from "./storage-accounts.ts";

export function containers(host: CloudHost): TypeSpec {
  return {
    type: "storageAccounts/blobServices/containers",
    apiVersions: STORAGE_API_VERSIONS,
    location: "inherited",
    name: NAME_RULES["Microsoft.Storage/storageAccounts/blobServices/containers"],
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit({ id, body }) {
      requireOneOf(body, "properties.publicAccess", ["None", "Blob", "Container"], "InvalidRequestContent");
      const account = host.resources.get(parentOf(parentOf(id)));
      if (
        (textAt(body, "properties.publicAccess") ?? "None") !== "None" &&
        flagAt(account, "properties.allowBlobPublicAccess") !== true
      ) {
        throw conflict(
          "PublicAccessNotPermitted",
          "properties.publicAccess must be None: the account has allowBlobPublicAccess false",
        );
      }
      const defaults = {
        publicAccess: "None",
        hasImmutabilityPolicy: false,
        hasLegalHold: false,
        leaseState: "Available",
        leaseStatus: "Unlocked",
      };
      return { ...body, properties: withDefaults(body.properties, defaults) };
    },
  };
}
