/** Who calls out. */
export type Caller = "nodes" | "training";

/** When a rule is needed: what the environment has switched on. */
export type Need =
  | "always"
  /** Storage, registry and vault are reached by their public addresses. */
  | "publicServices"
  /** So is what Azure makes with an Azure ML registry. */
  | "publicMlRegistry"
  | "containerInsights"
  | "managedPrometheus"
  | "defender"
  | "clusterBackup"
  | "gpuNodes"
  | "trainingInternet"
  /** The team allows further names (`allowedFqdns`). */
  | "teamNames";

interface Rule {
  readonly from: readonly Caller[];
  readonly need: Need;
  readonly why: string;
  /** The page of Microsoft's documentation that asks for it. */
  readonly source: string;
}

/** HTTP and HTTPS, which a firewall tells by the name that is asked for. */
export interface NameRule extends Rule {
  /** `{region}`, `{storage}` and the other words of `words.ts` are filled in. */
  readonly names: readonly string[];
  /** Microsoft's own list of names instead, which it keeps up to date. */
  readonly tag?: string;
  readonly ports: readonly (80 | 443)[];
}

/** Anything else, by Azure's service tags. */
export interface AddressRule extends Rule {
  readonly to: string;
  readonly protocol: "TCP" | "UDP" | "Any";
  readonly ports: readonly number[];
}

const AKS = "AKS: outbound network and FQDN rules";
const AZURE_ML = "Azure Machine Learning: configure inbound and outbound network traffic";
const MONITOR = "Azure Monitor: network requirements of Container insights and managed Prometheus";
const BACKUP = "Azure Backup: install the extension in an AKS cluster";
const ML_REGISTRY = "Azure Machine Learning: network isolation with registries";
const DECISION = "decision of this platform";

/**
 * The names that the platform's parts ask for. Not opened, because nothing here needs it: UDP 1194 and TCP 9000 (only
 * clusters without konnectivity tunnel through them), NTP (nodes take the time of their host), marketplace images (Azure
 * ML's extension is none), `*.hcp` of the API server beside the tag (it answers inside of the network) and the service tag
 * `AzureMonitor` (its names are here).
 */
export const NAME_RULES: Readonly<Record<string, NameRule>> = {
  aksBase: {
    from: ["nodes"],
    need: "always",
    names: [],
    tag: "AzureKubernetesService",
    ports: [80, 443],
    why: "Images of the cluster's own components, Resource Manager, Microsoft Entra and updates of nodes.",
    source: AKS,
  },
  nodeBinaries: {
    from: ["nodes"],
    need: "always",
    names: ["packages.aks.azure.com", "acs-mirror.azureedge.net", "packages.microsoft.com"],
    ports: [443],
    why: "Binaries that a node fetches while it starts; the tag may still lack the newer name.",
    source: AKS,
  },
  managedDisks: {
    from: ["nodes"],
    need: "always",
    names: ["*.blob.storage.azure.net"],
    ports: [443],
    why: "Managed disks, which are sometimes reached by these names.",
    source: AKS,
  },
  policyAddOn: {
    from: ["nodes"],
    need: "always",
    names: ["data.policy.{storage}", "store.policy.{storage}", "dc.services.visualstudio.com"],
    ports: [443],
    why: "The Azure Policy add-on fetches policies and reports what it finds.",
    source: AKS,
  },
  extensions: {
    from: ["nodes"],
    need: "always",
    names: ["{region}.dp.kubernetesconfiguration.azure.com", "*.ingestion.msftcloudes.com", "*.microsoftmetrics.com"],
    ports: [443],
    why: "Cluster extensions, Azure ML's among them, fetch their configuration and report their state.",
    source: AKS,
  },
  azureMlService: {
    from: ["nodes"],
    need: "always",
    names: ["{region}.api.azureml.ms", "*.workspace.{region}.api.azureml.ms", "{region}.experiments.azureml.net"],
    ports: [443],
    why: "Jobs and models speak to the workspace.",
    source: AZURE_ML,
  },
  azureMlLogs: {
    from: ["nodes"],
    need: "always",
    names: ["*.kusto.windows.net", "*.table.{storage}", "*.queue.{storage}"],
    ports: [443],
    why: "The extension sends its own logs to Azure ML.",
    source: AZURE_ML,
  },
  applicationInsights: {
    from: ["nodes"],
    need: "always",
    names: ["*.in.applicationinsights.azure.com", "dc.services.visualstudio.com"],
    ports: [443],
    why: "Models and jobs send requests, errors and metrics to Application Insights.",
    source: MONITOR,
  },
  registry: {
    from: ["nodes"],
    need: "publicServices",
    names: ["{registryName}{registry}", "{registryName}.{region}.data{registry}", "*.blob.{storage}"],
    ports: [443],
    why: "Images of jobs and models; below the Premium SKU layers come from storage accounts of the registry's own.",
    source: AZURE_ML,
  },
  storageAccount: {
    from: ["nodes"],
    need: "publicServices",
    names: ["{storageName}.blob.{storage}", "{storageName}.file.{storage}"],
    ports: [443],
    why: "Data, models and outputs.",
    source: AZURE_ML,
  },
  vault: {
    from: ["nodes"],
    need: "publicServices",
    names: ["{vaultName}{vault}"],
    ports: [443],
    why: "The secrets provider of the cluster reads the vault.",
    source: AKS,
  },
  containerInsights: {
    from: ["nodes"],
    need: "containerInsights",
    names: [
      "*.ods.opinsights.azure.com",
      "*.oms.opinsights.azure.com",
      "*.monitoring.azure.com",
      "*.ingest.monitor.azure.com",
      "global.handler.control.monitor.azure.com",
      "{region}.handler.control.monitor.azure.com",
      "dc.services.visualstudio.com",
    ],
    ports: [443],
    why: "Container Insights sends logs and inventory.",
    source: MONITOR,
  },
  managedPrometheus: {
    from: ["nodes"],
    need: "managedPrometheus",
    names: [
      "*.metrics.ingest.monitor.azure.com",
      "*.ingest.monitor.azure.com",
      "global.handler.control.monitor.azure.com",
      "{region}.handler.control.monitor.azure.com",
    ],
    ports: [443],
    why: "Managed Prometheus sends metrics.",
    source: MONITOR,
  },
  defender: {
    from: ["nodes"],
    need: "defender",
    names: ["*.ods.opinsights.azure.com", "*.oms.opinsights.azure.com", "*.cloud.defender.microsoft.com"],
    ports: [443],
    why: "Microsoft Defender for Containers sends what it sees.",
    source: AKS,
  },
  backupExtension: {
    from: ["nodes"],
    need: "clusterBackup",
    names: ["*.microsoft.com", "*.azure.com", "*.digicert.com", "*.digicert.cn", "*.geotrust.com", "*.msocsp.com"],
    ports: [80, 443],
    why: "The extension of Azure Backup. Its page also has all storage accounts and API servers: the one account is reached by its own name, the API server inside of the network.",
    source: BACKUP,
  },
  gpuDrivers: {
    from: ["nodes"],
    need: "gpuNodes",
    names: ["nvidia.github.io", "us.download.nvidia.com", "download.docker.com"],
    ports: [443],
    why: "Drivers of GPU nodes.",
    source: AKS,
  },
  ubuntuUpdates: {
    from: ["nodes"],
    need: "gpuNodes",
    names: ["security.ubuntu.com", "azure.archive.ubuntu.com", "changelogs.ubuntu.com"],
    ports: [80],
    why: "Packages of Ubuntu, which GPU nodes run; security updates come with the node image, as they do everywhere.",
    source: AKS,
  },
  trainingInternet: {
    from: ["training"],
    need: "trainingInternet",
    names: ["*"],
    ports: [80, 443],
    why: "Package indexes and other public sources of training jobs (`computeInternetAccess`).",
    source: DECISION,
  },
  packageIndexes: {
    from: ["nodes"],
    need: "trainingInternet",
    names: ["anaconda.com", "*.anaconda.com", "*.anaconda.org"],
    ports: [443],
    why: "Conda packages of jobs on the cluster. Other package indexes are for `allowedFqdns`: a wildcard would open nodes to everything else as well.",
    source: AZURE_ML,
  },
  systemPackages: {
    from: ["nodes"],
    need: "trainingInternet",
    names: ["archive.ubuntu.com", "security.ubuntu.com", "ppa.launchpad.net"],
    ports: [80],
    why: "System packages of jobs on the cluster.",
    source: AZURE_ML,
  },
  teamNames: {
    from: ["nodes", "training"],
    need: "teamNames",
    names: [],
    ports: [443],
    why: "What the team names in `allowedFqdns`, its package index for instance.",
    source: DECISION,
  },
};

