import type { JsonObject } from "../../base/index.ts";
import type { ArmHandler, ArmRequest, Resource } from "../contract.ts";
import type { Envelope } from "./context.ts";
import { faults } from "./faults.ts";
import { filterResources } from "./filter.ts";
import { LOCATIONS } from "./locations.ts";
import { page } from "./paging.ts";
import { GROUP_TYPE } from "./place.ts";
import { toBody } from "./present.ts";

const SUBSCRIPTION = /^\/subscriptions\/([^/]+)(?:\/(locations|resourcegroups|resources))?$/i;
const GROUP_RESOURCES = /^(\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+))\/resources$/i;

const GROUP_RESOURCES_READ = "Microsoft.Resources/subscriptions/resourceGroups/resources/read";

/** The subscription, its locations, and what it and its groups hold. Lists show what the caller may read. */
export function createSubscriptionRoutes(envelope: Envelope): ArmHandler {
  const { documents, host } = envelope;
  const { authorizer, endpoints, subscriptionId, tenantId } = host;
  const subscription = `/subscriptions/${subscriptionId}`;

  const mayRead = (request: ArmRequest, action: string, id: string) => authorizer.allows(request.caller, action, id);
  const readable = (request: ArmRequest, resources: readonly Resource[]) =>
    resources.filter(({ id, type }) =>
      mayRead(request, `${type === GROUP_TYPE ? "Microsoft.Resources/subscriptions/resourceGroups" : type}/read`, id),
    );
  const sees = (request: ArmRequest) =>
    mayRead(request, "Microsoft.Resources/subscriptions/read", subscription) ||
    readable(request, documents.below(subscription)).length > 0;

  const shown = (): JsonObject => ({
    id: subscription,
    subscriptionId,
    tenantId,
    displayName: "Quayside rehearsal",
    state: "Enabled",
    authorizationSource: "RoleBased",
    managedByTenants: [],
    subscriptionPolicies: { locationPlacementId: "Public_2014-09-01", quotaId: "PayAsYouGo_2014-09-01", spendingLimit: "Off" },
  });

  return async (request) => {
    if (request.method !== "GET") return undefined;
    const path = request.path.toLowerCase();
    if (path === "/subscriptions") {
      const value = sees(request) ? [shown()] : [];
      return { status: 200, body: { value, count: { type: "Total", value: value.length } } };
    }
    if (path === "/tenants") {
      return {
        status: 200,
        body: { value: [{ id: `/tenants/${tenantId}`, tenantId, displayName: "Quayside rehearsal", tenantCategory: "Home" }] },
      };
    }
    const inGroup = GROUP_RESOURCES.exec(request.path);
    if (inGroup) {
      const id = inGroup[1] ?? "";
      // Before anything is told about the group, as for the group itself: whoever sees nothing of it may not learn that it is there.
      if (!mayRead(request, GROUP_RESOURCES_READ, id) && readable(request, documents.below(id)).length === 0)
        throw faults.unauthorized(request.caller, GROUP_RESOURCES_READ, id);
      const group = documents.get(id);
      if (group === undefined) throw faults.groupNotFound(inGroup[3] ?? "");
      return listed(request, group.id);
    }
    const matched = SUBSCRIPTION.exec(request.path);
    if (!matched) return undefined;
    if (matched[1]?.toLowerCase() !== subscriptionId.toLowerCase()) throw faults.subscriptionNotFound(matched[1] ?? "");
    switch (matched[2]?.toLowerCase()) {
      case "resourcegroups": {
        const groups = filterResources(
          readable(
            request,
            documents.below(subscription).filter(({ type }) => type === GROUP_TYPE),
          ),
          request.query.get("$filter"),
        );
        return {
          status: 200,
          body: page(
            groups.map((group) => toBody(envelope, group)),
            request,
            endpoints.arm,
          ),
        };
      }
      case "resources":
        return listed(request, subscription);
      default:
        if (!sees(request)) throw faults.unauthorized(request.caller, "Microsoft.Resources/subscriptions/read", subscription);
        return { status: 200, body: matched[2] === undefined ? shown() : { value: locations(subscription) } };
    }
  };

  function listed(request: ArmRequest, above: string) {
    const resources = documents.below(above).filter((resource) => isTracked(envelope, resource));
    const found = filterResources(readable(request, resources), request.query.get("$filter"));
    const expand = (request.query.get("$expand") ?? "").toLowerCase();
    const value = found.map(
      ({ id, identity, kind, location, name, properties, sku, systemData, tags, type, zones }): JsonObject => ({
        id,
        name,
        type,
        ...(kind === undefined ? {} : { kind }),
        ...(location === undefined ? {} : { location }),
        ...(tags === undefined ? {} : { tags }),
        ...(sku === undefined ? {} : { sku }),
        ...(identity === undefined ? {} : { identity }),
        ...(zones === undefined ? {} : { zones }),
        ...(expand.includes("createdtime") ? { createdTime: systemData?.createdAt } : {}),
        ...(expand.includes("changedtime") ? { changedTime: systemData?.lastModifiedAt } : {}),
        ...(expand.includes("provisioningstate") ? { provisioningState: properties.provisioningState } : {}),
      }),
    );
    return { status: 200, body: page(value, request, endpoints.arm) };
  }
}

/** `/resources` lists top-level resources, as Azure does; not groups, children of services or extensions. */
function isTracked(envelope: Envelope, resource: Resource): boolean {
  if (resource.type === GROUP_TYPE) return false;
  const spec = envelope.registry.type(resource.type)?.spec;
  return spec?.extension !== true && spec?.location === "required";
}

function locations(subscription: string): JsonObject[] {
  return LOCATIONS.map(([name, displayName, geography]) => ({
    id: `${subscription}/locations/${name}`,
    name,
    type: "Region",
    displayName,
    regionalDisplayName: `(${geography}) ${displayName}`,
    metadata: { regionType: "Physical", regionCategory: "Recommended", geography, geographyGroup: geography },
  }));
}
