import type { NodePool } from "../../azure/index.ts";
import { asObjects, asString, isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";
import { instead, type OfferedSize } from "./near-sizes.ts";
import { newPools } from "./pools.ts";

const API_VERSION = "2021-07-01";
const CLUSTER = "Microsoft.ContainerService/managedClusters";
const POOL = `${CLUSTER}/agentPools`;

/** Sizes of new node pools, and their zones, that the region or the subscription does not have. */
export async function missingSizes(ask: Ask): Promise<Finding[]> {
  const pools = await newPools(ask, [CLUSTER, POOL], [CLUSTER]);
  if (pools.length === 0) return [];
  const filter = encodeURIComponent(`location eq '${ask.location}'`);
  const offered = await ask.client.list(`${ask.provider("Microsoft.Compute/skus")}?$filter=${filter}`, API_VERSION, ask.signal);
  const machines = offered.filter(({ resourceType }) => resourceType === "virtualMachines");
  return pools.flatMap((pool) => sizeFindings(pool, ask.location, machines));
}

function sizeFindings({ name, size, zones }: NodePool, location: string, machines: readonly JsonObject[]): Finding[] {
  const sku = machines.find((machine) => asString(machine.name).toLowerCase() === size.toLowerCase());
  const restrictions = asObjects(sku?.restrictions);
  const closed = restrictions.find(({ type }) => type === "Location");
  if (sku === undefined || closed !== undefined) {
    const why = closed === undefined ? "" : ` to this subscription (${asString(closed.reasonCode)})`;
    return [
      {
        code: "ops.size-not-offered",
        message: `${size} of pool ${name} is not offered in ${location}${why}`,
        hint: instead(size, machines.filter(isOpen).map(asOffered)),
      },
    ];
  }
  const closedZones = restrictions
    .filter(({ type }) => type === "Zone")
    .flatMap(({ restrictionInfo }) => zonesOf(restrictionInfo));
  const open = asObjects(sku.locationInfo)
    .flatMap(zonesOf)
    .filter((zone) => !closedZones.includes(zone));
  const missing = zones.filter((zone) => !open.includes(zone));
  if (missing.length === 0) return [];
  const has = open.length === 0 ? "it has no zones there" : `it is in ${open.sort().join(", ")}`;
  return [
    {
      code: "ops.zone-not-offered",
      message: `${size} of pool ${name} is not in zone ${missing.join(", ")} of ${location}; ${has}`,
      hint: "choose the zones in the profile (availabilityZones), another size or another region",
    },
  ];
}

const zonesOf = (value: JsonValue | undefined): string[] =>
  isObject(value) && Array.isArray(value.zones) ? value.zones.map(String) : [];

const isOpen = ({ restrictions }: JsonObject) => !asObjects(restrictions).some(({ type }) => type === "Location");

function asOffered({ name, capabilities }: JsonObject): OfferedSize {
  const capability = (wanted: string) => Number(asObjects(capabilities).find((each) => each.name === wanted)?.value ?? 0);
  return { name: asString(name), vCpus: capability("vCPUs"), gpus: capability("GPUs") };
}
