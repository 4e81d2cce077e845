import { NAME_RULES, normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { requireBetween, requireOneOf, textAt, withDefaults } from "../common/body.ts";
import { conflict } from "../common/faults.ts";

export const WORKSPACE_TYPE = "Microsoft.OperationalInsights/workspaces";
export const WORKSPACE_API_VERSIONS = ["2026-03-01", "2025-07-01", "2025-02-01", "2023-09-01", "2022-10-01", "2020-08-01"];
const RETAINED_DAYS = 14;
const SKUS = ["PerGB2018", "CapacityReservation", "LACluster", "Free", "Standard", "Premium", "PerNode", "Standalone"];

/** Deleting keeps a workspace for 14 days; making it again in that time brings the old one back (`?force=true` really deletes). */
export function workspaces(host: CloudHost): TypeSpec {
  return {
    type: "workspaces",
    apiVersions: WORKSPACE_API_VERSIONS,
    location: "required",
    name: NAME_RULES[WORKSPACE_TYPE],
    status: { created: 201, updated: 200, deleted: 200 },
    durationMs: 20_000,
    patch: true,
    admit: (change) => admitWorkspace(host, change),
    recovers: () => true,
    softDelete: (_, query) => (query.get("force") === "true" ? undefined : { days: RETAINED_DAYS, purgeable: true }),
    actions: {
      sharedKeys: {
        permission: "sharedKeys/action",
        run: ({ resource }) => ({
          status: 200,
          body: {
            primarySharedKey: sharedKey(host, resource, "primary"),
            secondarySharedKey: sharedKey(host, resource, "secondary"),
          },
        }),
      },
    },
  };
}

function sharedKey(host: CloudHost, workspace: Resource, which: string): string {
  return host.deriveSecret(`log-analytics/${textAt(workspace, "properties.customerId") ?? workspace.id}/${which}`);
}

function admitWorkspace(host: CloudHost, { body, previous }: Change): Resource {
  requireOneOf(body, "properties.sku.name", SKUS, "InvalidParameter");
  requireBetween(body, "properties.retentionInDays", 7, 730, "InvalidParameter");
  for (const way of ["Ingestion", "Query"]) {
    requireOneOf(
      body,
      `properties.publicNetworkAccessFor${way}`,
      ["Enabled", "Disabled", "SecuredByPerimeter"],
      "InvalidParameter",
    );
  }
  // Only a recovery can find another region here: the envelope refuses to move a living workspace.
  if (previous !== undefined && normalizeLocation(previous.location ?? "") !== normalizeLocation(body.location ?? "")) {
    throw conflict(
      "Conflict",
      `a deleted workspace of this name is kept for 14 days, and it is in ${previous.location}, not ${body.location}; use that region or another name, or delete it with force`,
    );
  }
  const now = new Date(host.clock.now()).toISOString();
  const readOnly: JsonObject = {
    customerId: textAt(previous, "properties.customerId") ?? host.newGuid(),
    createdDate: textAt(previous, "properties.createdDate") ?? now,
    modifiedDate: now,
  };
  return { ...body, properties: { ...withDefaults(body.properties, previous?.properties ?? DEFAULTS), ...readOnly } };
}

const DEFAULTS: JsonObject = {
  sku: { name: "PerGB2018" },
  retentionInDays: 30,
  features: { legacy: 0, searchVersion: 1, enableLogAccessUsingOnlyResourcePermissions: true },
  workspaceCapping: { dailyQuotaGb: -1, dataIngestionStatus: "RespectQuota" },
  publicNetworkAccessForIngestion: "Enabled",
  publicNetworkAccessForQuery: "Enabled",
};