/** Names that nobody knows before Azure has made them. */
export const MADE_NAME_RULES: Readonly<Record<string, NameRule>> = {
  mlRegistry: {
    from: ["nodes"],
    need: "publicMlRegistry",
    names: ["{mlRegistryImages}{registry}", "{mlRegistryImages}.{region}.data{registry}", "{mlRegistryStorage}.blob.{storage}"],
    ports: [443],
    why: "Environments and models that are shared through the Azure ML registry, in accounts that Azure names.",
    source: ML_REGISTRY,
  },
};

/** Service tags that Azure ML asks to be open from training clusters; the network rules of their subnet say the same. */
export const TRAINING_TAGS: readonly Pick<AddressRule, "to" | "protocol" | "ports">[] = [
  { to: "AzureActiveDirectory", protocol: "TCP", ports: [80, 443] },
  { to: "AzureMachineLearning", protocol: "TCP", ports: [443, 8787, 18_881] },
  { to: "AzureMachineLearning", protocol: "UDP", ports: [5831] },
  { to: "BatchNodeManagement.{region}", protocol: "Any", ports: [443] },
  { to: "AzureResourceManager", protocol: "TCP", ports: [443] },
  { to: "Storage.{region}", protocol: "TCP", ports: [443, 445] },
  { to: "AzureKeyVault", protocol: "TCP", ports: [443] },
  { to: "AzureFrontDoor.FrontEnd", protocol: "TCP", ports: [443] },
  { to: "AzureFrontDoor.FirstParty", protocol: "TCP", ports: [443] },
  { to: "MicrosoftContainerRegistry", protocol: "TCP", ports: [443] },
  { to: "AzureContainerRegistry.{region}", protocol: "TCP", ports: [443] },
  { to: "AzureMonitor", protocol: "TCP", ports: [443] },
];

export const ADDRESS_RULES: readonly AddressRule[] = [
  ...TRAINING_TAGS.map(
    (tag): AddressRule => ({
      ...tag,
      from: ["training"],
      need: "always",
      why: "Training clusters of Azure ML.",
      source: AZURE_ML,
    }),
  ),
  {
    from: ["nodes"],
    need: "publicServices",
    to: "Storage.{region}",
    protocol: "TCP",
    ports: [445],
    why: "File shares that pods mount.",
    source: AZURE_ML,
  },
];
