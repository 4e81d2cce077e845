import { normalizeLocation, REGIONS, VM_SIZES, type VmSize } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, NamespaceAction, ProviderFactory } from "../../contract.ts";
import { quotaControls } from "../common/quota-limits.ts";
import { computeLimits, quotaUsage, REGIONAL_CORES, SPOT_CORES } from "./quotas.ts";

export { computeLimits, isSpotPool, type Nodes, quotaUsage, REGIONAL_CORES, SPOT_CORES } from "./quotas.ts";

/** What a preflight asks before nodes are wanted: sizes, where they are, and how many vCPUs are left. No resources. */
const TOTALS: Readonly<Record<string, string>> = {
  [REGIONAL_CORES]: "Total Regional vCPUs",
  [SPOT_CORES]: "Total Regional Spot vCPUs",
};

export const createCompute: ProviderFactory = (host) => ({
  namespace: "Microsoft.Compute",
  types: [],
  actions: [usages(host), vmSizes, skus],
  controls: quotaControls("Microsoft.Compute", computeLimits(host), (location) => quotaUsage(host, location)),
});

function usages(host: CloudHost): NamespaceAction {
  const limits = computeLimits(host);
  return {
    method: "GET",
    path: "locations/{location}/usages",
    permission: "locations/usages/read",
    run({ params }) {
      const location = params.location ?? "";
      const used = quotaUsage(host, location);
      const value = limits.names.map((name) => ({
        unit: "Count",
        currentValue: used.get(name) ?? 0,
        limit: limits.limit(location, name),
        name: { value: name, localizedValue: TOTALS[name] ?? `${name} vCPUs` },
      }));
      return { status: 200, body: { value } };
    },
  };
}

const vmSizes: NamespaceAction = {
  method: "GET",
  path: "locations/{location}/vmSizes",
  permission: "locations/vmSizes/read",
  run: () => ({
    status: 200,
    body: {
      value: Object.entries(VM_SIZES).map(([name, size]) => ({
        name,
        numberOfCores: size.vCpus,
        memoryInMB: size.memoryGiB * 1024,
      })),
    },
  }),
};

const skus: NamespaceAction = {
  method: "GET",
  path: "skus",
  permission: "skus/read",
  run({ query }) {
    const wanted = /location eq '([^']+)'/i.exec(query.get("$filter") ?? "")?.[1];
    const locations = Object.keys(REGIONS).filter((name) => wanted === undefined || name === normalizeLocation(wanted));
    const value = locations.flatMap((location) => Object.entries(VM_SIZES).map(([name, size]) => sku(name, size, location)));
    return { status: 200, body: { value } };
  },
};

function sku(name: string, size: VmSize, location: string): JsonObject {
  const zones = REGIONS[location]?.zones === true ? ["1", "2", "3"] : [];
  const capabilities = {
    vCPUs: size.vCpus,
    MemoryGB: size.memoryGiB,
    GPUs: size.gpus,
    EphemeralOSDiskSupported: size.ephemeralDiskGiB > 0 ? "True" : "False",
    CachedDiskBytes: size.ephemeralDiskGiB * 2 ** 30,
  };
  return {
    resourceType: "virtualMachines",
    name,
    tier: "Standard",
    size: name.replace(/^Standard_/, ""),
    family: size.family,
    locations: [location],
    locationInfo: [{ location, zones, zoneDetails: [] }],
    capabilities: Object.entries(capabilities).map(([key, value]) => ({ name: key, value: String(value) })),
    restrictions: [],
  };
}
