import { type NodePool, type QuotaNeed, quotasOf, vmSize } from "../../azure/index.ts";
import { asString, type JsonObject } from "../../base/index.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";
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
    const near = nearSizes(size, offered);
    return [
      {
        code: "ops.size-not-offered",
        message: `${size} of training cluster ${name} is not offered by Azure ML in ${location}`,
        hint: near.length === 0 ? "choose another region" : `choose another size, such as ${near.join(", ")}, or another region`,
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

const MOST_NAMED = 3;

/** Sizes to take instead: with GPUs or without as the one that is missing, near to it in vCPUs, then in name. */
export function nearSizes(size: string, offered: readonly JsonObject[]): string[] {
  const vCpus = vmSize(size)?.vCpus ?? Number(/^Standard_[A-Z]+(\d+)/i.exec(size)?.[1] ?? 4);
  const wantsGpu = (vmSize(size)?.gpus ?? (/^Standard_N/i.test(size) ? 1 : 0)) > 0;
  const distance = (candidate: JsonObject) => Math.abs(Math.log2(Math.max(1, Number(candidate.vCPUs)) / Math.max(1, vCpus)));
  const likeness = (candidate: JsonObject) => commonStart(asString(candidate.name), size);
  return offered
    .filter(({ gpus }) => Number(gpus ?? 0) > 0 === wantsGpu)
    .sort(
      (a, b) => distance(a) - distance(b) || likeness(b) - likeness(a) || asString(a.name).localeCompare(asString(b.name), "en"),
    )
    .slice(0, MOST_NAMED)
    .map(({ name }) => asString(name));
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length]?.toLowerCase() === b[length]?.toLowerCase()) length++;
  return length;
}

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
