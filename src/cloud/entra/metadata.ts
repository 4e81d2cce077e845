import type { JsonObject, JsonValue } from "../../base/index.ts";
import type { Endpoints } from "../contract.ts";
import { CLOUD_NAME, RESERVED_DOMAIN } from "../suffixes.ts";

/**
 * `GET /metadata/endpoints`. The answer differs by version: an object for 2022-09-01 (an array crashes az), a list of
 * clouds for 2019-05-01, the oldest form for 2015-01-01.
 */
export function cloudMetadata(endpoints: Endpoints, apiVersion: string): JsonValue {
  const { arm } = endpoints;
  if (apiVersion.startsWith("2015-01-01")) {
    return {
      galleryEndpoint: arm,
      graphEndpoint: arm,
      portalEndpoint: arm,
      authentication: { loginEndpoint: arm, audiences: [arm] },
    };
  }
  const cloud: JsonObject = {
    name: CLOUD_NAME,
    portal: arm,
    authentication: {
      loginEndpoint: arm,
      audiences: [arm, "https://management.azure.com/"],
      tenant: "common",
      identityProvider: "AAD",
    },
    // Without a trailing slash: go-azure-sdk puts `/subscriptions` behind it as it is.
    resourceManager: arm,
    media: arm,
    batch: arm,
    graph: arm,
    graphAudience: arm,
    microsoftGraphResourceId: arm,
    gallery: arm,
    sqlManagement: arm,
    vmImageAliasDoc: arm,
    activeDirectoryDataLake: arm,
    appInsightsResourceId: arm,
    appInsightsTelemetryChannelResourceId: arm,
    logAnalyticsResourceId: arm,
    synapseAnalyticsResourceId: arm,
    attestationResourceId: arm,
    ossrDbmsResourceId: arm,
    suffixes: {
      acrLoginServer: endpoints.registrySuffix,
      keyVaultDns: endpoints.vaultSuffix,
      storage: endpoints.storageSuffix,
      sqlServerHostname: `database.${RESERVED_DOMAIN}`,
      mhsmDns: `managedhsm.${RESERVED_DOMAIN}`,
      mysqlServerEndpoint: `mysql.${RESERVED_DOMAIN}`,
      postgresqlServerEndpoint: `postgres.${RESERVED_DOMAIN}`,
      mariadbServerEndpoint: `mariadb.${RESERVED_DOMAIN}`,
      storageSyncEndpointSuffix: `afs.${RESERVED_DOMAIN}`,
      synapseAnalytics: `synapse.${RESERVED_DOMAIN}`,
      attestationEndpoint: `attest.${RESERVED_DOMAIN}`,
      azureDataLakeStoreFileSystem: `datalake.${RESERVED_DOMAIN}`,
      azureFrontDoorEndpointSuffix: `azurefd.${RESERVED_DOMAIN}`,
      azureDataLakeAnalyticsCatalogAndJob: `datalakeanalytics.${RESERVED_DOMAIN}`,
    },
  };
  return apiVersion.startsWith("2019") ? [cloud] : cloud;
}
