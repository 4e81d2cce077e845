import type { CloudHost, ProviderModule } from "../../../contract.ts";
import { createBlobAccess } from "../../../planes/blob/index.ts";
import { credentialHashes } from "./credentials.ts";
import { deploymentType } from "./deployment-type.ts";
import { endpointType } from "./endpoint-type.ts";
import { Fleet, type FleetOptions } from "./fleet.ts";
import { workloadsOf } from "./workloads.ts";

/** Kubernetes online endpoints and their deployments: a router process for each cluster, model-server processes behind it. */
export function createEndpoints(host: CloudHost, options: Pick<FleetOptions, "backoff"> = {}): Partial<ProviderModule> {
  const fleet = new Fleet({
    host,
    blobs: createBlobAccess(host),
    credentials: ({ id, authMode }) => credentialHashes(host, id, authMode, Date.now()),
    ...options,
  });
  host.workloads.provide(() => workloadsOf(host, fleet));
  return {
    types: [endpointType(host, fleet), deploymentType(host, fleet)],
    start: async () => fleet.restore(),
    stop: () => fleet.stop(),
  };
}
