import { type NodePool, type QuotaNeed, quotasOf, vmSize } from "../../azure/index.ts";
import { asString, type JsonObject } from "../../base/index.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";
import { instead, type OfferedSize } from "./near-sizes.ts";
import { newPools } from "./pools.ts";

export const ML = "Microsoft.MachineLearningServices";
export const TRAINING_CLUSTERS = `${ML}/workspaces/computes`;
const API_VERSION = "2025-06-01";

export const mlApiVersion = (ask: Ask): string => ask.ofType(TRAINING_CLUSTERS)[0]?.apiVersion ?? API_VERSION;

/** Sizes of new training clusters that Azure ML does not offer there: its list is another than that of virtual machines. */
export async function missingTrainingSizes(ask: Ask): Promise<Finding[]> {
  const clusters = await newPools(ask, [TRAINING_CLUSTERS]);
  if (clusters.length === 0) return [];
  const path = ask.provider(`${ML}/locations/${ask.location}/vmSizes`);
  const listed = await ask.client.list(path, mlApiVersion(ask), ask.signal);
  const offered = listed.filter(
    ({ supportedComputeTypes: types }) => !Array.isArray(types) || types.length === 0 || types.includes("AmlCompute"),
  );
  return clusters.flatMap((cluster) => judge(cluster, offered, ask.location));
}

function judge({ name, size, isSpot }: NodePool, offered: readonly JsonObject[], location: string): Finding[] {
  const found = offered.find((candidate) => asString(candidate.name).toLowerCase() === size.toLowerCase());
  if (found === undefined) {
    return [
      {
        code: "ops.size-not-offered",
        message: `${size} of training cluster ${name} is not offered by Azure ML in ${location}`,
        hint: instead(size, offered.map(asOffered)),
      },
    ];
  }
  if (!isSpot || found.lowPriorityCapable !== false) return [];
  return [
    {
      code: "ops.size-not-low-priority",
      message: `${size} of training cluster ${name} does not run as low priority in ${location}, as Azure ML lists it`,
      hint: "its jobs would wait for ever: take another size, or leave the cluster out",
      // Azure takes the cluster, and its list has been seen to be wrong.
      isWarning: true,
    },
  ];
}

const asOffered = ({ name, vCPUs, gpus }: JsonObject): OfferedSize => ({
  name: asString(name),
  vCpus: Number(vCPUs),
  gpus: Number(gpus ?? 0),
});

/** Azure ML makes no cluster that could not have one node, though it asks for none to begin with: `ClusterMinNodesExceedCoreQuota`. */
export function firstNodes(
  { name, size, isSpot, least }: NodePool,
  { family, limit }: Pick<QuotaNeed, "family"> & { readonly limit: number },
  location: string,
): Finding[] {
  const known = vmSize(size);
  if (known === undefined || !quotasOf(ML, known.family, isSpot).includes(family)) return [];
  const nodes = Math.max(1, least);
  if (nodes * known.vCpus <= limit) return [];
  const needs = `${nodes === 1 ? "a node" : `${nodes} nodes`} of training cluster ${name} take${nodes === 1 ? "s" : ""} ${nodes * known.vCpus}`;
  return [
    {
      code: "ops.quota-exceeded",
      message: `quota ${family} of Azure ML is ${limit} vCPUs in ${location}, and ${needs}`,
      hint: "ask for more (portal: Quotas), take a smaller size, or leave the cluster out",
    },
  ];
}
