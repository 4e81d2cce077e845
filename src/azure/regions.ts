/** A region of the public cloud. */
export interface Region {
  readonly displayName: string;
  /** True when the region has three availability zones. */
  readonly zones: boolean;
  /** The region that Azure replicates geo-redundant data to; newer regions have none. */
  readonly pair?: string;
  /** False where a NAT gateway has only the SKU `Standard`. Source: Azure NAT Gateway, StandardV2 limitations. */
  readonly natGatewayV2?: false;
  /** True where soft delete of a backup vault cannot be off. Source: Azure Backup, secure by default. */
  readonly keepsDeletedBackups?: true;
}

/** Keyed by the name that resources carry in `location`. Source: Microsoft's list of regions and pairs. */
export const REGIONS: Readonly<Record<string, Region>> = {
  australiaeast: { displayName: "Australia East", zones: true, pair: "australiasoutheast", keepsDeletedBackups: true },
  australiasoutheast: { displayName: "Australia Southeast", zones: false, pair: "australiaeast" },
  austriaeast: { displayName: "Austria East", zones: true },
  belgiumcentral: { displayName: "Belgium Central", zones: true },
  brazilsouth: { displayName: "Brazil South", zones: true, pair: "southcentralus" },
  canadacentral: { displayName: "Canada Central", zones: true, pair: "canadaeast" },
  canadaeast: { displayName: "Canada East", zones: false, pair: "canadacentral", natGatewayV2: false },
  centralindia: { displayName: "Central India", zones: true, pair: "southindia" },
  centralus: { displayName: "Central US", zones: true, pair: "eastus2" },
  chilecentral: { displayName: "Chile Central", zones: true },
  eastasia: { displayName: "East Asia", zones: true, pair: "southeastasia", keepsDeletedBackups: true },
  eastus: { displayName: "East US", zones: true, pair: "westus" },
  eastus2: { displayName: "East US 2", zones: true, pair: "centralus" },
  francecentral: { displayName: "France Central", zones: true, pair: "francesouth" },
  germanywestcentral: { displayName: "Germany West Central", zones: true, pair: "germanynorth" },
  indonesiacentral: { displayName: "Indonesia Central", zones: true, natGatewayV2: false },
  israelcentral: { displayName: "Israel Central", zones: true },
  italynorth: { displayName: "Italy North", zones: true },
  japaneast: { displayName: "Japan East", zones: true, pair: "japanwest" },
  japanwest: { displayName: "Japan West", zones: true, pair: "japaneast" },
  koreacentral: { displayName: "Korea Central", zones: true, pair: "koreasouth" },
  malaysiawest: { displayName: "Malaysia West", zones: true },
  mexicocentral: { displayName: "Mexico Central", zones: true },
  newzealandnorth: { displayName: "New Zealand North", zones: true },
  northcentralus: { displayName: "North Central US", zones: false, pair: "southcentralus" },
  northeurope: { displayName: "North Europe", zones: true, pair: "westeurope" },
  norwayeast: { displayName: "Norway East", zones: true, pair: "norwaywest" },
  polandcentral: { displayName: "Poland Central", zones: true },
  qatarcentral: { displayName: "Qatar Central", zones: true, natGatewayV2: false },
  southafricanorth: { displayName: "South Africa North", zones: true, pair: "southafricawest" },
  southcentralus: { displayName: "South Central US", zones: true, pair: "northcentralus" },
  southeastasia: { displayName: "Southeast Asia", zones: true, pair: "eastasia" },
  southindia: { displayName: "South India", zones: false, pair: "centralindia" },
  spaincentral: { displayName: "Spain Central", zones: true },
  swedencentral: { displayName: "Sweden Central", zones: true, pair: "swedensouth" },
  switzerlandnorth: { displayName: "Switzerland North", zones: true, pair: "switzerlandwest" },
  uaenorth: { displayName: "UAE North", zones: true, pair: "uaecentral" },
  uksouth: { displayName: "UK South", zones: true, pair: "ukwest" },
  ukwest: { displayName: "UK West", zones: false, pair: "uksouth" },
  westcentralus: { displayName: "West Central US", zones: false, pair: "westus2", keepsDeletedBackups: true },
  westeurope: { displayName: "West Europe", zones: true, pair: "northeurope" },
  westus: { displayName: "West US", zones: false, pair: "eastus" },
  westus2: { displayName: "West US 2", zones: true, pair: "westcentralus" },
  westus3: { displayName: "West US 3", zones: true, pair: "eastus" },
};

/** `East US` -> `eastus`: Azure takes both and answers with the second. */
export function normalizeLocation(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
