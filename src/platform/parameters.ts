import { call, type Expr, get, type ProgramBuilder } from "../ir/index.ts";
import { DEFAULTS } from "./defaults.ts";
import { ENVIRONMENTS, PROFILES, type Profile } from "./profiles.ts";

const CIDR = String.raw`^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$`;
const ADDRESS = String.raw`^(\d{1,3}\.){3}\d{1,3}$`;
const VM_SIZE = "^Standard_[A-Za-z0-9_]+$";
const GUID = String.raw`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`;

export type Parameters = ReturnType<typeof declareParameters>;

/** Everything that a team decides; in the order in which every target prints it. */
export function declareParameters(program: ProgramBuilder) {
  return {
    ...declarePlaceAndNames(program),
    ...declareNodes(program),
    ...declareAddresses(program),
    ...declareAccess(program),
    ...declareOperation(program),
  };
}

function declarePlaceAndNames(program: ProgramBuilder) {
  return {
    location: program.string("location", {
      description: "Azure region of every resource.",
      default: get<string>(call("resourceGroup"), "location"),
      minLength: 1,
      environment: "LOCATION",
    }),
    environmentName: program.string("environmentName", {
      description: "Environment that chooses the profile: sizes, redundancy, retention and protection.",
      default: DEFAULTS.environmentName,
      allowed: [...ENVIRONMENTS],
      filePerValue: true,
      environment: "ENVIRONMENT",
      terraform: "environment",
    }),
    profileOverrides: program.object<Partial<Profile>>("profileOverrides", {
      description: "Values to replace in the profile of the environment, by name: logRetentionDays, registrySku and so on.",
      default: {},
      keys: Object.keys(PROFILES.dev).sort(),
    }),
    nameSuffix: program.string("nameSuffix", {
      description: "Ending of the names that must be unique in all of Azure (storage account, vault, registry).",
      default: call<string>(
        "take",
        call("uniqueString", get(call("subscription"), "subscriptionId"), get(call("resourceGroup"), "id")),
        6,
      ),
      minLength: 3,
      maxLength: 8,
      pattern: "^[a-z0-9]+$",
    }),
    clusterName: program.string("clusterName", {
      description: "Name of the AKS cluster.",
      default: DEFAULTS.clusterName,
      minLength: 1,
      maxLength: 63,
    }),
    workspaceName: program.string("workspaceName", {
      description: "Name of the Azure Machine Learning workspace.",
      default: DEFAULTS.workspaceName,
      minLength: 3,
      maxLength: 33,
    }),
    computeNamespace: program.string("computeNamespace", {
      description: "Kubernetes namespace in which training jobs and models run.",
      default: DEFAULTS.computeNamespace,
      minLength: 1,
      maxLength: 63,
    }),
    tags: program.object<Record<string, string>>("tags", {
      description: "Tags added to every resource, for instance owner and cost centre.",
      default: {},
    }),
  };
}

