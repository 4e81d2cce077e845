import { NAME_RULES } from "../../../azure/index.ts";
import type { CloudHost, TypeSpec } from "../../contract.ts";
import { flagAt, requireOneOf, textAt, withDefaults } from "../common/body.ts";
import { conflict } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { STORAGE_API_VERSIONS } from "./storage-accounts.ts";

/** A container made through Resource Manager is one at the blob endpoint too, and goes there as well. */
export function containers(host: CloudHost): TypeSpec {
  return {
    type: "storageAccounts/blobServices/containers",
    apiVersions: STORAGE_API_VERSIONS,
    location: "inherited",
    name: NAME_RULES["Microsoft.Storage/storageAccounts/blobServices/containers"],
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    async admit({ id, name, body, preflight }) {
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
      if (preflight !== true && account !== undefined) await (await blobContainer(host, account.name, name)).createIfNotExists();
      const defaults = {
        publicAccess: "None",
        hasImmutabilityPolicy: false,
        hasLegalHold: false,
        leaseState: "Available",
        leaseStatus: "Unlocked",
      };
      return { ...body, properties: withDefaults(body.properties, defaults) };
    },
    async removed({ id, name }) {
      const account = host.resources.get(parentOf(parentOf(id)));
      if (account !== undefined) await (await blobContainer(host, account.name, name)).deleteIfExists();
    },
  };
}

/** Loaded when first needed: the blob service takes a second to start. */
async function blobContainer(host: CloudHost, account: string, name: string) {
  const { blobEngine } = await import("../../planes/blob/engine.ts");
  return (await blobEngine(host).client(account)).getContainerClient(name);
}
