import { type ArmClient, ArmError } from "../arm/index.ts";
import { isObject } from "../base/index.ts";
import type { Promised } from "./verify.ts";

const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";

/**
 * Nodes of the pools that scale by themselves, by pool: what a deployment must ask for to leave them alone. Empty where
 * there is no cluster yet.
 */
export async function runningNodes(
  client: ArmClient,
  promised: readonly Promised[],
  signal: AbortSignal,
): Promise<Record<string, number>> {
  const running: Record<string, number> = {};
  for (const { id, apiVersion } of promised.filter(({ type }) => type === CLUSTER_TYPE)) {
    const properties = (await client.find(id, apiVersion, signal).catch(unregistered))?.properties;
    const pools = isObject(properties) && Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles : [];
    for (const pool of pools.filter(isObject)) {
      const { name, count, enableAutoScaling } = pool;
      if (enableAutoScaling === true && typeof name === "string" && typeof count === "number") running[name] = count;
    }
  }
  return running;
}

/** A subscription that never had a cluster may not know the type yet. */
function unregistered(error: unknown): undefined {
  if (!(error instanceof ArmError && error.code === "MissingSubscriptionRegistration")) throw error;
}
