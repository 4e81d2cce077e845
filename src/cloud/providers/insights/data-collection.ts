import { normalizeLocation } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import { isObject } from "../../../base/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectAt, objectsAt, textAt, textsAt, withDefaults } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { referenced } from "../common/references.ts";
import { RULE_NAME } from "./names.ts";

const API_VERSIONS = ["2024-03-11", "2023-03-11", "2022-06-01"];
const ENDPOINT = "Microsoft.Insights/dataCollectionEndpoints";
const RULE = "Microsoft.Insights/dataCollectionRules";
/** The one association name that carries an endpoint. */
const ENDPOINT_ASSOCIATION = "configurationAccessEndpoint";

export function dataCollectionEndpoints(host: CloudHost): TypeSpec {
  return {
    type: "dataCollectionEndpoints",
    apiVersions: API_VERSIONS,
    location: "required",
    name: RULE_NAME,
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit({ name, body, previous }) {
      const suffix = host.endpoints.storageSuffix.replace(/^core\./, "");
      const address = (kind: string) => ({
        endpoint: `https://${name.toLowerCase()}.${normalizeLocation(body.location ?? "")}-1.${kind}.monitor.${suffix}`,
      });
      const readOnly: JsonObject = {
        immutableId: textAt(previous, "properties.immutableId") ?? immutableId("dce", host),
        configurationAccess: address("handler.control"),
        logsIngestion: address("ingest"),
        metricsIngestion: address("metrics.ingest"),
      };
      return {
        ...body,
        properties: { ...withDefaults(body.properties, { networkAcls: { publicNetworkAccess: "Enabled" } }), ...readOnly },
      };
    },
  };
}

export function dataCollectionRules(host: CloudHost): TypeSpec {
  return {
    type: "dataCollectionRules",
    apiVersions: API_VERSIONS,
    location: "required",
    name: RULE_NAME,
    status: { created: 201, updated: 200, deleted: 200 },
    patch: true,
    admit(change) {
      const { body, previous } = change;
      checkFlows(body);
      const endpoint = textAt(body, "properties.dataCollectionEndpointId");
      if (endpoint !== undefined)
        referenced(host, change, endpoint, ENDPOINT, "properties.dataCollectionEndpointId", "InvalidPayload");
      for (const { workspaceResourceId } of objectsAt(body, "properties.destinations.logAnalytics")) {
        const id = typeof workspaceResourceId === "string" ? workspaceResourceId : "";
        referenced(
          host,
          change,
          id,
          "Microsoft.OperationalInsights/workspaces",
          "destinations.logAnalytics[].workspaceResourceId",
          "InvalidPayload",
        );
      }
      const immutable = textAt(previous, "properties.immutableId") ?? immutableId("dcr", host);
      return { ...body, properties: { ...body.properties, immutableId: immutable } };
    },
  };
}

/** Every flow must go to a destination that the rule names. */
function checkFlows(body: Resource): void {
  const lists = Object.values(objectAt(body, "properties.destinations")).flatMap((value) =>
    Array.isArray(value) ? value : [value],
  );
  const names = new Set(lists.filter(isObject).map((destination) => textAt(destination, "name")));
  for (const flow of objectsAt(body, "properties.dataFlows")) {
    const unknown = textsAt(flow, "destinations").find((name) => !names.has(name));
    if (unknown !== undefined)
      throw badRequest(
        "InvalidPayload",
        `properties.dataFlows[] names the destination ${unknown}, which properties.destinations has not`,
      );
    if (textsAt(flow, "streams").length === 0) throw badRequest("InvalidPayload", "properties.dataFlows[].streams is empty");
  }
}

export function dataCollectionRuleAssociations(host: CloudHost): TypeSpec {
  return {
    type: "dataCollectionRuleAssociations",
    apiVersions: API_VERSIONS,
    location: "inherited",
    extension: true,
    name: RULE_NAME,
    status: { created: 201, updated: 200, deleted: 200 },
    admit(change) {
      const { name, body } = change;
      const rule = textAt(body, "properties.dataCollectionRuleId");
      const endpoint = textAt(body, "properties.dataCollectionEndpointId");
      if ((rule === undefined) === (endpoint === undefined)) {
        throw badRequest(
          "InvalidPayload",
          "properties needs either dataCollectionRuleId or dataCollectionEndpointId, and not both",
        );
      }
      if ((endpoint !== undefined) !== (name.toLowerCase() === ENDPOINT_ASSOCIATION.toLowerCase())) {
        throw badRequest(
          "InvalidPayload",
          `the association that carries an endpoint is named ${ENDPOINT_ASSOCIATION}, and no other is; this one is ${name}`,
        );
      }
      if (rule !== undefined) referenced(host, change, rule, RULE, "properties.dataCollectionRuleId", "InvalidPayload");
      if (endpoint !== undefined)
        referenced(host, change, endpoint, ENDPOINT, "properties.dataCollectionEndpointId", "InvalidPayload");
      return body;
    },
  };
}

function immutableId(prefix: string, host: CloudHost): string {
  return `${prefix}-${host.newGuid().replaceAll("-", "")}`;
}
