import { NAME_RULES } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { numberAt, textAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { AKS_API_VERSIONS, POOL_TYPE } from "./api-versions.ts";
import { checkOutbound, checkReach } from "./cluster-outbound.ts";
import { checkCaller, checkControlPlane } from "./cluster-permissions.ts";
import { isOverlay, poolsOf, refuseBusyCluster, refuseMixedSubnets } from "./managed-clusters.ts";
import { checkNodeSubnet } from "./node-subnet.ts";
import { completePool } from "./pool-defaults.ts";
import { checkQuota } from "./pool-quota.ts";
import { checkPool, checkPoolChange, inheritPool, isSystem } from "./pool-rules.ts";

const MINUTE_MS = 60_000;

export function agentPools(host: CloudHost): TypeSpec {
  return {
    type: "managedClusters/agentPools",
    apiVersions: AKS_API_VERSIONS,
    location: "inherited",
    name: NAME_RULES[POOL_TYPE],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 2.5 * MINUTE_MS,
    deleteDurationMs: 2 * MINUTE_MS,
    admit: (change) => admitPool(host, change),
    provision(pool) {
      const cluster = host.resources.get(parentOf(pool.id));
      if (cluster !== undefined) checkControlPlane(host, withPool(cluster, pool));
      checkReach(host, cluster, [textAt(pool, "properties.vnetSubnetID") ?? ""]);
      return undefined;
    },
    admitDelete({ id, name }) {
      const clusterId = parentOf(id);
      refuseBusyCluster(host, clusterId, id);
      const rest = poolsOf(host, clusterId).filter((pool) => pool.name !== name);
      if (!rest.some((pool) => isSystem(pool.properties))) {
        throw badRequest("OperationNotAllowed", `agent pool ${name} is the last system pool; a cluster needs one`);
      }
    },
  };
}

function admitPool(host: CloudHost, change: Change): Resource {
  const { id, name, body, previous, preflight, caller } = change;
  const cluster = host.resources.get(parentOf(id));
  const location = cluster?.location ?? "";
  checkPool(name, body.properties, location);
  // Bounds do not replace it: only pools in the body of a cluster may leave it out.
  if (previous === undefined && numberAt(body.properties, "count") === undefined)
    throw badRequest("InvalidParameter", "required parameter properties.count is missing (null)", "properties.count");
  if (previous !== undefined) checkPoolChange(name, previous.properties, body.properties);
  // In a preflight the cluster may be made by the same template.
  if (cluster === undefined) return body;
  if (preflight !== true) refuseBusyCluster(host, cluster.id, id);
  if (previous !== undefined && isSystem(previous.properties) && !isSystem(body.properties)) {
    const others = poolsOf(host, cluster.id).filter((pool) => pool.name !== name && isSystem(pool.properties));
    if (others.length === 0)
      throw badRequest("OperationNotAllowed", `agent pool ${name} is the last system pool; its mode must stay System`);
  }
  const plan = textAt(cluster, "properties.supportPlan") ?? "KubernetesOfficial";
  const version = textAt(cluster, "properties.currentKubernetesVersion") ?? "";
  const overlay = isOverlay(cluster);
  const properties = completePool(inheritPool(previous?.properties, body.properties), { version, overlay, plan, location });
  const subnetId = textAt(properties, "vnetSubnetID");
  const others = poolsOf(host, cluster.id).filter((pool) => pool.name !== name);
  if (others.some((pool) => (textAt(pool, "properties.vnetSubnetID") === undefined) !== (subnetId === undefined)))
    refuseMixedSubnets(name);
  if (subnetId !== undefined) {
    const context = { clusterId: cluster.id, overlay, ...(preflight === undefined ? {} : { preflight }) };
    checkOutbound(host, cluster, checkNodeSubnet(host, context, subnetId, [{ name, pool: properties }]));
    if (preflight !== true) checkCaller(host, caller, withPool(cluster, { ...body, properties }));
  }
  checkQuota(host, location, [properties], id);
  return { ...body, properties };
}

/** The cluster as its identity must be able to run it with this pool. */
function withPool(cluster: Resource, pool: Resource): Resource {
  return { ...cluster, properties: { ...cluster.properties, agentPoolProfiles: [{ name: pool.name, ...pool.properties }] } };
}
