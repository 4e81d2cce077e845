import { asObject, asObjects, type JsonObject, type JsonValue } from "../base/index.ts";
import { vmSize } from "./vm-sizes.ts";

/** vCPUs of one VM family that a deployment takes from one quota of the region. */
export interface QuotaNeed {
  /** Whose quota: that of virtual machines, or Azure ML's own for training clusters. */
  readonly of: "Microsoft.Compute" | "Microsoft.MachineLearningServices";
  /** As the usages API names it. Spot and low-priority nodes share one quota of all families. */
  readonly family: string;
  /** At the least sizes, which the deployment itself asks for. */
  readonly vCpus: number;
  /** With every pool at its most. */
  readonly mostVCpus: number;
}

export interface NodeHolder {
  readonly type: string;
  readonly name: string;
  readonly body: JsonObject;
}

/** Machines that a resource's body asks for: a pool of a cluster, or a training cluster. */
export interface NodePool {
  readonly of: QuotaNeed["of"];
  readonly name: string;
  readonly size: string;
  readonly isSpot: boolean;
  readonly zones: readonly string[];
  readonly least: number;
  readonly most: number;
}

/** Quotas that are not of one family, as the usages APIs name them. */
export const SHARED_QUOTAS = {
  /** Of every family's nodes but spot ones. */
  regional: { "Microsoft.Compute": "cores", "Microsoft.MachineLearningServices": "TotalDedicatedCores" },
  /** Of spot and low-priority nodes, whatever their family. */
  spot: { "Microsoft.Compute": "lowPriorityCores", "Microsoft.MachineLearningServices": "TotalLowPriorityCores" },
} as const;

/** The quotas that a node counts against. */
export function quotasOf(of: QuotaNeed["of"], family: string, isSpot: boolean): readonly string[] {
  return isSpot ? [SHARED_QUOTAS.spot[of]] : [family, SHARED_QUOTAS.regional[of]];
}

/** Needed quotas of evaluated bodies, sorted; sizes that are unknown here are left out, as the checks tell. */
export function quotaNeeds(resources: readonly NodeHolder[]): QuotaNeed[] {
  const needs = new Map<string, QuotaNeed>();
  for (const { of, size, isSpot, least, most } of resources.flatMap(nodePools)) {
    const known = vmSize(size);
    if (!known) continue;
    const family = isSpot ? SHARED_QUOTAS.spot[of] : known.family;
    const before = needs.get(`${of}/${family}`);
    needs.set(`${of}/${family}`, {
      of,
      family,
      vCpus: (before?.vCpus ?? 0) + least * known.vCpus,
      mostVCpus: (before?.mostVCpus ?? 0) + most * known.vCpus,
    });
  }
  return [...needs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

export function nodePools({ type, name, body }: NodeHolder): NodePool[] {
  const properties = asObject(body.properties);
  const ownName = name.slice(name.lastIndexOf("/") + 1);
  switch (type) {
    case "Microsoft.ContainerService/managedClusters":
      return asObjects(properties.agentPoolProfiles).map((profile) => pool(text(profile.name), profile));
    case "Microsoft.ContainerService/managedClusters/agentPools":
      return [pool(ownName, properties)];
    case "Microsoft.MachineLearningServices/workspaces/computes":
      return properties.computeType === "AmlCompute" ? [trainingCluster(ownName, asObject(properties.properties))] : [];
    default:
      return [];
  }
}

function pool(name: string, of: JsonObject): NodePool {
  const least = number(of.count);
  return {
    of: "Microsoft.Compute",
    name,
    size: text(of.vmSize),
    isSpot: of.scaleSetPriority === "Spot",
    zones: Array.isArray(of.availabilityZones) ? of.availabilityZones.map(String) : [],
    least,
    most: of.enableAutoScaling === true ? number(of.maxCount) : least,
  };
}

function trainingCluster(name: string, of: JsonObject): NodePool {
  const scale = asObject(of.scaleSettings);
  return {
    of: "Microsoft.MachineLearningServices",
    name,
    size: text(of.vmSize),
    isSpot: of.vmPriority === "LowPriority",
    zones: [],
    least: number(scale.minNodeCount),
    most: number(scale.maxNodeCount),
  };
}

const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
const number = (value: JsonValue | undefined): number => (typeof value === "number" ? value : 0);