function declareNodes(program: ProgramBuilder) {
  return {
    kubernetesVersion: program.string("kubernetesVersion", {
      description: "Kubernetes minor version; AKS chooses the patch, so that a redeployment never undoes a patch upgrade.",
      default: DEFAULTS.kubernetesVersion,
      pattern: String.raw`^1\.\d{2}(\.\d{1,2})?$`,
    }),
    aksNodeCount: program.int("aksNodeCount", {
      description: "Nodes of the pool for models and training (mlpool); the least number when autoscaling.",
      default: DEFAULTS.aksNodeCount,
      minValue: 1,
      maxValue: 100,
      environment: "AKS_NODE_COUNT",
    }),
    aksNodeMaxCount: program.int("aksNodeMaxCount", {
      description: "Nodes that mlpool may grow to when autoscaling; never below aksNodeCount.",
      default: DEFAULTS.aksNodeMaxCount,
      minValue: 1,
      maxValue: 100,
    }),
    aksNodeVmSize: program.string("aksNodeVmSize", {
      description: "Virtual machine size of mlpool; the Azure ML extension needs at least 4 vCPUs and 14 GiB.",
      default: DEFAULTS.aksNodeVmSize,
      pattern: VM_SIZE,
      environment: "AKS_NODE_SIZE",
    }),
    systemNodeVmSize: program.string("systemNodeVmSize", {
      description: "Virtual machine size of the pool for the components of the cluster itself.",
      default: DEFAULTS.systemNodeVmSize,
      pattern: VM_SIZE,
    }),
    enableAutoScaling: program.bool("enableAutoScaling", {
      description: "Let the cluster autoscaler add and remove nodes.",
      default: DEFAULTS.enableAutoScaling,
    }),
    runningNodes: program.object<Record<string, number>>("runningNodes", {
      description:
        'Nodes that pools have now which scale by themselves, such as {"mlpool": 5}: a deployment leaves them, and asks for the least of each pool that is not named. quayside up and deploy.sh look them up.',
      default: {},
    }),
    enableGpuNodes: program.bool("enableGpuNodes", {
      description: "Add a pool of GPU nodes.",
      default: DEFAULTS.enableGpuNodes,
      environment: "ENABLE_GPU_NODES",
    }),
    gpuNodeVmSize: program.string("gpuNodeVmSize", {
      description: "Virtual machine size of the GPU pool.",
      default: DEFAULTS.gpuNodeVmSize,
      pattern: VM_SIZE,
    }),
    gpuNodeMaxCount: program.int("gpuNodeMaxCount", {
      description: "Nodes that the GPU pool may grow to from zero; without autoscaling the pool has one node.",
      default: DEFAULTS.gpuNodeMaxCount,
      minValue: 1,
      maxValue: 20,
    }),
    enableSpotNodes: program.bool("enableSpotNodes", {
      description: "Add a pool of spot nodes, which cost little and may be taken back at any time.",
      default: DEFAULTS.enableSpotNodes,
    }),
    spotNodeVmSize: program.string("spotNodeVmSize", {
      description: "Virtual machine size of the spot pool.",
      default: DEFAULTS.spotNodeVmSize,
      pattern: VM_SIZE,
    }),
    spotNodeMaxCount: program.int("spotNodeMaxCount", {
      description: "Nodes that the spot pool may grow to from zero; without autoscaling the pool has one node.",
      default: DEFAULTS.spotNodeMaxCount,
      minValue: 1,
      maxValue: 100,
    }),
    taintStyle: program.string("taintStyle", {
      description:
        "Taint of mlpool: recipe is workload=ml:NoSchedule, tolerated through settings of the extension that Microsoft does not document; amlarc is the one that it does.",
      default: DEFAULTS.taintStyle,
      allowed: ["recipe", "amlarc"],
    }),
    volcanoConfigMap: program.string("volcanoConfigMap", {
      description:
        "ConfigMap in namespace azureml by which Volcano schedules, for instance volcano-scheduler-autoscaler of kubernetes/, with which jobs wait for nodes that the autoscaler has yet to add; empty for the extension's own, with which a job for an empty pool waits for ever. It must exist before the extension names it: quayside up sees to the order, everything else takes it with the second deployment.",
      default: DEFAULTS.volcanoConfigMap,
      pattern: "^([a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?)?$",
    }),
    mlComputeSku: program.string("mlComputeSku", {
      description: "Virtual machine size of the Azure ML training cluster (cpu-cluster).",
      default: DEFAULTS.mlComputeSku,
      pattern: VM_SIZE,
      environment: "ML_COMPUTE_INSTANCE_SIZE",
      terraform: "ml_compute_sku",
    }),
    mlComputeMaxNodes: program.int("mlComputeMaxNodes", {
      description: "Nodes that the training cluster may grow to from zero.",
      default: DEFAULTS.mlComputeMaxNodes,
      minValue: 1,
      maxValue: 100,
    }),
  };
}

