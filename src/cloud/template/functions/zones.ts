import { normalizeLocation, REGIONS } from "../../../azure/index.ts";
import { type Args, ArgumentError, arrayArg, integerArg, stringArg } from "../values.ts";
import { eager, type FunctionTable } from "./function.ts";

/** Types whose resources are placed in zones by number. Source: the zone mappings that providers publish. */
const ZONAL_TYPES: ReadonlySet<string> = new Set(
  [
    "Microsoft.Compute/disks",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Compute/virtualMachineScaleSets",
    "Microsoft.ContainerInstance/containerGroups",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/azureFirewalls",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/publicIPPrefixes",
  ].map((type) => type.toLowerCase()),
);

const LOGICAL = ["1", "2", "3"];

function zonesOf(location: string): readonly string[] {
  return REGIONS[normalizeLocation(location)]?.zones === true ? LOGICAL : [];
}

function pickZones(args: Args): string[] {
  const type = `${stringArg(args, 0)}/${stringArg(args, 1)}`.toLowerCase();
  const zones = ZONAL_TYPES.has(type) ? zonesOf(stringArg(args, 2)) : [];
  const count = args.length > 3 ? integerArg(args, 3) : 1;
  const offset = args.length > 4 ? integerArg(args, 4) : 0;
  if (zones.length === 0) return [];
  if (count < 1 || offset < 0 || offset + count > zones.length) {
    throw new ArgumentError(`asks for ${count} zones from the ${offset + 1}th on; '${stringArg(args, 2)}' has ${zones.length}`);
  }
  return zones.slice(offset, offset + count);
}

/** On Azure each subscription has its own mapping of logical to physical zones; here zone 1 is az1. */
function toPhysical(location: string, zone: string): string {
  if (!zonesOf(location).includes(zone)) throw new ArgumentError(`does not know the zone '${zone}' of '${location}'`);
  return `${normalizeLocation(location)}-az${zone}`;
}

function toLogical(location: string, zone: string): string {
  const found = zonesOf(location).find((logical) => toPhysical(location, logical) === zone.toLowerCase());
  if (found === undefined) throw new ArgumentError(`does not know the zone '${zone}' of '${location}'`);
  return found;
}

const each = (args: Args, map: (location: string, zone: string) => string) =>
  arrayArg(args, 2).map((_, at, zones) => map(stringArg(args, 1), stringArg(zones, at)));

export const zones: FunctionTable = {
  pickZones: eager(3, 5, pickZones),
  toLogicalZone: eager(3, 3, (args) => toLogical(stringArg(args, 1), stringArg(args, 2))),
  toLogicalZones: eager(3, 3, (args) => each(args, toLogical)),
  toPhysicalZone: eager(3, 3, (args) => toPhysical(stringArg(args, 1), stringArg(args, 2))),
  toPhysicalZones: eager(3, 3, (args) => each(args, toPhysical)),
};
