import { normalizeLocation, VM_SIZES, vmSize } from "../../../azure/index.ts";
import type { CloudHost, NamespaceAction, ProviderControl } from "../../contract.ts";
import { numberAt, objectAt, textAt } from "../common/body.ts";
import { createQuotaLimits, type QuotaLimits, quotaControls } from "../common/quota-limits.ts";
import { NAMESPACE, WORKSPACE } from "./versions.ts";

/** Azure ML counts its own nodes apart from virtual machines, and low-priority nodes of all families together. */
const LOW_PRIORITY = "Total Low-priority vCPUs";
const FAMILIES: readonly string[] = [...new Set(Object.values(VM_SIZES).map(({ family }) => family))].sort();

/** vCPUs of a subscription that somebody uses: general families are open, GPUs must be asked for. */
const GENERAL = 100;
const GPU_FAMILIES = new Set(
  Object.values(VM_SIZES)
    .filter(({ gpus }) => gpus > 0)
    .map(({ family }) => family),
);

const limitsOf = (host: CloudHost): QuotaLimits =>
  createQuotaLimits(host, "machine-learning-quotas", [LOW_PRIORITY, ...FAMILIES], (name) =>
    GPU_FAMILIES.has(name) ? 0 : GENERAL,
  );

export function mlQuotaControls(host: CloudHost): readonly ProviderControl[] {
  return quotaControls(NAMESPACE, limitsOf(host), (location) => usage(host, location));
}

/** `az ml compute list-usage`: what a preflight compares training clusters with. */
export function mlUsages(host: CloudHost): NamespaceAction {
  const limits = limitsOf(host);
  return {
    method: "GET",
    path: "locations/{location}/usages",
    permission: "locations/usages/read",
    run({ subscriptionId, params }) {
      const location = params.location ?? "";
      const used = usage(host, location);
      const value = limits.names.map((name) => ({
        id: `/subscriptions/${subscriptionId}/providers/${NAMESPACE}/locations/${location}/usages/${name}`,
        type: `${NAMESPACE}/usages`,
        unit: "Count",
        currentValue: used.get(name) ?? 0,
        limit: limits.limit(location, name),
        name: { value: name, localizedValue: name === LOW_PRIORITY ? name : `${name} Cluster Dedicated vCPUs` },
      }));
      return { status: 200, body: { value } };
    },
  };
}

function usage(host: CloudHost, location: string): Map<string, number> {
  const used = new Map<string, number>();
  for (const compute of host.resources.ofType(`${WORKSPACE}/computes`)) {
    if (textAt(compute.properties, "computeType") !== "AmlCompute") continue;
    if (normalizeLocation(compute.location ?? "") !== normalizeLocation(location)) continue;
    const cluster = objectAt(compute.properties, "properties");
    const size = vmSize(textAt(cluster, "vmSize") ?? "");
    if (size === undefined) continue;
    const name = textAt(cluster, "vmPriority") === "LowPriority" ? LOW_PRIORITY : size.family;
    used.set(name, (used.get(name) ?? 0) + size.vCpus * (numberAt(cluster, "currentNodeCount") ?? 0));
  }
  return used;
}
