import { NAME_RULES, normalizeLocation, REGIONS, type VmSize, vmSize } from "../../../azure/index.ts";
import { canonicalJson, type JsonObject, type JsonValue, jsonEqual } from "../../../base/index.ts";
import {
  at,
  flagAt,
  listAt,
  numberAt,
  objectAt,
  requireBetween,
  requireOneOf,
  requireText,
  textAt,
  textsAt,
} from "../common/body.ts";
import { badRequest } from "../common/faults.ts";
import { POOL_TYPE } from "./api-versions.ts";

/** A pool as it stands inline in the cluster's body, or as the properties of a child resource. */
export type PoolProfile = JsonObject;

const INVALID = "InvalidParameter";
const IMMUTABLE = [
  "vmSize",
  "osType",
  "osDiskSizeGB",
  "osDiskType",
  "maxPods",
  "vnetSubnetID",
  "availabilityZones",
  "scaleSetPriority",
  "gpuInstanceProfile",
  "enableFIPS",
];
const TAINT = /^[^\s=:]+(=[^\s:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/;

/** What AKS refuses about one pool, before it looks at quota or network. */
export function checkPool(name: string, pool: PoolProfile, location: string): void {
  if (!NAME_RULES[POOL_TYPE].pattern.test(name)) {
    throw badRequest(
      INVALID,
      `agent pool name ${JSON.stringify(name)} is invalid: ${NAME_RULES[POOL_TYPE].words}`,
      "agentPoolProfile.name",
    );
  }
  requireOneOf(pool, "mode", ["System", "User", "Gateway"], INVALID);
  requireOneOf(pool, "osType", ["Linux"], INVALID);
  requireOneOf(pool, "osSKU", ["Ubuntu", "Ubuntu2204", "Ubuntu2404", "AzureLinux", "AzureLinux3"], INVALID);
  requireOneOf(pool, "type", ["VirtualMachineScaleSets"], INVALID);
  requireOneOf(pool, "scaleSetPriority", ["Regular", "Spot"], INVALID);
  requireOneOf(pool, "osDiskType", ["Managed", "Ephemeral"], INVALID);
  requireBetween(pool, "maxPods", 10, 250, INVALID);
  requireBetween(pool, "osDiskSizeGB", 0, 2048, INVALID);
  const size = requireSize(name, pool, location);
  checkCounts(name, pool);
  checkTaints(name, pool);
  checkZones(name, pool, location);
  checkDisk(name, pool, size);
  if (isSystem(pool)) checkSystemPool(name, pool, size);
  if (textAt(pool, "scaleSetPriority") === "Spot") checkSpotPool(name, pool);
}

export function isSystem(pool: PoolProfile): boolean {
  return textAt(pool, "mode") === "System";
}

function requireSize(name: string, pool: PoolProfile, location: string): VmSize {
  const wanted = requireText(pool, "vmSize", INVALID);
  const size = vmSize(wanted);
  if (size === undefined)
    throw badRequest(
      "BadRequest",
      `the VM size ${wanted} of agent pool ${name} is not allowed in your subscription in location ${location}`,
      "agentPoolProfile.vmSize",
    );
  return size;
}

function checkCounts(name: string, pool: PoolProfile): void {
  const least = isSystem(pool) ? 1 : 0;
  const count = numberAt(pool, "count");
  requireBetween(pool, "count", least, 1000, INVALID);
  const [min, max] = [numberAt(pool, "minCount"), numberAt(pool, "maxCount")];
  if (flagAt(pool, "enableAutoScaling") !== true) {
    if (min !== undefined || max !== undefined)
      throw badRequest(INVALID, `agent pool ${name} has minCount or maxCount without enableAutoScaling; leave them null`);
    return;
  }
  if (min === undefined || max === undefined)
    throw badRequest(INVALID, `agent pool ${name} has enableAutoScaling; it needs minCount and maxCount`);
  if (min < least || max > 1000 || min > max) {
    throw badRequest(
      INVALID,
      `agent pool ${name} scales from ${min} to ${max}; it must be ${least} <= minCount <= maxCount <= 1000`,
    );
  }
  if (count !== undefined && (count < min || count > max)) {
    throw badRequest(INVALID, `agent pool ${name} has count ${count}, outside of its bounds ${min} to ${max}`);
  }
}

function checkTaints(name: string, pool: PoolProfile): void {
  const wrong = listAt(pool, "nodeTaints").find((taint) => typeof taint !== "string" || !TAINT.test(taint));
  if (wrong !== undefined)
    throw badRequest(
      INVALID,
      `agent pool ${name} has the taint ${JSON.stringify(wrong)}; write key=value:NoSchedule, PreferNoSchedule or NoExecute`,
    );
  const reserved = Object.keys(objectAt(pool, "nodeLabels")).find((label) =>
    /^(kubernetes\.azure\.com|kubernetes\.io)\//.test(label),
  );
  if (reserved !== undefined)
    throw badRequest("NodeLabelKeyNotAllowed", `agent pool ${name} has the label ${reserved}, whose prefix is reserved for AKS`);
}

function checkZones(name: string, pool: PoolProfile, location: string): void {
  const zones = textsAt(pool, "availabilityZones");
  if (zones.length === 0) return;
  const region = REGIONS[normalizeLocation(location)];
  if (region?.zones === false) {
    throw badRequest(
      "AvailabilityZoneNotSupported",
      `agent pool ${name} asks for zones ${zones.join(", ")}; ${location} has none`,
      "agentPoolProfile.availabilityZones",
    );
  }
  const unknown = zones.find((zone) => !["1", "2", "3"].includes(zone));
  if (unknown !== undefined)
    throw badRequest("AvailabilityZoneNotSupported", `agent pool ${name} asks for zone ${unknown}; zones are 1, 2 and 3`);
}

function checkDisk(name: string, pool: PoolProfile, size: VmSize): void {
  if (textAt(pool, "osDiskType") !== "Ephemeral") return;
  const wanted = numberAt(pool, "osDiskSizeGB") ?? 128;
  if (wanted > size.ephemeralDiskGiB) {
    throw badRequest(
      INVALID,
      `agent pool ${name} wants an ephemeral disk of ${wanted} GB; its VM size has room for ${size.ephemeralDiskGiB} GB`,
      "agentPoolProfile.osDiskSizeGB",
    );
  }
}

function checkSystemPool(name: string, pool: PoolProfile, size: VmSize): void {
  if (size.vCpus < 4 || size.memoryGiB < 4) {
    throw badRequest(
      "SystemPoolSkuTooLow",
      `system pool ${name} has a VM size with ${size.vCpus} vCPUs and ${size.memoryGiB} GiB; it needs at least 4 and 4`,
    );
  }
  if ((numberAt(pool, "maxPods") ?? 30) < 30)
    throw badRequest("InsufficientMaxPods", `system pool ${name} has maxPods ${numberAt(pool, "maxPods")}; it needs at least 30`);
  if (textAt(pool, "scaleSetPriority") === "Spot")
    throw badRequest(INVALID, `system pool ${name} has priority Spot; only user pools can`);
}

function checkSpotPool(name: string, pool: PoolProfile): void {
  if (at(pool, "upgradeSettings.maxUnavailable") !== undefined) {
    throw badRequest(
      INVALID,
      `spot pool ${name} has upgradeSettings.maxUnavailable, which spot pools do not take; leave upgradeSettings out`,
    );
  }
}

/** Members that only a new pool can have. */
export function checkPoolChange(name: string, before: PoolProfile, after: PoolProfile): void {
  for (const member of IMMUTABLE) {
    const [old, asked] = [at(before, member), at(after, member)];
    if (asked === undefined || old === undefined || sameValue(old, asked)) continue;
    throw badRequest(
      "PropertyChangeNotAllowed",
      `changing ${member} of agent pool ${name} from ${JSON.stringify(old)} to ${JSON.stringify(asked)} is not allowed; make a pool with another name and delete this one`,
      `properties.${member}`,
    );
  }
}

/** A PUT that leaves out what cannot change, or the count, keeps it. */
export function inheritPool(before: PoolProfile | undefined, pool: PoolProfile): PoolProfile {
  if (before === undefined) return pool;
  const kept = [...IMMUTABLE, "count"].filter((member) => at(pool, member) === undefined && before[member] !== undefined);
  return { ...pool, ...Object.fromEntries(kept.map((member) => [member, before[member]])) };
}

function inOrder(list: readonly JsonValue[]): JsonValue[] {
  return list.toSorted((a, b) => canonicalJson(a).localeCompare(canonicalJson(b)));
}

function sameValue(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === "string" && typeof b === "string") return a.toLowerCase() === b.toLowerCase();
  if (Array.isArray(a) && Array.isArray(b)) return jsonEqual(inOrder(a), inOrder(b));
  return jsonEqual(a, b);
}
