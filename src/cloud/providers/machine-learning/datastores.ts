import type { JsonObject } from "../../../base/index.ts";
import { ArmFault, type Change, type CloudHost, type Resource, type TypeSpec } from "../../contract.ts";
import { createSas, storageAccount } from "../../planes/blob/index.ts";
import { flagAt, numberAt, objectAt, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, conflict, unsupported } from "../common/faults.ts";
import { accountKeys } from "../storage/keys.ts";
import { ML_API_VERSIONS } from "./versions.ts";
import { requireWorkspace, workspacePrincipalId } from "./workspace-of.ts";
import { ARTIFACT_CONTAINER, blobstoreContainer } from "./workspace-setup.ts";

const SYSTEM_NAMES = ["workspaceblobstore", "workspacefilestore", "workspaceartifactstore", "workspaceworkingdirectory"];

export function datastores(host: CloudHost): TypeSpec {
  return {
    type: "workspaces/datastores",
    apiVersions: ML_API_VERSIONS,
    location: "inherited",
    name: { pattern: /^[a-zA-Z0-9_]{1,255}$/, words: "1 to 255 letters, digits and underscores" },
    status: { created: 201, updated: 200, deleted: 200 },
    admit: (change) => admitDatastore(host, change),
    admitDelete({ name }) {
      if (SYSTEM_NAMES.includes(name))
        throw conflict("UserError", `datastore ${name} belongs to the workspace and cannot be deleted`);
    },
    list: (items, query) => {
      const isDefault = query.get("isDefault");
      return isDefault === null
        ? items
        : items.filter((item) => String(flagAt(item.properties, "isDefault") === true) === isDefault.toLowerCase());
    },
    actions: {
      listSecrets: {
        permission: "listSecrets/action",
        run: async ({ resource, body }) => ({ status: 200, body: await secretsOf(host, resource, objectAt({ body }, "body")) }),
      },
    },
  };
}

/** The four datastores that every workspace has from the start. */
export function systemDatastores(
  host: CloudHost,
  workspace: Resource,
  account: string,
): readonly { readonly name: string; readonly properties: JsonObject }[] {
  const usesKeys = (textAt(workspace.properties, "systemDatastoresAuthMode") ?? "AccessKey").toLowerCase() === "accesskey";
  const common = {
    accountName: account,
    endpoint: host.endpoints.storageSuffix,
    protocol: "https",
    credentials: { credentialsType: usesKeys ? "AccountKey" : "None" },
    serviceDataAccessAuthIdentity: usesKeys ? "None" : "WorkspaceSystemAssignedIdentity",
    description: null,
    properties: {},
    tags: {},
  };
  const blob = (containerName: string, isDefault: boolean) => ({
    ...common,
    datastoreType: "AzureBlob",
    containerName,
    isDefault,
  });
  const file = (fileShareName: string) => ({ ...common, datastoreType: "AzureFile", fileShareName, isDefault: false });
  const guid = textAt(workspace.properties, "workspaceId") ?? "";
  return [
    { name: "workspaceblobstore", properties: blob(blobstoreContainer(workspace), true) },
    { name: "workspaceartifactstore", properties: blob(ARTIFACT_CONTAINER, false) },
    { name: "workspacefilestore", properties: file(`azureml-filestore-${guid}`) },
    { name: "workspaceworkingdirectory", properties: file(`code-${guid}`) },
  ];
}

function admitDatastore(host: CloudHost, change: Change): Resource {
  const { body, previous } = change;
  const type = requireText(body, "properties.datastoreType", "UserError");
  if (type !== "AzureBlob") throw unsupported(`datastores of type ${type}`);
  const account = requireText(body, "properties.accountName", "UserError");
  requireText(body, "properties.containerName", "UserError");
  requireOneOf(body, "properties.protocol", ["https"], "UserError");
  if (storageAccount(host, account) === undefined && change.preflight !== true)
    throw badRequest(
      "UserError",
      `properties.accountName is ${account}; no such storage account exists`,
      "properties.accountName",
    );
  const credentialsType = textAt(body, "properties.credentials.credentialsType") ?? "None";
  if (credentialsType !== "None" && credentialsType !== "AccountKey")
    throw unsupported(`datastore credentials of type ${credentialsType}`);
  const key = textAt(body, "properties.credentials.secrets.key");
  // The key is not kept: it can be derived again, so it is only checked.
  if (key !== undefined && !accountKeys(host, account).some(({ value }) => value === key))
    throw badRequest(
      "UserError",
      `the key for storage account ${account} is not one of its keys`,
      "properties.credentials.secrets.key",
    );
  if (credentialsType === "AccountKey" && key === undefined && previous === undefined)
    throw badRequest(
      "UserError",
      "properties.credentials.secrets.key is missing; AccountKey needs it",
      "properties.credentials.secrets.key",
    );
  const defaults = {
    endpoint: host.endpoints.storageSuffix,
    protocol: "https",
    isDefault: false,
    serviceDataAccessAuthIdentity: "None",
    properties: {},
    tags: {},
  };
  return { ...body, properties: { ...withDefaults(body.properties, defaults), credentials: { credentialsType } } };
}

async function secretsOf(host: CloudHost, datastore: Resource, request: JsonObject): Promise<JsonObject> {
  const account = textAt(datastore.properties, "accountName") ?? "";
  const container = textAt(datastore.properties, "containerName");
  if (textAt(datastore.properties, "credentials.credentialsType") !== "AccountKey" || container === undefined)
    throw new ArmFault(
      400,
      "UserError",
      `datastore ${datastore.name} has no credentials; use a Microsoft Entra token with its storage account`,
    );
  if (flagAt(request, "expirableSecret") !== true) {
    const key = accountKeys(host, account)[0]?.value ?? "";
    return { secretsType: "AccountKey", key };
  }
  const hours = numberAt(request, "expireAfterHours") ?? 1;
  const signer = { objectId: workspacePrincipalId(requireWorkspace(host, datastore.id)) ?? "" };
  const sasToken = await createSas(host, { account, container, permissions: "racwdl", lifetimeMinutes: hours * 60, signer });
  return { secretsType: "Sas", sasToken };
}
