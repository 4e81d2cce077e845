import { asObject, type JsonObject, type JsonValue } from "../base/index.ts";
import { type Confidence, FREE_TYPES, PRICES, PRICES_AS_OF, type Price, VM_PRICES } from "./prices.ts";
import { vmSize } from "./vm-sizes.ts";

/** A resource with its evaluated body, as it would be PUT. */
export interface PricedResource {
  readonly type: string;
  readonly name: string;
  readonly body: JsonObject;
}

/** What bodies do not tell. */
export interface MonthlyUsage {
  readonly storageGb: number;
  readonly logGb: number;
  readonly vaultOperations: number;
  /** Millions of samples that each node of the cluster sends to managed Prometheus. */
  readonly nodeMillionSamples: number;
  /** What nodes and training clusters send and receive through a firewall, images above all. */
  readonly firewallGb: number;
  /** Hours that one node of a training cluster runs. */
  readonly trainingHours: number;
  /** Namespaces of the cluster that are backed up: those of the platform and the team's own. */
  readonly protectedNamespaces: number;
}

export const TYPICAL_USAGE: MonthlyUsage = {
  storageGb: 50,
  logGb: 15,
  vaultOperations: 10_000,
  nodeMillionSamples: 350,
  firewallGb: 200,
  trainingHours: 20,
  protectedNamespaces: 4,
};

export interface CostLine {
  readonly resource: string;
  readonly item: string;
  /** In units of the price: hours, days, GB. */
  readonly quantity: number;
  readonly unitUsd: number;
  readonly monthlyUsd: number;
  readonly confidence: Confidence;
}

export interface CostEstimate {
  readonly monthlyUsd: number;
  readonly lines: readonly CostLine[];
  readonly assumptions: readonly string[];
  /** Date of the price table, `YYYY-MM-DD`. */
  readonly pricesAsOf: string;
}

const HOURS_PER_MONTH = 730;
const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
/** The first 5 GB of logs of a billing account are free. */
const FREE_LOG_GB = 5;

/** Pools at their least size; what they may grow to, and what has no price here, stands in `assumptions`. */
export function estimateMonthlyCost(resources: readonly PricedResource[], usage: MonthlyUsage = TYPICAL_USAGE): CostEstimate {
  const sheet: Sheet = { lines: [], assumptions: [], usage };
  sheet.assumptions.push(`list prices of East US as of ${PRICES_AS_OF}, ${HOURS_PER_MONTH} hours a month, without data transfer`);
  for (const resource of resources) {
    const pricer = PRICERS.get(resource.type.toLowerCase());
    if (pricer) pricer(resource, sheet);
    else if (!FREE_TYPES.has(resource.type.toLowerCase()))
      sheet.assumptions.push(`not priced: ${resource.type} ${resource.name}`);
  }
  const total = sheet.lines.reduce((sum, line) => sum + line.monthlyUsd, 0);
  return { monthlyUsd: cents(total), lines: sheet.lines, assumptions: sheet.assumptions, pricesAsOf: PRICES_AS_OF };
}

interface Sheet {
  readonly lines: CostLine[];
  readonly assumptions: string[];
  readonly usage: MonthlyUsage;
}

type Pricer = (resource: PricedResource, sheet: Sheet) => void;

const hourly =
  (item: string, price: Price): Pricer =>
  (resource, sheet) =>
    charge(sheet, resource.name, item, HOURS_PER_MONTH, price);

const PRICERS: ReadonlyMap<string, Pricer> = new Map(
  Object.entries<Pricer>({
    "Microsoft.ContainerService/managedClusters": priceCluster,
    "Microsoft.ContainerService/managedClusters/agentPools": (resource, sheet) =>
      pricePool(resource.name, asObject(resource.body.properties), sheet),
    "Microsoft.ContainerRegistry/registries": priceRegistry,
    "Microsoft.MachineLearningServices/workspaces/computes": priceCompute,
    "Microsoft.MachineLearningServices/registries": priceMlRegistry,
    "Microsoft.Network/natGateways": hourly("NAT gateway", PRICES.natGateway),
    "Microsoft.Network/azureFirewalls": priceFirewall,
    // Billed by the gigabyte, on both sides.
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": ({ name }, sheet) =>
      sheet.assumptions.push(`${name}: peered traffic is billed by the gigabyte and not counted`),
    "Microsoft.Network/publicIPAddresses": hourly("public address", PRICES.publicAddress),
    "Microsoft.Network/privateEndpoints": hourly("private endpoint", PRICES.privateEndpoint),
    "Microsoft.Network/privateDnsZones": (resource, sheet) =>
      charge(sheet, resource.name, "private DNS zone", 1, PRICES.privateDnsZone),
    "Microsoft.ContainerRegistry/registries/replications": (resource, sheet) =>
      charge(sheet, resource.name, "registry replica", DAYS_PER_MONTH, PRICES.registryPremium),
    "Microsoft.Insights/metricAlerts": (resource, sheet) => charge(sheet, resource.name, "metric alert", 1, PRICES.metricAlert),
    "Microsoft.Insights/scheduledQueryRules": priceLogAlert,
    "Microsoft.Monitor/accounts": priceMetrics,
    "Microsoft.Storage/storageAccounts": priceStorage,
    "Microsoft.KeyVault/vaults": (resource, sheet) =>
      charge(sheet, resource.name, "vault operations", sheet.usage.vaultOperations / 10_000, PRICES.vaultOperations),
    "Microsoft.OperationalInsights/workspaces": priceLogs,
    "Microsoft.DataProtection/backupVaults/backupInstances": priceBackup,
  }).map(([type, pricer]) => [type.toLowerCase(), pricer]),
);

