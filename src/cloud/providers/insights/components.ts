import { NAME_RULES, normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { requireOneOf, requireText, textAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { currentBillingFeatures } from "./billing-features.ts";

const RETENTION_DAYS = [30, 60, 90, 120, 180, 270, 365, 550, 730];

/** Workspace-based only, as on Azure since classic components were retired. */
export function components(host: CloudHost): TypeSpec {
  return {
    type: "components",
    apiVersions: ["2020-02-02", "2020-02-02-preview", "2018-05-01-preview", "2015-05-01"],
    location: "required",
    name: NAME_RULES["Microsoft.Insights/components"],
    status: { created: 200, updated: 200, deleted: 200 },
    patch: true,
    admit: (change) => admitComponent(host, change),
    actions: { currentbillingfeatures: currentBillingFeatures(host) },
  };
}

function admitComponent(host: CloudHost, change: Change): Resource {
  const { name, body, previous } = change;
  requireText(body, "kind", "InvalidRequestContent");
  requireText(body, "properties.Application_Type", "InvalidRequestContent");
  requireOneOf(body, "properties.Application_Type", ["web", "other"], "InvalidRequestContent");
  requireOneOf(body, "properties.IngestionMode", ["LogAnalytics"], "InvalidRequestContent");
  const days = body.properties.RetentionInDays ?? 90;
  if (typeof days !== "number" || !RETENTION_DAYS.includes(days)) {
    throw badRequest(
      "InvalidRequestContent",
      `properties.RetentionInDays is ${JSON.stringify(days)}; it must be one of ${RETENTION_DAYS.join(", ")}`,
    );
  }
  const workspaceId = requireText(body, "properties.WorkspaceResourceId", "InvalidRequestContent");
  referenced(
    host,
    change,
    workspaceId,
    "Microsoft.OperationalInsights/workspaces",
    "properties.WorkspaceResourceId",
    "LinkedResourceNotFound",
  );
  const defaults: JsonObject = {
    Flow_Type: "Bluefield",
    Request_Source: "rest",
    IngestionMode: "LogAnalytics",
    RetentionInDays: 90,
    DisableIpMasking: false,
    DisableLocalAuth: false,
    publicNetworkAccessForIngestion: "Enabled",
    publicNetworkAccessForQuery: "Enabled",
  };
  const appId = textAt(previous, "properties.AppId") ?? host.newGuid();
  const instrumentationKey = textAt(previous, "properties.InstrumentationKey") ?? host.newGuid();
  const readOnly: JsonObject = {
    AppId: appId,
    ApplicationId: name,
    InstrumentationKey: instrumentationKey,
    ConnectionString: connectionString(host, body.location ?? "", instrumentationKey, appId),
    Name: name,
    CreationDate: textAt(previous, "properties.CreationDate") ?? new Date(host.clock.now()).toISOString(),
    TenantId: host.tenantId,
    Ver: "v2",
  };
  return { ...body, properties: { ...withDefaults(body.properties, defaults), ...readOnly } };
}

/** The ingestion hosts lie below the reserved suffix, so telemetry of a rehearsal never reaches Azure. */
function connectionString(host: CloudHost, location: string, key: string, appId: string): string {
  const suffix = host.endpoints.storageSuffix.replace(/^core\./, "");
  const region = normalizeLocation(location);
  return [
    `InstrumentationKey=${key}`,
    `IngestionEndpoint=https://${region}.in.applicationinsights.${suffix}/`,
    `LiveEndpoint=https://${region}.livediagnostics.monitor.${suffix}/`,
    `ApplicationId=${appId}`,
  ].join(";");
}
