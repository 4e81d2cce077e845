import { NAME_RULES, normalizeLocation, REGIONS } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { flagAt, objectAt, objectsAt, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, refusedAction } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { accountKeys, KEY_NAMES, regenerateAccountKey } from "./keys.ts";

export const ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts";
export const STORAGE_API_VERSIONS = [
  "2026-04-01",
  "2025-08-01",
  "2025-06-01",
  "2024-01-01",
  "2023-05-01",
  "2023-01-01",
  "2022-09-01",
  "2019-06-01",
];

const SKUS = ["LRS", "GRS", "RAGRS", "ZRS", "GZRS", "RAGZRS"]
  .map((kind) => `Standard_${kind}`)
  .concat("Premium_LRS", "Premium_ZRS");
const KINDS = ["StorageV2", "Storage", "BlobStorage", "BlockBlobStorage", "FileStorage"];
const SERVICES = ["blob", "dfs", "file", "queue", "table", "web"];
const SINGLETONS = ["blobServices", "fileServices", "queueServices", "tableServices"];

export function storageAccounts(host: CloudHost): TypeSpec {
  return {
    type: "storageAccounts",
    apiVersions: STORAGE_API_VERSIONS,
    location: "required",
    name: NAME_RULES[ACCOUNT_TYPE],
    uniqueBy: ({ name }) => name,
    // 201 makes every Go client stop with "invalid status 'Created'".
    status: { created: 202, updated: 200, deleted: 200 },
    durationMs: 20_000,
    immutable: ["properties.isHnsEnabled", "properties.encryption.requireInfrastructureEncryption", "properties.dnsEndpointType"],
    patch: true,
    admit: (change) => admitAccount(host, change),
    provision: (account) => {
      saveSingletons(host, account);
      return undefined;
    },
    removed: ({ name }) => {
      for (const keyName of KEY_NAMES) regenerateAccountKey(host, name, keyName);
    },
    actions: {
      listKeys: { permission: "listKeys/action", run: ({ resource }) => ({ status: 200, body: keysBody(host, resource) }) },
      regenerateKey: {
        permission: "regenerateKey/action",
        run: ({ resource, body }) => {
          const keyName = KEY_NAMES.find((name) => name === textAt(body, "keyName"));
          if (keyName === undefined)
            throw badRequest("InvalidRequestContent", `keyName must be one of ${KEY_NAMES.join(", ")}`, "keyName");
          regenerateAccountKey(host, resource.name, keyName);
          return { status: 200, body: keysBody(host, resource) };
        },
      },
      ListAccountSas: refusedAction("listAccountSas/action", "ListAccountSas"),
      ListServiceSas: refusedAction("listServiceSas/action", "ListServiceSas"),
      restoreBlobRanges: refusedAction("restoreBlobRanges/action", "restoreBlobRanges"),
      failover: refusedAction("failover/action", "failover of a storage account"),
    },
  };
}

/** Copies lie in the region's zones, or in its pair, or in both. */
function requireRedundancy(sku: string, location: string): void {
  const region = REGIONS[normalizeLocation(location)];
  if (region === undefined || ((region.zones || !/ZRS$/i.test(sku)) && (region.pair !== undefined || !/_(RA)?GZ?RS$/i.test(sku))))
    return;
  throw badRequest(
    "RedundancyConfigurationNotAvailableInRegion",
    `the redundancy configuration ${sku} is not available in ${region.displayName}`,
    "sku.name",
  );
}

function admitAccount(host: CloudHost, change: Change): Resource {
  const { body, previous } = change;
  const sku = requireText(body, "sku.name", "InvalidRequestContent");
  requireOneOf(body, "sku.name", SKUS, "InvalidRequestContent");
  requireRedundancy(sku, body.location ?? "");
  requireText(body, "kind", "InvalidRequestContent");
  requireOneOf(body, "kind", KINDS, "InvalidRequestContent");
  requireOneOf(body, "properties.accessTier", ["Hot", "Cool", "Cold", "Premium"], "InvalidRequestContent");
  requireOneOf(body, "properties.minimumTlsVersion", ["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"], "InvalidRequestContent");
  requireOneOf(body, "properties.publicNetworkAccess", ["Enabled", "Disabled", "SecuredByPerimeter"], "InvalidRequestContent");
  requireOneOf(body, "properties.networkAcls.defaultAction", ["Allow", "Deny"], "InvalidRequestContent");
  if (flagAt(body, "properties.isHnsEnabled") === true && body.kind === "Storage") {
    throw badRequest("InvalidRequestContent", "properties.isHnsEnabled is true; it needs kind StorageV2 or BlockBlobStorage");
  }
  for (const rule of objectsAt(body, "properties.networkAcls.virtualNetworkRules")) {
    referenced(
      host,
      change,
      textAt(rule, "id") ?? "",
      "Microsoft.Network/virtualNetworks/subnets",
      "properties.networkAcls.virtualNetworkRules[].id",
    );
  }
  const properties = withDefaults(
    { ...body.properties, ...readOnly(host, body, previous) },
    previous?.properties ?? defaults(body),
  );
  return { ...body, sku: { name: sku, tier: sku.split("_")[0] ?? "Standard" }, properties };
}

/** What Azure fills in; a later PUT that leaves a member out keeps its value. */
function defaults(body: Resource): JsonObject {
  return {
    ...(body.kind === "Storage" ? {} : { accessTier: "Hot" }),
    allowBlobPublicAccess: false,
    minimumTlsVersion: "TLS1_2",
    supportsHttpsTrafficOnly: true,
    publicNetworkAccess: "Enabled",
    networkAcls: { bypass: "AzureServices", defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] },
    encryption: {
      keySource: "Microsoft.Storage",
      services: { blob: { enabled: true, keyType: "Account" }, file: { enabled: true, keyType: "Account" } },
    },
    privateEndpointConnections: [],
  };
}

function readOnly(host: CloudHost, body: Resource, previous: Resource | undefined): JsonObject {
  const created = textAt(previous, "properties.creationTime") ?? new Date(host.clock.now()).toISOString();
  const endpoints = SERVICES.map((service) => [service, `https://${body.name}.${service}.${host.endpoints.storageSuffix}/`]);
  return {
    creationTime: created,
    keyCreationTime:
      objectAt(previous, "properties.keyCreationTime").key1 === undefined ? { key1: created, key2: created } : undefined,
    primaryEndpoints: Object.fromEntries(endpoints) as JsonObject,
    primaryLocation: body.location,
    statusOfPrimary: "available",
  };
}

/** Clients read the services' settings right after the account is there, without having put any. */
function saveSingletons(host: CloudHost, account: Resource): void {
  for (const service of SINGLETONS) {
    const id = `${account.id}/${service}/default`;
    if (host.resources.get(id) !== undefined) continue;
    host.resources.save({ id, name: "default", type: `${ACCOUNT_TYPE}/${service}`, sku: account.sku, properties: {} });
  }
}

function keysBody(host: CloudHost, account: Resource): JsonObject {
  const created = objectAt(account, "properties.keyCreationTime");
  return {
    keys: accountKeys(host, account.name).map(({ keyName, value }) => ({
      keyName,
      value,
      permissions: "FULL",
      creationTime: created[keyName],
    })),
  };
}
