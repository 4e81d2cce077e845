import { vmSize } from "../azure/index.ts";
import { isObject, type JsonObject, type JsonValue } from "../base/index.ts";

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

interface Declared {
  readonly type: string;
  readonly body: JsonObject;
}

interface Nodes {
  readonly of: QuotaNeed["of"];
  readonly size: string;
  readonly isSpot: boolean;
  readonly least: number;
  readonly most: number;
}

const SHARED = {
  "Microsoft.Compute": "lowPriorityCores",
  "Microsoft.MachineLearningServices": "Total Low-priority vCPUs",
} as const;

/** Needed quotas of evaluated bodies, sorted; sizes that are unknown here are left out, as the checks tell. */
export function quotaNeeds(resources: readonly Declared[]): QuotaNeed[] {
  const needs = new Map<string, QuotaNeed>();
  for (const { of, size, isSpot, least, most } of resources.flatMap(nodesOf)) {
    const known = vmSize(size);
    if (!known) continue;
    const family = isSpot ? SHARED[of] : known.family;
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

function nodesOf({ type, body }: Declared): Nodes[] {
  const properties = object(body.properties);
  switch (type) {
    case "Microsoft.ContainerService/managedClusters":
      return list(properties.agentPoolProfiles).map(pool);
    case "Microsoft.ContainerService/managedClusters/agentPools":
      return [pool(properties)];
    case "Microsoft.MachineLearningServices/workspaces/computes":
      return properties.computeType === "AmlCompute" ? [trainingCluster(object(properties.properties))] : [];
    default:
      return [];
  }
}

function pool(of: JsonObject): Nodes {
  const least = number(of.count);
  return {
    of: "Microsoft.Compute",
    size: text(of.vmSize),
    isSpot: of.scaleSetPriority === "Spot",
    least,
    most: of.enableAutoScaling === true ? number(of.maxCount) : least,
  };
}

function trainingCluster(of: JsonObject): Nodes {
  const scale = object(of.scaleSettings);
  return {
    of: "Microsoft.MachineLearningServices",
    size: text(of.vmSize),
    isSpot: of.vmPriority === "LowPriority",
    least: number(scale.minNodeCount),
    most: number(scale.maxNodeCount),
  };
}

const object = (value: JsonValue | undefined): JsonObject => (isObject(value) ? value : {});
const list = (value: JsonValue | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
const number = (value: JsonValue | undefined): number => (typeof value === "number" ? value : 0);