function declareAddresses(program: ProgramBuilder) {
  const range = (name: keyof typeof DEFAULTS, description: string): Expr<string> =>
    program.string(name, { description, default: String(DEFAULTS[name]), pattern: CIDR });
  return {
    virtualNetworkPrefix: range("virtualNetworkPrefix", "Address range of the virtual network."),
    nodeSubnetPrefix: range("nodeSubnetPrefix", "Subnet of the cluster nodes, inside the virtual network."),
    computeSubnetPrefix: range("computeSubnetPrefix", "Subnet of the training cluster, inside the virtual network."),
    privateEndpointSubnetPrefix: range(
      "privateEndpointSubnetPrefix",
      "Subnet of the private endpoints, inside the virtual network; the workspace has one in every environment.",
    ),
    ingressSubnetPrefix: range(
      "ingressSubnetPrefix",
      "Subnet for front ends of internal load balancers, inside the virtual network; used with private networking.",
    ),
    apiServerSubnetPrefix: range(
      "apiServerSubnetPrefix",
      "Subnet of the API server alone, inside the virtual network, at least a /28; used when the API server is private.",
    ),
    firewallSubnetPrefix: range(
      "firewallSubnetPrefix",
      "Subnet of the firewall alone, inside the virtual network, at least a /26; used when egress is firewall.",
    ),
    firewallManagementSubnetPrefix: range(
      "firewallManagementSubnetPrefix",
      "Subnet through which Azure manages a Basic firewall, inside the virtual network, at least a /26.",
    ),
    allowedFqdns: program.array<string>("allowedFqdns", {
      description:
        "Further host names that nodes and training clusters may reach through the firewall over HTTPS, for instance of a package index; *.example.com stands for all below it.",
      default: [],
      maxLength: 100,
    }),
    hubVirtualNetworkId: program.string("hubVirtualNetworkId", {
      description:
        "Resource id of the hub's virtual network, which the platform's is peered with; used when egress is hubFirewall.",
      default: DEFAULTS.hubVirtualNetworkId,
      pattern: `^(/subscriptions/${GUID}/resourceGroups/[^/]+/providers/Microsoft.Network/virtualNetworks/[^/]+)?$`,
    }),
    hubFirewallAddress: program.string("hubFirewallAddress", {
      description: "Private address of the hub's firewall, to which everything that leaves the network is routed.",
      default: DEFAULTS.hubFirewallAddress,
      pattern: `^(${ADDRESS.slice(1, -1)})?$`,
    }),
    peeredRanges: program.array<string>("peeredRanges", {
      description:
        "Address ranges of the hub and of all else that is reached through peerings, VPN or ExpressRoute; no range of the platform may overlap them.",
      default: [],
      maxLength: 100,
      onlyChecked: true,
    }),
    podCidr: range("podCidr", "Overlay range of pods, outside the virtual network; every node takes a /24 of it."),
    serviceCidr: range("serviceCidr", "Range of Kubernetes services, outside the virtual network."),
    dnsServiceIp: program.string("dnsServiceIp", {
      description: "Address of the cluster DNS service, inside serviceCidr and not among its first two.",
      default: DEFAULTS.dnsServiceIp,
      pattern: ADDRESS,
    }),
  };
}