function priceCluster({ name, body }: PricedResource, sheet: Sheet): void {
  const tier = text(asObject(body.sku).tier);
  if (tier === "Standard") charge(sheet, name, "cluster, Standard tier", HOURS_PER_MONTH, PRICES.clusterStandard);
  if (tier === "Premium") charge(sheet, name, "cluster, Premium tier", HOURS_PER_MONTH, PRICES.clusterPremium);
  const properties = asObject(body.properties);
  const pools = Array.isArray(properties.agentPoolProfiles) ? properties.agentPoolProfiles : [];
  for (const pool of pools) pricePool(`${name}/${text(asObject(pool).name)}`, asObject(pool), sheet);
  charge(sheet, name, "load balancer", HOURS_PER_MONTH, PRICES.loadBalancer);
  if (text(asObject(properties.networkProfile).outboundType ?? "loadBalancer") === "loadBalancer") {
    charge(sheet, name, "public address of the load balancer", HOURS_PER_MONTH, PRICES.publicAddress);
  }
}

function pricePool(name: string, pool: JsonObject, sheet: Sheet): void {
  const size = text(pool.vmSize);
  const scales = pool.enableAutoScaling === true;
  const nodes = number(scales ? pool.minCount : undefined) ?? number(pool.count) ?? 1;
  const price = vmPrice(size);
  if (!price) {
    sheet.assumptions.push(`not priced: ${name}, no price for size ${size} is known`);
    return;
  }
  if (nodes > 0) charge(sheet, name, `${nodes} x ${size}`, nodes * HOURS_PER_MONTH, price);
  const disk = managedDisk(size, pool);
  if (disk && nodes > 0) charge(sheet, name, `${nodes} x managed OS disk`, nodes, disk);
  if (text(pool.scaleSetPriority) === "Spot")
    sheet.assumptions.push(`${name} counts at list price; Spot nodes cost less, by an amount that moves`);
  const most = number(pool.maxCount);
  if (scales && most !== undefined && most > nodes) {
    const more = (most - nodes) * (HOURS_PER_MONTH * price.usd + (disk?.usd ?? 0));
    sheet.assumptions.push(
      `${name} counts ${nodes} of at most ${most} nodes; at the most it costs $${more.toFixed(0)} a month more`,
    );
  }
}

/** `undefined` when the OS disk is ephemeral, which AKS chooses by itself where the size allows it. */
function managedDisk(size: string, pool: JsonObject): Price | undefined {
  const gib = number(pool.osDiskSizeGB) ?? 128;
  const fits = gib <= (vmSize(size)?.ephemeralDiskGiB ?? 0);
  if (text(pool.osDiskType) === "Ephemeral" || (pool.osDiskType === undefined && fits)) return undefined;
  if (gib <= 128) return PRICES.diskP10;
  return gib <= 256 ? PRICES.diskP15 : PRICES.diskP30;
}

function priceFirewall({ name, body }: PricedResource, sheet: Sheet): void {
  const tier = text(asObject(asObject(body.properties).sku).tier);
  const hour = { Basic: PRICES.firewallBasic, Premium: PRICES.firewallPremium }[tier] ?? PRICES.firewallStandard;
  const gigabyte = tier === "Basic" ? PRICES.firewallBasicData : PRICES.firewallData;
  charge(sheet, name, `firewall, ${tier}`, HOURS_PER_MONTH, hour);
  charge(sheet, name, `${sheet.usage.firewallGb} GB through the firewall`, sheet.usage.firewallGb, gigabyte);
  sheet.assumptions.push(`${name} carries ${sheet.usage.firewallGb} GB a month`);
}

