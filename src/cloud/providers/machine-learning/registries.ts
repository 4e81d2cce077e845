import { NAME_RULES, normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, objectsAt, requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { resourceGroupOf } from "../common/ids.ts";
import { makeManagedGroup, removeManagedGroup } from "./managed-group.ts";
import { ML_API_VERSIONS, NAMESPACE } from "./versions.ts";

const REGISTRY = `${NAMESPACE}/registries`;
const MINUTE_MS = 60_000;
const STORAGE_SKUS = [
  "Standard_LRS",
  "Standard_GRS",
  "Standard_RAGRS",
  "Standard_ZRS",
  "Standard_GZRS",
  "Standard_RAGZRS",
  "Premium_LRS",
];

/** Registries by themselves: what workspaces share through them is refused (`sharedAssets`). */
export function registries(host: CloudHost): TypeSpec {
  return {
    type: "registries",
    apiVersions: ML_API_VERSIONS,
    location: "required",
    name: NAME_RULES[REGISTRY],
    uniqueBy: ({ name }) => name,
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 4 * MINUTE_MS,
    deleteDurationMs: MINUTE_MS,
    patch: true,
    admit: (change) => admitRegistry(host, change),
    provision: (registry) => makeManagedGroup(host, registry),
    present: (registry) => ({ ...registry, properties: { ...registry.properties, ...addresses(host, registry) } }),
    removed: (registry) => removeManagedGroup(host, registry),
  };
}

function admitRegistry(host: CloudHost, { id, name, body, previous }: Change): Resource {
  if (textAt(body, "identity.type") === undefined && previous === undefined)
    throw badRequest("BadRequest", "identity.type is missing; a registry has SystemAssigned", "identity");
  requireOneOf(body, "properties.publicNetworkAccess", ["Enabled", "Disabled"], "BadRequest");
  const regions = objectsAt(body, "properties.regionDetails");
  const places = regions.map((region) => normalizeLocation(requireText(region, "location", "BadRequest")));
  if (!places.includes(normalizeLocation(body.location ?? "")))
    throw badRequest(
      "BadRequest",
      `properties.regionDetails has ${places.join(", ") || "no region"}; the registry's own, ${body.location}, must be among them`,
      "properties.regionDetails",
    );
  if (new Set(places).size < places.length) throw badRequest("BadRequest", "properties.regionDetails has a region twice");
  const lost = objectsAt(previous, "properties.regionDetails")
    .map((region) => normalizeLocation(textAt(region, "location") ?? ""))
    .find((place) => !places.includes(place));
  if (lost !== undefined)
    throw badRequest("BadRequest", `region ${lost} cannot be taken from a registry`, "properties.regionDetails");
  for (const region of regions) checkRegion(region);
  const registryId = textAt(previous, "properties.registryId") ?? host.newGuid();
  const group = `/subscriptions/${resourceGroupOf(id).subscriptionId}/resourceGroups/azureml-rg-${name}_${registryId}`;
  return {
    ...body,
    properties: {
      ...withDefaults(body.properties, { publicNetworkAccess: "Enabled" }),
      registryId,
      regionDetails: regions.map((region) => withAccounts(region, previous)),
      managedResourceGroup: { resourceId: group },
      registryPrivateEndpointConnections: [],
    },
  };
}

function checkRegion(region: JsonObject): void {
  const [images, ...others] = objectsAt(region, "acrDetails");
  if (images === undefined || others.length > 0)
    throw badRequest("BadRequest", "properties.regionDetails[].acrDetails names one container registry for each region");
  if (textAt(images, "systemCreatedAcrAccount.acrAccountSku")?.toLowerCase() !== "premium")
    throw badRequest("BadRequest", "systemCreatedAcrAccount.acrAccountSku must be Premium, as other regions replicate it");
  const accounts = objectsAt(region, "storageAccountDetails");
  if (accounts.length === 0)
    throw badRequest("BadRequest", "properties.regionDetails[].storageAccountDetails is missing; a region has a storage account");
  for (const account of accounts) {
    requireText(account, "systemCreatedStorageAccount.storageAccountType", "BadRequest");
    requireOneOf(account, "systemCreatedStorageAccount.storageAccountType", STORAGE_SKUS, "BadRequest");
  }
}

const MADE = ["acrAccountName", "storageAccountName", "armResourceId"];

/** Azure names the accounts, whatever a PUT says, and a later PUT keeps them. */
function withAccounts(region: JsonObject, previous: Resource | undefined): JsonObject {
  const place = normalizeLocation(textAt(region, "location") ?? "");
  const before = objectsAt(previous, "properties.regionDetails").find(
    (candidate) => normalizeLocation(textAt(candidate, "location") ?? "") === place,
  );
  const merged = (list: string, member: string): JsonObject[] =>
    objectsAt(region, list).map((item, at) => {
      const given = Object.entries(objectAt(item, member)).filter(([key]) => !MADE.includes(key));
      return { [member]: withDefaults(Object.fromEntries(given), objectAt(objectsAt(before, list)[at], member)) };
    });
  return {
    ...region,
    acrDetails: merged("acrDetails", "systemCreatedAcrAccount"),
    storageAccountDetails: merged("storageAccountDetails", "systemCreatedStorageAccount"),
  };
}

/** Not stored: the port may be another one after a restart. */
function addresses(host: CloudHost, { id, name }: Resource): JsonObject {
  const arm = new URL(host.endpoints.arm);
  return {
    discoveryUrl: `${arm.origin}/registrymanagement/v1.0/registries/${name}/discovery`,
    mlFlowRegistryUri: `azureml://${arm.host}/mlflow/v1.0${id}`,
  };
}

/** What workspaces share through a registry. Known by name, so that a client reads why it is refused; none can exist. */
export const sharedAssets: readonly TypeSpec[] = ["codes", "components", "data", "environments", "models"].flatMap((collection) =>
  [`registries/${collection}`, `registries/${collection}/versions`].map(
    (type): TypeSpec => ({
      type,
      apiVersions: ML_API_VERSIONS,
      location: "inherited",
      name: { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, words: "1 to 255 letters, digits, dots, underscores and hyphens" },
      status: { created: 201, updated: 200, deleted: 202 },
      parentImplied: type.endsWith("/versions"),
      admit() {
        throw unsupported(`${collection} of registries`);
      },
    }),
  ),
);
