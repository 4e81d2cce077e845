import { NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { flagAt, listAt, requireBetween, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, refusedAction } from "../common/faults.ts";
import { ADMIN_PASSWORDS, adminPassword, renewAdminPassword } from "./admin-user.ts";

export const REGISTRY_TYPE = "Microsoft.ContainerRegistry/registries";
export const REGISTRY_API_VERSIONS = [
  "2025-11-01",
  "2025-04-01",
  "2025-03-01-preview",
  "2023-07-01",
  "2023-01-01-preview",
  "2019-05-01",
];

export function registries(host: CloudHost, forgetImages: (registry: string) => Promise<void>): TypeSpec {
  return {
    type: "registries",
    apiVersions: REGISTRY_API_VERSIONS,
    location: "required",
    name: NAME_RULES[REGISTRY_TYPE],
    uniqueBy: ({ name }) => name,
    status: { created: 201, updated: 200, deleted: 200 },
    durationMs: 15_000,
    immutable: ["properties.zoneRedundancy"],
    patch: true,
    admit: (change) => admitRegistry(host, change),
    removed: ({ name }) => forgetImages(name),
    actions: {
      listCredentials: {
        permission: "listCredentials/action",
        run: ({ resource }) => ({ status: 200, body: credentials(host, resource) }),
      },
      regenerateCredential: {
        permission: "regenerateCredential/action",
        run({ resource, body }) {
          const name = ADMIN_PASSWORDS.find((password) => password === textAt(body, "name"));
          if (name === undefined)
            throw badRequest("InvalidRequestContent", `name must be one of ${ADMIN_PASSWORDS.join(", ")}`, "name");
          credentials(host, resource);
          renewAdminPassword(host, resource.name, name);
          return { status: 200, body: credentials(host, resource) };
        },
      },
      importImage: refusedAction("importImage/action", "importImage"),
      scheduleRun: refusedAction("scheduleRun/action", "registry tasks"),
      listBuildSourceUploadUrl: refusedAction("listBuildSourceUploadUrl/action", "registry tasks"),
    },
  };
}

function credentials(host: CloudHost, registry: Resource): JsonObject {
  if (flagAt(registry, "properties.adminUserEnabled") !== true) {
    throw badRequest(
      "UnAuthorizedForCredentialOperations",
      `${registry.id} has its admin user disabled; use tokens, or set adminUserEnabled to true`,
    );
  }
  return {
    username: registry.name,
    passwords: ADMIN_PASSWORDS.map((name) => ({ name, value: adminPassword(host, registry.name, name) })),
  };
}

function admitRegistry(host: CloudHost, { name, body, previous }: Change): Resource {
  const sku = requireText(body, "sku.name", "InvalidRequestContent");
  requireOneOf(body, "sku.name", ["Basic", "Standard", "Premium"], "InvalidRequestContent");
  requireOneOf(body, "properties.publicNetworkAccess", ["Enabled", "Disabled"], "InvalidRequestContent");
  requireOneOf(body, "properties.zoneRedundancy", ["Enabled", "Disabled"], "InvalidRequestContent");
  requireOneOf(
    body,
    "properties.roleAssignmentMode",
    ["LegacyRegistryPermissions", "AbacRepositoryPermissions"],
    "InvalidRequestContent",
  );
  requireBetween(body, "properties.policies.retentionPolicy.days", 0, 365, "InvalidRequestContent");
  if (sku.toLowerCase() !== "premium") requirePremium(body, sku);
  if (
    textAt(body, "properties.policies.exportPolicy.status") === "disabled" &&
    textAt(body, "properties.publicNetworkAccess") !== "Disabled"
  ) {
    throw badRequest(
      "ExportPolicyCannotBeDisabled",
      "properties.policies.exportPolicy is disabled; that needs publicNetworkAccess Disabled",
    );
  }
  const properties: JsonObject = {
    ...withDefaults(body.properties, previous?.properties ?? defaults(sku)),
    loginServer: `${name.toLowerCase()}.${host.endpoints.registrySuffix}`,
    creationDate: textAt(previous, "properties.creationDate") ?? new Date(host.clock.now()).toISOString(),
  };
  return { ...body, sku: { name: sku, tier: sku }, properties };
}

interface PremiumFeature {
  readonly path: string;
  /** Azure's code where it is known; the others share one. */
  readonly code?: string;
  uses(body: Resource): boolean;
}

const PREMIUM_ONLY: readonly PremiumFeature[] = [
  {
    path: "properties.publicNetworkAccess",
    code: "DisablingPublicNetworkAccessNotSupported",
    uses: (body) => textAt(body, "properties.publicNetworkAccess") === "Disabled",
  },
  { path: "properties.networkRuleSet", uses: (body) => textAt(body, "properties.networkRuleSet.defaultAction") === "Deny" },
  { path: "properties.zoneRedundancy", uses: (body) => textAt(body, "properties.zoneRedundancy") === "Enabled" },
  { path: "properties.dataEndpointEnabled", uses: (body) => flagAt(body, "properties.dataEndpointEnabled") === true },
  {
    path: "properties.policies.retentionPolicy",
    uses: (body) => textAt(body, "properties.policies.retentionPolicy.status") === "enabled",
  },
  {
    path: "properties.policies.trustPolicy",
    uses: (body) => textAt(body, "properties.policies.trustPolicy.status") === "enabled",
  },
  {
    path: "properties.policies.quarantinePolicy",
    uses: (body) => textAt(body, "properties.policies.quarantinePolicy.status") === "enabled",
  },
  { path: "properties.encryption", uses: (body) => textAt(body, "properties.encryption.status") === "enabled" },
  { path: "properties.networkRuleSet.ipRules", uses: (body) => listAt(body, "properties.networkRuleSet.ipRules").length > 0 },
];

function requirePremium(body: Resource, sku: string): void {
  const used = PREMIUM_ONLY.find((feature) => feature.uses(body));
  if (used !== undefined)
    throw badRequest(used.code ?? "SkuNotSupported", `${used.path} needs the Premium SKU; the registry has ${sku}`, used.path);
}

/** azurerm reads these without asking whether they are there. */
function defaults(sku: string): JsonObject {
  return {
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    dataEndpointEnabled: false,
    dataEndpointHostNames: [],
    encryption: { status: "disabled" },
    networkRuleBypassOptions: "AzureServices",
    ...(sku.toLowerCase() === "premium" ? { networkRuleSet: { defaultAction: "Allow", ipRules: [] } } : {}),
    policies: {
      quarantinePolicy: { status: "disabled" },
      trustPolicy: { type: "Notary", status: "disabled" },
      retentionPolicy: { days: 7, status: "disabled" },
      exportPolicy: { status: "enabled" },
      azureADAuthenticationAsArmPolicy: { status: "enabled" },
      softDeletePolicy: { retentionDays: 7, status: "disabled" },
    },
    privateEndpointConnections: [],
    publicNetworkAccess: "Enabled",
    roleAssignmentMode: "LegacyRegistryPermissions",
    zoneRedundancy: "Disabled",
  };
}
