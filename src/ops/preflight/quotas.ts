import { type QuotaNeed, quotaNeeds, SHARED_QUOTAS } from "../../azure/index.ts";
import { asString, isObject, type JsonObject } from "../../base/index.ts";
import type { Ask, Wanted } from "./ask.ts";
import type { Finding } from "./finding.ts";

/** What is needed of a quota, beside what the subscription has of it. */
export interface MeasuredQuota extends QuotaNeed {
  readonly limit: number;
  /** By everything in the subscription and the region, this platform's own nodes included. */
  readonly inUse: number;
}

const COMPUTE_API_VERSION = "2024-07-01";
const HOLDERS = ["Microsoft.ContainerService/managedClusters", "Microsoft.MachineLearningServices/workspaces/computes"];

export interface QuotaAnswer {
  readonly findings: readonly Finding[];
  readonly quotas: readonly MeasuredQuota[];
}

/** The vCPUs that the deployment takes more than now, against what is left of the quotas they come from. */
export async function measureQuotas(ask: Ask, of: QuotaNeed["of"]): Promise<QuotaAnswer> {
  const needs = withRegional(quotaNeeds(ask.wanted).filter((need) => need.of === of));
  if (needs.length === 0) return { findings: [], quotas: [] };
  const held = withRegional(quotaNeeds(await runningNow(ask)).filter((need) => need.of === of));
  const usages = await ask.client.list(ask.provider(`${of}/locations/${ask.location}/usages`), apiVersionOf(ask, of), ask.signal);
  const findings: Finding[] = [];
  const quotas: MeasuredQuota[] = [];
  for (const need of needs) {
    const usage = usages.find((candidate) => isUsageOf(need, candidate));
    if (usage === undefined) continue; // Azure does not limit it, or names it in a way that nobody documents
    const [limit, inUse] = [Number(usage.limit), Number(usage.currentValue)];
    quotas.push({ ...need, limit, inUse });
    const own = held.find(({ family }) => family === need.family)?.vCpus ?? 0;
    findings.push(...judge({ ...need, limit, inUse }, own, ask.location));
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
function withRegional(needs: readonly QuotaNeed[]): QuotaNeed[] {
  const ordinary = needs.filter(({ of, family }) => of === "Microsoft.Compute" && family !== SHARED_QUOTAS.spot[of]);
  if (ordinary.length === 0) return [...needs];
  const sum = (key: "vCpus" | "mostVCpus") => ordinary.reduce((total, need) => total + need[key], 0);
  return [
    { of: "Microsoft.Compute", family: SHARED_QUOTAS.regional, vCpus: sum("vCpus"), mostVCpus: sum("mostVCpus") },
    ...needs,
  ];
}

/** Azure ML says `Standard DSv2 Family Cluster Dedicated vCPUs` where Microsoft.Compute says `standardDSv2Family`. */
function isUsageOf({ of, family }: QuotaNeed, usage: JsonObject): boolean {
  const name = isObject(usage.name) ? usage.name : {};
  const names = [plain(asString(name.value)), plain(asString(name.localizedValue))];
  if (of === "Microsoft.Compute") return names[0] === plain(family);
  if (family === SHARED_QUOTAS.spot[of]) return names.some((text) => text.startsWith("total") && text.includes("lowpriority"));
  return names.some((text) => text === plain(family) || text.startsWith(`${plain(family)}cluster`));
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_-]/g, "");

function apiVersionOf(ask: Ask, of: QuotaNeed["of"]): string {
  if (of === "Microsoft.Compute") return COMPUTE_API_VERSION;
  return ask.ofType("Microsoft.MachineLearningServices/workspaces/computes")[0]?.apiVersion ?? "2025-06-01";
}