function declareAccess(program: ProgramBuilder) {
  return {
    adminGroupObjectId: program.string("adminGroupObjectId", {
      description: "Object id of a Microsoft Entra group whose members administer the cluster; empty for none.",
      default: "",
      pattern: `^(${GUID})?$`,
    }),
    apiServerAllowedRanges: program.array<string>("apiServerAllowedRanges", {
      description: "Public address ranges that may reach the API server of the cluster; empty for all.",
      default: [],
      maxLength: 199,
    }),
    operatorObjectId: program.string("operatorObjectId", {
      description:
        "Object id of the person, group or service principal that runs the model pipeline and so uploads data and reads models; empty for none. Owner of the subscription is not enough for that.",
      default: "",
      pattern: `^(${GUID})?$`,
    }),
    operatorType: program.string("operatorType", {
      description: "What operatorObjectId is.",
      default: DEFAULTS.operatorType,
      allowed: ["User", "Group", "ServicePrincipal"],
    }),
    clusterOperatorObjectId: program.string("clusterOperatorObjectId", {
      description:
        "Object id of the person, group or service principal that applies what belongs on the cluster (kubernetes/), with a role that sees all of the cluster; empty for none. Owner of the subscription is not enough for that. quayside up names its caller.",
      default: "",
      pattern: `^(${GUID})?$`,
    }),
    clusterOperatorType: program.string("clusterOperatorType", {
      description: "What clusterOperatorObjectId is.",
      default: DEFAULTS.clusterOperatorType,
      allowed: ["User", "Group", "ServicePrincipal"],
    }),
    deployerObjectId: program.string("deployerObjectId", {
      description:
        "Object id of the principal that deploys the platform from a pipeline; empty for none. An owner gives it its roles with the first deployment: it may then give the platform's roles and no others.",
      default: "",
      pattern: `^(${GUID})?$`,
    }),
    deployerType: program.string("deployerType", {
      description: "What deployerObjectId is.",
      default: DEFAULTS.deployerType,
      allowed: ["User", "Group", "ServicePrincipal"],
    }),
    githubRepository: program.string("githubRepository", {
      description: "GitHub repository (owner/name) whose workflows of the environment train and release models; empty for none.",
      default: DEFAULTS.githubRepository,
      pattern: "^([A-Za-z0-9-]+/[A-Za-z0-9._-]+)?$",
    }),
    azureDevOpsIssuer: program.string("azureDevOpsIssuer", {
      description: "Issuer that the Azure DevOps service connection shows, without a slash that it does not have.",
      default: DEFAULTS.azureDevOpsIssuer,
      pattern: "^(https://.+)?$",
    }),
    azureDevOpsSubject: program.string("azureDevOpsSubject", {
      description:
        "Subject that the Azure DevOps service connection shows, for instance sc://organization/project/MLOps-ServiceConnection; empty for none.",
      default: DEFAULTS.azureDevOpsSubject,
    }),
    scoringHostName: program.string("scoringHostName", {
      description: "Host name in the TLS certificate of the scoring endpoints; empty serves plain HTTP inside the network.",
      default: DEFAULTS.scoringHostName,
    }),
    scoringTlsSecretName: program.string("scoringTlsSecretName", {
      description:
        "Kubernetes secret in namespace azureml with cert.pem and key.pem for scoringHostName; it must exist before the extension is installed.",
      default: DEFAULTS.scoringTlsSecretName,
    }),
  };
}

function declareOperation(program: ProgramBuilder) {
  return {
    maintenanceDay: program.string("maintenanceDay", {
      description: "Day of the week on which the cluster may be upgraded by itself.",
      default: DEFAULTS.maintenanceDay,
      allowed: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    }),
    maintenanceTime: program.string("maintenanceTime", {
      description: "Time of that day from which upgrades may start, for eight hours.",
      default: DEFAULTS.maintenanceTime,
      pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    }),
    maintenanceUtcOffset: program.string("maintenanceUtcOffset", {
      description: "Offset of that time from UTC.",
      default: DEFAULTS.maintenanceUtcOffset,
      pattern: "^[+-](0[0-9]|1[0-4]):[0-5][0-9]$",
    }),
    registryReplicaLocation: program.string("registryReplicaLocation", {
      description: "Second region that keeps a copy of the container registry; empty for none. Needs the Premium SKU.",
      default: DEFAULTS.registryReplicaLocation,
    }),
    mlRegistryName: program.string("mlRegistryName", {
      description:
        "Azure ML registry to make, through which models are promoted to workspaces of other environments; empty for none. Unique in the tenant.",
      default: DEFAULTS.mlRegistryName,
      pattern: "^([A-Za-z0-9][A-Za-z0-9_-]{2,32})?$",
    }),
    alertEmail: program.string("alertEmail", {
      description: "Address that alerts and the budget write to; empty tells the owners of the subscription.",
      default: DEFAULTS.alertEmail,
      pattern: String.raw`^([^@\s]+@[^@\s]+)?$`,
    }),
    endpointLatencyMs: program.int("endpointLatencyMs", {
      description: "Milliseconds within which 95 of 100 predictions should be answered; an alert tells when they are not.",
      default: DEFAULTS.endpointLatencyMs,
      minValue: 1,
      maxValue: 60_000,
    }),
    budgetScope: program.string("budgetScope", {
      description:
        "What the budget is made in: the subscription, filtered by the platform's groups, that of the nodes among them; or the resource group, which is for those who may write nowhere else and does not see the nodes.",
      default: DEFAULTS.budgetScope,
      allowed: ["subscription", "resourceGroup"],
    }),
    budgetStartDate: program.string("budgetStartDate", {
      description:
        "First day of the month in which the budget starts, for instance 2027-01-01; empty for no budget. Azure never lets it be changed.",
      default: DEFAULTS.budgetStartDate,
      pattern: String.raw`^(\d{4}-(0[1-9]|1[0-2])-01)?$`,
    }),
  };
}
