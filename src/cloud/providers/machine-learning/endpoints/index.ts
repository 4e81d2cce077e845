import { idKey } from "../../../../azure/index.ts";
import { isObject } from "../../../../base/index.ts";
import type { CloudHost, ProviderModule, Resource } from "../../../contract.ts";
import { clusterOf } from "./compute.ts";
import { credentialHashes } from "./credentials.ts";
import { deploymentType } from "./deployment-type.ts";
import { endpointType } from "./endpoint-type.ts";
import { type EndpointView, Fleet, type FleetOptions } from "./fleet.ts";

const ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";

/** Kubernetes online endpoints and their deployments: a router process for each cluster, model-server processes behind it. */
export function createEndpoints(
  host: CloudHost,
  options: Pick<FleetOptions, "backoff"> = {},
): Omit<ProviderModule, "namespace" | "planes" | "actions"> {
  const fleet = new Fleet({ host, endpoints: (cluster) => endpointsOn(host, cluster), ...options });
  return {
    types: [endpointType(host, fleet), deploymentType(host, fleet)],
    start: async () => fleet.restore(),
    stop: () => fleet.stop(),
  };
}

function endpointsOn(host: CloudHost, cluster: string): EndpointView[] {
  return host.resources.ofType(ENDPOINTS).flatMap((endpoint) => {
    const compute = host.resources.get(String(endpoint.properties.compute));
    if (compute === undefined || idKey(clusterOf(compute)) !== idKey(cluster)) return [];
    const { authMode } = endpoint.properties;
    const credentials = credentialHashes(host, endpoint.id, String(authMode), Date.now());
    return [{ id: endpoint.id, name: endpoint.name, cluster, credentials, traffic: trafficOf(endpoint) }];
  });
}

function trafficOf(endpoint: Resource): Record<string, number> {
  const { traffic } = endpoint.properties;
  const entries = isObject(traffic) ? Object.entries(traffic) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}
