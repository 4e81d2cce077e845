import { type QuotaNeed, quotaNeeds, SHARED_QUOTAS } from "../../azure/index.ts";
import { isObject, type JsonObject } from "../../base/index.ts";
import type { Ask, Wanted } from "./ask.ts";
import type { Finding } from "./finding.ts";
import { newPools } from "./pools.ts";
import { firstNodes, ML, mlApiVersion, TRAINING_CLUSTERS } from "./training.ts";
import { isUsageOf } from "./usages.ts";

/** What is needed of a quota, beside what the subscription has of it. */
export interface MeasuredQuota extends QuotaNeed {
  readonly limit: number;
  /** By everything in the subscription and the region, this platform's own nodes included. */
  readonly inUse: number;
}

const COMPUTE_API_VERSION = "2024-07-01";
const HOLDERS = ["Microsoft.ContainerService/managedClusters", TRAINING_CLUSTERS];

export interface QuotaAnswer {
  readonly findings: readonly Finding[];
  readonly quotas: readonly MeasuredQuota[];
}

/** The vCPUs that the deployment takes more than now, against what is left of the quotas they come from. */
export async function measureQuotas(ask: Ask, of: QuotaNeed["of"]): Promise<QuotaAnswer> {
  const needed = (resources: readonly Wanted[]) =>
    withRegional(
      quotaNeeds(resources).filter((need) => need.of === of),
      of,
    );
  const needs = needed(ask.wanted);
  if (needs.length === 0) return { findings: [], quotas: [] };
  const held = needed(await runningNow(ask));
  const usages = await ask.client.list(
    ask.provider(`${of}/locations/${ask.location}/usages`),
    of === ML ? mlApiVersion(ask) : COMPUTE_API_VERSION,
    ask.signal,
  );
  const clusters = of === ML ? await newPools(ask, [TRAINING_CLUSTERS]) : [];
  const findings: Finding[] = [];
  const quotas: MeasuredQuota[] = [];
  for (const need of needs) {
    const usage = usages.find((candidate) => isUsageOf(need, candidate));
    if (usage === undefined) continue; // Azure does not limit it, or names it in a way that nobody documents
    const measured: MeasuredQuota = { ...need, limit: Number(usage.limit), inUse: Number(usage.currentValue) };
    if (measured.limit < 0) continue; // Azure ML's word for: only the quota of all families counts
    quotas.push(measured);
    const impossible = clusters.flatMap((cluster) => firstNodes(cluster, measured, ask.location));
    const own = held.find(({ family }) => family === need.family)?.vCpus ?? 0;
    findings.push(...(impossible.length > 0 ? impossible : judge(measured, own, ask.location)));
  }
  return { findings, quotas };
}

function judge(quota: MeasuredQuota, own: number, location: string): Finding[] {
  const { of, family, vCpus, mostVCpus, limit, inUse } = quota;
  const left = Math.max(0, limit - inUse);
  const [more, mostMore] = [vCpus - own, mostVCpus - own];
  const whose = of === "Microsoft.Compute" ? "" : " of Azure ML";
  if (more > left)
    return [
      {
        code: "ops.quota-exceeded",
        message: `quota ${family}${whose} has ${left} vCPUs left in ${location}, and the node pools need ${more}`,
        hint: "ask for more (portal: Quotas), or take fewer or smaller nodes",
      },
    ];
  if (mostMore > left)
    return [
      {
        code: "ops.quota-low",
        message: `quota ${family}${whose} has ${left} vCPUs left in ${location}, and the node pools may grow by ${mostMore}`,
        hint: "ask for more (portal: Quotas), or let the pools grow less",
        isWarning: true,
      },
    ];
  return [];
}

/** Bodies of what stands already; stopped machines are not counted by Azure. */
async function runningNow(ask: Ask): Promise<Wanted[]> {
  const holders = HOLDERS.flatMap((type) => ask.ofType(type));
  const standing = await Promise.all(holders.map(async (holder) => ({ ...holder, body: (await ask.current(holder)) ?? {} })));
  return standing.filter(({ body }) => !isStopped(body)).map((holder) => ({ ...holder, body: withoutStoppedPools(holder.body) }));
}

function isStopped(body: JsonObject): boolean {
  const properties = isObject(body.properties) ? body.properties : body;
  return isObject(properties.powerState) && properties.powerState.code === "Stopped";
}

function withoutStoppedPools(body: JsonObject): JsonObject {
  if (!isObject(body.properties) || !Array.isArray(body.properties.agentPoolProfiles)) return body;
  const running = body.properties.agentPoolProfiles.filter((pool) => isObject(pool) && !isStopped(pool));
  return { ...body, properties: { ...body.properties, agentPoolProfiles: running } };
}

/** Adds the quota of all families together, which spot nodes do not count against. */
function withRegional(needs: readonly QuotaNeed[], of: QuotaNeed["of"]): QuotaNeed[] {
  const ordinary = needs.filter(({ family }) => family !== SHARED_QUOTAS.spot[of]);
  if (ordinary.length === 0) return [...needs];
  const sum = (key: "vCpus" | "mostVCpus") => ordinary.reduce((total, need) => total + need[key], 0);
  return [{ of, family: SHARED_QUOTAS.regional[of], vCpus: sum("vCpus"), mostVCpus: sum("mostVCpus") }, ...needs];
}
