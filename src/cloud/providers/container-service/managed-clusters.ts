import { idKey, NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { ActionSpec, Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { objectsAt, textAt } from "../common/body.ts";
import { claim } from "../common/claims.ts";
import { badRequest, conflict, refusedAction } from "../common/faults.ts";
import { requireType } from "../common/references.ts";
import { isBusy } from "../common/state.ts";
import { AKS_API_VERSIONS, CLUSTER_TYPE, IDENTITY_TYPE, POOL_TYPE } from "./api-versions.ts";
import { credentialActions } from "./cluster-credentials.ts";
import { checkOutbound, checkReach } from "./cluster-outbound.ts";
import { checkCaller, checkControlPlane, kubeletIdentity } from "./cluster-permissions.ts";
import { checkCluster, checkInlineChanges } from "./cluster-rules.ts";
import { completeCluster } from "./cluster-shape.ts";
import { checkUpgrade, resolveVersion } from "./kubernetes-versions.ts";
import { checkApiServerSubnet, checkNodeSubnet } from "./node-subnet.ts";
import { completePool } from "./pool-defaults.ts";
import { checkQuota } from "./pool-quota.ts";
import { inheritPool, type PoolProfile } from "./pool-rules.ts";
import { checkServiceRange } from "./service-range.ts";

const MINUTE_MS = 60_000;

/** What the cluster's API server does for its resource. */
export interface KubernetesSide {
  forget(uid: string): void;
  readonly runCommand: ActionSpec;
}

/** Pools are resources of their own; the inline list makes the first ones and shows all of them. */
export function managedClusters(host: CloudHost, kubernetes: KubernetesSide): TypeSpec {
  return {
    type: "managedClusters",
    apiVersions: AKS_API_VERSIONS,
    location: "required",
    name: NAME_RULES[CLUSTER_TYPE],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 4.25 * MINUTE_MS,
    deleteDurationMs: 5 * MINUTE_MS,
    patch: true,
    admit: (change) => admitCluster(host, change),
    provision(cluster) {
      checkControlPlane(host, cluster);
      checkReach(
        host,
        cluster,
        objectsAt(cluster, "properties.agentPoolProfiles").flatMap((pool) => textAt(pool, "vnetSubnetID") ?? []),
      );
      savePools(host, cluster);
      return undefined;
    },
    present: (cluster) => ({ ...cluster, properties: { ...cluster.properties, agentPoolProfiles: shownPools(host, cluster) } }),
    removed({ id, properties }) {
      const kubelet = textAt(properties, "identityProfile.kubeletidentity.resourceId");
      // Only an identity that was made with the cluster goes with it.
      if (kubelet !== undefined && host.resources.get(kubelet) === undefined) host.principals.remove(kubelet);
      kubernetes.forget(textAt(properties, "resourceUID") ?? "");
      host.log("aks.removed", { id });
    },
    actions: clusterActions(host, kubernetes.runCommand),
  };
}

export function poolsOf(host: CloudHost, clusterId: string): Resource[] {
  return host.resources.below(clusterId, POOL_TYPE);
}

/** AKS does one thing at a time on a cluster and its pools. */
export function refuseBusyCluster(host: CloudHost, clusterId: string, exceptId: string): void {
  const key = idKey(exceptId);
  const candidates = [host.resources.get(clusterId), ...poolsOf(host, clusterId)];
  const busy = candidates.find((other) => other !== undefined && idKey(other.id) !== key && isBusy(other));
  if (busy === undefined && claim(host, idKey(clusterId), key)) return;
  throw conflict(
    "OperationNotAllowed",
    `another operation is in progress on ${busy?.id ?? clusterId}; AKS takes one write at a time on a cluster and its pools, so write them one after another`,
  );
}

function admitCluster(host: CloudHost, change: Change): Resource {
  const { id, body, previous, caller, preflight } = change;
  if (preflight !== true) refuseBusyCluster(host, id, id);
  checkCluster(body, previous);
  const location = body.location ?? "";
  const plan = textAt(body, "properties.supportPlan") ?? "KubernetesOfficial";
  const running = textAt(previous, "properties.currentKubernetesVersion");
  const asked = textAt(body, "properties.kubernetesVersion") ?? textAt(previous, "properties.kubernetesVersion");
  const version = keepPatch(asked, running) ?? resolveVersion(asked, plan, location);
  if (running !== undefined) checkUpgrade(running, version);
  const overlay = isOverlay(body);
  const known = new Map(poolsOf(host, id).map((pool) => [pool.name, pool.properties]));
  const pools = objectsAt(body, "properties.agentPoolProfiles").map((pool) => ({
    name: pool.name,
    ...completePool(inheritPool(known.get(textAt(pool, "name") ?? ""), pool), { version, overlay, plan, location }),
  }));
  checkInlineChanges(objectsAt(body, "properties.agentPoolProfiles"), (name) => known.get(name));
  checkLinks(host, change, pools, overlay);
  if (preflight !== true) checkCaller(host, caller, body);
  const untouched = [...known].filter(([name]) => !pools.some((pool) => pool.name === name)).map(([, properties]) => properties);
  checkQuota(host, location, [...pools, ...untouched], id);
  const completed = completeCluster(host, change, version);
  return { ...completed, properties: { ...completed.properties, agentPoolProfiles: pools } };
}

/** A minor, as most people write it, keeps the patch that runs: PUTs stay the same over automatic patch upgrades. */
function keepPatch(asked: string | undefined, running: string | undefined): string | undefined {
  return running !== undefined && asked !== undefined && running.startsWith(`${asked}.`) ? running : undefined;
}

export function isOverlay(cluster: Resource | undefined): boolean {
  return (
    textAt(cluster, "properties.networkProfile.networkPluginMode") === "overlay" ||
    textAt(cluster, "properties.networkProfile.networkPlugin") === "none"
  );
}

function checkLinks(host: CloudHost, change: Change, pools: readonly PoolProfile[], overlay: boolean): void {
  const { id, body, preflight } = change;
  const context = { clusterId: id, overlay, ...(preflight === undefined ? {} : { preflight }) };
  const subnets = new Set(pools.flatMap((pool) => textAt(pool, "vnetSubnetID") ?? []));
  const without = pools.find((pool) => textAt(pool, "vnetSubnetID") === undefined);
  if (subnets.size > 0 && without !== undefined) refuseMixedSubnets(textAt(without, "name") ?? "");
  for (const subnetId of subnets) {
    const demands = pools
      .filter((pool) => pool.vnetSubnetID === subnetId)
      .map((pool) => ({ name: textAt(pool, "name") ?? "", pool }));
    const subnet = checkNodeSubnet(host, context, subnetId, demands);
    checkOutbound(host, body, subnet);
    checkServiceRange(host, body, subnet);
  }
  const apiServer = textAt(body, "properties.apiServerAccessProfile.subnetId");
  if (apiServer !== undefined) checkApiServerSubnet(host, context, apiServer, [...subnets]);
  const kubelet = kubeletIdentity(body);
  if (kubelet === undefined || kubelet === kubeletIdentity(change.previous)) return;
  requireType(kubelet, IDENTITY_TYPE, "properties.identityProfile.kubeletidentity.resourceId", "InvalidParameter");
  if (preflight !== true && host.resources.get(kubelet) === undefined) {
    throw badRequest(
      "ResourceNotFound",
      `the kubelet identity ${kubelet} does not exist`,
      "properties.identityProfile.kubeletidentity.resourceId",
    );
  }
}

/** The network of a cluster is its owner's or AKS's, for all pools. */
export function refuseMixedSubnets(name: string): never {
  throw badRequest(
    "InvalidParameter",
    `agent pool ${name} is the odd one: all pools of a cluster set vnetSubnetID, or none does`,
    "agentPoolProfile.vnetSubnetID",
  );
}

function savePools(host: CloudHost, cluster: Resource): void {
  for (const profile of objectsAt(cluster, "properties.agentPoolProfiles")) {
    const { name, ...properties } = profile;
    const id = `${cluster.id}/agentPools/${typeof name === "string" ? name : ""}`;
    host.resources.save({
      id,
      name: typeof name === "string" ? name : "",
      type: POOL_TYPE,
      properties: { ...properties, provisioningState: "Succeeded" },
    });
  }
}

/** Until the cluster is made its pools are only what the body says. */
function shownPools(host: CloudHost, cluster: Resource): JsonObject[] {
  const pools = poolsOf(host, cluster.id);
  if (pools.length === 0)
    return objectsAt(cluster, "properties.agentPoolProfiles").map((pool) => ({ ...pool, provisioningState: "Creating" }));
  return pools.map(({ name, properties }) => ({ name, ...properties }));
}

function clusterActions(host: CloudHost, runCommand: ActionSpec): Readonly<Record<string, ActionSpec>> {
  const power = (code: "Running" | "Stopped", permission: string): ActionSpec => ({
    permission,
    run: ({ resource }) => ({
      status: 202,
      later: async () => {
        const current = host.resources.get(resource.id) ?? resource;
        host.resources.save({ ...current, properties: { ...current.properties, powerState: { code } } });
        for (const pool of poolsOf(host, resource.id))
          host.resources.save({ ...pool, properties: { ...pool.properties, powerState: { code } } });
        return undefined;
      },
    }),
  });
  return {
    ...credentialActions(host),
    runCommand,
    rotateClusterCertificates: refusedAction("rotateClusterCertificates/action", "rotateClusterCertificates"),
    start: power("Running", "start/action"),
    stop: power("Stopped", "stop/action"),
  };
}
