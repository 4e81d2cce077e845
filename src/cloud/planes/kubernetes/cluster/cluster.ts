import type { CloudHost, Principal, Resource } from "../../../contract.ts";
import { flagAt, textAt } from "../../../providers/common/body.ts";
import { hasSucceeded } from "../../../providers/common/state.ts";
import type { Feature } from "../kinds/kind.ts";

export const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
export const EXTENSION_TYPE = "Microsoft.KubernetesConfiguration/extensions";

/** The application that stands for AKS's API servers in every tenant: what their tokens are for. */
export const SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630";

/** A cluster as its API server sees it. */
export interface Cluster {
  readonly uid: string;
  readonly resource: Resource;
  readonly features: ReadonlySet<Feature>;
}

export function clusterOf(host: CloudHost, uid: string): Cluster | undefined {
  const resource = host.resources.ofType(CLUSTER_TYPE).find(({ properties }) => properties.resourceUID === uid);
  if (resource === undefined) return undefined;
  const features = new Set<Feature>();
  if (azureMlOf(host, resource) !== undefined) features.add("azureml");
  if (textAt(resource, "properties.networkProfile.networkDataplane")?.toLowerCase() === "cilium") features.add("cilium");
  if (flagAt(resource, "properties.azureMonitorProfile.metrics.enabled") === true) features.add("managed-prometheus");
  return { uid, resource, features };
}

export function isStopped({ resource }: Cluster): boolean {
  return textAt(resource, "properties.powerState.code") === "Stopped";
}

/** What tells a cluster's API server from others', by the cluster's resource id. */
export function uidOf({ resources }: Pick<CloudHost, "resources">, clusterId: string): string {
  return textAt(resources.get(clusterId), "properties.resourceUID") ?? "";
}

/** The Azure ML extension once it is installed. */
export function azureMlOf(host: CloudHost, { id }: Resource): Resource | undefined {
  return host.resources
    .below(id, EXTENSION_TYPE)
    .find(
      (extension) =>
        textAt(extension, "properties.extensionType")?.toLowerCase() === "microsoft.azureml.kubernetes" &&
        hasSucceeded(extension),
    );
}

/** The path of a cluster's API server below the cloud's own origin. */
export function serverPath(uid: string): string {
  return `/kubernetes/${uid}`;
}

/** The token of the local administrator; the same for the life of the cluster, and stored nowhere. */
export function adminToken(host: CloudHost, uid: string): string {
  return Buffer.from(host.deriveSecret(`kubernetes-admin/${uid}`), "base64").toString("hex");
}

/** Whoever holds the local administrator's credential: Azure's roles are not asked. */
export const LOCAL_ADMIN: Principal = { objectId: "masterclient", kind: "system", displayName: "masterclient" };