function priceRegistry({ name, body }: PricedResource, sheet: Sheet): void {
  const sku = text(asObject(body.sku).name);
  const daily = { Basic: PRICES.registryBasic, Standard: PRICES.registryStandard, Premium: PRICES.registryPremium }[sku];
  if (daily) charge(sheet, name, `registry, ${sku}`, DAYS_PER_MONTH, daily);
  else sheet.assumptions.push(`not priced: ${name}, no price for registry SKU ${sku} is known`);
}

function priceCompute({ name, body }: PricedResource, sheet: Sheet): void {
  const properties = asObject(body.properties);
  if (text(properties.computeType) === "Kubernetes") return; // its nodes are the cluster's
  const cluster = asObject(properties.properties);
  const size = text(cluster.vmSize);
  const price = vmPrice(size);
  if (text(properties.computeType) !== "AmlCompute" || !price) {
    sheet.assumptions.push(`not priced: compute ${name} (${text(properties.computeType)} ${size})`);
    return;
  }
  const alwaysOn = number(asObject(cluster.scaleSettings).minNodeCount) ?? 0;
  const hours = alwaysOn > 0 ? alwaysOn * HOURS_PER_MONTH : sheet.usage.trainingHours;
  charge(sheet, name, `${hours} h of ${size}`, hours, price);
  if (alwaysOn === 0) sheet.assumptions.push(`${name} runs one node for ${hours} hours a month`);
}

/** Azure makes a Premium container registry and a storage account for each of its regions. */
function priceMlRegistry({ name, body }: PricedResource, sheet: Sheet): void {
  const regions = list(asObject(body.properties).regionDetails).length;
  charge(sheet, name, `${regions} x container registry, Premium`, regions * DAYS_PER_MONTH, PRICES.registryPremium);
  sheet.assumptions.push(`${name} holds little: what is stored in it is not counted`);
}

function priceStorage({ name, body }: PricedResource, sheet: Sheet): void {
  const { storageGb } = sheet.usage;
  const local = text(asObject(body.sku).name).endsWith("_LRS");
  charge(sheet, name, `${storageGb} GB of hot blobs`, storageGb, local ? PRICES.blobHotLrs : PRICES.blobHotZrs);
  sheet.assumptions.push(`${name} holds ${storageGb} GB; operations are not counted`);
}

function priceLogAlert({ name, body }: PricedResource, sheet: Sheet): void {
  const every = text(asObject(body.properties).evaluationFrequency);
  const price =
    { PT1M: PRICES.logAlert1Minute, PT5M: PRICES.logAlert5Minutes }[every] ??
    // An hour costs no more than a quarter of one.
    PRICES.logAlert15Minutes;
  charge(sheet, name, `log alert, every ${every}`, 1, price);
}

/** Three nodes' worth: how many there are is not known here, and more nodes cost far more than their samples. */
function priceMetrics({ name }: PricedResource, sheet: Sheet): void {
  const millions = 3 * sheet.usage.nodeMillionSamples;
  charge(sheet, name, `${millions} million samples`, millions / 10, PRICES.prometheusSamples);
  sheet.assumptions.push(`${name} takes ${millions} million samples a month, about three nodes with the default metrics`);
}

function priceLogs({ name, body }: PricedResource, sheet: Sheet): void {
  const daily = number(asObject(asObject(body.properties).workspaceCapping).dailyQuotaGb) ?? -1;
  const taken = daily > 0 ? Math.min(sheet.usage.logGb, daily * DAYS_PER_MONTH) : sheet.usage.logGb;
  charge(sheet, name, "log ingestion", Math.max(0, taken - FREE_LOG_GB), PRICES.logIngestion);
  sheet.assumptions.push(
    `${name} takes ${cents(taken)} GB of logs a month, the first ${FREE_LOG_GB} GB free; retention beyond 31 days is not counted`,
  );
}

function priceBackup({ name }: PricedResource, sheet: Sheet): void {
  const { protectedNamespaces } = sheet.usage;
  charge(sheet, name, `backup of ${protectedNamespaces} namespaces`, protectedNamespaces, PRICES.protectedNamespace);
  sheet.assumptions.push(`${name} protects ${protectedNamespaces} namespaces; snapshots of disks are not counted`);
}

function charge(sheet: Sheet, resource: string, item: string, quantity: number, price: Price): void {
  const monthlyUsd = cents(quantity * price.usd);
  sheet.lines.push({ resource, item, quantity, unitUsd: price.usd, monthlyUsd, confidence: price.confidence });
}

function vmPrice(size: string): Price | undefined {
  const key = Object.keys(VM_PRICES).find((known) => known.toLowerCase() === size.toLowerCase());
  return key === undefined ? undefined : VM_PRICES[key];
}

const cents = (usd: number) => Math.round(usd * 100) / 100;
const list = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
const number = (value: JsonValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);
