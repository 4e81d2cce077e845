import { NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { accountName } from "../../planes/blob/index.ts";
import { flagAt, objectAt, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { referenced, requireType } from "../common/references.ts";
import { accountKey } from "../storage/keys.ts";
import { ML_API_VERSIONS, WORKSPACE } from "./versions.ts";
import { hasUserIdentity } from "./workspace-of.ts";
import { setUpWorkspace } from "./workspace-setup.ts";

/** What a workspace is linked to. Azure ML makes a registry by itself when it first needs one, the others never. */
const LINKS = {
  storageAccount: { type: "Microsoft.Storage/storageAccounts", required: true },
  keyVault: { type: "Microsoft.KeyVault/vaults", required: true },
  applicationInsights: { type: "Microsoft.Insights/components", required: false },
  containerRegistry: { type: "Microsoft.ContainerRegistry/registries", required: false },
} as const;

const SOFT_DELETE_DAYS = 14;

export function workspaces(host: CloudHost): TypeSpec {
  return {
    type: "workspaces",
    apiVersions: ML_API_VERSIONS,
    location: "required",
    name: NAME_RULES[WORKSPACE],
    // Terraform's provider stops at 201.
    status: { created: 202, updated: 202, deleted: 202 },
    durationMs: 45_000,
    deleteDurationMs: 30_000,
    immutable: [
      "properties.storageAccount",
      "properties.keyVault",
      "properties.hbiWorkspace",
      "properties.encryption",
      "properties.enableDataIsolation",
    ],
    patch: true,
    admit: (change) => admitWorkspace(host, change),
    provision: async (workspace) => {
      await setUpWorkspace(host, workspace);
      return undefined;
    },
    present: (workspace) => ({ ...workspace, properties: { ...workspace.properties, ...addresses(host, workspace) } }),
    softDelete: (_workspace, query) =>
      query.get("forceToPurge")?.toLowerCase() === "true" ? undefined : { days: SOFT_DELETE_DAYS, purgeable: true },
    actions: {
      listKeys: { permission: "listKeys/action", run: ({ resource }) => ({ status: 200, body: keysOf(host, resource) }) },
      listStorageAccountKeys: {
        permission: "listStorageAccountKeys/action",
        run: ({ resource }) => ({ status: 200, body: { userStorageKey: keysOf(host, resource).userStorageKey } }),
      },
      resyncKeys: { permission: "resyncKeys/action", run: () => ({ status: 200, later: async () => undefined }) },
    },
  };
}

function admitWorkspace(host: CloudHost, change: Change): Resource {
  const { body, previous } = change;
  const kind = typeof body.kind === "string" ? body.kind : (previous?.kind ?? "Default");
  if (kind.toLowerCase() !== "default") throw unsupported(`workspaces of kind ${kind}`);
  if (textAt(body, "identity.type") === undefined && previous === undefined)
    throw badRequest("BadRequest", "identity.type is missing; a workspace needs SystemAssigned or UserAssigned", "identity");
  if (hasUserIdentity(previous) && body.identity !== undefined && !hasUserIdentity(body))
    throw badRequest("BadRequest", "a user-assigned identity cannot be taken from a workspace that has one", "identity.type");
  requireOneOf(body, "properties.publicNetworkAccess", ["Enabled", "Disabled"], "BadRequest");
  requireOneOf(body, "properties.systemDatastoresAuthMode", ["AccessKey", "Identity", "UserDelegationSAS"], "BadRequest");
  const isolation = textAt(body, "properties.managedNetwork.isolationMode") ?? "Disabled";
  if (isolation.toLowerCase() !== "disabled") throw unsupported(`managedNetwork.isolationMode ${isolation}`);
  if (flagAt(body, "properties.v1LegacyMode") === true) throw unsupported("v1LegacyMode");
  const properties = withDefaults(body.properties, previous?.properties ?? defaults(change.name));
  for (const [link, { type, required }] of Object.entries(LINKS)) checkLink(host, change, properties, link, type, required);
  const primary = textAt(properties, "primaryUserAssignedIdentity");
  if (primary !== undefined)
    requireType(primary, "Microsoft.ManagedIdentity/userAssignedIdentities", "properties.primaryUserAssignedIdentity");
  return {
    ...body,
    kind: "Default",
    sku: { name: "Basic", tier: "Basic", ...objectAt(body, "sku") },
    properties: { ...properties, ...readOnly(host, change) },
  };
}

function checkLink(host: CloudHost, change: Change, properties: JsonObject, link: string, type: string, required: boolean): void {
  const path = `properties.${link}`;
  if (required) requireText({ properties }, path, "BadRequest");
  const id = textAt(properties, link);
  if (id === undefined) return;
  const found = referenced(host, change, id, type, path, "BadRequest");
  if (link !== "storageAccount" || found === undefined) return;
  if (flagAt(found.properties, "isHnsEnabled") === true)
    throw badRequest(
      "BadRequest",
      `${path} ${found.name} has a hierarchical namespace; the default account of a workspace must not`,
      path,
    );
  if (textAt(found.sku, "name")?.startsWith("Premium"))
    throw badRequest(
      "BadRequest",
      `${path} ${found.name} is ${textAt(found.sku, "name")}; the default account of a workspace must be Standard`,
      path,
    );
}

function defaults(name: string): JsonObject {
  return {
    friendlyName: name,
    description: "",
    hbiWorkspace: false,
    allowPublicAccessWhenBehindVnet: false,
    publicNetworkAccess: "Enabled",
    v1LegacyMode: false,
    systemDatastoresAuthMode: "AccessKey",
    managedNetwork: { isolationMode: "Disabled" },
  };
}

function readOnly(host: CloudHost, { previous }: Change): JsonObject {
  const workspaceId = textAt(previous, "properties.workspaceId") ?? host.newGuid();
  return {
    workspaceId,
    tenantId: host.tenantId,
    storageHnsEnabled: false,
    privateLinkCount: 0,
    privateEndpointConnections: [],
    notebookInfo: { resourceId: workspaceId.replaceAll("-", ""), isPrivateLinkEnabled: false },
  };
}

/** Not stored: the port may be another one after a restart. */
function addresses(host: CloudHost, { id }: Resource): JsonObject {
  const arm = new URL(host.endpoints.arm);
  return { discoveryUrl: `${arm.origin}/discovery`, mlFlowTrackingUri: `azureml://${arm.host}/mlflow/v1.0${id}` };
}

function keysOf(host: CloudHost, workspace: Resource): JsonObject {
  const storage = textAt(workspace.properties, "storageAccount") ?? "";
  const insights = textAt(workspace.properties, "applicationInsights");
  return {
    userStorageKey: accountKey(host, accountName(storage), "key1"),
    userStorageResourceId: storage,
    appInsightsInstrumentationKey:
      insights === undefined ? undefined : textAt(host.resources.view(insights), "properties.InstrumentationKey"),
  };
}
