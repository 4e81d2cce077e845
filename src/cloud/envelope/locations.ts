import { ArmFault, type Resource } from "../contract.ts";
import type { Place } from "./place.ts";
import { GROUP_TYPE } from "./place.ts";

/** The regions of this cloud: name, display name, geography. */
export const LOCATIONS = [
  ["eastus", "East US", "US"],
  ["eastus2", "East US 2", "US"],
  ["southcentralus", "South Central US", "US"],
  ["westus", "West US", "US"],
  ["westus2", "West US 2", "US"],
  ["westus3", "West US 3", "US"],
  ["centralus", "Central US", "US"],
  ["northcentralus", "North Central US", "US"],
  ["westcentralus", "West Central US", "US"],
  ["canadacentral", "Canada Central", "Canada"],
  ["canadaeast", "Canada East", "Canada"],
  ["brazilsouth", "Brazil South", "South America"],
  ["northeurope", "North Europe", "Europe"],
  ["westeurope", "West Europe", "Europe"],
  ["uksouth", "UK South", "UK"],
  ["ukwest", "UK West", "UK"],
  ["francecentral", "France Central", "Europe"],
  ["germanywestcentral", "Germany West Central", "Europe"],
  ["norwayeast", "Norway East", "Europe"],
  ["swedencentral", "Sweden Central", "Europe"],
  ["switzerlandnorth", "Switzerland North", "Europe"],
  ["italynorth", "Italy North", "Europe"],
  ["polandcentral", "Poland Central", "Europe"],
  ["spaincentral", "Spain Central", "Europe"],
  ["uaenorth", "UAE North", "UAE"],
  ["qatarcentral", "Qatar Central", "Middle East"],
  ["israelcentral", "Israel Central", "Middle East"],
  ["southafricanorth", "South Africa North", "Africa"],
  ["centralindia", "Central India", "India"],
  ["southindia", "South India", "India"],
  ["southeastasia", "Southeast Asia", "Asia Pacific"],
  ["eastasia", "East Asia", "Asia Pacific"],
  ["japaneast", "Japan East", "Japan"],
  ["japanwest", "Japan West", "Japan"],
  ["koreacentral", "Korea Central", "Korea"],
  ["australiaeast", "Australia East", "Australia"],
  ["australiasoutheast", "Australia Southeast", "Australia"],
  ["newzealandnorth", "New Zealand North", "Asia Pacific"],
] as const satisfies readonly (readonly [name: string, displayName: string, geography: string])[];

const NAMES: ReadonlySet<string> = new Set(LOCATIONS.map(([name]) => name));

/** `East US` and `eastus` are the same place. */
export function normalizeLocation(location: string): string {
  return location.toLowerCase().replace(/\s+/g, "");
}

/** The location to store: required or inherited by the type's rule, a region that exists, and the same for life. */
export function checkLocation(place: Place, body: Resource): string | undefined {
  const { current, registered } = place;
  if (body.location === undefined || body.location === "") {
    if (registered.spec.location === "inherited") return undefined;
    if (current?.location !== undefined) return current.location;
    throw new ArmFault(400, "LocationRequired", `the location property is required for '${place.id}'`);
  }
  const location = normalizeLocation(body.location);
  if (location !== "global" && !NAMES.has(location)) {
    throw new ArmFault(
      400,
      registered.type === GROUP_TYPE ? "LocationNotAvailableForResourceGroup" : "LocationNotAvailableForResourceType",
      `the location '${body.location}' is not available for '${registered.type}'; the locations are ${[...NAMES].join(", ")}`,
    );
  }
  if (current?.location !== undefined && normalizeLocation(current.location) !== location) {
    const code = registered.type === GROUP_TYPE ? "InvalidResourceGroupLocation" : "InvalidResourceLocation";
    throw new ArmFault(
      409,
      code,
      `'${place.id}' already exists in location '${current.location}'; it cannot be made in '${body.location}', choose another name or location`,
    );
  }
  return location;
}
