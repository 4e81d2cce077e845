import { normalizeLocation } from "../../../azure/index.ts";
import type { CloudHost, TypeSpec } from "../../contract.ts";
import { requireOneOf, textAt, withDefaults } from "../common/body.ts";
import { resourceGroupOf } from "../common/ids.ts";

/** Azure Monitor workspaces: where Prometheus metrics are kept. */
export function accounts(host: CloudHost): TypeSpec {
  return {
    type: "accounts",
    apiVersions: ["2025-10-03", "2025-05-03-preview", "2023-04-03", "2021-06-03-preview"],
    location: "required",
    name: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,42}[A-Za-z0-9]$/,
      words: "4 to 44 letters, digits and hyphens, starting and ending with a letter or digit",
    },
    status: { created: 201, updated: 200, deleted: 202 },
    deleteDurationMs: 20_000,
    durationMs: 20_000,
    patch: true,
    admit({ id, name, body, previous }) {
      requireOneOf(body, "properties.publicNetworkAccess", ["Enabled", "Disabled"], "InvalidRequestContent");
      const accountId = textAt(previous, "properties.accountId") ?? host.newGuid();
      const location = normalizeLocation(body.location ?? "");
      const suffix = host.endpoints.storageSuffix.replace(/^core\./, "");
      // Azure makes an endpoint and a rule by itself, in a group that it manages.
      const managed = `/subscriptions/${resourceGroupOf(id).subscriptionId}/resourceGroups/MA_${name}_${location}_managed/providers/Microsoft.Insights`;
      return {
        ...body,
        properties: {
          ...withDefaults(body.properties, { publicNetworkAccess: "Enabled" }),
          accountId,
          metrics: {
            internalId: `mac_${accountId}`,
            prometheusQueryEndpoint: `https://${name.toLowerCase()}.${location}.prometheus.monitor.${suffix}`,
          },
          defaultIngestionSettings: {
            dataCollectionEndpointResourceId: `${managed}/dataCollectionEndpoints/${name}`,
            dataCollectionRuleResourceId: `${managed}/dataCollectionRules/${name}`,
          },
        },
      };
    },
  };
}
