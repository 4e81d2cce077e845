import { normalizeLocation, REGIONS, type Region } from "../../azure/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import type { Profile } from "../profiles.ts";
import { problem, type Rule, type Values, warning } from "./values.ts";

/** A choice that a region does not have. */
interface Lack {
  readonly code: string;
  readonly key: keyof Profile;
  readonly lacks: (region: Region, profile: Profile) => boolean;
  /** `A excludes B because ...` */
  readonly message: (region: Region, profile: Profile) => string;
  readonly help: string;
}

/** Each with its source, which is part of the message. */
const LACKS: readonly Lack[] = [
  {
    code: "storage-redundancy",
    key: "storageSku",
    lacks: (region, { storageSku }) => !keepsCopies(region, COPIES[storageSku]),
    message: ({ displayName }, { storageSku }) =>
      `location ${displayName} excludes storageSku ${storageSku} because zones keep the copies, and of Standard_GZRS the paired region as well (source: Azure Storage redundancy)`,
    help: "use Standard_LRS, or another region",
  },
  {
    code: "backup-redundancy",
    key: "backupRedundancy",
    lacks: (region, { clusterBackup, backupRedundancy }) => clusterBackup && !keepsCopies(region, COPIES[backupRedundancy]),
    message: ({ displayName }, { backupRedundancy }) =>
      `location ${displayName} excludes backupRedundancy ${backupRedundancy} because zones, or the paired region, keep the copies (source: Azure Backup redundancy)`,
    help: "use LocallyRedundant, or another region",
  },
  {
    code: "nat-gateway-sku",
    key: "natGatewaySku",
    lacks: ({ natGatewayV2 }, { egress, natGatewaySku }) =>
      egress === "natGateway" && natGatewaySku === "StandardV2" && natGatewayV2 === false,
    message: ({ displayName }, { natGatewaySku }) =>
      `location ${displayName} excludes natGatewaySku ${natGatewaySku} because the region has only gateways of the first version (source: Azure NAT Gateway SKUs)`,
    help: "use Standard",
  },
];

/** Where the copies of what is stored lie. */
const COPIES = {
  Standard_LRS: [],
  Standard_ZRS: ["zones"],
  Standard_GZRS: ["zones", "pair"],
  LocallyRedundant: [],
  ZoneRedundant: ["zones"],
  GeoRedundant: ["pair"],
} as const;

const keepsCopies = (region: Region, places: readonly ("zones" | "pair")[]) => places.every((place) => Boolean(region[place]));

export const checkRegion: Rule = (values) => {
  const { given, profile } = values;
  if (typeof given.location !== "string") return [];
  if (given.location.trim() === "")
    return [problem("region-unknown", "location", "location is empty", "name a region, or leave the parameter out")];
  const region = REGIONS[normalizeLocation(given.location)];
  if (!region) {
    const says = `location is ${given.location}, which Quayside does not know`;
    return [warning("region-unknown", "location", says, "see az account list-locations")];
  }
  return [...withoutZones(values, region), ...lacking(region, profile)];
};

function withoutZones({ profile, environmentName }: Values, { zones, displayName }: Region): Diagnostic[] {
  if (zones || profile.availabilityZones.length === 0) return [];
  return [
    problem(
      "region-without-zones",
      "location",
      `${displayName} has no availability zones, but ${environmentName} asks for ${profile.availabilityZones.join(", ")}`,
      "choose another region, or set profileOverrides.availabilityZones to []",
    ),
  ];
}

function lacking(region: Region, profile: Profile): Diagnostic[] {
  return LACKS.filter(({ lacks }) => lacks(region, profile)).map(({ code, key, message, help }) =>
    problem(code, `profileOverrides.${key}`, message(region, profile), help),
  );
}
