import { type QuotaNeed, SHARED_QUOTAS } from "../../azure/index.ts";
import { asString, isObject, type JsonObject } from "../../base/index.ts";
import { ML } from "./training.ts";

/**
 * The row of a usages API that tells of a quota. Azure ML's rows come in two spellings: `TotalDedicatedCores` and
 * `standardDSv2Family` from the service, `Total Cluster Dedicated Regional vCPUs` and `Standard DSv2 Family Cluster Dedicated
 * vCPUs` in its reference. A family's dedicated and low-priority rows may have one name, and differ by their type.
 */
export function isUsageOf({ of, family }: Pick<QuotaNeed, "of" | "family">, usage: JsonObject): boolean {
  const name = isObject(usage.name) ? usage.name : {};
  const names = [plain(asString(name.value)), plain(asString(name.localizedValue))];
  if (of === "Microsoft.Compute") return names[0] === plain(family);
  // Beside the subscription's there are rows of each workspace and each compute.
  if (/\/workspaces\//i.test(asString(usage.id))) return false;
  const isLowPriority = /\/(total)?lowPriorityCores\//i.test(asString(usage.type)) || names.some(speaksOfLowPriority);
  const isTotal = names.some((text) => text.startsWith("total"));
  if (family === SHARED_QUOTAS.spot[ML]) return isTotal && isLowPriority;
  if (isLowPriority) return false;
  if (family === SHARED_QUOTAS.regional[ML]) return isTotal && names.some((text) => text.includes("dedicated"));
  return names.some((text) => text === plain(family) || text.startsWith(`${plain(family)}cluster`));
}

const speaksOfLowPriority = (text: string) => text.includes("lowpriority");
const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_-]/g, "");
